"""Every place in the tables has its cell in the workbook."""

import pytest

from sekisho.policy.editing import with_cell, with_row
from sekisho.policy.lint import lint
from sekisho.policy.place import Place
from sekisho.policy.read import read
from sekisho.policy.sheets import Unreadable
from sekisho_links.policy.workbooks import address_of
from sekisho_links.policy.workbooks.addresses import file_of, title_of
from sekisho_links.workbooks.columns import letters, number
from tests.links.policy.books import TAKUSO, files

RULES = f"{TAKUSO}/判定表.csv"


def stops(tables):
    with pytest.raises(Unreadable) as caught:
        read(tables)
    return [(address_of(one.place), str(one.place)) for one in caught.value.errors]


@pytest.mark.parametrize(
    ("path", "row", "column", "value", "address"),
    [
        (RULES, "A04", "条件:状況", "演習", "シート「TK_判定表」 D5"),
        (RULES, "A04", "条件:閲覧者区分", "", "シート「TK_判定表」 B5"),
        (RULES, "A04", "結果:契約", "見せる", "シート「TK_判定表」 P5"),
        (RULES, "A04", "適用開始", "2026/4/1", "シート「TK_判定表」 AF5"),
        (f"{TAKUSO}/整理表.csv", "area_code", "上限:国", "？", "シート「TK_整理表」 Z3"),
        (f"{TAKUSO}/整理表.csv", "area_code", "マスク方式", "なし", "シート「TK_整理表」 K3"),
        (f"{TAKUSO}/整理表.csv", "area_code", "番号", "x", "シート「TK_整理表」 A3"),
        (f"{TAKUSO}/画面.csv", "TK-110", "画面区分", "x", "シート「TK_画面」 C3"),
        (f"{TAKUSO}/試験例.csv", "TK-X01", "期待義務", "x", "シート「TK_試験例」 X2"),
        ("不変条件.csv", "F01", "下限", "x", "シート「不変条件」 P2"),
        ("属性.csv", "閲覧者区分＋災害応援", "優先", "x", "シート「属性」 E2"),
    ],
)
def test_what_stops_the_reading_is_told_by_its_cell(path, row, column, value, address):
    ((said, words),) = stops(with_cell(files(), path, row=row, column=column, value=value))

    assert said == address
    assert words.startswith(f"{path} ")  # the words stay as they were


def test_a_cell_over_several_lines_moves_no_address():
    tables = with_cell(files(), RULES, row="A01", column="備考", value="一\n二\n三")
    tables = with_cell(tables, RULES, row="A02", column="条件:認証", value="x")

    assert stops(tables) == [("シート「TK_判定表」 G3", f"{RULES} 5行目 A02")]


def test_a_column_that_nobody_reads_is_told_by_its_heading():
    data = files()[RULES].replace("備考".encode(), "メモ".encode(), 1)

    said = [address for address, _ in stops({**files(), RULES: data})]

    assert said[0] == "シート「TK_判定表」 AE1"


def test_findings_are_told_by_their_cell():
    tables = with_cell(files(), RULES, row="A03", column="根拠", value="－")
    tables = with_cell(tables, RULES, row="A01", column="条件:閲覧者区分", value="新電力,国")

    found = {f"{one.place}": address_of(one.place) for one in lint(read(tables))}

    assert found[f"{TAKUSO} 判定表 規則A03"] == "シート「TK_判定表」 AD4"


def test_a_cell_that_was_read_otherwise_is_told_by_its_address():
    tables = with_cell(files(), RULES, row="A03", column="条件:認証", value="多要素 ")

    (cell,) = read(tables).normalised

    assert address_of(cell.place) == "シート「TK_判定表」 G4"
    assert cell.place == f"{RULES} 4行目 A03 条件:認証"


def test_a_finding_about_a_new_row_is_told_by_its_row():
    cells = dict(zip(("番号", "項目ID", "項目名"), ("999", "new", "新"), strict=True))
    tables = with_row(files(), f"{TAKUSO}/整理表.csv", cells=cells)

    (said,) = {address.rpartition(" ")[0] for address, _ in stops(tables)}

    assert said == "シート「TK_整理表」"


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("託送業務システム/判定表.csv 5行目 A04", "シート「TK_判定表」 5行目"),
        ("属性.csv", "シート「属性」"),
        ("シート「TK_判定表」 B2", "シート「TK_判定表」 B2"),
        ("表.xlsx", "表.xlsx"),
        (Place("x", file="新しい/画面.csv"), "シート「新しい_画面」"),
    ],
)
def test_words_alone_are_taken_as_far_as_they_say(place, address):
    assert address_of(place) == address


def test_columns_have_their_letters():
    for column, name in (
        (1, "A"),
        (26, "Z"),
        (27, "AA"),
        (702, "ZZ"),
        (703, "AAA"),
        (16384, "XFD"),
    ):
        assert letters(column) == name
        assert number(name) == column


def test_every_file_has_its_sheet_and_back():
    for path in files():
        assert file_of(title_of(path)) == path
    assert file_of("めも") is None
    assert file_of("_判定表") is None
