"""Every single-cell edit of a system's tables that shows more somewhere, and what catches it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sekisho.policy.compare import Sheet, relaxed
from sekisho.policy.cubes import meet
from sekisho.policy.invariant import InvariantKind
from sekisho.policy.plan import plan
from sekisho.policy.treatment import DUE, ROW, Treatment
from sekisho.proof.agreed import disagreeing
from sekisho.proof.invariants import leak

NOTHING_SAID = None


@dataclass(frozen=True)
class Edit:
    """One cell of one row, written otherwise."""

    system: str
    row: str
    column: str
    value: str
    edited: object  # the system with the edit


def rule_edits(system) -> Iterator[Edit]:
    """Yield every edit of one cell of 判定表, and every row struck out."""
    for place, rule in enumerate(system.table.rules):
        for column, value, new in _cells(system.table, rule):
            rules = (*system.table.rules[:place], new, *system.table.rules[place + 1 :])
            yield Edit(system.key, rule.id, column, value, system.with_rules(rules))
        rules = (*system.table.rules[:place], *system.table.rules[place + 1 :])
        yield Edit(system.key, rule.id, "行", "削除", system.with_rules(rules))


def _cells(table, rule):
    for place, (name, values) in enumerate(table.attributes.items()):
        whole = table.everything[place]
        cells = {rule.cube[place] ^ 1 << n for n in range(len(values))} | {whole}
        for bits in sorted(cells - {0, rule.cube[place]}):
            cube = (*rule.cube[:place], bits, *rule.cube[place + 1 :])
            words = [value for n, value in enumerate(values) if bits >> n & 1]
            yield name, "－" if bits == whole else "、".join(words), replace(rule, cube=cube)
    for output in table.outputs:
        said = rule.out.get(output)
        words = (0, 1) if output in table.duties else tuple(Treatment)
        if output == ROW:
            words = (Treatment.SHOW, Treatment.REFUSE)
        for level in (*words, NOTHING_SAID):
            if level != said:
                out = {name: of for name, of in rule.out.items() if name != output}
                if level is not NOTHING_SAID:
                    out[output] = level
                yield output, "－" if level is None else str(int(level)), replace(rule, out=out)


def ceiling_edits(system) -> Iterator[Edit]:
    """Yield every edit of one ceiling of 整理表 to a more lenient treatment."""
    for field in system.fields.values():
        for column, level in field.ceilings.items():
            for lower in (one for one in Treatment if one < level):
                columns = {**field.columns, f"上限:{column}": lower.word}
                new = replace(field, ceilings={**field.ceilings, column: lower}, columns=columns)
                edited = replace(system, fields={**system.fields, field.id: new}, kept_plans={})
                yield Edit(system.key, field.id, f"上限:{column}", lower.word, edited)


def shows_more(system, edit):
    """Return where the edit shows more or asks for less, as the semantic difference lists it."""
    return relaxed(system, edit.edited)


def caught_by_invariant(policy, edit, changes):
    """Return the witness of the first invariant that the edit breaks, or None."""
    edited = edit.edited
    likely = sorted(policy.invariants, key=lambda one: not _likely(edited, one, changes))
    for invariant in likely:
        if invariant.kind is InvariantKind.DIFFERENCE:
            continue
        if witness := leak(policy, edited, invariant):
            return invariant, witness
    return None


def _likely(system, invariant, changes):
    """Say whether it is worth asking this invariant first; it changes nothing but the time."""
    if not invariant.binds(system.name):
        return False
    where = system.table.cube(invariant.where)
    for change in changes:
        below = change.output in invariant.targets and change.after < max(invariant.floor, 1)
        if change.sheet is Sheet.RULES and below and meet(change.cube, where):
            return True
        if change.sheet is Sheet.FIELDS and invariant.kind in (
            InvariantKind.CEILING,
            InvariantKind.DELIVERED,
        ):
            return True
    return False


def confirmed(system, witness, invariant=None):
    """Say whether asking the table again gives what the witness says, and that it is a breach."""
    if witness.context is None:
        return True
    if invariant is not None and invariant.floor and witness.level >= invariant.floor:
        return False
    if witness.output in system.fields:
        return plan(system, witness.context)[witness.output] == witness.level
    decision = system.table.decide(witness.context)
    if witness.output in system.table.duties:
        return (DUE if witness.output in decision.duties else 0) == witness.level
    if decision.levels[witness.output] != witness.level:
        return False
    if witness.against is None:
        return True
    return system.table.decide(witness.against).levels[witness.output] > witness.level


def caught_by_example(edit):
    """Return the agreed example that the edit breaks, or None."""
    return next(disagreeing(edit.edited), None)
