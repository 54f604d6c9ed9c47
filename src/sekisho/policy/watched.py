"""Watched combinations (見張り): what an owner believes impossible, watched and never assumed.

No proof reads them: a belief that turns out wrong would then have proved something. They are
looked for in people, recorded looks and old logs; one that occurs is a finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.policy.cubes import meet
from sekisho.policy.table import Context, DecisionTable, Where
from sekisho.policy.visible import VisibleBox, visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One row of 見張り.csv."""

    id: str
    sentence: str  # 文: why nobody should ever meet it
    systems: frozenset[str]  # names of systems; empty: all
    where: Where  # 条件; attributes that are free are not named
    basis: str
    note: str = ""

    def binds(self, system: str) -> bool:
        """Return whether the row is about the system with the name `system`."""
        return not self.systems or system in self.systems

    def holds(self, context: Mapping[str, str]) -> bool:
        """Return whether `context` is certainly one of these combinations.

        An attribute that `context` lacks (不明, or not known yet) is nothing that was seen.
        """
        return all(context.get(name) in words for name, words in self.where.items())


def shown_in(table: DecisionTable, watched: Watched) -> list[VisibleBox]:
    """Return what `table` would show in the combination: disjoint boxes, each decided alike.

    None: should it ever occur, nothing would be seen.
    """
    return visible(table, within=table.cube(watched.where))


def rules_for(table: DecisionTable, context: Context) -> tuple[str, ...]:
    """Return every rule that may take part in deciding `context`; none: all of it is 拒否.

    What `context` does not name is free: a person before any look has no screen yet.
    """
    cube = table.cube({name: frozenset({value}) for name, value in context.items()})
    return tuple(rule.id for rule in table.rules if meet(rule.cube, cube))
