"""A row is rewritten as a whole, copied under a name of its own, and what follows it is known."""

import pytest

from sekisho.policy.editing import DuplicateId, UnknownRow, rows_of
from sekisho.policy.rewriting import beside, name_after, with_cells
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in

FILES = files_in(shipped("tables"))
RULES = "託送業務システム/判定表.csv"
ITEMS = "託送業務システム/画面項目.csv"


def test_several_cells_and_the_id_are_written_in_one_row():
    files = with_cells(
        FILES, RULES, row="B01", cells={"規則ID": "B99", "根拠": "社内の決定", "備考": "別"}
    )

    before, after = rows_of(FILES, RULES), rows_of(files, RULES)
    assert [row.id for row in after.rows] == [
        "B99" if row.id == "B01" else row.id for row in before.rows
    ]
    cells = after.by_id["B99"].cells
    assert (cells["根拠"], cells["備考"]) == ("社内の決定", "別")


def test_every_part_of_a_name_may_change_at_once():
    name = rows_of(FILES, ITEMS).rows[0].id

    files = with_cells(FILES, ITEMS, row=name, cells={"画面ID": "TK-999", "用途": "CSV"})

    assert rows_of(files, ITEMS).rows[0].id == f"TK-999＋{name.split('＋')[1]}＋CSV"


def test_the_name_of_another_row_is_refused():
    with pytest.raises(DuplicateId):
        with_cells(FILES, RULES, row="B01", cells={"規則ID": "B02", "備考": "別"})


@pytest.mark.parametrize(
    ("path", "column"),
    [(RULES, "規則ID"), (ITEMS, "項目ID"), ("属性.csv", "値"), ("不変条件.csv", "条件ID")],
)
def test_a_copy_gets_a_name_that_no_row_has(path, column):
    grid = rows_of(FILES, path)
    for row in grid.rows:
        cells = name_after(grid, like=row.id)

        assert list(cells) == [column]
        assert "＋".join({**row.cells, **cells}[key] for key in grid.key) not in grid.by_id


def test_what_takes_the_place_of_a_row_is_the_next_or_the_one_before():
    grid = rows_of(FILES, RULES)
    names = [row.id for row in grid.rows]

    assert beside(grid, names[0]) == names[1]
    assert beside(grid, names[-1]) == names[-2]
    with pytest.raises(UnknownRow):
        beside(grid, "Z99")
