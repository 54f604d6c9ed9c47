"""A list that people keep, as rows by the headings of their cells: a CSV or a workbook.

What the rows mean is said by who reads them. A row that cannot be read is a fault of its line; a
file that cannot be read as such is refused as a whole, and nothing of it is taken.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sekisho.accounts.faults import Fault
from sekisho_links.workbooks.book import Listed, book_in
from sekisho_links.workbooks.faults import NotInATable, unreadable
from sekisho_links.workbooks.grid import Sheet, sheet_in
from sekisho_links.workbooks.parts import (
    BROKEN,
    bytes_of,
    endless,
    forbidden,
    foreign,
    parts_in,
)
from sekisho_links.workbooks.streams import Endless, Forbidden

LARGEST = 32 * 1024 * 1024  # bytes
MOST_ROWS = 100_000
MOST_COLUMNS = 200
UTF8, CP932 = "utf-8-sig", "cp932"
_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CELL = re.compile(r" ([A-Z]+)(\d+)(?::[A-Z]+(\d+))?$|(\d+)行目$")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. number: as an editor or a spreadsheet counts it."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Rows:
    """whole: the file could be opened, and has the headings that are needed."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    whole: bool = True

    def refuse(self, problem: str, remedy: str, *, line: int = 0, column: str = "") -> "Rows":
        """Return this with nothing but what makes the whole file unusable."""
        self.rows, self.whole = [], False
        self.faults.append(Fault(line=line, column=column, problem=problem, remedy=remedy))
        return self


def rows_in(
    data: bytes,
    *,
    headings: Collection[str],
    numbers: Collection[str] = (),
    days: Collection[str] = (),
    encoding: str = UTF8,
    sheet: str = "",
) -> Rows:
    """Return the rows of a file: of its one visible sheet, or of a CSV.

    headings: that must be there; others may stand beside them and are kept.
    numbers:  headings under which a whole number is what was meant. days: the same of days.
    encoding: of a CSV, as it was declared: nothing is guessed.
    sheet:    the name of the sheet; "": the only one that can be seen.
    """
    if len(data) > LARGEST:
        return Rows().refuse(
            f"ファイルが大きすぎます（{LARGEST // 1024 // 1024} MB まで）",
            "分けて取り込んでください",
        )
    if not data.strip():
        return Rows().refuse("ファイルが空です", "書き出しを確かめてください")
    if data.startswith(_OLD_WORKBOOK):
        return Rows().refuse(
            "古い形式の Excel のブックか、パスワードの付いたブックです",
            "パスワードを外し、.xlsx の形式で保存し直してください",
        )
    if data.startswith(_WORKBOOK):
        return rows_of_workbook(data, headings=headings, numbers=numbers, days=days, sheet=sheet)
    return _of_csv(data, headings, encoding=encoding)


def _of_csv(data: bytes, headings: Collection[str], *, encoding: str) -> Rows:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return Rows().refuse(
            f"選んだ文字の種類では読めないバイト（{data[error.start]:02X}）があります",
            "文字の種類（UTF-8 か Shift_JIS）を選び直してください",
            line=data.count(b"\n", 0, error.start) + 1,
        )
    if bad := _UNPRINTABLE.search(text):
        return Rows().refuse(
            "読めない文字（制御文字など）があります",
            "文字の種類を選び直すか、その文字を消してください",
            line=text.count("\n", 0, bad.start()) + 1,
        )
    return rows_of_text(text, headings=headings)


def rows_of_text(text: str, *, headings: Collection[str], delimiter: str = ",") -> Rows:
    """Return the rows of a CSV that is decoded already."""
    found = Rows()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        if not _headless(found, head, headings):
            _fill(found, reader, head)
    except csv.Error as error:
        return found.refuse(
            f"CSV として読めません（{error}）",
            '引用符（"）が閉じているかを確かめてください',
            line=reader.line_num,
        )
    return found


