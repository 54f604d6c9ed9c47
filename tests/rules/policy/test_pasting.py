"""A block from a spreadsheet is laid on a sheet, or refused in words; never cut in silence."""

from functools import cache

import pytest

from sekisho.policy.editing import rows_of
from sekisho.policy.pasting import UnfitBlock, block_of, pasted
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in

RULES = "託送業務システム/判定表.csv"


@cache
def files():
    return files_in(shipped("tables"))


def test_a_block_is_read_as_a_spreadsheet_copies_it():
    assert block_of('一\t"二\n三"\r\n四\t"五""六"\r\n') == [["一", "二\n三"], ["四", '五"六']]


def test_a_quote_of_the_text_itself_is_kept():
    assert block_of('5" 表示\t拒否') == [['5" 表示', "拒否"]]


def test_only_what_differs_is_listed_and_other_rows_keep_their_bytes():
    rows = [row.id for row in rows_of(files(), RULES).rows]
    after = rows[rows.index("B01") + 1]
    found = pasted(
        files(),
        RULES,
        block=[["拒否", "拒否"], ["表示", "表示"]],
        row="B01",
        column="結果:本人連絡先",
    )

    old, new = rows_of(files(), RULES), rows_of(found.files, RULES)
    differ = {
        (row.id, column): text
        for row in new.rows
        for column, text in row.cells.items()
        if old.by_id[row.id].cells[column] != text
    }
    assert {(one.row, one.column): one.after for one in found.cells} == differ
    assert {row for row, _ in differ} <= {"B01", after}
    assert all(
        line in found.files[RULES].splitlines()
        for line in files()[RULES].splitlines()
        if not line.startswith((b"B01,", f"{after},".encode()))
    )
    assert {path for path in files() if files()[path] != found.files[path]} == {RULES}


def test_what_lies_below_the_last_row_becomes_rows():
    grid = rows_of(files(), RULES)
    last = grid.rows[-1]
    block = [list(last.cells.values()), ["Z98", *list(last.cells.values())[1:]]]

    found = pasted(files(), RULES, block=block, row=last.id, column="規則ID")

    assert found.added == ("Z98",)
    assert {one.before for one in found.cells} == {None}
    assert rows_of(found.files, RULES).by_id["Z98"].cells["根拠"] == last.cells["根拠"]


@pytest.mark.parametrize(
    ("text", "row", "column", "said"),
    [
        pytest.param("", "B01", "根拠", "空です", id="空"),
        pytest.param("一\t二\n三", "B01", "根拠", "列の数が違います（1、2）", id="四角でない"),
        pytest.param("一\t二\t三", "B01", "適用開始", "1 列が表の右へはみ出します", id="右へ"),
        pytest.param("一\n二", "last", "根拠", "1 行が表の下へはみ出します", id="下へ"),
        pytest.param("一", "B01", "ない列", "列「ない列」がありません", id="知らない列"),
        pytest.param("あ\t" * 1_000_001, "B01", "根拠", "大きすぎます", id="百万字"),
        pytest.param("\n".join(["あ"] * 20_001), "B01", "根拠", "20,001 枠", id="二万枠"),
    ],
)
def test_a_block_that_does_not_fit_is_refused_in_words(text, row, column, said):
    row = rows_of(files(), RULES).rows[-1].id if row == "last" else row

    with pytest.raises(UnfitBlock, match=said) as error:
        pasted(files(), RULES, block=block_of(text), row=row, column=column)

    assert error.value.remedy
