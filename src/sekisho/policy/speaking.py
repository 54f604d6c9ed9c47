"""Where a rule speaks: which others hold in the same contexts, and whose word stands there."""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.policy.cubes import meet, size
from sekisho.policy.table import DecisionTable, Rule
from sekisho.policy.visible import idle


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Another rule that holds in some of the same contexts."""

    other: Rule
    where: Mapping[str, tuple[str, ...]]  # the common contexts; what is free there is left out
    contexts: int
    stopped_by: tuple[tuple[str, int, int], ...]  # output, this rule, the other: the other decides
    stops: tuple[tuple[str, int, int], ...]  # output, this rule, the other: this one decides
    alike: int  # outputs of which both say the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """A rule among the others of its table."""

    rule: Rule
    contexts: int
    overlaps: tuple[Overlap, ...]  # those that stop it first
    idle: bool  # without it every answer would be the same

    @property
    def alone(self) -> bool:
        """Whether no other rule says anything else in its contexts."""
        return not any(one.stopped_by or one.stops for one in self.overlaps)


def speaking(table: DecisionTable, rule: Rule, *, output: str = "") -> Speaking:
    """Return who else speaks in the contexts of `rule`; `output`: of this class or duty only.

    Of the rules that speak, the strictest decides: the higher of the two levels.
    """
    found = []
    for other in table.rules:
        common = meet(rule.cube, other.cube)
        if other is rule or not common:
            continue
        both = [
            (name, level, other.out[name])
            for name, level in rule.out.items()
            if name in other.out and output in ("", name)
        ]
        if both:
            found.append(
                Overlap(
                    other=other,
                    where=table.words(common),
                    contexts=size(common),
                    stopped_by=tuple(one for one in both if one[2] > one[1]),
                    stops=tuple(one for one in both if one[2] < one[1]),
                    alike=sum(one[2] == one[1] for one in both),
                )
            )
    return Speaking(
        rule=rule,
        contexts=size(rule.cube),
        overlaps=tuple(sorted(found, key=lambda one: (-len(one.stopped_by), -len(one.stops)))),
        idle=rule in idle(table),
    )
