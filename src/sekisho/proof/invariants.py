"""Prove an invariant, or find the contexts that break it. Exact, for every context, no search.

Every kind comes down to one question: is a box covered by the rules that close it?
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from sekisho.policy.compare import Change, Sheet, relaxed
from sekisho.policy.cubes import Cube, meet, one_of, uncovered, without
from sekisho.policy.invariant import ALWAYS, SHOWN, Invariant, InvariantKind
from sekisho.policy.system import Policy, System
from sekisho.policy.table import DecisionTable
from sekisho.policy.treatment import DUE, ROW, Treatment
from sekisho.proof import fields, screens
from sekisho.proof.monotone import laxer
from sekisho.proof.witness import Witness, becomes, said_by, scene, told

TOP = int(Treatment.REFUSE)


def leak(
    policy: Policy,
    system: System,
    invariant: Invariant,
    *,
    before: System | None = None,
    signed: Collection[Change] = (),
) -> Witness | None:
    """Return where `system` breaks `invariant`, or None: that there is nowhere is proved.

    before: the version that stood until now, for the kind 差分; without it there is nothing
            that could have been loosened.
    signed: the changes that show more and that were approved, as `relaxed` lists them.
    """
    if not invariant.binds(system.name):
        return None
    if invariant.kind is InvariantKind.STRUCTURE:
        return screens.leak(policy, system, invariant)
    if invariant.kind is InvariantKind.DIFFERENCE:
        return _difference(before, system, invariant, signed)
    return _PROOFS[invariant.kind](system, invariant)


def _opened(
    table: DecisionTable, *, where: Cube, output: str, floor: int
) -> tuple[str, Cube] | None:
    """Return a rule and contexts of `where` in which `output` is below `floor`, or None."""
    for rule in table.openings(output, floor, near=where):
        common = meet(rule.cube, where)
        if common and (left := uncovered(common, by=table.walls(output, floor, near=common))):
            return rule.id, left
    return None


def _at_least(system: System, invariant: Invariant) -> Witness | None:
    table = system.table
    where = table.cube(invariant.where)
    for output in invariant.targets:
        if found := _opened(table, where=where, output=output, floor=invariant.floor):
            return _of_output(table, invariant, found[1], output)
    return None


def _never_more(system: System, invariant: Invariant) -> Witness | None:
    return _compared(system, invariant, invariant.better[0], invariant.worse)


def _alike(system: System, invariant: Invariant) -> Witness | None:
    for one in invariant.better:
        for other in invariant.better:
            if one != other and (found := _compared(system, invariant, one, other)):
                return found
    return None


def _compared(system: System, invariant: Invariant, better: str, worse: str) -> Witness | None:
    table = system.table
    where = table.cube(
        {name: of for name, of in invariant.where.items() if name != invariant.attribute}
    )
    among = invariant.where.get(invariant.attribute)
    if among is not None and not {better, worse} <= among:
        return None
    place = table.places[invariant.attribute]
    values = table.attributes[invariant.attribute]
    for output in invariant.targets:
        left = laxer(
            table,
            where=where,
            output=output,
            place=place,
            better=1 << values.index(better),
            worse=1 << values.index(worse),
        )
        if left:
            context = told(table, left)
            against = context | {invariant.attribute: better}
            context |= {invariant.attribute: worse}
            level, rules = table.explain(context, output)
            there, _ = table.explain(against, output)
            box = table.words(left) | {invariant.attribute: (worse,)}
            return Witness(
                invariant=invariant.id,
                sentence=f"{scene(context, box=box)}、"
                f"{becomes(output, level, duty=False, end='になり')}、"
                f"{invariant.attribute}が{better}のときの『{Treatment(there).word}』より緩くなります"
                f"{said_by(rules)}",
                context=context,
                where=box,
                output=output,
                level=level,
                rules=rules,
                against=against,
            )
    return None


def _duty(system: System, invariant: Invariant) -> Witness | None:
    table = system.table
    where = table.cube(invariant.where)
    for duty in invariant.targets:
        for rule in table.openings(duty, DUE, near=where):
            common = meet(rule.cube, where)
            if not common:
                continue
            for box, closed in _stages(table, invariant, common):
                if left := uncovered(box, by=[*table.walls(duty, DUE, near=box), *closed]):
                    return _of_output(table, invariant, left, duty)
    return None


def _stages(
    table: DecisionTable, invariant: Invariant, common: Cube
) -> Iterator[tuple[Cube, tuple[Cube, ...]]]:
    """Yield the parts of `common` about which いつ speaks, and what does not belong to them."""
    if invariant.when == SHOWN:
        for _, box in table.shown:
            if part := meet(common, box):
                yield part, ()
    elif invariant.when == ALWAYS:
        yield common, ()
    else:  # 規則なし: where no rule speaks about the row
        yield common, tuple(rule.cube for rule in table.rules if ROW in rule.out)


def _row(system: System, invariant: Invariant) -> Witness | None:
    table = system.table
    where = table.cube(invariant.where)
    lenient = [box for name in table.classes if name != ROW for box in _seen(table, name)]
    for _, box in table.shown:
        common = meet(box, where)
        if common and (left := uncovered(common, by=lenient)):
            return _of_output(table, invariant, left, ROW)
    return None


def _seen(table: DecisionTable, output: str) -> Iterator[Cube]:
    """Yield the boxes in which a class is more lenient than 非表示, within the shown rows."""
    walls = table.walls(output, Treatment.HIDE)
    for rule in table.openings(output, Treatment.HIDE):
        for _, box in table.shown:
            if common := meet(rule.cube, box):
                yield from without(common, by=walls)


def _unknown(system: System, invariant: Invariant) -> Witness | None:
    """Ask once per rule and attribute: a context of its box, with that attribute unknown."""
    table = system.table
    for rule in table.rules:
        context = next(table.contexts(one_of(rule.cube)))
        for name, values in table.attributes.items():
            if "不明" in values or "" in values:
                return Witness(
                    invariant=invariant.id,
                    sentence=f"属性「{name}」の値に不明が載っています。不明は値ではありません",
                    output=name,
                )
            for look in (
                {key: value for key, value in context.items() if key != name},
                context | {name: "？"},
            ):
                decision = table.decide(look)
                open_classes = [o for o, lv in decision.levels.items() if lv != TOP]
                for output in (
                    *open_classes,
                    *(d for d in table.duties if d not in decision.duties),
                ):
                    level, rules = table.explain(look, output)
                    return Witness(
                        invariant=invariant.id,
                        sentence=f"{name}が分からないのに、{scene(look, box={})}、"
                        f"{becomes(output, level, duty=output in table.duties)}{said_by(rules)}",
                        context=look,
                        output=output,
                        level=level,
                        rules=rules,
                    )
    return None


def _empty_class(system: System, invariant: Invariant) -> Witness | None:
    table = system.table
    where = table.cube(invariant.where)
    filled = {field.item for field in system.fields.values() if fields.reaches_somebody(field)}
    for name in table.classes:
        if name == ROW or name in filled:
            continue
        if found := _opened(table, where=where, output=name, floor=TOP):
            return _of_output(table, invariant, found[1], name)
    return None


def _difference(
    before: System | None, system: System, invariant: Invariant, signed: Collection[Change]
) -> Witness | None:
    if before is None:
        return None
    for change in relaxed(before, system):
        if change in signed:
            continue
        if change.sheet is Sheet.RULES:
            found = _of_output(system.table, invariant, change.cube, change.output)
        elif seen := fields.looser(before, system, invariant, change):
            found = seen
        else:  # a ceiling was raised under which no rule shows the field: nothing is shown
            continue
        plain = found.sentence.removesuffix(said_by(found.rules)).removesuffix("になります")
        sentence = f"{plain}になり、署名なしに前の版より緩くなります{said_by(found.rules)}"
        return replace(found, sentence=sentence)
    return None


def _of_output(table: DecisionTable, invariant: Invariant, left: Cube, output: str) -> Witness:
    context = told(table, left)
    level, rules = table.explain(context, output)
    box = table.words(left)
    return Witness(
        invariant=invariant.id,
        sentence=f"{scene(context, box=box)}、"
        f"{becomes(output, level, duty=output in table.duties)}{said_by(rules)}",
        context=context,
        where=box,
        output=output,
        level=level,
        rules=rules,
    )


_PROOFS: Mapping[InvariantKind, Callable[[System, Invariant], Witness | None]] = {
    InvariantKind.AT_LEAST: _at_least,
    InvariantKind.NEVER_MORE: _never_more,
    InvariantKind.ALIKE: _alike,
    InvariantKind.DUTY: _duty,
    InvariantKind.ROW: _row,
    InvariantKind.UNKNOWN: _unknown,
    InvariantKind.EMPTY_CLASS: _empty_class,
    InvariantKind.CEILING: fields.ceiling,
    InvariantKind.CEILING_NEVER_MORE: fields.ceiling_never_more,
    InvariantKind.DELIVERED: fields.delivered_at_least,
}
