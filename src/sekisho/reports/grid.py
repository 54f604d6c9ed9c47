"""The decision table as a grid: fields down, viewer classes across, the most each may ever see.

A cell is the most lenient treatment over all contexts of its column. So it reads in one direction
only, and safely: whatever the circumstances, this viewer class sees no more than the cell says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.policy.attributes import RELATION, VIEWER_CLASS
from sekisho.policy.cubes import meet
from sekisho.policy.masking import Field, delivered
from sekisho.policy.plan import treatment_of
from sekisho.policy.system import System
from sekisho.policy.table import Context, Where
from sekisho.policy.treatment import ROW, Treatment
from sekisho.policy.visible import VisibleBox, visible
from sekisho.proof.witness import ORDINARY, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One viewer class, of all records or of one group of 契約相手 (自社, 他社)."""

    viewer: str
    group: str
    where: Where

    @property
    def words(self) -> str:
        return f"{self.viewer}（{self.group}）" if self.group else self.viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """rules: those that decide it in `context`; none where the ceiling of 整理表 is the stricter.

    laxer, differs: shows more than the version before; the screen shows otherwise (食い違い).
    """

    treatment: Treatment
    context: Mapping[str, str]
    rules: tuple[str, ...]
    by_ceiling: bool
    before: Treatment | None = None
    on_screen: Treatment | None = None

    @property
    def laxer(self) -> bool:
        return self.before is not None and self.treatment < self.before

    @property
    def differs(self) -> bool:
        return self.on_screen is not None and self.on_screen != self.treatment

    @property
    def basis(self) -> str:
        """What decides the cell, in a few words."""
        if self.by_ceiling:
            return "整理表の上限"
        return f"規則 {'、'.join(self.rules)}" if self.rules else "語る規則がない"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    field: Field
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def counted(self) -> dict[Treatment, int]:
        """Return how many cells have each treatment."""
        cells = [cell.treatment for row in self.rows for cell in row.cells]
        return {treatment: cells.count(treatment) for treatment in Treatment}


def columns_of(system: System) -> tuple[Column, ...]:
    """Return the viewer classes in the order of the sheet, two columns where 整理表 has two."""
    columns: list[Column] = []
    split = {name for field in system.fields.values() for name in field.ceilings if ":" in name}
    groups = dict.fromkeys(group for group in system.groups.values() if group)
    for viewer in system.table.attributes.get(VIEWER_CLASS, ()):
        for group in groups:
            if f"{viewer}:{group}" in split:
                relations = frozenset(r for r, of in system.groups.items() if of == group)
                where = {VIEWER_CLASS: frozenset({viewer}), RELATION: relations}
                columns.append(Column(viewer=viewer, group=group, where=where))
        if not any(column.viewer == viewer for column in columns):
            where = {VIEWER_CLASS: frozenset({viewer})}
            columns.append(Column(viewer=viewer, group="", where=where))
    return tuple(columns)


def grid_of(system: System, *, within: Where | None = None, before: "Grid | None" = None) -> Grid:
    """Return the grid of `system`.

    within: contexts to look at (画面区分, 状況 …); none looks at all.
    before: the grid of the version that stood until now, for the mark 緩くなった.
    """
    boxes = visible(system.table)
    columns = columns_of(system)
    old = _cells_by_place(before)
    looks = [_looks(system, boxes, column, within or {}) for column in columns]
    rows = tuple(
        Row(
            field=field,
            cells=tuple(
                _cell(system, field, look, before=old.get((field.id, column.words)))
                for column, look in zip(columns, looks, strict=True)
            ),
        )
        for field in sorted(system.fields.values(), key=lambda field: field.number)
    )
    return Grid(columns=columns, rows=rows)


def _cells_by_place(grid: Grid | None) -> dict[tuple[str, str], Treatment]:
    if grid is None:
        return {}
    return {
        (row.field.id, column.words): cell.treatment
        for row in grid.rows
        for column, cell in zip(grid.columns, row.cells, strict=True)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looks:
    """The contexts of one column that show the row, one of each box; and one where none does."""

    shown: tuple[Mapping[str, str], ...]
    ordinary: Mapping[str, str]


def _looks(system: System, boxes: list[VisibleBox], column: Column, within: Where) -> _Looks:
    table = system.table
    cube = table.cube({**within, **column.where})
    shown = [told(table, part) for box in boxes if (part := meet(box.cube, cube))]
    return _Looks(shown=tuple(shown), ordinary=_ordinary(system, boxes, column, within))


def _ordinary(
    system: System, boxes: list[VisibleBox], column: Column, within: Where
) -> Mapping[str, str]:
    """Return a context of the column in which as little as possible is out of the ordinary.

    Where the column shows nothing, it is what the same viewer does elsewhere (a look at an own
    customer), with the values of the column put in: so the rule that stops it is the one named.
    """
    table = system.table
    asked = told(table, table.cube({**within, **column.where}))
    viewer = table.cube({VIEWER_CLASS: frozenset({column.viewer})})
    looks = [told(table, part) for box in boxes if (part := meet(box.cube, viewer))]
    if not looks:
        return asked
    return min(looks, key=_strangeness) | {name: asked[name] for name in (*within, *column.where)}


def _strangeness(context: Context) -> int:
    """Return how many values of `context` are out of the ordinary."""
    return sum(value not in ORDINARY for value in context.values())


def _cell(system: System, field: Field, looks: _Looks, *, before: Treatment | None) -> Cell:
    if not looks.shown:
        _, rules = system.table.explain(looks.ordinary, ROW)
        return Cell(
            treatment=Treatment.REFUSE, context=looks.ordinary, rules=rules, by_ceiling=False,
            before=before,
        )  # fmt: skip
    context = min(
        looks.shown, key=lambda look: (treatment_of(system, field.id, look), _strangeness(look))
    )
    level, rules = system.table.explain(context, field.item)
    by_ceiling = system.ceiling(field.id, context) > level
    return Cell(
        treatment=treatment_of(system, field.id, context), context=context,
        rules=() if by_ceiling else rules, by_ceiling=by_ceiling, before=before,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a field is treated as it is in one context: each step in turn."""

    field: Field
    by_table: Treatment
    rules: tuple[str, ...]
    ceiling: Treatment
    delivered: Treatment
    row_refused: bool


def reason(system: System, field: Field, context: Context) -> Reason:
    """Return the steps from 判定表 over 整理表 to what leaves the door."""
    level, rules = system.table.explain(context, field.item)
    ceiling = system.ceiling(field.id, context)
    refused = system.table.explain(context, ROW)[0] != Treatment.SHOW
    out = delivered(max(Treatment(level), ceiling), mask=field.mask)
    return Reason(
        field=field, by_table=Treatment(level), rules=rules, ceiling=ceiling,
        delivered=Treatment.REFUSE if refused else out, row_refused=refused,
    )  # fmt: skip
