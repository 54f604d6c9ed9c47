"""The folder of tables as a thing one edits: what is not touched keeps its bytes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.errors import SekishoError
from sekisho.policy.editing import (
    KEYS,
    UnknownRow,
    UnwritableCell,
    copied_row,
    fresh_id,
    rows_of,
    with_cell,
    with_columns,
    with_row,
    without_column,
    without_row,
    written,
)
from sekisho.policy.read import hash_of, read
from sekisho.policy.sheets import DuplicateId, MissingSheet, Truncated, UnknownColumn
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in

FILES = files_in(shipped("tables"))
RULES = "託送業務システム/判定表.csv"
ITEMS = "託送業務システム/画面項目.csv"

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=8)
ids = st.text("AB12", min_size=1, max_size=3)
sheets = st.lists(ids, unique=True, min_size=1, max_size=5).flatmap(
    lambda names: st.tuples(*(st.tuples(st.just(name), texts, texts) for name in names))
)


def sheet(rows, *, ending="\n", quoted=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=ending, quoting=quoted)
    writer.writerows([("例ID", "題", "出典"), *rows])
    return out.getvalue().encode()


def cells(files, path="s/試験例.csv"):
    return [tuple(row.cells.values()) for row in rows_of(files, path).rows]


@pytest.mark.parametrize("path", FILES)
def test_a_shipped_sheet_is_written_as_it_stands(path):
    grid = rows_of(FILES, path)

    assert written(grid.columns, (row.cells for row in grid.rows)) == FILES[path]
    assert grid.key == KEYS[path.rpartition("/")[2]]
    assert len(grid.by_id) == len(grid.rows)


@pytest.mark.parametrize("path", FILES)
def test_to_write_what_stands_there_and_to_undo_an_edit_changes_no_byte(path):
    grid = rows_of(FILES, path)
    row, column = grid.rows[len(grid.rows) // 2], grid.columns[-1]
    was = row.cells[column]

    edited = with_cell(FILES, path, row=row.id, column=column, value=was + "、ほか")

    assert with_cell(FILES, path, row=row.id, column=column, value=was) == FILES
    assert hash_of(edited) != hash_of(FILES)
    assert with_cell(edited, path, row=row.id, column=column, value=was) == FILES


@given(
    sheets,
    texts,
    st.sampled_from(("\n", "\r\n")),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    st.data(),
)
def test_an_edit_of_one_cell_touches_the_bytes_of_its_row_only(rows, value, ending, quoted, data):
    n = data.draw(st.integers(0, len(rows) - 1))
    files = {"s/試験例.csv": b"\xef\xbb\xbf" + sheet(rows, ending=ending, quoted=quoted)}

    edited = with_cell(files, "s/試験例.csv", row=rows[n][0], column="題", value=value)

    before = [one[0] for one in cells(files)]
    assert [one[0] for one in cells(edited)] == before
    assert cells(edited)[n][1] == value
    head = sheet(rows[:n], ending=ending, quoted=quoted)
    tail = sheet(rows[n + 1 :], ending=ending, quoted=quoted)
    tail = tail[len(sheet((), ending=ending, quoted=quoted)) :]
    assert edited["s/試験例.csv"].startswith(b"\xef\xbb\xbf" + head)
    assert edited["s/試験例.csv"].endswith(tail)


@given(sheets, texts, st.data())
def test_a_row_that_is_added_and_taken_out_again_leaves_every_byte(rows, text, data):
    files = {"s/試験例.csv": sheet(rows)}
    after = data.draw(st.sampled_from([None, *(row[0] for row in rows)]))

    added = with_row(files, "s/試験例.csv", cells={"例ID": "Z9", "題": text}, after=after)

    names = [row[0] for row in rows]
    place = len(names) if after is None else names.index(after) + 1
    assert [row[0] for row in cells(added)] == [*names[:place], "Z9", *names[place:]]
    assert cells(added)[place] == ("Z9", text, "")
    assert without_row(added, "s/試験例.csv", row="Z9") == files


@given(sheets)
def test_what_is_written_is_read_as_the_same(rows):
    maps = [dict(zip(("例ID", "題", "出典"), row, strict=True)) for row in rows]

    files = {"s/試験例.csv": written(("例ID", "題", "出典"), maps)}

    assert cells(files) == list(rows)


def test_a_column_is_added_to_every_row_and_taken_out_again():
    wider = with_columns(FILES, RULES, columns={"結果:新区分": "－"}, after="結果:要配慮資格")

    grid = rows_of(wider, RULES)
    at = grid.columns.index("結果:新区分")
    assert grid.columns[at - 1] == "結果:要配慮資格"
    assert {row.cells["結果:新区分"] for row in grid.rows} == {"－"}
    assert without_column(wider, RULES, column="結果:新区分") == FILES


def test_a_row_of_the_fields_of_screens_is_named_by_screen_field_and_use():
    row = rows_of(FILES, ITEMS).rows[0]

    assert row.id == "TK-110＋supply_point_no＋検索条件"
    assert len(rows_of(without_row(FILES, ITEMS, row=row.id), ITEMS).rows) == 227 - 1


def test_a_copied_row_stands_behind_its_original_and_can_be_read():
    copied = copied_row(FILES, RULES, row="A02", cells={"規則ID": "A99", "備考": "写し"})

    names = [row.id for row in rows_of(copied, RULES).rows]
    assert names[names.index("A02") + 1] == "A99"
    system = read(copied).systems["takuso"]
    by_id = {rule.id: rule for rule in system.rules}
    assert by_id["A99"].cube == by_id["A02"].cube


def test_a_draft_may_repeat_an_id_or_leave_it_empty_and_still_be_mended():
    files = {"s/試験例.csv": "例ID,題\nA,一\nA,二\n,三\nＡ,四\n".encode()}

    names = [row.id for row in rows_of(files, "s/試験例.csv").rows]
    mended = with_cell(files, "s/試験例.csv", row="A＃2", column="例ID", value="B")

    assert names == ["A", "A＃2", "（空欄）", "A＃3"]
    assert mended["s/試験例.csv"].decode() == "例ID,題\nA,一\nB,二\n,三\nＡ,四\n"


def test_a_last_row_without_an_ending_gets_one_when_another_follows():
    files = {"s/試験例.csv": "例ID,題\nA,一".encode()}

    added = with_row(files, "s/試験例.csv", cells={"例ID": "B"})

    assert added["s/試験例.csv"].decode() == "例ID,題\nA,一\nB,\n"


def test_the_next_id_counts_on_and_is_free():
    grid = rows_of(FILES, RULES)

    assert fresh_id(grid, like="A01") not in grid.by_id
    assert fresh_id(grid, like="A09") == "A10"
    assert fresh_id(grid, like="新規") == "新規2"


@pytest.mark.parametrize(
    ("edit", "error", "said"),
    [
        pytest.param(
            lambda: with_cell(FILES, RULES, row="Q99", column="根拠", value="x"),
            UnknownRow,
            "Q99",
            id="ない行",
        ),
        pytest.param(
            lambda: with_cell(FILES, RULES, row="A01", column="結果", value="x"),
            UnknownColumn,
            "結果:レコード",
            id="ない列",
        ),
        pytest.param(
            lambda: with_cell(FILES, RULES, row="A01", column="規則ID", value="Ａ０２"),
            DuplicateId,
            "3行目",
            id="ほかの行の番号",
        ),
        pytest.param(
            lambda: copied_row(FILES, RULES, row="A01", cells={}),
            DuplicateId,
            "2行目",
            id="番号を変えない写し",
        ),
        pytest.param(lambda: rows_of(FILES, "無い.csv"), MissingSheet, "無い.csv", id="ない表"),
        pytest.param(
            lambda: rows_of({"s/画面.csv": "画面ID,画面名\nA\n".encode()}, "s/画面.csv"),
            Truncated,
            "2行目",
            id="短い行",
        ),
        pytest.param(
            lambda: rows_of({"s/画面.csv": b",\n,,\n"}, "s/画面.csv"),
            Truncated,
            "画面.csv",
            id="中身のない表",
        ),
        pytest.param(
            lambda: with_cell(FILES, RULES, row="A01", column="備考", value="\0"),
            UnwritableCell,
            "判定表",
            id="制御文字",
        ),
        pytest.param(
            lambda: with_cell(FILES, RULES, row="A01", column="備考", value="\ud800"),
            UnwritableCell,
            "判定表",
            id="半分の文字",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_place_and_remedy(edit, error, said):
    with pytest.raises(error, match=said) as refused:
        edit()

    assert isinstance(refused.value, SekishoError)
    assert refused.value.place
    assert refused.value.remedy


def test_a_sheet_of_commas_is_refused_and_not_stumbled_over():
    with pytest.raises(SekishoError, match="中身がありません"):
        read({**FILES, RULES: b",,,\n"})
