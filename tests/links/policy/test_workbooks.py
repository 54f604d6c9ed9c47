"""Workbooks out: what a person who edits and prints them finds there, and the same bytes again."""

import subprocess
import sys
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from sekisho.policy.editing import with_cell, with_row
from sekisho.policy.sheets import MissingSheet, Unreadable, WrongEncoding
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.policy.workbooks import (
    NotInATable,
    files_in_workbook,
    policy_in_workbook,
    write_workbook,
)
from sekisho_links.policy.workbooks.transposed import MARK
from tests.links.policy.books import TAKUSO, all_files, files, titles

RULES = f"{TAKUSO}/判定表.csv"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "表.xlsx"
    write_workbook(all_files(), path)
    return path


@pytest.fixture(scope="module")
def book():
    return load_workbook(BytesIO(write_workbook(files())))


def choices(sheet, column):
    """Return the drop-down over the first cell below a heading."""
    head = {cell.value: cell.column_letter for cell in sheet[1]}
    at = f"{head[column]}2"
    return next(one for one in sheet.data_validations.dataValidation if at in one.sqref)


def test_a_workbook_comes_back_byte_for_byte(written):
    assert files_in_workbook(written) == all_files()
    assert policy_in_workbook(written).hash == shipped_policy().hash


def test_the_same_tables_give_the_same_bytes_in_another_process_and_at_another_time():
    told = (
        "import sys, time; time.time = lambda: 2e9; from hashlib import sha256;"
        "from tests.links.policy.books import book; print(sha256(book()).hexdigest())"
    )

    prints = {
        subprocess.run([sys.executable, "-c", told], capture_output=True, check=True).stdout
        for _ in range(2)
    }

    assert len(prints) == 1


def test_a_workbook_names_no_person_and_no_clock():
    with ZipFile(BytesIO(write_workbook(files()))) as parts:
        core = parts.read("docProps/core.xml").decode()
        days = {part.date_time[0] for part in parts.infolist()}

    assert "<dc:creator></dc:creator>" in core or "<dc:creator/>" in core
    assert "2000-01-01" in core
    assert len(days) == 1


def test_there_is_a_sheet_a_file_and_a_copy_for_reading(book):
    assert book.sheetnames == [*titles(files()), "TK_判定表（横）"]


def test_one_system_is_written_with_what_all_share():
    for name in ("takuso", "TK", TAKUSO):
        assert files_in_workbook(write_workbook(all_files(), system=name)) == files()
    with pytest.raises(MissingSheet, match="架空"):
        write_workbook(all_files(), system="架空")


def test_the_heading_and_the_id_stay_and_every_cell_is_text(book):
    assert book["TK_判定表"].freeze_panes == "B2"
    assert book["TK_整理表"].freeze_panes == "C2"
    assert {cell.number_format for row in book["TK_整理表"].iter_rows() for cell in row} == {"@"}
    assert book["TK_判定表"].column_dimensions["A"].width > 4
    assert book["TK_判定表"]["B2"].alignment.wrap_text


@pytest.mark.parametrize(
    ("title", "column", "words"),
    [
        ("TK_判定表", "条件:閲覧者区分", "－,災害応援,関係小売営業"),
        ("TK_判定表", "結果:本人連絡先", "－,表示,一部,符号化,非表示,拒否"),
        ("TK_判定表", "義務:理由入力", "－,不要,要"),
        ("TK_整理表", "上限:国", "表示,一部,符号化,非表示,拒否"),
        ("TK_整理表", "マスク方式", "姓のみ,"),
        ("TK_整理表", "項目区分", "レコード,地点識別"),
        ("TK_画面", "画面区分", "検索,一覧"),
        ("TK_画面項目", "用途", "検索条件,"),
        ("TK_画面項目", "画面ID", "'TK_画面'!$A$2:$A$"),
        ("TK_画面項目", "項目ID", "'TK_整理表'!$B$2:$B$"),
        ("TK_画面遷移", "引継ぎ", "なし,検索条件,内部ID"),
        ("TK_試験例", "期待:契約", "－,表示"),
        ("不変条件", "条件:状況", "－,"),
    ],
)
def test_a_column_offers_its_words(book, title, column, words):
    assert choices(book[title], column).formula1.strip('"').startswith(words)