def _fill(found: Rows, reader: Any, head: list[str]) -> None:  # noqa: ANN401 -- the csv reader
    before = reader.line_num
    for cells in reader:
        number, before = before + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(found.rows) >= MOST_ROWS:
            found.refuse(f"行が多すぎます（{MOST_ROWS:,} 行まで）", "分けて取り込んでください")
            return
        if len(cells) != len(head):
            found.faults.append(
                Fault(
                    line=number,
                    problem=f"列の数が見出しと違います（{len(cells)} 列、見出しは {len(head)} 列）",
                    remedy="区切りの文字が値に入っていないかを確かめてください",
                )
            )
            continue
        found.rows.append(Row(number=number, cells=dict(zip(head, cells, strict=True))))


def _headless(found: Rows, head: list[str], headings: Collection[str]) -> bool:
    """Tell what is wrong with the headings, and return whether something is."""
    twice = sorted({name for name in head if name and head.count(name) > 1})
    missing = [name for name in headings if name not in head]
    if twice:
        found.refuse(
            f"同じ見出しが二つあります: {'、'.join(twice)}", "列の名を分けてください", line=1
        )
    if missing:
        found.refuse(
            f"見出しがありません: {'、'.join(missing)}",
            f"1行目に見出しを書いてください（{'、'.join(headings)}）",
            line=1,
        )
    return bool(twice or missing)


def rows_of_workbook(
    data: bytes,
    *,
    headings: Collection[str],
    numbers: Collection[str] = (),
    days: Collection[str] = (),
    sheet: str = "",
) -> Rows:
    """Return the rows of a sheet of a workbook; see `rows_in`."""
    found = Rows()
    name = "ブック"
    try:
        data, name = bytes_of(data)
        parts = parts_in(data, name=name)
        for fault in foreign(parts, name=name):
            found.refuse(fault.problem, fault.remedy)
        book = book_in(parts, numbers=numbers, days=days)
        listed = _sheet_of(found, book.sheets, sheet)
        if listed is None or not found.whole:
            return found
        read = sheet_in(
            parts.read(listed.part),
            title=listed.title,
            shared=book.shared,
            limits=(MOST_ROWS, MOST_COLUMNS),
        )
    except NotInATable as error:
        return found.refuse(error.problem, error.remedy)
    except Forbidden:
        return found.refuse(forbidden(name).problem, forbidden(name).remedy)
    except Endless:
        return found.refuse(endless(name).problem, endless(name).remedy)
    except BROKEN:
        return found.refuse(unreadable(name).problem, unreadable(name).remedy)
    return _of_sheet(found, read, headings)


def _sheet_of(found: Rows, sheets: Collection[Listed], name: str) -> Listed | None:
    """Return the sheet of that name, or the only one that can be seen."""
    named = [one for one in sheets if not name or one.title == name]
    seen = [one for one in named if not one.hidden and one.kind == "worksheet"]
    if len(seen) == 1:
        return seen[0]
    found.refuse(
        f"シート「{name}」がありません" if name else "見えるシートが一つではありません",
        "取り込むシートだけを、新しいブックに写してください",
    )
    return None


def _of_sheet(found: Rows, sheet: Sheet, headings: Collection[str]) -> Rows:
    head = [cell.strip() for cell in sheet.head]
    if _headless(found, head, headings):
        return found
    wrong: set[int] = set()
    for error in sheet.faults:
        place = _CELL.search(error.place)
        row = int(place[2] or place[4]) if place else 0
        if not row or row <= sheet.heading:
            return found.refuse(f"{error.problem}（{error.place}）", error.remedy)
        wrong |= set(range(row, int((place and place[3]) or row) + 1))
        found.faults.append(
            Fault(
                line=row,
                column=(place and place[1] and f"{place[1]}列") or "",
                problem=error.problem,
                remedy=error.remedy,
            )
        )
    for row, cells in _below(sheet):
        if row not in wrong:
            texts = {name: cells.get(n, "") for n, name in enumerate(head, start=1) if name}
            found.rows.append(Row(number=row, cells=texts))
    return found


def _below(sheet: Sheet) -> Iterator[tuple[int, dict[int, str]]]:
    for row in sorted(sheet.rows):
        if row > sheet.heading:
            yield row, sheet.rows[row]
