"""The rows of a file as texts by our names of the columns, with the faults of what is no row."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from sekisho.accounts.faults import Fault
from sekisho_links.grants.foreign_logs.declared import Columns
from sekisho_links.workbooks.book import Listed, book_in
from sekisho_links.workbooks.columns import number
from sekisho_links.workbooks.faults import NotInATable, unreadable
from sekisho_links.workbooks.grid import Sheet, sheet_in
from sekisho_links.workbooks.parts import BROKEN, bytes_of, endless, forbidden, foreign, parts_in
from sekisho_links.workbooks.streams import Endless, Forbidden

MOST_ROWS, MOST_COLUMNS = 100_000, 200
UTF8, CP932 = "utf-8-sig", "cp932"
_CELL = re.compile(r" ([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?$|(\d+)行目$")
_MERGED = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")
_MERGE = "結合"


@dataclass(slots=True, kw_only=True)
class Rows:
    """names: our names, in the order of the texts of a row; "" where a column is none of ours.

    whole: the file could be opened. Where not, no row of it is taken.
    """

    names: Sequence[str] = ()
    rows: list[tuple[int, Sequence[str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)
    whole: bool = True

    def refuse(self, problem: str, remedy: str, *, line: int = 0) -> "Rows":
        """Return this with nothing but why the whole file cannot be taken."""
        self.rows, self.whole = [], False
        self.faults.append(Fault(line=line, problem=problem, remedy=remedy))
        return self

    def tell(
        self, line: int, problem: str, remedy: str, *, column: str = "", refused: bool = True
    ) -> None:
        self.faults.append(
            Fault(line=line, column=column, problem=problem, remedy=remedy, refused=refused)
        )
        if refused:
            self.unread.add(line)


def rows_of_csv(data: bytes, columns: Columns, *, encoding: str) -> Rows:
    """Return the rows of a CSV in the encoding that was declared."""
    found = Rows()
    text = _text(found, data, encoding)
    if text is None:
        return found
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        if not _named(found, head, columns):
            return found
        width, before = len(head), reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if len(cells) == width:
                if any(cells):
                    found.rows.append((line, cells))
            elif any(cell.strip() for cell in cells):
                found.tell(
                    line,
                    f"列の数が見出しと違います（{len(cells)} 列、見出しは {width} 列）",
                    "区切りの文字が値に入っていないかを確かめてください",
                )
    except csv.Error as error:
        return found.refuse(
            f"CSV として読めません（{error}）",
            '引用符（"）が閉じているかを確かめてください',
            line=reader.line_num,
        )
    return found


def rows_of_w3c(data: bytes, names: Mapping[str, str], *, encoding: str) -> Rows:
    """Return the rows of a W3C extended log. Its days and times are UTC."""
    found = Rows(names=("date", "time", "account", "action", "object", "ip", "device"))
    text = _text(found, data, encoding)
    if text is None:
        return found
    fields: list[str] = []
    for line, said in enumerate(text.splitlines(), start=1):
        if said.startswith("#Fields:"):
            fields = said.removeprefix("#Fields:").split()
        if said.startswith("#") or not said.strip():
            continue
        cells = said.split(" ")
        if len(cells) != len(fields):
            found.tell(
                line, "項目の数が宣言と違います", "途中で切れた行です。持ち主に確かめてください"
            )
            continue
        by_name = dict(zip(fields, cells, strict=True))
        texts = [by_name.get(name, "") for name in ("date", "time")]
        texts += [_of_w3c(by_name, names.get(key, "")) for key in found.names[2:]]
        found.rows.append((line, texts))
    if not fields:
        return found.refuse("#Fields の宣言がありません", "記録の先頭から取り直してください")
    return found


def rows_of_workbook(data: bytes, columns: Columns) -> Rows:
    """Return the rows of the one visible sheet. What is merged downwards is read in each row."""
    found, name = Rows(), "ブック"
    moments = [
        columns.names[key] for key in ("at", "date", "time", "until") if key in columns.names
    ]
    others = [heading for heading in columns.names.values() if heading not in moments]
    try:
        data, name = bytes_of(data)
        parts = parts_in(data, name=name)
        for fault in foreign(parts, name=name):
            found.refuse(fault.problem, fault.remedy)
        book = book_in(parts, numbers=others, moments=moments)
        listed = _only(found, book.sheets)
        if listed is None or not found.whole:
            return found
        sheet = sheet_in(
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
    return _of_sheet(found, sheet, columns)


def _text(found: Rows, data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        found.refuse(
            f"選んだ文字の種類では読めないバイト（{data[error.start]:02X}）があります",
            "文字の種類（UTF-8 か Shift_JIS）を選び直してください",
            line=data.count(b"\n", 0, error.start) + 1,
        )
        return None


def _named(found: Rows, head: Sequence[str], columns: Columns) -> bool:
    """Give the columns our names, and return whether every needed one is there once."""
    twice = sorted({name for name in head if name and head.count(name) > 1})
    missing = [name for name in columns.headings if name not in head]
    if twice:
        found.refuse(
            f"同じ見出しが二つあります: {'、'.join(twice)}", "列の名を分けてください", line=1
        )
    if missing:
        found.refuse(
            f"見出しがありません: {'、'.join(missing)}",
            "記録か、列の対応（content/foreign）を直してください",
            line=1,
        )
    ours = {heading: key for key, heading in columns.names.items()}
    found.names = [ours.get(name, "") for name in head]
    return found.whole


def _of_w3c(cells: Mapping[str, str], name: str) -> str:
    """Return the text of a field, or of one parameter of a query (cs-uri-query:key)."""
    place, _, parameter = name.partition(":")
    text = cells.get(place, "")
    if parameter and text != "-":
        text = next(iter(parse_qs(text).get(parameter, [])), "")
    return "" if text == "-" else text


def _only(found: Rows, sheets: Sequence[Listed]) -> Listed | None:
    seen = [one for one in sheets if not one.hidden and one.kind == "worksheet"]
    if len(seen) == 1:
        return seen[0]
    found.refuse(
        "見えるシートが一つではありません", "記録のシートだけを、新しいブックに写してください"
    )
    return None


def _of_sheet(found: Rows, sheet: Sheet, columns: Columns) -> Rows:
    head = [cell.strip() for cell in sheet.head]
    if not _named(found, head, columns):
        return found
    filled = _unmerged(found, sheet, head, columns)
    for error in sheet.faults:
        place = _CELL.search(error.place)
        row = int(place[2] or place[5]) if place else 0
        if _MERGE in error.problem or (not row and _MERGE in str(error)):
            continue  # each is told above
        if row <= sheet.heading:
            return found.refuse(f"{error.problem}（{error.place}）", error.remedy)
        found.tell(
            row, error.problem, error.remedy, column=(place and place[1] and f"{place[1]}列") or ""
        )
    width = range(1, len(head) + 1)
    for row in sorted(sheet.rows):
        if row > sheet.heading and row not in found.unread:
            cells = sheet.rows[row] | filled.get(row, {})
            found.rows.append((row, [cells.get(n, "") for n in width]))
    return found


def _unmerged(
    found: Rows, sheet: Sheet, head: Sequence[str], columns: Columns
) -> dict[int, dict[int, str]]:
    """Return the values of cells that are merged downwards, row -> column -> text.

    Each range is told. Of other merged cells nobody knows what they say: their rows are unread.
    """
    filled: dict[int, dict[int, str]] = {}
    for where in sheet.merged:
        place = _MERGED.fullmatch(where)
        if place is None:
            continue
        column, last_column = number(place[1]), number(place[3])
        first, last = int(place[2]), int(place[4])
        name = head[column - 1] if column <= len(head) else ""
        rows = [row for row in range(first, last + 1) if row in sheet.rows]
        if column == last_column and name in columns.merged and first > sheet.heading:
            value = sheet.rows.get(first, {}).get(column, "")
            for row in rows[1:]:
                filled.setdefault(row, {})[column] = value
            found.tell(
                first, f"結合したセル（{where}）を、すべて「{name}」の一番上の値として読みました",
                "次からは結合しない形で出してもらってください", column=name, refused=False,
            )  # fmt: skip
            continue
        for row in rows:
            found.tell(
                row, f"結合したセル（{where}）があり、どの行の値か分かりません",
                "結合しない形で出し直してもらってください",
            )  # fmt: skip
    return filled