def test_a_drop_down_suggests_and_never_forbids(book):
    for sheet in book.worksheets:
        for one in sheet.data_validations.dataValidation:
            assert one.errorStyle == "warning" or not one.showErrorMessage
    assert not choices(book["TK_判定表"], "条件:状況").showErrorMessage
    assert choices(book["TK_整理表"], "上限:国").errorStyle == "warning"


def test_new_attributes_are_offered():
    more = with_row(
        files(),
        "属性.csv",
        cells={"属性": "状況", "値": "試運転"},
    )

    sheet = load_workbook(BytesIO(write_workbook(more)))["TK_判定表"]

    assert "試運転" in choices(sheet, "条件:状況").formula1


def test_treatments_have_their_colours(book):
    rules = book["TK_判定表"].conditional_formatting
    words = {rule.formula[0] for area in rules for rule in area.rules}

    assert words == {'"表示"', '"一部"', '"符号化"', '"非表示"', '"拒否"', '"要"'}


def test_it_is_printed_on_a4_across_with_its_heading_its_page_and_its_hash(book):
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.print_title_rows.startswith("$1:$")
        assert "sha256:" in sheet.oddFooter.right.text
        assert sheet.oddFooter.left.text == "&A"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert book["TK_判定表"].page_setup.fitToWidth in (1, None)


def test_the_copy_has_the_conditions_down_and_the_rules_across(book):
    copy = book["TK_判定表（横）"]
    table = book["TK_判定表"]

    assert MARK in copy["A1"].value
    assert [cell.value for cell in copy[2]][:3] == ["規則ID", "A01", "A02"]
    assert copy[2][-1].value == "上記以外"
    down = [row[0].value for row in copy.iter_rows(min_row=3)]
    assert down[0] == "条件:閲覧者区分"
    assert down.index("結果:レコード") < down.index("義務:理由入力") < down.index("根拠")
    for row in copy.iter_rows(min_row=3):
        column = next(cell for cell in table[1] if cell.value == row[0].value).column
        assert row[2].value == table.cell(row=3, column=column).value
    assert {copy.cell(row=down.index(name) + 3, column=copy.max_column).value for name in down} == {
        *("－", "拒否", "要", None)
    }


@pytest.mark.parametrize(
    ("text", "word"),
    [("あ" * 32_768, "32,767"), ("\uffff", "書けない文字")],
)
def test_what_a_workbook_cannot_hold_is_refused_with_another_way(text, word):
    spoiled = with_cell(files(), RULES, row="A01", column="備考", value=text)

    with pytest.raises(NotInATable, match=word) as caught:
        write_workbook(spoiled)

    assert "判定表.csv 2行目" in caught.value.place
    assert "CSV" in caught.value.remedy


def test_a_draft_that_cannot_be_taken_apart_is_refused_in_words():
    with pytest.raises(NotInATable, match="列の数"):
        write_workbook({RULES: b"a,b\n1,2,3\n"})
    with pytest.raises(WrongEncoding, match="Shift_JIS"):
        write_workbook({RULES: "規則ID\n表\n".encode("cp932")})
    with pytest.raises(NotInATable, match="シートの名"):
        write_workbook({"とても長い名のシステムとても長い名のシステムとても/判定表.csv": b"a\n1\n"})


def test_a_wrong_word_is_told_by_its_cell(tmp_path):
    wrong = with_cell(files(), RULES, row="A02", column="条件:認証", value="単要そ")

    with pytest.raises(Unreadable) as caught:
        policy_in_workbook_of(wrong, tmp_path)

    assert caught.value.errors[0].place == "シート「TK_判定表」 G3"


def policy_in_workbook_of(tables, tmp_path):
    write_workbook(tables, tmp_path / "表.xlsx")
    return policy_in_workbook(tmp_path / "表.xlsx")
