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
        for box in boxes:
            for rule in table.openings(output, level + 1, near=box):
                common = meet(box, rule.cube) if rule.out[output] == level else None
                if not common:
                    continue
                if left := uncovered(common, by=table.walls(output, level + 1, near=common)):
                    return left
    if table.strictest(output) in levels:  # nobody speaks, and even that is asked for
        speaking = [rule.cube for rule in table.rules if output in rule.out]
        for box in boxes:
            if left := uncovered(box, by=speaking):
                return left
    return None


def idle(table: DecisionTable) -> list[Rule]:
    """Return the rules that decide nothing: without them, every answer would be the same."""
    return [rule for n, rule in enumerate(table.rules) if not _decides(table, rule, n)]


def gaps(table: DecisionTable, output: str) -> Cube | None:
    """Return contexts in which no rule speaks about `output`, or None where there are none."""
    return uncovered(table.everything, by=[rule.cube for rule in table.rules if output in rule.out])


def conflicts(table: DecisionTable, output: str) -> Iterator[tuple[Rule, Rule]]:
    """Yield the pairs of rules that overlap and say different things of `output`.

    They are legal: the stricter speaks.
    """
    for n, one in enumerate(table.rules):
        if output in one.out:
            behind = table.index.touching(one.cube) >> n + 1 << n + 1
            for other in table.picked(behind):
                if one.out[output] != other.out.get(output, one.out[output]):
                    yield one, other


def _decides(table: DecisionTable, rule: Rule, n: int) -> bool:
    """Return whether some context would be answered otherwise without `rule`, the `n`th."""
    others = table.picked(table.index.touching(rule.cube) & ~(1 << n))
    asked = set()
    for output, level in rule.out.items():
        said = [(other.cube, other.out[output]) for other in others if output in other.out]
        walls = frozenset(cube for cube, one in said if one >= level)
        strictest = level == table.strictest(output)
        lenient = frozenset(cube for cube, one in said if one < level) if strictest else frozenset()
        if (walls, lenient, strictest) in asked:  # as of another output, which it does not decide
            continue
        asked.add((walls, lenient, strictest))
        if not strictest:
            if uncovered(rule.cube, by=walls):
                return True
        # without it, the others would have to say the same
        elif any(
            (common := meet(rule.cube, cube)) and uncovered(common, by=walls) for cube in lenient
        ):
            return True
    return False


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
