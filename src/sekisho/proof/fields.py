"""Invariants of fields: their ceilings in 整理表, and the form in which they leave the door."""

from collections.abc import Iterator
from dataclasses import replace

from sekisho.policy.attributes import RELATION, VIEWER_CLASS
from sekisho.policy.compare import Change
from sekisho.policy.cubes import Cube, meet
from sekisho.policy.invariant import Invariant, Pick
from sekisho.policy.masking import Field, delivered
from sekisho.policy.plan import treatment_of
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment
from sekisho.policy.visible import standing
from sekisho.proof.witness import Witness, becomes, said_by, scene, told


def picked(system: System, picks: tuple[Pick, ...]) -> Iterator[Field]:
    """Yield the fields that 項目条件 picks; no condition picks all."""
    for field in system.fields.values():
        if all((field.columns.get(p.column, "") in p.words) != p.none_of for p in picks):
            yield field


def reaches_somebody(field: Field) -> bool:
    """Return whether some ceiling lets something of `field` out."""
    return any(
        delivered(Treatment(level), mask=field.mask) != Treatment.REFUSE
        for ceiling in field.ceilings.values()
        for level in Treatment
        if level >= ceiling
    )


def ceiling(system: System, invariant: Invariant) -> Witness | None:
    """Return a field whose ceiling is below the floor, or None. A look-up."""
    for field in picked(system, invariant.picks):
        for column in invariant.targets:
            found = _lowest(system, field, column)
            if found < invariant.floor:
                sentence = (
                    f"{field.name}（{field.id}）の「上限:{column}」が『{found.word}』です。"
                    f"『{Treatment(invariant.floor).word}』より緩くできません"
                )
                seen = _delivered_below(system, invariant, field, column)
                if seen is None:
                    return Witness(
                        invariant=invariant.id, sentence=sentence, output=field.id, level=found
                    )
                scene_of_it = seen.sentence.removesuffix(said_by(seen.rules))
                where = f"（整理表の「上限:{column}」、規則 {'、'.join(seen.rules)}）"
                return replace(seen, sentence=scene_of_it + where)
    return None


def _delivered_below(
    system: System, invariant: Invariant, field: Field, column: str
) -> Witness | None:
    """Return a look in which the ceiling of `column` lets `field` out, or None: no row is shown."""
    viewer, _, group = column.partition(":")
    for one, of, part in _parts(system, system.table.everything):
        if one == viewer and group in ("", of):
            levels = _letting_out(field, field.ceiling(viewer, of), invariant.floor)
            if left := standing(system.table, part, field.item, levels):
                return _of_field(system, invariant, field, left)
    return None


def looser(before: System, system: System, invariant: Invariant, change: Change) -> Witness | None:
    """Return a look that gets more of the field of `change` than `before` gave, or None."""
    field = system.fields[change.output]
    for level in Treatment:
        left = standing(system.table, change.cube, field.item, frozenset({level}))
        if left:
            seen = _of_field(system, invariant, field, left)
            was = treatment_of(before, field.id, seen.context or {})
            if seen.level is not None and seen.level < was:
                return seen
    return None


def _letting_out(field: Field, most: Treatment, floor: int) -> frozenset[int]:
    """Return the levels of its class at which `field`, under a ceiling, is below `floor`."""
    return frozenset(
        level for level in Treatment if delivered(max(level, most), mask=field.mask) < floor
    )


def ceiling_never_more(system: System, invariant: Invariant) -> Witness | None:
    """Return a field whose ceiling for 悪 is more lenient than for 良, or None."""
    better = invariant.better[0]
    for field in picked(system, invariant.picks):
        low, high = (_lowest(system, field, name) for name in (invariant.worse, better))
        if low < high:
            return Witness(
                invariant=invariant.id,
                sentence=f"{field.name}（{field.id}）の上限は、{invariant.worse} が"
                f"『{low.word}』で、{better} の『{high.word}』より緩くなっています",
                output=field.id,
                level=low,
            )
    return None


def _lowest(system: System, field: Field, column: str) -> Treatment:
    """Return the most lenient ceiling that `column` stands for, whatever the sheet's columns."""
    viewer, _, group = column.partition(":")
    groups = (group,) if group else tuple(dict.fromkeys(("", *system.groups.values())))
    return min(field.ceiling(viewer, one) for one in groups)


def delivered_at_least(system: System, invariant: Invariant) -> Witness | None:
    """Return contexts in which a field is delivered below the floor, or None.

    Per field, viewer class and group of 契約相手: first the ceiling, then box subtraction on
    the levels of its class that the ceiling and the mask would let through.
    """
    table = system.table
    where = table.cube(invariant.where)
    proved: set[tuple[str, frozenset[int], str, str]] = set()
    for field in picked(system, invariant.picks):
        for viewer, group, part in _parts(system, where):
            most = field.ceiling(viewer, group)
            levels = _letting_out(field, most, invariant.floor)
            key = (field.item, levels, viewer, group)
            if not levels or key in proved:
                continue
            if left := standing(table, part, field.item, levels):
                return _of_field(system, invariant, field, left)
            proved.add(key)
    return None


def _parts(system: System, where: Cube) -> Iterator[tuple[str, str, Cube]]:
    """Yield `where` by viewer class and group of 契約相手, as far as each is in it."""
    table = system.table
    viewers = table.attributes.get(VIEWER_CLASS, ())
    groups = tuple(dict.fromkeys(system.groups.values()))
    for viewer in viewers:
        for group in groups:
            of_group = frozenset(word for word, name in system.groups.items() if name == group)
            cube = table.cube({VIEWER_CLASS: frozenset({viewer}), RELATION: of_group})
            if part := meet(where, cube):
                yield viewer, group, part


def _of_field(system: System, invariant: Invariant, field: Field, left: Cube) -> Witness:
    table = system.table
    context = told(table, left)
    level = treatment_of(system, field.id, context)
    _, rules = table.explain(context, field.item)
    box = table.words(left)
    return Witness(
        invariant=invariant.id,
        sentence=f"{scene(context, box=box)}、項目「{field.name}」（{field.id}）の"
        f"{becomes('扱い', level, duty=False)}{said_by(rules)}",
        context=context,
        where=box,
        output=field.id,
        level=level,
        rules=rules,
    )
