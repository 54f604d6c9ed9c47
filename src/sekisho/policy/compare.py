"""The semantic difference of two versions: not which cells changed, but what is shown otherwise.

Exact: every context whose answer changes lies in exactly one of the boxes that are listed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import and_

from sekisho.policy.attributes import RELATION, VIEWER_CLASS
from sekisho.policy.cubes import Cube, minus
from sekisho.policy.masking import Field, delivered
from sekisho.policy.regions import Index, disjoint, first, joined, places, width
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
    old = aligned(old, new)
    rows = Index([row for _, row in new.shown])
    known: dict[tuple[object, ...], list[tuple[Cube, int, int]]] = {}
    for output in new.outputs:
        speaking = said(old, output), said(new, output)
        top = new.strictest(output)
        key = (*speaking, top)
        if key not in known:  # most classes are spoken of alike, so many outputs share a region
            known[key] = list(otherwise(*speaking, top=top))
        for cube, before, after in known[key]:
            yield Change(
                sheet=Sheet.RULES,
                output=output,
                where=new.words(cube),
                before=before,
                after=after,
                cube=cube,
                rules=_speakers(new, output, after, cube),
                shown=bool(rows.touching(cube)),
            )


Said = frozenset[tuple[Cube, int]]  # where something is said of one output, and what


def said(table: DecisionTable, output: str) -> Said:
    if output not in table.outputs:
        return frozenset()
    return frozenset((rule.cube, rule.out[output]) for rule in table.rules if output in rule.out)


def otherwise(old: Said, new: Said, *, top: int) -> Iterator[tuple[Cube, int, int]]:
    """Yield boxes with the level before and after, wherever `new` answers otherwise than `old`.

    top: the level where nobody speaks. No two boxes overlap.
    """
    found: dict[tuple[int, int], list[Cube]] = {}
    old, new = _together(old, new)
    asked = _Asked(old, new, top=top)
    left = disjoint(_in_question(old, new, top=top))
    while left:
        piece = left.pop()
        if cut := asked.undecided(piece):
            common = tuple(map(and_, piece, cut))
            left.append(common)
            left += minus(piece, common)
        elif levels := asked.levels:
            found.setdefault(levels, []).append(piece)
    for (then, now), pieces in sorted(found.items()):
        yield from ((cube, then, now) for cube in joined(pieces))


def _together(old: Said, new: Said) -> tuple[Said, Said]:
    """Return the same statements in fewer cubes: those that say the same beside each other."""
    both, gone, came = (
        frozenset((cube, level) for level, cubes in of.items() for cube in joined(cubes))
        for of in map(_by_level, (old & new, old - new, new - old))
    )
    return both | gone, both | came


def _by_level(said: Said) -> dict[int, list[Cube]]:
    levels: dict[int, list[Cube]] = {}
    for cube, level in said:
        levels.setdefault(level, []).append(cube)
    return levels


class _Asked:
    """What two versions say of one output: the statements of both, the strictest first.

    A piece is decided for a version where its strictest statement holds all of it, or where all
    that touch it say the same. Else it has to be cut along the strictest that does not.
    """

    def __init__(self, old: Said, new: Said, *, top: int) -> None:
        spoken = sorted(old | new, key=lambda one: (-one[1], -width(one[0]), one[0]))
        self.cubes = [cube for cube, _ in spoken]
        self.level = [level for _, level in spoken]
        self.index = Index(self.cubes)
        self.old = sum(1 << n for n, one in enumerate(spoken) if one in old)
        self.new = sum(1 << n for n, one in enumerate(spoken) if one in new)
        self.top = top
        self.levels: tuple[int, int] | None = None  # of the piece that was decided last

    def undecided(self, piece: Cube) -> Cube | None:
        """Return along which cube `piece` has to be cut, or None: it is decided.

        `levels` then has the level before and after, or None where both say the same.
        """
        self.levels = None
        touching, holding = self.index.touching(piece), self.index.holding(piece)
        then, before = self._heard(touching & self.old, holding & self.old)
        now, after = self._heard(touching & self.new, holding & self.new)
        heard = then | now
        if not heard & (self.old ^ self.new):  # all that speaks here speaks in both versions
            return None
        if before is None or after is None:
            open_ = (then if before is None else 0) | (now if after is None else 0)
            return self.cubes[first(open_ & ~holding)]
        if before != after:
            self.levels = before, after
        return None

    def _heard(self, touching: int, holding: int) -> tuple[int, int | None]:
        """Return the statements of one version that may decide, and the level if they do."""
        if holding:  # what is behind the first that holds all of it is never heard
            touching &= ((holding & -holding) << 1) - 1
        if not touching:
            return 0, self.top
        strictest = self.level[first(touching)]
        alike = strictest == self.level[touching.bit_length() - 1]
        return touching, strictest if alike and (holding or strictest == self.top) else None


def _in_question(old: Said, new: Said, *, top: int) -> Iterator[Cube]:
    """Yield cubes that hold every context in which the answer can be another.

    What came or went may matter only where somebody, in one version, says less than the
    strictest: elsewhere it is refused before and after, whoever says so.
    """
    lenient = [cube for cube, level in old | new if level < top]
    index = Index(lenient)
    for cube, level in old ^ new:
        if level < top:
            yield cube
            continue
        for n in places(index.touching(cube)):
            yield tuple(map(and_, cube, lenient[n]))


def _speakers(table: DecisionTable, output: str, level: int, box: Cube) -> tuple[str, ...]:
    return tuple(
        rule.id for rule in table.openings(output, level + 1, near=box) if rule.out[output] == level
    )


def aligned(old: DecisionTable, new: DecisionTable) -> DecisionTable:
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
    """Yield the changes of 整理表, per field, viewer class and group of 契約相手.

    A value of 契約相手 that changed its group meets another ceiling, though no field changed.
    """
    table = new.table
    groups: dict[tuple[str, str], list[str]] = {}
    for word, group in new.groups.items():
        groups.setdefault((old.groups.get(word, group), group), []).append(word)
    moved = any(one != other for one, other in groups)
    for field in new.fields.values():
        was = old.fields.get(field.id)
        if was == field and not moved:
            continue
        for viewer in table.attributes.get(VIEWER_CLASS, ()):
            for (from_group, to_group), words in groups.items():
                before, after = forms(was, viewer, from_group), forms(field, viewer, to_group)
                remade = was is not None and (was.item, was.mask) != (field.item, field.mask)
                differ = frozenset(n for n in Treatment if before[n] != after[n])
                if remade and min(after) < Treatment.HIDE:
                    # In another class or under another mask: what it shows is looked at anew.
                    before, differ = (Treatment.REFUSE,) * len(Treatment), frozenset(Treatment)
                if not differ:
                    continue
                cube = table.cube({VIEWER_CLASS: frozenset({viewer}), RELATION: frozenset(words)})
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


def forms(field: Field | None, viewer: str, group: str) -> tuple[Treatment, ...]:
    """Return in which form a field leaves the door at each level of its class."""
    if field is None:
        return (Treatment.REFUSE,) * len(Treatment)
    most = field.ceiling(viewer, group)
    return tuple(delivered(max(level, most), mask=field.mask) for level in Treatment)
