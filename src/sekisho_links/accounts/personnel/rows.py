"""The rows of a file, a CSV or a workbook, by the headings of their cells."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sekisho.accounts.faults import Fault
from sekisho_links.accounts.personnel.decoding import Undecodable, decoded
from sekisho_links.accounts.personnel.mapping import FeedMapping
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
_NUMBERS = ("employee_number", "previous_number", "manager", "order_no", "branch", "group_id")
_DAYS = ("starts", "last_day")
_CELL = re.compile(r" ([A-Z]+)(\d+)$|(\d+)行目$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. number: as an editor or a spreadsheet counts it."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Rows:
    """whole: the file could be opened, and has the headings that the mapping names."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    whole: bool = True

    def refuse(self, problem: str, remedy: str, *, line: int = 0, column: str = "") -> "Rows":
        """Return this with nothing but what makes the whole file unusable."""
        self.rows, self.whole = [], False
        self.faults.append(Fault(line=line, column=column, problem=problem, remedy=remedy))
        return self


def rows_of(data: bytes, mapping: FeedMapping) -> Rows:
    """Return the rows of a file in the form that the mapping declares."""
    if len(data) > LARGEST:
        return Rows().refuse(
            f"ファイルが大きすぎます（{LARGEST // 1024 // 1024} MB まで）",
            "期間か組織で分けて送ってください",
        )
    if not data.strip():
        return Rows().refuse("ファイルが空です", "人事の書き出しを確かめてください")
    return _of_workbook(data, mapping) if mapping.form == "excel" else _of_csv(data, mapping)


def _of_csv(data: bytes, mapping: FeedMapping) -> Rows:
    found = Rows()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return found.refuse(
            "Excel のブックです（宣言は CSV）", "CSV で書き出すか、列の対応を直してください"
        )
    try:
        text = decoded(data, encoding=mapping.encoding)
    except Undecodable as error:
        return found.refuse(
            error.problem,
            "書き出しの文字の種類を確かめるか、列の対応の encoding を直してください",
            line=error.line,
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter, strict=True)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        if _headless(found, head, mapping):
            return found
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
            found.refuse(
                f"行が多すぎます（{MOST_ROWS:,} 行まで）", "期間か組織で分けて送ってください"
            )
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


def _headless(found: Rows, head: list[str], mapping: FeedMapping) -> bool:
    """Tell what is wrong with the headings, and return whether something is."""
    twice = sorted({name for name in head if name and head.count(name) > 1})
    missing = [name for name in mapping.columns.values() if name not in head]
    if twice:
        found.refuse(
            f"同じ見出しが二つあります: {'、'.join(twice)}", "列の名を分けてください", line=1
        )
    if missing:
        found.refuse(
            f"見出しがありません: {'、'.join(missing)}",
            "ファイルと列の対応のどちらかを直してください",
            line=1,
        )
    return bool(twice or missing)


def _of_workbook(data: bytes, mapping: FeedMapping) -> Rows:
    found = Rows()
    name = "ブック"
    try:
        data, name = bytes_of(data)
        parts = parts_in(data, name=name)
        for fault in foreign(parts, name=name):
            found.refuse(fault.problem, fault.remedy)
        book = book_in(
            parts,
            numbers=[mapping.columns[key] for key in _NUMBERS if key in mapping.columns],
            days=[mapping.columns[key] for key in _DAYS if key in mapping.columns],
        )
        listed = _sheet_of(found, list(book.sheets), mapping)
        if listed is None or not found.whole:
            return found
        sheet = sheet_in(
            parts.read(listed.part),
            title=listed.title,
            shared=book.shared,
            limits=(MOST_ROWS, 200),
        )
    except NotInATable as error:
        return found.refuse(error.problem, error.remedy)
    except Forbidden:
        return found.refuse(forbidden(name).problem, forbidden(name).remedy)
    except Endless:
        return found.refuse(endless(name).problem, endless(name).remedy)
    except BROKEN:
        return found.refuse(unreadable(name).problem, unreadable(name).remedy)
    return _of_sheet(found, sheet, mapping)


def _sheet_of(found: Rows, sheets: list[Listed], mapping: FeedMapping) -> Listed | None:
    """Return the sheet that the mapping names, or the only one that can be seen."""
    named = [one for one in sheets if not mapping.sheet or one.title == mapping.sheet]
    seen = [one for one in named if not one.hidden and one.kind == "worksheet"]
    if len(seen) == 1:
        return seen[0]
    found.refuse(
        "見えるシートが一つではありません" if not mapping.sheet
        else f"シート「{mapping.sheet}」がありません",
        "列の対応の sheet にシートの名を書いてください",
    )  # fmt: skip
    return None


def _of_sheet(found: Rows, sheet: Sheet, mapping: FeedMapping) -> Rows:
    head = [cell.strip() for cell in sheet.head]
    if _headless(found, head, mapping):
        return found
    wrong: set[int] = set()
    for error in sheet.faults:
        place = _CELL.search(error.place)
        row = int(place[2] or place[3]) if place else 0
        if not row or row == sheet.heading:
            return found.refuse(f"{error.problem}（{error.place}）", error.remedy)
        wrong.add(row)
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
