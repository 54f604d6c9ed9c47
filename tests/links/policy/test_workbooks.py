"""Workbooks: there and back without a change, and nothing hidden comes in."""

from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import load_workbook

from sekisho.policy.sheets import Unreadable
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_links.policy.workbooks import (
    LARGEST,
    NotInATable,
    files_in_workbook,
    policy_in_workbook,
    write_workbook,
)

FILES = files_in(shipped("tables"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "表.xlsx"
    write_workbook(FILES, path)
    return path


@pytest.fixture
def book(written):
    return load_workbook(written)


def test_a_workbook_comes_back_byte_for_byte(written):
    assert files_in_workbook(written) == FILES
    assert policy_in_workbook(written).hash == shipped_policy().hash


def test_a_workbook_has_one_sheet_a_file_with_a_frozen_header_and_drop_downs(book):
    assert len([name for name in book.sheetnames if "（横）" not in name]) == len(FILES)
    rules = book["TK_判定表"]
    assert rules.freeze_panes == "B2"
    assert rules["A2"].number_format == "@"
    assert {
        rule.dxf.fill.bgColor.rgb for area in rules.conditional_formatting for rule in area.rules
    }


def refused(book, tmp_path):
    path = tmp_path / "直した表.xlsx"
    book.save(path)
    with pytest.raises(Unreadable) as caught:
        policy_in_workbook(path)
    return caught.value.errors


def formula(book):
    book["TK_判定表"]["B2"] = '=CONCAT("－","")'
    return "シート「TK_判定表」 B2", "数式"


def merged(book):
    book["TK_判定表"].merge_cells("B2:B3")
    return "シート「TK_判定表」 B2:B3", "結合"


def hidden_row(book):
    book["NO_判定表"].row_dimensions[3].hidden = True
    return "シート「NO_判定表」 3行目", "隠れた行"


def hidden_column(book):
    book["NO_判定表"].column_dimensions["D"].hidden = True
    return "シート「NO_判定表」 D列", "隠れた列"


def hidden_sheet(book):
    book["不変条件"].sheet_state = "hidden"
    return "シート「不変条件」", "隠れたシート"


def number(book):
    book["TK_整理表"]["G2"] = 9.0e20
    return "シート「TK_整理表」 G2", "数に変わった"


def day(book):
    book["TK_整理表"]["G2"] = datetime(2026, 4, 1)  # noqa: DTZ001 -- as Excel has them
    return "シート「TK_整理表」 G2", "日付に変わった"


def truth(book):
    book["TK_整理表"]["G2"] = True
    return "シート「TK_整理表」 G2", "真偽値に変わった"


def error_value(book):
    book["TK_整理表"]["G2"] = "#REF!"
    book["TK_整理表"]["G2"].data_type = "e"
    return "シート「TK_整理表」 G2", "エラー値"


def other_sheet(book):
    book.create_sheet("めも")["A1"] = "x"
    return "", "めも"


@pytest.mark.parametrize(
    "spoil",
    [
        formula,
        merged,
        hidden_row,
        hidden_column,
        hidden_sheet,
        number,
        day,
        truth,
        error_value,
        other_sheet,
    ],
    ids=lambda one: one.__name__,
)
def test_what_a_table_cannot_say_is_refused_by_sheet_and_cell(spoil, book, tmp_path):
    place, word = spoil(book)

    errors = refused(book, tmp_path)

    assert any(isinstance(one, NotInATable) and word in one.problem for one in errors)
    assert any(place in one.place for one in errors)
    assert all(one.remedy for one in errors)


def test_whole_numbers_and_days_are_taken_where_they_are_meant(book, tmp_path):
    book["TK_画面"]["F3"] = 50
    book["TK_判定表"]["AF2"] = datetime(2026, 4, 1)  # noqa: DTZ001 -- as Excel has them
    path = tmp_path / "直した表.xlsx"
    book.save(path)

    assert files_in_workbook(path) == FILES


def test_a_word_that_is_not_in_the_sheet_of_attributes_is_refused(book, tmp_path):
    book["TK_判定表"]["B2"] = "よその人"

    errors = refused(book, tmp_path)

    assert "よその人" in errors[0].problem
    assert errors[0].place == "シート「TK_判定表」 B2"


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"PK\x03\x04 cut off")

    with pytest.raises(NotInATable, match="Excel のブックとして読めません"):
        policy_in_workbook(path)


def with_part(book: Path, name: str, body: bytes, to: Path) -> Path:
    """Return a copy of `book` in which the part `name` has the bytes `body`."""
    with ZipFile(book) as parts, ZipFile(to, "w", ZIP_DEFLATED) as copy:
        for part in parts.infolist():
            if part.filename != name:
                copy.writestr(part.filename, parts.read(part))
        copy.writestr(name, body)
    return to


def test_a_workbook_whose_sheet_is_cut_short_is_refused_in_words(written, tmp_path):
    cut = with_part(
        written, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row", tmp_path / "cut.xlsx"
    )

    with pytest.raises(NotInATable, match="読めません"):
        policy_in_workbook(cut)


def test_a_workbook_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(written, tmp_path):
    bomb = with_part(written, "xl/media/bomb.xml", b" " * (LARGEST + 1), tmp_path / "bomb.xlsx")
    assert bomb.stat().st_size < 2_000_000

    with pytest.raises(NotInATable, match="大きすぎます"):
        policy_in_workbook(bomb)
