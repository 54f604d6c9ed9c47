"""The semantic difference of two versions: not which cells changed, but what is shown otherwise.

Exact: every context whose answer changes lies in exactly one of the boxes that are listed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sekisho.policy.attributes import RELATION, VIEWER_CLASS
from sekisho.policy.cubes import Cube, meet, without
from sekisho.policy.masking import Field, delivered
from sekisho.policy.system import Policy, System
from sekisho.policy.table import DecisionTable, Rule
from sekisho.policy.treatment import Treatment
from sekisho.policy.visible import standing


class Sheet(StrEnum):
    """Which table a change is in."""

    RULES = "rules"  # 判定表
    FIELDS = "fields"  # 整理表


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A box of contexts in which one output is answered otherwise."""

    sheet: Sheet
    output: str  # class or duty; of 整理表, a field
    where: Mapping[str, tuple[str, ...]]  # in the words of the new version
    before: int
    after: int
    cube: Cube
    rules: tuple[str, ...] = ()  # that say the new level (判定表)
    shown: bool = True  # whether it is a row that the new version shows, in some of the contexts

    @property
    def looser(self) -> bool:
        """Whether more is shown, or less is asked for, than before."""
        return self.after < self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """A row of 判定表 that was added, removed or written otherwise, whatever it changes."""

    id: str
    before: Rule | None
    after: Rule | None


def compare(old: System, new: System) -> list[Change]:
    """Return every box of contexts that `new` answers otherwise than `old`.

    Values are aligned by name: a value that `old` did not have counted as unknown there, so
    whatever admits it now appears as looser. An attribute that `new` dropped does the same.
    """
    return [*_of_rules(old.table, new.table), *_of_fields(old, new)]


def relaxed(old: System, new: System) -> list[Change]:
    """Return where `new` shows more, or asks for less, than `old`: what an approver signs."""
    return [change for change in compare(old, new) if change.looser]


def rule_changes(old: System, new: System) -> list[RuleChange]:
    """Return the rows of 判定表 that differ. A row may change and no decision with it."""
    before = {rule.id: rule for rule in old.rules}
    after = {rule.id: rule for rule in new.rules}
    return [
        RuleChange(id=name, before=before.get(name), after=after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def changed_invariants(old: Policy, new: Policy) -> list[str]:
    """Return the invariants that `new` removed or wrote otherwise: each needs a signature."""
    after = {invariant.id: invariant for invariant in new.invariants}
    return [one.id for one in old.invariants if after.get(one.id) != one]


def _of_rules(old: DecisionTable, new: DecisionTable) -> Iterator[Change]:
    old = _aligned(old, new)
    for output in new.outputs:
        top = new.strictest(output)
        before = _said(old, output) if output in old.outputs else []
        after = _said(new, output)
        touched = [cube for cube, _ in {*before} ^ {*after}]
        for box in _disjoint(touched):
            was = [(common, level) for cube, level in before if (common := meet(cube, box))]
            now = [(common, level) for cube, level in after if (common := meet(cube, box))]
            for cube, level in _levels(box, was, top=top):
                for part, then in _levels(cube, now, top=top):
                    if level != then:
                        yield Change(
                            sheet=Sheet.RULES,
                            output=output,
                            where=new.words(part),
                            before=level,
                            after=then,
                            cube=part,
                            rules=_speakers(new, output, then, part),
                            shown=any(meet(part, seen) for _, seen in new.shown),
                        )


def _said(table: DecisionTable, output: str) -> list[tuple[Cube, int]]:
    return [(rule.cube, rule.out[output]) for rule in table.rules if output in rule.out]


def _disjoint(cubes: Iterable[Cube]) -> list[Cube]:
    boxes: list[Cube] = []
    for cube in dict.fromkeys(cubes):
        boxes += without(cube, by=boxes)
    return boxes


def _levels(box: Cube, said: list[tuple[Cube, int]], *, top: int) -> Iterator[tuple[Cube, int]]:
    """Yield `box` in disjoint pieces, each with the level that stands on all of it."""
    left = [box]
    for level in sorted({level for _, level in said}, reverse=True):
        rest: list[Cube] = []
        cubes = [cube for cube, one in said if one == level]
        for piece in left:
            outside = without(piece, by=cubes)
            rest += outside
            yield from ((inside, level) for inside in without(piece, by=outside))
        left = rest
    yield from ((piece, top) for piece in left)


def _speakers(table: DecisionTable, output: str, level: int, box: Cube) -> tuple[str, ...]:
    return tuple(rule.id for rule in table.speaking(output, level) if meet(rule.cube, box))


def _aligned(old: DecisionTable, new: DecisionTable) -> DecisionTable:
    """Return `old` over the attributes and values of `new`, joined by name."""
    if old.attributes == new.attributes:
        return old
    if not old.attributes.keys() <= new.attributes.keys():
        return replace(old, attributes=new.attributes, rules=())
    rules = []
    for rule in old.rules:
        where = {name: frozenset(words) for name, words in old.values(rule.cube).items()}
        cube = new.cube(where)
        if all(cube):
            rules.append(replace(rule, cube=cube))
    return replace(old, attributes=new.attributes, rules=tuple(rules))


def _of_fields(old: System, new: System) -> Iterator[Change]:
    """Yield the changes of 整理表, per field, viewer class and group of 契約相手."""
    table = new.table
    groups = tuple(dict.fromkeys(new.groups.values()))
    for field in new.fields.values():
        was = old.fields.get(field.id)
        if was == field:
            continue
        for viewer in table.attributes.get(VIEWER_CLASS, ()):
            for group in groups:
                before, after = _forms(was, viewer, group), _forms(field, viewer, group)
                remade = was is not None and (was.item, was.mask) != (field.item, field.mask)
                differ = frozenset(n for n in Treatment if before[n] != after[n])
                if remade and min(after) < Treatment.HIDE:
                    # In another class or under another mask: what it shows is looked at anew.
                    before, differ = (Treatment.REFUSE,) * len(Treatment), frozenset(Treatment)
                if not differ:
                    continue
                of_group = frozenset(word for word, name in new.groups.items() if name == group)
                cube = table.cube({VIEWER_CLASS: frozenset({viewer}), RELATION: of_group})
                looser = frozenset(level for level in differ if after[level] < before[level])
                yield Change(
                    sheet=Sheet.FIELDS,
                    output=field.id,
                    where=table.words(cube),
                    before=min(before[level] for level in looser or differ),
                    after=min(after[level] for level in looser or differ),
                    cube=cube,
                    shown=standing(table, cube, field.item, looser or differ) is not None,
                )


def _forms(field: Field | None, viewer: str, group: str) -> tuple[Treatment, ...]:
    """Return in which form a field leaves the door at each level of its class."""
    if field is None:
        return (Treatment.REFUSE,) * len(Treatment)
    most = field.ceiling(viewer, group)
    return tuple(delivered(max(level, most), mask=field.mask) for level in Treatment)
