"""What each viewer class sees on each screen at the worst (画面×閲覧者区分), and what breaks there.

A cell is exact: the most lenient form of any field on the screen, over all contexts of the
viewer class, the group of 契約相手 and the kind of the screen. No look shows more than it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sekisho.policy.attributes import RELATION, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.cubes import meet
from sekisho.policy.invariant import Invariant, InvariantKind
from sekisho.policy.masking import Field
from sekisho.policy.plan import plan
from sekisho.policy.screens import Screen
from sekisho.policy.system import Policy, System
from sekisho.policy.table import Context, Where
from sekisho.policy.treatment import ROW, Treatment
from sekisho.policy.visible import VisibleBox, visible
from sekisho.proof.invariants import leak
from sekisho.proof.witness import ORDINARY, told

Look = tuple[Context, Mapping[str, Treatment]]  # a context that shows the row, and its plan

NOT_OF_A_CELL = (
    InvariantKind.UNKNOWN,
    InvariantKind.EMPTY_CLASS,
    InvariantKind.STRUCTURE,
    InvariantKind.DIFFERENCE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One field on a screen, as it leaves the door at the worst, and the context that shows it.

    rules: those that decide it there; none where the ceiling of 整理表 is the stricter.
    """

    field: Field
    uses: tuple[str, ...]
    treatment: Treatment
    context: Context
    rules: tuple[str, ...]
    by_ceiling: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One screen for one viewer class and group. treatment: None where no field stands there."""

    treatment: Treatment | None
    intended: bool  # whether the screen is meant for the viewer class: else the gate keeps it shut
    broken: tuple[str, ...]  # invariants that are broken here

    @property
    def proved(self) -> bool:
        """Whether no invariant is broken here."""
        return not self.broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One viewer class, and the groups of 契約相手 for which it sees the same everywhere."""

    viewer: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    screen: Screen
    cells: tuple[Cell, ...]
    broken: tuple[str, ...]  # structure: what is wrong with the screen, whoever looks


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenGrid:
    """left_out: viewer classes for which no screen is meant."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: tuple[str, ...]

    @property
    def leaks(self) -> int:
        """How many cells break an invariant on a screen that is meant for the viewer class."""
        cells = [cell for row in self.rows for cell in row.cells]
        return sum(cell.intended and not cell.proved for cell in cells)


class Looks:
    """The looks of one system that show a row, kept by viewer class, group and kind of screen."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._boxes: Sequence[VisibleBox] = visible(system.table)
        self._kept: dict[tuple[str, str, str], tuple[Look, ...]] = {}

    def of(self, *, viewer: str, group: str, kind: str) -> tuple[Look, ...]:
        """Return one look for each box of contexts that are answered alike."""
        key = viewer, group, kind
        if key not in self._kept:
            table = self.system.table
            cube = table.cube(where(self.system, viewer=viewer, group=group, kind=kind))
            contexts = [told(table, part) for box in self._boxes if (part := meet(box.cube, cube))]
            self._kept[key] = tuple((one, plan(self.system, one)) for one in contexts)
        return self._kept[key]

    def worst(self, field: str, *, viewer: str, group: str, kind: str) -> Treatment:
        """Return the most lenient form of a field; 拒否 where no row is shown."""
        looks = self.of(viewer=viewer, group=group, kind=kind)
        return min((form[field] for _, form in looks if field in form), default=Treatment.REFUSE)


def where(system: System, *, viewer: str, group: str, kind: str) -> Where:
    """Return the contexts of a cell: viewer class, group of 契約相手 and 画面区分."""
    relations = frozenset(word for word, of in system.groups.items() if of == group)
    return {
        VIEWER_CLASS: frozenset({viewer}),
        SCREEN_KIND: frozenset({kind}),
        RELATION: relations,
    }


def groups_of(system: System) -> tuple[str, ...]:
    """Return the groups of 契約相手 (自社, 他社), in the order of the sheet."""
    return tuple(dict.fromkeys(system.groups.values()))


def seen(looks: Looks, screen: Screen, *, viewer: str, group: str) -> tuple[Seen, ...]:
    """Return every field on `screen` as `viewer` sees it at the worst, in its order there."""
    system, table = looks.system, looks.system.table
    shown = looks.of(viewer=viewer, group=group, kind=screen.kind)
    found = []
    for field, uses in fields_on(system, screen).items():
        if shown:
            context, form = min(shown, key=lambda look: (look[1][field], _strange(look[0])))
            level, rules = table.explain(context, system.fields[field].item)
            by_ceiling = system.ceiling(field, context) > level
            treatment = form[field]
        else:
            cube = table.cube(where(system, viewer=viewer, group=group, kind=screen.kind))
            context, treatment, by_ceiling = told(table, cube), Treatment.REFUSE, False
            _, rules = table.explain(context, ROW)
        found.append(
            Seen(
                field=system.fields[field], uses=uses, treatment=treatment, context=context,
                rules=() if by_ceiling else rules, by_ceiling=by_ceiling,
            )
        )  # fmt: skip
    return tuple(found)


def fields_on(system: System, screen: Screen) -> dict[str, tuple[str, ...]]:
    """Return the fields on `screen` that 整理表 knows, each with its uses, in their order."""
    uses: dict[str, tuple[str, ...]] = {}
    for item in sorted(system.screen_items, key=lambda item: item.order):
        if item.screen == screen.id and item.field in system.fields:
            uses[item.field] = (*uses.get(item.field, ()), item.use)
    return uses


