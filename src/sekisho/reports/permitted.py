"""What a use that is being approved could show: the fields of one viewer, for one purpose.

It is what the approver reads before signing. Approving changes an attribute of the use and never
a rule, so the decision table itself is asked, with the approval put in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.policy.attributes import APPROVAL, CIRCUMSTANCE, PURPOSE, VIEWER_CLASS
from sekisho.policy.masking import Field
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment
from sekisho.reports.grid import Column, Row, grid_of

# What a mode of grant (方式) makes of the attribute 承認 while a use of it runs.
APPROVAL_OF: Mapping[str, str] = {
    "standing": "常時",
    "period": "都度承認済",
    "per_use": "都度承認済",
    "dual": "二者承認済",
}
ORDINARY, DISASTER, DRILL = "平常", "非常災害", "訓練"
WHOLE = "すべての記録"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field, with the most that it may ever show in each column."""

    field: Field
    cells: tuple[Treatment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """What could be seen at most. columns: of whose customers (自社, 他社), or all records.

    hidden: how many other fields show nothing in any column.
    """

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    hidden: int

    @property
    def in_words(self) -> str:
        """Return how many fields are shown how, in a few words."""
        best = [min(line.cells) for line in self.lines]
        counts = [(one, best.count(one)) for one in Treatment if one in best]
        return "、".join(f"{one.word} {count} 項目" for one, count in counts) or "見える項目なし"


def permitted(
    system: System, *, viewer: str, purpose: str, mode: str, circumstance: str = ORDINARY
) -> Permitted:
    """Return what `viewer` could see at most in a use for `purpose` under a grant of `mode`.

    A word that the table does not know opens nothing: then every field counts as hidden.
    """
    said = {PURPOSE: purpose, CIRCUMSTANCE: circumstance, APPROVAL: APPROVAL_OF.get(mode, "")}
    known = system.table.attributes
    asked = {name: word for name, word in said.items() if name in known}
    if viewer not in known.get(VIEWER_CLASS, ()) or any(
        word not in known[name] for name, word in asked.items()
    ):
        return Permitted(columns=(), lines=(), hidden=len(system.fields))
    grid = grid_of(system, within={name: frozenset({word}) for name, word in asked.items()})
    places = [at for at, column in enumerate(grid.columns) if column.viewer == viewer]
    lines = [_line(row, places) for row in grid.rows]
    open_ones = tuple(line for line in lines if min(line.cells) < Treatment.HIDE)
    return Permitted(
        columns=tuple(_words(grid.columns[at]) for at in places),
        lines=open_ones,
        hidden=len(lines) - len(open_ones),
    )


def _line(row: Row, places: list[int]) -> Line:
    return Line(field=row.field, cells=tuple(row.cells[at].treatment for at in places))


def _words(column: Column) -> str:
    return f"{column.group}の客" if column.group else WHOLE
