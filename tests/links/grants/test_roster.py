"""The roster as a company sends it: every fault by line and cell, and nothing guessed."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from sekisho_links.grants.roster import HEADINGS, read
from sekisho_links.workbooks.rows import CP932, rows_in

TODAY = date(2027, 1, 12)
GOOD = ("100001", "山野 みどり", "R000-03", "電話受付、現場確認", "はい", "2026-06-01")


def csv_of(*rows, head=HEADINGS, encoding="utf-8-sig"):
    text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in [head, *rows])
    return (text + "\r\n").encode(encoding)


def book(*rows, head=HEADINGS, sheets=()):
    made = Workbook()
    made.active.title = "名簿"
    for row in [head, *rows]:
        made.active.append(list(row))
    for title in sheets:
        made.create_sheet(title)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def with_cell(name, value):
    return tuple(
        value if heading == name else cell for heading, cell in zip(HEADINGS, GOOD, strict=True)
    )


def test_a_csv_and_a_workbook_say_the_same():
    csv, excel = read(csv_of(GOOD), today=TODAY), read(book(GOOD), today=TODAY)

    assert csv.whole
    assert csv.lines == excel.lines
    (line,) = csv.lines
    assert (line.number, line.unit, line.is_sales) == ("100001", "R000-03", True)
    assert line.skills == ("電話受付", "現場確認")
    assert line.trained_on == date(2026, 6, 1)


def test_shift_jis_is_read_where_it_is_declared_and_refused_where_it_is_not():
    data = csv_of(GOOD, encoding="cp932")

    assert read(data, today=TODAY, encoding=CP932).whole
    found = read(data, today=TODAY)
    assert (found.lines, found.opens) == ((), False)
    assert "文字の種類" in found.faults[0].remedy


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("令和8年6月1日", date(2026, 6, 1)),
        ("R8.6.1", date(2026, 6, 1)),
        ("２０２６／６／１", date(2026, 6, 1)),
        (date(2026, 6, 1), date(2026, 6, 1)),
    ],
    ids=["和暦", "略した和暦", "全角", "日付のセル"],
)
def test_a_day_of_training_is_read_as_people_write_it(written, day):
    (line,) = read(book(with_cell("研修日", written)), today=TODAY).lines

    assert line.trained_on == day


def test_a_number_that_a_spreadsheet_made_of_a_code_is_taken_where_it_is_whole():
    (line,) = read(book(with_cell("社員番号", 100001)), today=TODAY).lines

    assert line.number == "100001"


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("社員番号", "", "社員番号がありません"),
        ("社員番号", "1.0E+05", "指数の形"),
        ("社員番号", "山野", "社員番号として読めません"),
        ("氏名", " ", "空欄です"),
        ("組織コード", "", "空欄です"),
        ("営業部門", "たぶん", "どちらでもありません"),
        ("研修日", "来月", "日付として読めません"),
        ("研修日", "2027-01-13", "まだ来ていません"),
        ("技能", "、".join(f"技能{n}" for n in range(11)), "技能が多いか長すぎます"),
    ],
)
def test_a_cell_that_cannot_be_read_refuses_its_line_and_no_other(cell, value, problem):
    other = ("100002", *GOOD[1:])
    found = read(csv_of(with_cell(cell, value), other), today=TODAY)

    assert [line.number for line in found.lines] == ["100002"]
    assert problem in found.faults[0].problem
    assert (found.faults[0].line, found.faults[0].column) == (2, cell)
    assert not found.whole


def test_somebody_without_training_is_listed_and_told():
    found = read(csv_of(with_cell("研修日", "")), today=TODAY)

    assert found.whole
    assert found.lines[0].trained_on is None
    assert "招集できません" in found.faults[0].remedy


def test_somebody_twice_counts_once_and_is_told_by_line():
    found = read(csv_of(GOOD, GOOD), today=TODAY)

    assert len(found.lines) == 1
    assert "2行目と同じ人です" in found.faults[0].problem


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "ファイルが空です"),
        (csv_of(), "一人もいません"),
        (csv_of(GOOD[:5], head=HEADINGS[:5]), "見出しがありません: 研修日"),
        (csv_of((*GOOD, "x"), head=(*HEADINGS, "技能")), "同じ見出しが二つあります"),
        (b"\xd0\xcf\x11\xe0rest", "古い形式の Excel"),
        (b"PK\x03\x04rest", "Excel のブックとして読めません"),
        (book(GOOD, sheets=["別"]), "見えるシートが一つではありません"),
        ('社員番号,"氏名'.encode(), "CSV として読めません"),
        ("社員番号\x00".encode(), "読めない文字"),
    ],
)
def test_a_file_that_cannot_be_read_gives_nothing_and_says_why(data, problem):
    found = read(data, today=TODAY)

    assert found.lines == ()
    assert problem in found.faults[0].problem
    assert found.faults[0].remedy


def test_a_merged_cell_is_a_fault_of_every_line_that_it_reaches():
    made = Workbook()
    for row in [HEADINGS, *((f"10000{n}", *GOOD[1:]) for n in range(1, 4))]:
        made.active.append(list(row))
    made.active.merge_cells("D2:E3")
    out = BytesIO()
    made.save(out)

    found = read(out.getvalue(), today=TODAY)

    assert [line.number for line in found.lines] == ["100003"]
    assert "結合したセル" in found.faults[0].problem


def test_other_columns_may_stand_beside_those_that_are_needed():
    found = rows_in(b"a,b,c\n1,2,3\n", headings=["a", "b"])

    assert found.rows[0].cells == {"a": "1", "b": "2", "c": "3"}


def test_the_words_of_a_fault_never_hold_a_name():
    found = read(csv_of(with_cell("氏名", "")), today=TODAY)

    assert all("山野" not in str(fault) for fault in found.faults)
