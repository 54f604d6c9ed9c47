"""The folder of tables as a thing one edits: one cell, one row, one column at a time, purely.

A draft may be wrong in every cell, so nothing here knows what a cell means. A row is named by
its id, never by its line. What is not touched keeps its bytes.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sekisho.errors import SekishoError
from sekisho.policy.cells import plain
from sekisho.policy.sheets import (
    BOM,
    DuplicateId,
    Line,
    MissingColumn,
    Truncated,
    UnknownColumn,
    lines_of,
    text_of,
)

Files = Mapping[str, bytes]

# The columns whose words together name a row. Of a sheet that is not listed, the first column.
KEYS: Mapping[str, tuple[str, ...]] = {
    "属性.csv": ("属性", "値"),
    "項目区分.csv": ("項目区分",),
    "マスク方式.csv": ("マスク方式",),
    "不変条件.csv": ("条件ID",),
    "見張り.csv": ("見張りID",),
    "判定表.csv": ("規則ID",),
    "整理表.csv": ("項目ID",),
    "画面.csv": ("画面ID",),
    "画面項目.csv": ("画面ID", "項目ID", "用途"),
    "画面遷移.csv": ("遷移ID",),
    "試験例.csv": ("例ID",),
}
# No word that is compared holds these two or the brackets: NFKC turns each into its half width.
JOINED, REPEATED, NAMELESS = "＋", "＃", "（空欄）"


class UnknownRow(SekishoError):
    """A row that the sheet does not have, or has no longer."""


class UnwritableCell(SekishoError):
    """Text that no file in UTF-8 can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One row as it was typed."""

    id: str
    cells: Mapping[str, str]
    place: str  # file and line


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One sheet as rows and columns of text."""

    path: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    key: tuple[str, ...]  # the columns that name a row

    @cached_property
    def by_id(self) -> Mapping[str, GridRow]:
        """Row id -> row."""
        return {row.id: row for row in self.rows}

    def row(self, name: str) -> GridRow:
        """Return the row `name`. Raises UnknownRow where there is none."""
        if name in self.by_id:
            return self.by_id[name]
        raise UnknownRow(
            f"行「{name}」がありません",
            place=self.path,
            remedy="消されたか、番号が変わっています。表を開き直してください",
        )


def rows_of(files: Files, path: str) -> Grid:
    """Return the sheet at `path` as text, whatever its cells say.

    The id of a row is the words of its key columns joined by ＋ (画面項目: 画面ID＋項目ID＋用途),
    as they are compared. A draft may repeat an id: the second such row is `R01＃2`; and leave it
    empty: （空欄）.

    Raises MissingSheet, WrongEncoding, Truncated or MissingColumn, with the place.
    """
    return _Sheet(files, path).grid


