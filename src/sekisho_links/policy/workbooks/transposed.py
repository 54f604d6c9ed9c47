"""A 判定表 with its rules side by side (JIS X 0125), to be read in a meeting and never taken in.

The copy carries the print of its own cells, so that an edit in it is found whatever version it
was made from; and is named, because what is written there would be lost.
"""

import json
from collections.abc import Sequence
from hashlib import sha256

from sekisho.errors import SekishoError
from sekisho.policy.cells import ANY, plain
from sekisho.policy.editing import Grid
from sekisho.policy.read_system import CONDITION, DUTY, RESULT
from sekisho.policy.treatment import DUTY_WORDS, FROM_WORD
from sekisho_links.workbooks.columns import letters
from sekisho_links.workbooks.faults import NotInATable
from sekisho_links.workbooks.grid import Sheet

MARK = "読むための写し。取込では読みません"
ELSE = "上記以外"  # what no rule speaks about: the strictest
TOP = 2  # rows above the first condition: the mark, the ids


def transposed(grid: Grid) -> list[list[str]]:
    """Return the rows of the copy below its mark: the ids, then one row a column of the table.

    Conditions first, then treatments, duties and the rest. The last rule is what holds where no
    rule speaks.
    """
    key = grid.key[0]
    said = [column for column in grid.columns if column != key]
    parts = (CONDITION, RESULT, DUTY)
    ordered = [column for part in parts for column in said if column.startswith(part)]
    ordered += [column for column in said if not column.startswith(parts)]
    lines = [[key, *(row.cells[key] for row in grid.rows), ELSE]]
    lines += [
        [column, *(row.cells[column] for row in grid.rows), _strictest(column)]
        for column in ordered
    ]
    return lines


def mark_of(lines: Sequence[Sequence[str]], *, table: str) -> str:
    """Return the sentence over the copy of the sheet `table`, with the print of its cells."""
    return f"{MARK}（直すところは「{table}」。写しの指紋 {_print(lines)}）"


def misplaced(
    copy: Sheet, *, table: str, now: list[list[str]], before: list[list[str]] | None
) -> list[SekishoError]:
    """Return what was written into a copy instead of into the sheet `table`.

    now, before: the copies as they would be of the table in the book, and of the one it was made
    from. A copy of an older table is no fault: it is only old.
    """
    mark = copy.rows.get(1, {}).get(1, "")
    lines = [
        [copy.rows.get(row, {}).get(column, "") for column in range(1, _wide(copy) + 1)]
        for row in range(2, max(copy.rows, default=1) + 1)
    ]
    if _print(lines) in mark:
        return []
    origin = next((of for of in (before, now) if of and _print(of) in mark), None)
    if origin is None and now == lines:
        return []
    where = _differing(lines, origin) if origin else ""
    return [
        NotInATable(
            "読むための写しが書き換えられています。写しに書いたことは取り込まれません",
            place=copy.at(where),
            remedy=f"直すところは「{table}」に書き、「{copy.title}」のシートは消してください",
        )
    ]


def _strictest(column: str) -> str:
    if column.startswith(RESULT):
        return tuple(FROM_WORD)[-1]
    if column.startswith(DUTY):
        return DUTY_WORDS[-1]
    return ANY if column.startswith(CONDITION) else ""


def _print(lines: Sequence[Sequence[str]]) -> str:
    """Return the print of the cells that say something, wherever the sheet ends."""
    said = [
        (row, column, plain(text))
        for row, line in enumerate(lines)
        for column, text in enumerate(line)
        if plain(text)
    ]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def _wide(copy: Sheet) -> int:
    return max((max(cells) for cells in copy.rows.values()), default=0)


def _differing(lines: list[list[str]], origin: list[list[str]]) -> str:
    """Return the address of the first cell that differs."""
    for n in range(max(len(lines), len(origin))):
        mine = lines[n] if n < len(lines) else []
        other = origin[n] if n < len(origin) else []
        for column in range(max(len(mine), len(other))):
            one = mine[column] if column < len(mine) else ""
            if plain(one) != plain(other[column] if column < len(other) else ""):
                return f"{letters(column + 1)}{n + 2}"
    return ""
