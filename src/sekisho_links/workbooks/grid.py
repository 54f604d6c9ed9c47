"""One sheet of a workbook as rows of text, and everything in it that a table cannot say.

The XML is walked through once. Only what has content counts, so that a sheet which some program
has filled with a million empty rows is as small as its table; and what is too large is left at
the first cell that is too far out.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sekisho.errors import SekishoError
from sekisho.policy.cells import plain
from sekisho_links.workbooks.columns import letters, number
from sekisho_links.workbooks.faults import NotInATable
from sekisho_links.workbooks.streams import Attributes, parse
from sekisho_links.workbooks.strings import Style, Text, unescaped

MOST_ROWS = 20_000
MOST_COLUMNS = 200
THIN = 1.0  # points of a row, digits of a column
MOST_OF_A_KIND = 20  # faults of one kind told one by one; the others are counted

_AS_TEXT = "セルの書式を「文字列」にして、元の値を書き直してください"
_FORMULA, _ERROR, _NUMBER, _DAY, _TRUTH = "数式", "エラー値", "数", "日付", "真偽値"
_STRUCK, _UNSEEN, _SIGN, _ROW, _COLUMN = "取り消し線", "書式", "文字", "行", "列"
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_FIRST = {False: date(1899, 12, 30), True: date(1904, 1, 1)}  # day 0, by the book's calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the sheets of a book share. from_1904: how it counts its days.

    numbers, days: the columns in which a whole number, or a day, is what was meant.
    moments: the columns in which a day with a time, or a time alone, is what was meant.
    """

    texts: Sequence[Text] = ()
    styles: Sequence[Style] = ()
    from_1904: bool = False
    numbers: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Sheet:
    """The content of a sheet: the texts of each row that has any, and what is wrong with it.

    merged: every range of merged cells (A2:A9); each is also a fault, until too many are.
    """

    title: str
    merged: list[str] = field(default_factory=list)
    rows: dict[int, dict[int, str]] = field(default_factory=dict)  # row -> column -> text
    faults: list[SekishoError] = field(default_factory=list)

    @property
    def heading(self) -> int:
        """The row of the heading; 0 where nothing stands in the sheet."""
        return min(self.rows, default=0)

    @property
    def head(self) -> list[str]:
        """The heading, to its last column that says something."""
        cells = self.rows.get(self.heading, {})
        return [cells.get(column, "") for column in range(1, max(cells, default=0) + 1)]

    @property
    def lines(self) -> list[list[str]]:
        """Every row from the first on, as wide as the heading; an empty row has no cell."""
        wide = range(1, len(self.head) + 1)
        empty: dict[int, str] = {}
        return [
            [cells.get(column, "") for column in wide] if cells else []
            for cells in (
                self.rows.get(row, empty) for row in range(1, max(self.rows, default=0) + 1)
            )
        ]

    def at(self, where: str) -> str:
        """Return the place of a cell, row or column in words."""
        return f"シート「{self.title}」 {where}".rstrip()


class _TooLarge(Exception):
    """A cell with content stands further out than any table reaches."""


@dataclass(slots=True)
class _Cell:
    """One cell as it is read. column: from 1."""

    column: int = 0
    kind: str = "n"
    style: int = 0
    value: str = ""
    formula: str | None = None
    struck: bool = False  # in a part of its own text


def sheet_in(
    data: bytes,
    *,
    title: str,
    shared: Shared,
    copy: bool = False,
    limits: tuple[int, int] = (MOST_ROWS, MOST_COLUMNS),
) -> Sheet:
    """Return the sheet whose XML is `data`.

    copy: its rules stand side by side, and it is only compared: nothing in it is a fault.
    limits: the most rows and columns.

    Raises what a broken part raises; a cell said twice, or out of its order, is broken too.
    """
    rows, columns = limits
    walk = _Walk(
        Sheet(title=title),
        shared,
        strict=not copy,
        limits=(columns, rows) if copy else (rows, columns),
    )
    try:
        parse(data, start=walk.start, end=walk.end, text=walk.text)
    except _TooLarge as error:
        walk.sheet.faults.append(
            NotInATable(
                f"表が大きすぎます（{rows:,} 行、{columns} 列まで）",
                place=walk.sheet.at(str(error)),
                remedy="要らない行と列を消すか、表を分けてください",
            )
        )
        return walk.sheet
    if not copy:
        walk.finish()
    return walk.sheet


