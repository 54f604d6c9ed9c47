"""Effects (効き目): every row that a decision table shows, decided once and shipped as data.

No engine but the kernel reads rules. What a table shows is small: of the 39,916,800 contexts of
the wheeling system some thousands show a row. All of them are decided when a version is put live,
so that the database never meets a profile that it cannot answer, and nobody who serves pages has
to be able to write an answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sekisho.gate.relations import RELATIONS, SCOPES
from sekisho.policy.attributes import PROFILE, RECORD_SIDE, RELATION, SCOPE, VIEWER_CLASS
from sekisho.policy.plan import plan
from sekisho.policy.system import System
from sekisho.policy.table import Context, DecisionTable
from sekisho.policy.treatment import DUTIES, ROW, Treatment

_ORDER = (*PROFILE, *RECORD_SIDE)


class Effect(NamedTuple):  # some ten thousand of them: a dataclass takes twice as long
    """The delivered form of every field for one profile, relation and scope that shows the row."""

    profile: UUID
    relation: int
    scope: int
    levels: tuple[int, ...]  # in the order of 整理表
    duties: int  # bits, in the order of DUTIES


def profile_of(context: Context) -> UUID:
    """Return the key of the viewer- and request-side values of `context` (its profile).

    What a folder of tables has besides the eight that ship is part of it.
    """
    more = sorted(name for name in context if name not in _ORDER)
    text = "\x1f".join(f"{name}={context.get(name, '')}" for name in (*PROFILE, *more))
    return UUID(bytes=sha256(text.encode()).digest()[:16])


def duty_bits(duties: frozenset[str]) -> int:
    """Return `duties` as the bits of one integer, in the order of `DUTIES`."""
    return sum(1 << n for n, duty in enumerate(DUTIES) if duty in duties)


def duties_of(bits: int) -> frozenset[str]:
    """Return the duties that stand in `bits`."""
    return frozenset(duty for n, duty in enumerate(DUTIES) if bits >> n & 1)


def effects(system: System) -> Iterator[Effect]:
    """Yield an effect for every context in which `system` shows a row, and for no other.

    Contexts in which the same rules hold, for the same ceilings, are answered once (0.2 s for the
    seven systems that ship, instead of 0.8 s).
    """
    names = _names(system.table)
    at_viewer, at_relation, at_scope = map(names.index, (VIEWER_CLASS, RELATION, SCOPE))
    sides = len(names) - len(RECORD_SIDE)  # they stand last
    profiles: dict[tuple[str, ...], UUID] = {}
    answers: dict[tuple[int, str, str], tuple[tuple[int, ...], int]] = {}
    for values, holding in _walked(system.table, names):
        profile = profiles.get(values[:sides])
        if profile is None:
            profile = profiles[values[:sides]] = profile_of(dict(zip(names, values, strict=True)))
        key = (holding, values[at_viewer], system.groups.get(values[at_relation], ""))
        answer = answers.get(key)
        if answer is None:
            context = dict(zip(names, values, strict=True))
            decided = plan(system, context)
            answer = answers[key] = (
                tuple(int(decided[field]) for field in system.fields),
                duty_bits(system.table.decide(context).duties),
            )
        yield Effect(
            profile, RELATIONS[values[at_relation]], SCOPES[values[at_scope]], answer[0], answer[1]
        )


def relations_met(system: System) -> Mapping[str, frozenset[str]]:
    """Return, per viewer class, the relations (契約相手) in which `system` shows it any row."""
    met: dict[str, set[str]] = {}
    for _, box in system.table.shown:
        values = system.table.values(box)
        for viewer in values[VIEWER_CLASS]:
            met.setdefault(viewer, set()).update(values[RELATION])
    return {viewer: frozenset(relations) for viewer, relations in met.items()}


def shown(table: DecisionTable) -> Iterator[dict[str, str]]:
    """Yield every context in which `table` shows the row.

    Exact. The contexts are walked attribute by attribute, and a branch is left as soon as no rule
    that shows the row can hold in it, or a rule that refuses it holds in all of it.
    """
    names = _names(table)
    return (dict(zip(names, values, strict=True)) for values, _ in _walked(table, names))


def _names(table: DecisionTable) -> tuple[str, ...]:
    """Return the attributes of `table`: those of the profile first, those of the record last."""
    more = [name for name in table.attributes if name not in _ORDER]
    return tuple(name for name in (*PROFILE, *more, *RECORD_SIDE) if name in table.attributes)


def _walked(table: DecisionTable, names: Sequence[str]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the values, by `names`, of every context that shows the row, and the rules that hold.

    Rules are the bits of one integer, in the order of the table.
    """
    places = [table.places[name] for name in names]
    everything = table.everything
    showing = _bits(table, refusing=False)
    refusing = _bits(table, refusing=True)
    # settled[k]: the refusing rules to which no attribute from the k-th on makes a difference
    settled = [
        sum(
            1 << n
            for n, rule in enumerate(table.rules)
            if refusing >> n & 1
            and all(rule.cube[place] == everything[place] for place in places[k:])
        )
        for k in range(len(names) + 1)
    ]
    accepting = [
        [
            (
                value,
                sum(1 << n for n, rule in enumerate(table.rules) if rule.cube[place] >> v & 1),
            )
            for v, value in enumerate(table.attributes[name])
        ]
        for name, place in zip(names, places, strict=True)
    ]

    waiting: list[tuple[int, tuple[str, ...]]] = [((1 << len(table.rules)) - 1, ())]
    while waiting:
        live, values = waiting.pop()
        depth = len(values)
        if depth == len(names):
            yield values, live
            continue
        settles = settled[depth + 1]
        for value, rules in accepting[depth]:
            still = live & rules
            if still & showing and not still & settles:
                waiting.append((still, (*values, value)))


def _bits(table: DecisionTable, *, refusing: bool) -> int:
    return sum(
        1 << n
        for n, rule in enumerate(table.rules)
        if ROW in rule.out and (rule.out[ROW] != Treatment.SHOW) is refusing
    )
