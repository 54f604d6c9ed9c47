"""What a version shows otherwise than the one before it, as sentences of a completion report."""

from collections.abc import Iterator
from dataclasses import dataclass

from sekisho.policy.compare import Change, RuleChange, Sheet, compare, rule_changes
from sekisho.policy.cubes import size
from sekisho.policy.system import Policy, System
from sekisho.policy.treatment import DUTY_WORDS, Treatment
from sekisho.reports.sentences import scene, spoken

LOOSER, STRICTER = "緩くなる", "厳しくなる"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One box of contexts that is answered otherwise.

    shown: whether a row is shown in any of the contexts; where none is, nobody sees a difference.
    """

    system: str
    sentence: str
    before: str
    after: str
    looser: bool
    contexts: int
    rules: tuple[str, ...]
    shown: bool

    @property
    def direction(self) -> str:
        return LOOSER if self.looser else STRICTER


def changed(old: Policy, new: Policy) -> Iterator[Changed]:
    """Yield everything that `new` answers otherwise, system by system, the looser first."""
    for key, system in new.systems.items():
        before = old.systems.get(key)
        if before is None or before is system:
            continue
        found = sorted(compare(before, system), key=lambda one: (not one.looser, not one.shown))
        yield from (_said(system, one) for one in found)


def rows_changed(old: Policy, new: Policy) -> Iterator[tuple[str, RuleChange, str, str]]:
    """Yield each row of 判定表 that came, went or reads otherwise: system, row, before, after."""
    for key, system in new.systems.items():
        before = old.systems.get(key)
        if before is None or before is system:
            continue
        for one in rule_changes(before, system):
            yield (
                system.name,
                one,
                spoken(before.table, one.before) if one.before else "",
                spoken(system.table, one.after) if one.after else "",
            )


def _said(system: System, one: Change) -> Changed:
    attributes = system.table.attributes
    duty = one.sheet is Sheet.RULES and one.output in system.table.duties
    words = DUTY_WORDS if duty else tuple(level.word for level in Treatment)
    field = system.fields.get(one.output) if one.sheet is Sheet.FIELDS else None
    name = f"項目「{field.name}」" if field else f"{'義務' if duty else ''}「{one.output}」"
    opening = scene(one.where, among=attributes) if one.where else "どんなときも"
    return Changed(
        system=system.name,
        sentence=f"{opening}、{name}が {words[one.before]} → {words[one.after]}",
        before=words[one.before],
        after=words[one.after],
        looser=one.looser,
        contexts=size(one.cube),
        rules=one.rules,
        shown=one.shown,
    )