class _Walk:
    """Walks through the XML of one sheet."""

    def __init__(
        self, sheet: Sheet, shared: Shared, *, strict: bool, limits: tuple[int, int]
    ) -> None:
        self.sheet = sheet
        self._most_rows, self._most_columns = limits
        self._shared = shared
        self._strict = strict
        self._row = 0
        self._before = 0  # the column of the cell before
        self._hidden = self._filtered = False
        self._cell: _Cell | None = None
        self._cells: list[_Cell] = []
        self._parts: list[str] | None = None
        self._reading = False
        self._columns: dict[str, int] = {}  # letters -> number
        self._names: dict[int, str] = {}  # column -> heading
        self._hidden_rows: list[int] = []
        self._hidden_columns: list[tuple[int, int]] = []
        self._told: Counter[str] = Counter()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._cell = self._opened(attributes)
        elif name in ("v", "f"):
            self._parts = []
        elif name == "t":
            self._parts = None if self._reading or self._cell is None else []
        elif name == "rPh":
            self._reading = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "strike" and self._cell is not None:
            self._cell.struck = attributes.get("val", "1") not in ("0", "false")
        elif name == "col":
            if _is_unseen(attributes, size="width"):
                self._hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
        elif name == "mergeCell":
            self.sheet.merged.append(attributes["ref"])
            self._fault(
                "結合", "結合したセルがあります", attributes["ref"],
                "結合を解き、すべてのセルに値を書いてください",
            )  # fmt: skip
        elif name == "filterColumn":
            self._filtered = True

    def end(self, name: str) -> None:
        if name == "c":
            cell, self._cell = self._cell, None
            if cell is not None and (cell.value or cell.formula is not None):
                if self._row > self._most_rows or cell.column > self._most_columns:
                    raise _TooLarge(f"{letters(cell.column)}{self._row}")
                self._cells.append(cell)
        elif name in ("v", "f", "t"):
            said, self._parts = "".join(self._parts or ()), None
            if self._cell is None:
                return
            if name == "f":
                self._cell.formula = said
            else:
                self._cell.value += said
        elif name == "rPh":
            self._reading = False
        elif name == "row":
            self._end_row()

    def text(self, said: str) -> None:
        if self._parts is not None:
            self._parts.append(said)

    def finish(self) -> None:
        """Tell what the whole sheet hides."""
        by = "絞り込みで隠れた行" if self._filtered else "隠れた行"
        for row in self._hidden_rows:
            self._fault(
                _ROW, f"{by}があります", f"{row}行目",
                "絞り込みや非表示を解き、要らない行は消してください",
            )  # fmt: skip
        last = max((max(cells) for cells in self.sheet.rows.values()), default=0)
        for column in (n for low, high in self._hidden_columns for n in range(low, high + 1)):
            if column > last:
                break
            self._fault(
                _COLUMN, "隠れた列があります", f"{letters(column)}列",
                "非表示を解き、要らない列は消してください",
            )  # fmt: skip
        self._without_heading()
        for kind, count in self._told.items():
            if count > MOST_OF_A_KIND:
                self.sheet.faults.append(
                    NotInATable(
                        f"同じこと（{kind}）が、ほかに {count - MOST_OF_A_KIND:,} か所あります",
                        place=self.sheet.at(""),
                        remedy="上に示したところから直し、もう一度取り込んでください",
                    )
                )

    def _opened(self, attributes: Attributes) -> _Cell:
        column = self._before + 1
        if where := attributes.get("r"):
            name = where.rstrip("0123456789")
            column = self._columns.get(name) or self._columns.setdefault(name, number(name))
            if int(where[len(name) :]) != self._row or column <= self._before:
                raise ValueError(where)
        self._before = column
        return _Cell(column, attributes.get("t", "n"), int(attributes.get("s", "0")))

    def _start_row(self, attributes: Attributes) -> None:
        row = int(attributes.get("r", self._row + 1))
        if row <= self._row:
            raise ValueError(row)
        self._row, self._before, self._cells = row, 0, []
        self._hidden = _is_unseen(attributes, size="ht")

    def _end_row(self) -> None:
        texts = {}
        for cell in self._cells:
            if text := self._text(cell):
                texts[cell.column] = text
        if not texts:
            return
        if self._hidden:
            self._hidden_rows.append(self._row)
        self.sheet.rows[self._row] = texts
        if not self._names:
            self._names = {column: plain(text) for column, text in texts.items()}

    def _text(self, cell: _Cell) -> str:
        """Return a cell as text. What was not typed as text is a fault."""
        style = self._shared.styles[cell.style] if cell.style < len(self._shared.styles) else None
        where = f"{letters(cell.column)}{self._row}"
        if cell.formula is not None:
            shown = f"={cell.formula[:60]}" if cell.formula else "複数のセルに共通の数式"
            self._fault(
                _FORMULA, f"数式があります（{shown}）", where, "値だけを貼り付け直してください"
            )
            return f"={cell.formula}"
        text, struck = cell.value, cell.struck
        match cell.kind:
            case "s":
                shared = self._shared.texts[int(cell.value)]
                text, struck = shared.value, shared.struck
            case "inlineStr" | "str":
                text = unescaped(text)
            case "e":
                self._fault(
                    _ERROR, f"エラー値 {text} があります", where, "正しい値を書き直してください"
                )
            case "b":
                word = "TRUE" if text == "1" else "FALSE"
                self._fault(_TRUTH, f"真偽値に変わった値があります（{word}）", where, _AS_TEXT)
            case _:
                text = self._figure(cell, day=bool(style and style.day), where=where)
        if not text:
            return ""
        if struck or (style and style.struck):
            self._fault(
                _STRUCK, "取り消し線を引いた値があります", where,
                "要らない値は消し、要る値は取り消し線を外してください",
            )  # fmt: skip
        if style and style.unseen:
            self._fault(
                _UNSEEN, "表示されない書式（;;;）の値があります", where,
                "セルの書式を「文字列」にして、値を確かめてください",
            )  # fmt: skip
        if _UNWRITABLE.search(text):
            self._fault(
                _SIGN, "書けない文字（制御文字か、半分だけの文字）があります", where,
                "その文字を消して、打ち直してください",
            )  # fmt: skip
            return _UNWRITABLE.sub("", text)
        return text

    def _figure(self, cell: _Cell, *, day: bool, where: str) -> str:
        """Return a number or a day as text, where its column means one."""
        column = self._names.get(cell.column, "")
        if (day or cell.kind == "d") and column in self._shared.moments:
            return self._moment(cell)
        if day or cell.kind == "d":
            said, whole = self._day(cell)
            if column in self._shared.days and whole:
                return said
            self._fault(_DAY, f"日付に変わった値があります（{said}）", where, _AS_TEXT)
            return said
        value = float(cell.value)
        if column in self._shared.numbers and value.is_integer() and 0 <= value < 1e15:
            return str(int(value))
        self._fault(
            _NUMBER, f"数に変わった値があります（{cell.value}）", where,
            f"{_AS_TEXT}（先頭の 0 や長い番号が失われている場合があります）",
        )  # fmt: skip
        return cell.value

    def _day(self, cell: _Cell) -> tuple[str, bool]:
        """Return a day as it is written in a table, and whether it is a day and no more."""
        if cell.kind == "d":
            said, _, rest = cell.value.partition("T")
            return said, re.fullmatch(r"\d{4}-\d{2}-\d{2}", said) is not None and not rest.strip(
                "0:.Z"
            )
        count = float(cell.value)
        if not 61 <= count < 2_958_466:  # before March 1900 the count itself is wrong
            return cell.value, False
        day = _FIRST[self._shared.from_1904] + timedelta(days=int(count))
        return day.isoformat(), count.is_integer()

    def _moment(self, cell: _Cell) -> str:
        """Return a day with its time, to the second; of less than a day the time alone."""
        if cell.kind == "d":
            return cell.value.replace("T", " ")
        count = float(cell.value)
        if not 0 <= count < 2_958_466:
            return cell.value
        days, seconds = divmod(round(count * 86_400), 86_400)
        time = str(timedelta(seconds=seconds)).rjust(8, "0")
        if not days:
            return time
        day = _FIRST[self._shared.from_1904] + timedelta(days=days)
        return f"{day.isoformat()} {time}"

    def _without_heading(self) -> None:
        """Tell the columns that say something under no heading."""
        named = {column for column, name in self._names.items() if name}
        seen: set[int] = set()
        for row, cells in self.sheet.rows.items():
            for column in cells.keys() - named - seen:
                seen.add(column)
                self._fault(
                    "見出し", "見出しのない列に値があります", f"{letters(column)}{row}",
                    "値を消すか、見出しのある列に移してください",
                )  # fmt: skip
        for column in range(1, max(named, default=0)):
            if column not in named and column not in seen:
                self._fault(
                    "見出し", "見出しのない列があります",
                    f"{letters(column)}{self.sheet.heading}", "空の列を消してください",
                )  # fmt: skip

    def _fault(self, kind: str, problem: str, where: str, remedy: str) -> None:
        if not self._strict:
            return
        self._told[kind] += 1
        if self._told[kind] <= MOST_OF_A_KIND:
            self.sheet.faults.append(
                NotInATable(problem, place=self.sheet.at(where), remedy=remedy)
            )


def _is_unseen(attributes: Attributes, *, size: str) -> bool:
    """Return whether a row or column is hidden, or too thin to be read."""
    return attributes.get("hidden") in ("1", "true") or float(attributes.get(size, THIN)) < THIN
