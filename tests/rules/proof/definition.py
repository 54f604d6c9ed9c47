"""What each kind of invariant says, by asking every context: what a proof must not need to do."""

from itertools import product

from sekisho.policy.invariant import ALWAYS, SHOWN, Invariant, InvariantKind
from sekisho.policy.masking import delivered
from sekisho.policy.treatment import ROW, Treatment
from tests.rules.policy.tables import ALL, ATTRIBUTES, CLASSES, DUTIES, covers, level_of


def invariant_of(kind, **values):
    blank = {
        "id": "I01",
        "sentence": "",
        "systems": frozenset(),
        "where": {},
        "targets": (),
        "floor": 0,
        "when": "",
        "attribute": "",
        "better": (),
        "worse": "",
        "picks": (),
        "check": "",
        "basis": "",
    }
    return Invariant(kind=kind, **{**blank, **values})


def looks(where):
    return [look for look in ALL if all(look[name] in of for name, of in where.items())]


def breaking(system, invariant):
    """Yield (context, output) wherever the invariant is broken, by its definition."""
    yield from _BY_KIND[invariant.kind](system, invariant)


def _at_least(system, invariant):
    for look, output in product(looks(invariant.where), invariant.targets):
        if level_of(system.rules, look, output) < invariant.floor:
            yield look, output


def _never_more(system, invariant):
    yield from _pair(system, invariant, invariant.better[0], invariant.worse)


def _alike(system, invariant):
    for one, other in product(invariant.better, repeat=2):
        yield from _pair(system, invariant, one, other)


def _pair(system, invariant, better, worse):
    name = invariant.attribute
    if name in invariant.where and not {better, worse} <= invariant.where[name]:
        return
    where = {key: of for key, of in invariant.where.items() if key != name}
    for look, output in product(looks(where), invariant.targets):
        here = level_of(system.rules, look | {name: worse}, output)
        if here < level_of(system.rules, look | {name: better}, output):
            yield look | {name: worse}, output


def _duty(system, invariant):
    for look, duty in product(looks(invariant.where), invariant.targets):
        spoken = any(ROW in rule.out and covers(rule, look) for rule in system.rules)
        concerns = {
            SHOWN: level_of(system.rules, look, ROW) == Treatment.SHOW,
            ALWAYS: True,
        }.get(invariant.when, not spoken)
        if concerns and not level_of(system.rules, look, duty):
            yield look, duty


def _row(system, invariant):
    for look in looks(invariant.where):
        levels = [level_of(system.rules, look, name) for name in CLASSES if name != ROW]
        shown = level_of(system.rules, look, ROW) == Treatment.SHOW
        if shown and min(levels) >= Treatment.HIDE:
            yield look, ROW


def _unknown(system, invariant):
    for look, name in product(ALL, ATTRIBUTES):
        unclear = {key: value for key, value in look.items() if key != name}
        decision = system.table.decide(unclear)
        for output, level in decision.levels.items():
            if level != Treatment.REFUSE:
                yield unclear, output
        for duty in DUTIES:
            if duty not in decision.duties:
                yield unclear, duty


def _empty_class(system, invariant):
    reached = {
        field.item
        for field in system.fields.values()
        for ceiling in field.ceilings.values()
        for level in Treatment
        if delivered(max(level, ceiling), mask=field.mask) != Treatment.REFUSE
    }
    for look, output in product(looks(invariant.where), CLASSES):
        empty = output != ROW and output not in reached
        if empty and level_of(system.rules, look, output) < Treatment.REFUSE:
            yield look, output


def _picked(system, invariant):
    for field in system.fields.values():
        if all((field.columns[p.column] in p.words) != p.none_of for p in invariant.picks):
            yield field


def _delivered(system, invariant):
    for look, field in product(looks(invariant.where), _picked(system, invariant)):
        if level_of(system.rules, look, ROW) != Treatment.SHOW:
            continue
        ceiling = field.ceiling(look["閲覧者区分"], system.groups[look["契約相手"]])
        level = max(level_of(system.rules, look, field.item), ceiling)
        if delivered(level, mask=field.mask) < invariant.floor:
            yield look, field.id


_BY_KIND = {
    InvariantKind.AT_LEAST: _at_least,
    InvariantKind.NEVER_MORE: _never_more,
    InvariantKind.ALIKE: _alike,
    InvariantKind.DUTY: _duty,
    InvariantKind.ROW: _row,
    InvariantKind.UNKNOWN: _unknown,
    InvariantKind.EMPTY_CLASS: _empty_class,
    InvariantKind.DELIVERED: _delivered,
}