def grid_of(
    policy: Policy, system: System, *, broken: Collection[Invariant], structure: Mapping[str, str]
) -> ScreenGrid:
    """Return the grid of `system`.

    broken:    the invariants that do not hold in it, which each cell is asked about again.
    structure: invariant of structure that is broken -> the field, screen or transition it names.
    """
    looks = Looks(system)
    viewers = table_viewers(system)
    meant = [name for name in viewers if any(name in s.viewers for s in system.screens.values())]
    single = [
        Column(viewer=viewer, groups=(group,))
        for viewer, group in product(meant, groups_of(system))
    ]
    cells = {
        (screen.id, one.viewer, one.groups[0]): _cell(policy, looks, screen, one, broken)
        for screen in system.screens.values()
        for one in single
    }
    columns = tuple(_merged(single, cells, tuple(system.screens)))
    rows = tuple(
        Row(
            screen=screen,
            cells=tuple(cells[screen.id, one.viewer, one.groups[0]] for one in columns),
            broken=tuple(
                name
                for name, place in structure.items()
                if place == screen.id or place in fields_on(system, screen)
            ),
        )
        for screen in system.screens.values()
    )
    left_out = tuple(name for name in viewers if name not in meant)
    return ScreenGrid(columns=columns, rows=rows, left_out=left_out)


def table_viewers(system: System) -> tuple[str, ...]:
    """Return the viewer classes in the order of the sheet."""
    return system.table.attributes.get(VIEWER_CLASS, ())


def breaks(
    policy: Policy, system: System, screen: Screen, *, viewer: str, group: str, invariant: Invariant
) -> bool:
    """Return whether `invariant` is broken by what `viewer` sees on `screen`.

    It is proved anew, for the contexts of the cell and the fields that stand there.
    """
    fields = {name: system.fields[name] for name in fields_on(system, screen)}
    part = replace(system, fields=fields, kept_plans={})
    asked = where(system, viewer=viewer, group=group, kind=screen.kind)
    items = {ROW, *(field.item for field in fields.values())}
    return any(
        leak(policy, part, one) is not None
        for one in _narrowed(invariant, asked, items=items, viewer=viewer, group=group)
    )


def _narrowed(
    invariant: Invariant, asked: Where, *, items: Collection[str], viewer: str, group: str
) -> Iterator[Invariant]:
    """Yield `invariant` as far as it speaks of the contexts and outputs of one cell."""
    kind = invariant.kind
    if kind is InvariantKind.CEILING:
        columns = {viewer, f"{viewer}:{group}"}
        yield replace(invariant, targets=tuple(t for t in invariant.targets if t in columns))
        return
    if kind is InvariantKind.CEILING_NEVER_MORE:
        if invariant.worse in (viewer, f"{viewer}:{group}"):
            yield invariant
        return
    if kind in NOT_OF_A_CELL:
        return
    compared = invariant.attribute
    common = {
        name: invariant.where.get(name, values) & values
        for name, values in asked.items()
        if name != compared
    }
    if not all(common.values()):
        return
    classes = kind in (InvariantKind.AT_LEAST, InvariantKind.NEVER_MORE, InvariantKind.ALIKE)
    targets = tuple(t for t in invariant.targets if t in items) if classes else invariant.targets
    narrowed = replace(invariant, where={**invariant.where, **common}, targets=targets)
    if compared and compared in asked:  # the cell stands at the worse value
        yield from _at_worse(narrowed, asked[compared])
    else:
        yield narrowed


def _at_worse(invariant: Invariant, values: Collection[str]) -> Iterator[Invariant]:
    worse = invariant.better if invariant.kind is InvariantKind.ALIKE else (invariant.worse,)
    for one in worse:
        for other in invariant.better:
            if one in values and one != other:
                yield replace(invariant, kind=InvariantKind.NEVER_MORE, better=(other,), worse=one)


def _cell(
    policy: Policy, looks: Looks, screen: Screen, column: Column, broken: Collection[Invariant]
) -> Cell:
    viewer, group = column.viewer, column.groups[0]
    fields = fields_on(looks.system, screen)
    worst = [looks.worst(one, viewer=viewer, group=group, kind=screen.kind) for one in fields]
    return Cell(
        treatment=min(worst, default=None),
        intended=viewer in screen.viewers,
        broken=tuple(
            one.id
            for one in broken
            if fields
            and breaks(policy, looks.system, screen, viewer=viewer, group=group, invariant=one)
        ),
    )


def _merged(
    single: Sequence[Column],
    cells: Mapping[tuple[str, str, str], Cell],
    screens: Sequence[str],
) -> Iterator[Column]:
    """Yield the columns, with groups of one viewer class that never differ put together."""
    alike: dict[tuple[str, tuple[Cell, ...]], list[str]] = {}
    for column in single:
        key = tuple(cells[screen, column.viewer, column.groups[0]] for screen in screens)
        alike.setdefault((column.viewer, key), []).extend(column.groups)
    for (viewer, _), groups in alike.items():
        yield Column(viewer=viewer, groups=tuple(groups))


def _strange(context: Context) -> int:
    """Return how many values of `context` are out of the ordinary."""
    return sum(value not in ORDINARY for value in context.values())
