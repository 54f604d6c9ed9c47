"""The reading view of a table (見える組合せ): what it shows, what it leaves open, what is idle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sekisho.policy.cubes import Cube, meet, minus, size, uncovered
from sekisho.policy.table import Decision, DecisionTable, Rule
from sekisho.policy.treatment import ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleBox:
    """A box of contexts that show the row, all of them with the same treatments and duties."""

    cube: Cube
    where: Mapping[str, tuple[str, ...]]  # in the words of the sheet; free attributes left out
    decision: Decision
    rules: tuple[str, ...]  # those that show the row

    @property
    def contexts(self) -> int:
        """How many contexts the box holds."""
        return size(self.cube)


def visible(table: DecisionTable, *, within: Cube | None = None) -> list[VisibleBox]:
    """Return disjoint boxes that hold exactly the contexts (of `within`) that show the row."""
    boxes = []
    for _, shown in table.shown:
        if (box := meet(shown, within) if within else shown) is None:
            continue
        touching = [rule for rule in table.rules if meet(rule.cube, box)]
        for part in _uniform(box, touching):
            context = next(table.contexts(tuple(bits & -bits for bits in part)))
            boxes.append(
                VisibleBox(
                    cube=part,
                    where=table.words(part),
                    decision=table.decide(context),
                    rules=table.explain(context, ROW)[1],
                )
            )
    return boxes


def standing(table: DecisionTable, where: Cube, output: str, levels: frozenset[int]) -> Cube | None:
    """Return contexts of `where` that show the row with `output` at one of `levels`, or None."""
    boxes = [common for _, box in table.shown if (common := meet(box, where))]
    if not boxes:
        return None
    for level in sorted(levels):
        walls = table.walls(output, level + 1)
        for rule in table.speaking(output, level):
            for box in boxes:
                if (common := meet(box, rule.cube)) and (left := uncovered(common, by=walls)):
                    return left
    if table.strictest(output) in levels:  # nobody speaks, and even that is asked for
        speaking = [rule.cube for rule in table.rules if output in rule.out]
        for box in boxes:
            if left := uncovered(box, by=speaking):
                return left
    return None


def idle(table: DecisionTable) -> list[Rule]:
    """Return the rules that decide nothing: without them, every answer would be the same."""
    return [rule for rule in table.rules if not any(_decides(table, rule, o) for o in rule.out)]


def gaps(table: DecisionTable, output: str) -> Cube | None:
    """Return contexts in which no rule speaks about `output`, or None where there are none."""
    return uncovered(table.everything, by=[rule.cube for rule in table.rules if output in rule.out])


def conflicts(table: DecisionTable, output: str) -> Iterator[tuple[Rule, Rule]]:
    """Yield the pairs of rules that overlap and say different things of `output`.

    They are legal: the stricter speaks.
    """
    speaking = [rule for rule in table.rules if output in rule.out]
    for n, one in enumerate(speaking):
        for other in speaking[n + 1 :]:
            if one.out[output] != other.out[output] and meet(one.cube, other.cube):
                yield one, other


def _decides(table: DecisionTable, rule: Rule, output: str) -> bool:
    """Return whether some context would be answered otherwise without `rule`."""
    level = rule.out[output]
    others = [other for other in table.rules if other is not rule and output in other.out]
    if level == table.strictest(output):  # without it, the others would have to say the same
        walls = [other.cube for other in others if other.out[output] >= level]
        return any(
            (common := meet(rule.cube, other.cube)) and uncovered(common, by=walls)
            for other in others
            if other.out[output] < level
        )
    walls = [other.cube for other in others if other.out[output] >= level]
    return uncovered(rule.cube, by=walls) is not None


def _uniform(box: Cube, rules: list[Rule]) -> Iterator[Cube]:
    """Yield `box` in pieces that no rule cuts: on each, the same rules hold."""
    for n, rule in enumerate(rules):
        common = meet(box, rule.cube)
        if common and common != box:
            yield from _uniform(common, rules[n + 1 :])
            for rest in minus(box, common):
                yield from _uniform(rest, rules[n + 1 :])
            return
    yield box
