"""Two editors at one folder of tables: their edits together, cell by cell, and where they differ.

Nothing is lost in silence: what both wrote otherwise is a conflict, named by file, row and column.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sekisho.errors import SekishoError
from sekisho.policy.editing import Files, Grid, rows_of, with_rows

Where = tuple[str, str, str]  # file, row id ("" the whole file), column ("" the whole row)


class Side(StrEnum):
    """Whose text stands where both wrote."""

    OURS = "ours"  # 自分の変更
    THEIRS = "theirs"  # 相手の変更


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One place that both sides wrote otherwise. None: there is no such row, column or file."""

    file: str
    row: str
    column: str
    base: str | None
    ours: str | None
    theirs: str | None

    @property
    def where(self) -> Where:
        """What settles it is given under this name."""
        return self.file, self.row, self.column

    @property
    def place(self) -> str:
        """Where it is, as people say it."""
        return " ".join(part for part in self.where if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The edits of both sides. Where they conflict and nobody settled it, ours stands."""

    files: Mapping[str, bytes]
    conflicts: tuple[Conflict, ...]


def merged(
    base: Files, ours: Files, theirs: Files, *, settled: Mapping[Where, Side] | None = None
) -> Merged:
    """Return `ours` with what `theirs` changed since `base`, and the conflicts.

    settled: whose text stands, by the `where` of a conflict; such a conflict is not listed.

    What only one side touched keeps the bytes of that side. A row is known by its id, so an id
    that was changed is a row less and a row more. The order of rows is ours; it means nothing.
    """
    kept: dict[str, bytes] = {}
    merge = _Merge(settled or {})
    for path in sorted({*base, *ours, *theirs}):
        data = merge.file(path, base.get(path), ours.get(path), theirs.get(path))
        if data is not None:
            kept[path] = data
    return Merged(files=kept, conflicts=tuple(merge.conflicts))


class _Merge:
    def __init__(self, settled: Mapping[Where, Side]) -> None:
        self.settled = settled
        self.conflicts: list[Conflict] = []
        self.revived: set[tuple[str, str]] = set()  # columns that one side took out, and must stay

    def file(
        self, path: str, base: bytes | None, ours: bytes | None, theirs: bytes | None
    ) -> bytes | None:
        if theirs in (base, ours):
            return ours
        if base == ours:
            return theirs
        if base is None or ours is None or theirs is None:
            return self._whole(path, base, ours, theirs)
        try:
            grids = [rows_of({path: data}, path) for data in (base, ours, theirs)]
        except SekishoError:
            return self._whole(path, base, ours, theirs)
        columns, rows = self._grid(path, *grids)
        return with_rows({path: ours}, path, columns=columns, rows=rows)[path]

    def _whole(
        self, path: str, base: bytes | None, ours: bytes | None, theirs: bytes | None
    ) -> bytes | None:
        side = self._side((path, "", ""), _size(base), _size(ours), _size(theirs))
        return theirs if side is Side.THEIRS else ours

    def _grid(
        self, path: str, base: Grid, ours: Grid, theirs: Grid
    ) -> tuple[list[str], list[dict[str, str]]]:
        names = _together(tuple(base.by_id), tuple(ours.by_id), tuple(theirs.by_id), union=True)
        merged_rows = []
        for name in names:
            sides = [
                grid.by_id[name].cells if name in grid.by_id else None
                for grid in (base, ours, theirs)
            ]
            if (row := self._row(path, name, *sides)) is not None:
                merged_rows.append(row)
        together = _together(base.columns, ours.columns, theirs.columns)
        columns = [
            column
            for column in _together(base.columns, ours.columns, theirs.columns, union=True)
            if column in together or (path, column) in self.revived
        ]
        return columns, [{name: row.get(name) or "" for name in columns} for row in merged_rows]

    def _row(
        self,
        path: str,
        name: str,
        base: Mapping[str, str] | None,
        ours: Mapping[str, str] | None,
        theirs: Mapping[str, str] | None,
    ) -> Mapping[str, str | None] | None:
        if theirs in (base, ours):
            return ours
        if base == ours:
            return theirs
        if ours is None or theirs is None:  # struck out by one side, rewritten by the other
            side = self._side((path, name, ""), _said(base), _said(ours), _said(theirs))
            return theirs if side is Side.THEIRS else ours
        cells: dict[str, str | None] = {}
        for column in dict.fromkeys((*ours, *theirs)):
            was, mine, yours = (base or {}).get(column), ours.get(column), theirs.get(column)
            if yours in (was, mine):
                cells[column] = mine
            elif was == mine:
                cells[column] = yours
            else:
                side = self._side((path, name, column), was, mine, yours)
                cells[column] = yours if side is Side.THEIRS else mine
                if cells[column] is not None:
                    self.revived.add((path, column))
        return cells

    def _side(self, where: Where, base: str | None, ours: str | None, theirs: str | None) -> Side:
        if where in self.settled:
            return self.settled[where]
        file, row, column = where
        self.conflicts.append(
            Conflict(file=file, row=row, column=column, base=base, ours=ours, theirs=theirs)
        )
        return Side.OURS


def _together(
    base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...], *, union: bool = False
) -> list[str]:
    """Return the names of both sides, ours in order, theirs behind what they follow.

    union: names that one side struck out as well; else only those that nobody did.
    """
    before = "", *theirs
    names = list(ours)
    for name, previous in zip(theirs, before, strict=False):
        if name not in names and (union or name not in base):
            names.insert(names.index(previous) + 1 if previous in names else len(names), name)
    return names if union else [name for name in names if name in theirs or name not in base]


def _said(row: Mapping[str, str] | None) -> str | None:
    return None if row is None else "、".join(f"{name}={text}" for name, text in row.items())


def _size(data: bytes | None) -> str | None:
    return None if data is None else f"{len(data):,} バイト"
