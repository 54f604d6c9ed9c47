"""Invariants as test cases: what must not be seen, and what must be asked for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sekisho.policy.attributes import TERMINAL, VIEWER_CLASS
from sekisho.policy.cubes import Cube, meet, uncovered
from sekisho.policy.invariant import SHOWN, UNSPOKEN, Invariant, InvariantKind
from sekisho.policy.plan import plan
from sekisho.policy.system import System
from sekisho.policy.table import Context
from sekisho.policy.treatment import DUTY_WORDS, ROW, Treatment
from sekisho.policy.visible import VisibleBox, visible
from sekisho.proof.fields import picked
from sekisho.proof.witness import ORDINARY, told

MOST_NAMED = 6  # outputs of one sentence that are named one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative:
    """One invariant as a case.

    context: the situation to bring about; None: the sentence is of the sheets, read there.
    against: the situation that it is compared with (比較, 同一).
    answer:  what the tables say in `context` of what the sentence speaks of.
    """

    invariant: Invariant
    context: Context | None
    against: Context | None
    answer: Mapping[str, str]

    @property
    def said(self) -> str:
        """The answer in words; what is answered alike is said once."""
        by_word: dict[str, list[str]] = {}
        for name, word in self.answer.items():
            by_word.setdefault(word, []).append(name)
        return "。".join(f"{_several(names)}は{word}" for word, names in by_word.items())


def _several(names: list[str]) -> str:
    """Return names one by one, or where they are many how many there are."""
    return "、".join(names) if len(names) <= MOST_NAMED else f"{len(names)} の区分・項目すべて"


def negatives(system: System, invariants: Iterable[Invariant]) -> Iterator[Negative]:
    """Yield a case for every one of `invariants` that binds `system`, in their order."""
    boxes = visible(system.table)
    for invariant in invariants:
        if invariant.binds(system.name):
            yield _negative(system, invariant, boxes)


def _negative(system: System, invariant: Invariant, boxes: list[VisibleBox]) -> Negative:
    table = system.table
    match invariant.kind:
        case InvariantKind.AT_LEAST | InvariantKind.DUTY | InvariantKind.DELIVERED:
            context = _nearest(system, boxes, table.cube(invariant.where), invariant)
            return _case(system, invariant, context)
        case InvariantKind.NEVER_MORE | InvariantKind.ALIKE:
            better, worse = (
                invariant.better[:2]
                if invariant.kind is InvariantKind.ALIKE
                else (invariant.better[0], invariant.worse)
            )
            where = {**invariant.where, invariant.attribute: frozenset({better})}
            against = _nearest(system, boxes, table.cube(where), invariant)
            context = {**against, invariant.attribute: worse} if against else None
            return _case(system, invariant, context, against=against)
        case InvariantKind.UNKNOWN:
            whole = _nearest(system, boxes, table.everything, invariant) or {}
            context = {name: word for name, word in whole.items() if name != TERMINAL}
            return _case(system, invariant, context, against=whole)
        case _:
            return Negative(invariant=invariant, context=None, against=None, answer={})


def _nearest(
    system: System, boxes: list[VisibleBox], cube: Cube, invariant: Invariant
) -> Context | None:
    """Return the context of `cube` that comes nearest to breaking the sentence.

    Where rows are shown in it, the most ordinary of those; else the most ordinary look of all,
    with what the sentence speaks of put in.
    """
    table = system.table
    if not all(cube):
        return None
    if invariant.when == UNSPOKEN:
        spoken = [rule.cube for rule in table.rules if ROW in rule.out]
        left = uncovered(cube, by=spoken)
        return told(table, left) if left else None
    if shown := [told(table, part) for box in boxes if (part := meet(box.cube, cube))]:
        return min(shown, key=_strangeness)
    if invariant.when == SHOWN:
        return None
    asked, plain = table.values(cube), told(table, cube)
    looks = [told(table, box.cube) for box in boxes] or [plain]

    def moved(look: Context) -> tuple[int, bool, int]:
        away = [name for name, words in asked.items() if look[name] not in words]
        return len(away), VIEWER_CLASS in away, _strangeness(look)

    base = min(looks, key=moved)
    return {name: base[name] if base[name] in asked[name] else plain[name] for name in asked}


def answered(system: System, invariant: Invariant, context: Context) -> dict[str, str]:
    """Return what the tables say in `context` of what `invariant` speaks of, in words."""
    decision = system.table.decide(context)
    match invariant.kind:
        case InvariantKind.DUTY:
            return {duty: DUTY_WORDS[duty in decision.duties] for duty in invariant.targets}
        case InvariantKind.DELIVERED:
            forms = plan(system, context)
            return {one.name: forms[one.id].word for one in picked(system, invariant.picks)}
        case _:
            names = invariant.targets or system.table.classes
            return {name: decision.levels.get(name, Treatment.REFUSE).word for name in names}


def _strangeness(context: Context) -> int:
    return sum(value not in ORDINARY for value in context.values())


def _case(
    system: System,
    invariant: Invariant,
    context: Context | None,
    *,
    against: Context | None = None,
) -> Negative:
    return Negative(
        invariant=invariant,
        context=context,
        against=against,
        answer=answered(system, invariant, context) if context else {},
    )