def key_of(path: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that name a row of the sheet at `path`."""
    return KEYS.get(path.rpartition("/")[2], tuple(columns[:1]))


def name_of(cells: Mapping[str, str], key: Sequence[str]) -> str:
    """Return the id of a row that stands alone with it."""
    return JOINED.join(plain(cells.get(column, "")) or NAMELESS for column in key)


def named(rows: Iterable[Mapping[str, str]], key: Sequence[str]) -> list[str]:
    """Return the ids of `rows`, each once: what repeats is counted behind ＃."""
    count: dict[str, int] = {}
    names = []
    for cells in rows:
        name = name_of(cells, key)
        count[name] = count.get(name, 0) + 1
        names.append(name if count[name] == 1 else f"{name}{REPEATED}{count[name]}")
    return names


def written(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a sheet as canonical CSV: UTF-8, LF, a quote only where it is needed."""
    lines = [list(columns), *([row.get(column, "") for column in columns] for row in rows)]
    return "".join(_raw(cells, path="") for cells in lines).encode()


def with_cell(files: Files, path: str, *, row: str, column: str, value: str) -> dict[str, bytes]:
    """Return `files` with one cell written otherwise; the same bytes where it says so already.

    Raises UnknownRow, UnknownColumn, or DuplicateId where `value` would take another row's id.
    """
    sheet = _Sheet(files, path)
    cells = {**sheet.grid.row(row).cells}
    sheet.known(column)
    if cells[column] == value:
        return dict(files)
    renamed = {**cells, column: value}
    if name_of(renamed, sheet.grid.key) != name_of(cells, sheet.grid.key):
        sheet.free(renamed)
    return sheet.with_line(sheet.at(row), sheet.raw(renamed))


def with_row(
    files: Files, path: str, *, cells: Mapping[str, str], after: str | None = None
) -> dict[str, bytes]:
    """Return `files` with a new row.

    cells: column -> text; a column that is not named stays empty (forgotten, not －).
    after: the id of the row it follows; None: at the end.

    Raises UnknownRow, UnknownColumn, or DuplicateId where a row has this id.
    """
    sheet = _Sheet(files, path)
    for column in cells:
        sheet.known(column)
    sheet.free(cells)
    place = len(sheet.lines) if after is None else sheet.at(after) + 1
    return sheet.with_line(place, sheet.raw(cells), instead=False)


def copied_row(files: Files, path: str, *, row: str, cells: Mapping[str, str]) -> dict[str, bytes]:
    """Return `files` with a copy of `row` behind it. cells: what differs, the new id at the least.

    Raises UnknownRow, UnknownColumn, or DuplicateId where the id is not new.
    """
    copy = {**rows_of(files, path).row(row).cells, **cells}
    return with_row(files, path, cells=copy, after=row)


def without_row(files: Files, path: str, *, row: str) -> dict[str, bytes]:
    """Return `files` without one row. Raises UnknownRow where it is gone already."""
    sheet = _Sheet(files, path)
    return sheet.with_line(sheet.at(row), "")


def with_columns(
    files: Files, path: str, *, columns: Mapping[str, str], after: str | None = None
) -> dict[str, bytes]:
    """Return `files` with new columns in one sheet, each with the same text in every row.

    after: the column they follow; None: at the end. Every row is written anew.

    Raises UnknownColumn, or DuplicateId where a column is there already.
    """
    sheet = _Sheet(files, path)
    grid = sheet.grid
    if after is not None:
        sheet.known(after)
    if taken := [column for column in columns if column in grid.columns]:
        raise DuplicateId(
            f"列「{'」「'.join(taken)}」はもうあります",
            place=f"{path} 1行目",
            remedy="別の名にするか、今ある列を使ってください",
        )
    cut = len(grid.columns) if after is None else grid.columns.index(after) + 1
    head = (*grid.columns[:cut], *columns, *grid.columns[cut:])
    rows = [{**columns, **row.cells} for row in grid.rows]
    return {**files, path: sheet.mark + written(head, rows)}


def without_column(files: Files, path: str, *, column: str) -> dict[str, bytes]:
    """Return `files` without one column of one sheet. Raises UnknownColumn; a key has to stay."""
    sheet = _Sheet(files, path)
    sheet.known(column)
    if column in sheet.grid.key:
        raise MissingColumn(
            f"列「{column}」は行の名です。消せません",
            place=f"{path} 1行目",
            remedy="行を消すときは、行を選んでください",
        )
    head = [name for name in sheet.grid.columns if name != column]
    return {**files, path: sheet.mark + written(head, (row.cells for row in sheet.grid.rows))}


def with_rows(
    files: Files, path: str, *, columns: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> dict[str, bytes]:
    """Return `files` with all of one sheet: a row that stands there already keeps its bytes.

    A sheet that is not there, or cannot be taken apart, is written from nothing.
    """
    try:
        sheet = _Sheet(files, path)
    except SekishoError:
        return {**files, path: written(columns, rows)}
    if sheet.grid.columns != tuple(columns):
        return {**files, path: sheet.mark + written(columns, rows)}
    stands = {
        row.id: (row.cells, sheet.lines[n].raw)
        for row, n in zip(sheet.grid.rows, sheet.numbers, strict=True)
    }
    raws = [line.raw for line in sheet.lines[: sheet.head + 1]]
    for name, cells in zip(named(rows, sheet.grid.key), rows, strict=True):
        known, raw = stands.get(name, ({}, ""))
        raws.append(raw if known == cells else sheet.raw(cells))
    ended = [raw if raw.endswith(("\n", "\r")) else raw + "\n" for raw in raws[:-1]]
    return {**files, path: sheet.mark + "".join((*ended, raws[-1])).encode()}


def fresh_id(grid: Grid, *, like: str) -> str:
    """Return an id that no row has: `like` with the number at its end counted on (C03 -> C04)."""
    stem = plain(like).rstrip("0123456789")
    digits = plain(like)[len(stem) :]
    number = int(digits or "1") + 1
    taken = {plain(row.cells.get(grid.key[0], "")) for row in grid.rows}
    while (name := f"{stem}{number:0{len(digits) or 1}}") in taken:
        number += 1
    return name


class _Sheet:
    """One file taken apart into its lines, so that all but one can be put back as they were."""

    def __init__(self, files: Files, path: str) -> None:
        self.files = files
        self.path = path
        self.mark = BOM if path in files and files[path].startswith(BOM) else b""
        lines = lines_of(text_of(files, path), path=path)
        filled = [n for n, line in enumerate(lines) if any(line.cells)]
        if not filled:
            raise Truncated(
                "見出しがありません",
                place=path,
                remedy="途中で切れた可能性があります。元のファイルから出し直してください",
            )
        self.lines: list[Line] = lines
        self.head, *self.numbers = filled
        self.grid = self._grid(lines[self.head])

    def _grid(self, head: Line) -> Grid:
        columns = tuple(plain(name) for name in head.cells)
        key = key_of(self.path, columns)
        if doubled := sorted({name for name in columns if columns.count(name) > 1}):
            raise DuplicateId(
                f"列「{'」「'.join(doubled)}」が二つ以上あります",
                place=f"{self.path} {head.number}行目",
                remedy="同じ名の列は一つにしてください",
            )
        if missing := [name for name in key if name not in columns]:
            raise MissingColumn(
                f"列「{'」「'.join(missing)}」がありません",
                place=f"{self.path} {head.number}行目",
                remedy="見出しに列を足してください（列の名は全角・半角を問いません）",
            )
        rows = []
        for line in (self.lines[n] for n in self.numbers):
            if len(line.cells) != len(columns):
                raise Truncated(
                    f"列の数が見出しと違います（見出し {len(columns)}、この行 {len(line.cells)}）",
                    place=f"{self.path} {line.number}行目",
                    remedy="行が途中で切れたか、引用符で囲んでいない「,」がないかを確かめ、"
                    "元のファイルから出し直してください",
                )
            texts = (cell.replace("\r\n", "\n") for cell in line.cells)
            rows.append(dict(zip(columns, texts, strict=True)))
        return Grid(
            path=self.path,
            columns=columns,
            rows=tuple(
                GridRow(id=name, cells=cells, place=f"{self.path} {self.lines[n].number}行目")
                for name, cells, n in zip(named(rows, key), rows, self.numbers, strict=True)
            ),
            key=key,
        )

    def at(self, row: str) -> int:
        """Return where the line of `row` stands among all lines."""
        self.grid.row(row)
        return self.numbers[[one.id for one in self.grid.rows].index(row)]

    def known(self, column: str) -> None:
        if column not in self.grid.columns:
            raise UnknownColumn(
                f"列「{column}」がありません",
                place=self.path,
                remedy=f"次のいずれかにしてください: {'、'.join(self.grid.columns)}",
            )

    def free(self, cells: Mapping[str, str]) -> None:
        """Raise DuplicateId where a row has the id of `cells` already."""
        name = name_of(cells, self.grid.key)
        if name in self.grid.by_id:
            raise DuplicateId(
                f"「{name}」の行はもうあります",
                place=self.grid.by_id[name].place,
                remedy="別の番号を付けるか、今ある行を直してください",
            )

    def raw(self, cells: Mapping[str, str]) -> str:
        texts = [cells.get(column, "") for column in self.grid.columns]
        if not any(texts):
            raise UnwritableCell(
                "行が空になります", place=self.path, remedy="行ごと消すときは、行を選んでください"
            )
        return _raw(texts, path=self.path)

    def with_line(self, place: int, raw: str, *, instead: bool = True) -> dict[str, bytes]:
        """Return the files with `raw` as (or before) the line at `place`; all others as they are.

        The last line of a file may lack its ending; it gets one where another follows.
        """
        raws = [line.raw for line in self.lines]
        if not instead and place and not raws[place - 1].endswith(("\n", "\r")):
            raws[place - 1] += "\n"
        raws[place : place + instead] = [raw]
        return {**self.files, self.path: self.mark + "".join(raws).encode()}


def _raw(cells: Sequence[str], *, path: str) -> str:
    for cell in cells:
        if "\0" in cell or any("\ud800" <= sign <= "\udfff" for sign in cell):
            raise UnwritableCell(
                "書けない文字（制御文字か、半分だけの文字）があります",
                place=path,
                remedy="その文字を消して、打ち直してください",
            )
    out = io.StringIO()
    texts = (cell.replace("\r\n", "\n").replace("\r", "\n") for cell in cells)
    csv.writer(out, lineterminator="\n").writerow(texts)
    return out.getvalue()
