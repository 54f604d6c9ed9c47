"""A block of cells from a spreadsheet, laid on a sheet from one cell on."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sekisho.errors import SekishoError
from sekisho.policy.editing import Files, Grid, key_of, named, rows_of, with_rows

MOST_CELLS = 20_000
MOST_SIGNS = 1_000_000


class UnfitBlock(SekishoError):
    """A block that does not fit where it is to be laid. Nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One cell that is written otherwise. before: None in a row that is new."""

    row: str
    column: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What a block makes of a folder, and every cell that it changes."""

    files: Mapping[str, bytes]
    cells: tuple[Written, ...]
    added: tuple[str, ...]  # ids of rows that are new


def block_of(text: str) -> list[list[str]]:
    """Return the cells of a block as a spreadsheet copies it: tabs and lines, quoted cells.

    Raises UnfitBlock where it is empty, uneven or larger than anybody can look through.
    """
    if len(text) > MOST_SIGNS:
        raise _unfit(
            "貼り付ける範囲が大きすぎます",
            "範囲を分けて貼り付けるか、Excel・CSV の取り込みを使ってください",
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True))
    except csv.Error:  # a quote that is none of the spreadsheet's
        rows = [line.split("\t") for line in text.split("\n")]
    if not any(cell for row in rows for cell in row):
        raise _unfit(
            "貼り付ける範囲が空です", "Excel で範囲を選び、コピーしてから貼り付けてください"
        )
    rows = [row or [""] for row in rows]
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        raise _unfit(
            f"行ごとに列の数が違います（{'、'.join(map(str, sorted(widths)))}）",
            "四角い範囲を選んで、コピーし直してください",
        )
    if len(rows) * len(rows[0]) > MOST_CELLS:
        raise _unfit(
            f"貼り付ける範囲が {len(rows) * len(rows[0]):,} 枠あります（{MOST_CELLS:,} まで）",
            "範囲を分けて貼り付けるか、Excel・CSV の取り込みを使ってください",
        )
    return rows


def pasted(
    files: Files, path: str, *, block: Sequence[Sequence[str]], row: str, column: str
) -> Pasted:
    """Return `files` with `block` laid on the sheet at `path`, its first cell on `row`, `column`.

    What lies below the last row becomes new rows, where the block begins with the first column.

    Raises UnfitBlock where it would leave the sheet, UnknownRow where the row is gone.
    """
    grid = rows_of(files, path)
    at, top = _column(grid, column), [one.id for one in grid.rows].index(grid.row(row).id)
    over = at + len(block[0]) - len(grid.columns)
    if over > 0:
        raise _unfit(
            f"{over} 列が表の右へはみ出します（「{column}」から {len(block[0])} 列）",
            f"「{grid.columns[-1]}」までに収まる範囲をコピーし直してください",
        )
    below = top + len(block) - len(grid.rows)
    if below > 0 and at:
        raise _unfit(
            f"{below} 行が表の下へはみ出します",
            f"新しい行を足すときは、「{grid.columns[0]}」の列から貼り付けてください",
        )
    rows = [dict(one.cells) for one in grid.rows]
    rows += [dict.fromkeys(grid.columns, "") for _ in range(max(below, 0))]
    for n, line in enumerate(block):
        for m, cell in enumerate(line):
            rows[top + n][grid.columns[at + m]] = cell
    names = named(rows, key_of(path, grid.columns))
    written: list[Written] = []
    for n, (name, cells) in enumerate(zip(names, rows, strict=True)):
        old = grid.rows[n].cells if n < len(grid.rows) else None
        written += [
            Written(row=name, column=head, before=old[head] if old else None, after=text)
            for head, text in cells.items()
            if (old[head] if old else "") != text
        ]
    return Pasted(
        files=with_rows(files, path, columns=grid.columns, rows=rows),
        cells=tuple(written),
        added=tuple(names[len(grid.rows) :]),
    )


def _column(grid: Grid, column: str) -> int:
    if column in grid.columns:
        return grid.columns.index(column)
    raise _unfit(f"列「{column}」がありません", "表を開き直し、貼り付ける枠を選んでください")


def _unfit(problem: str, remedy: str) -> UnfitBlock:
    return UnfitBlock(problem, place="貼り付ける範囲", remedy=remedy)
