"""The two-copy property (二写し): with one value replaced by a worse one, never more is shown."""

from sekisho.policy.cubes import Cube, meet, uncovered
from sekisho.policy.table import DecisionTable


def laxer(
    table: DecisionTable, *, where: Cube, output: str, place: int, better: int, worse: int
) -> Cube | None:
    """Return contexts that show more of `output` at `worse` than at `better`, or None.

    place:         which attribute the two are values of; better, worse: one bit each.
    where:         the contexts to look at; the attribute itself is free in it.

    The contexts that are returned have both values in them (the attribute is free).
    Rules that accept both values say the same on both sides: only the others can differ.
    """
    free = table.everything[place]

    def freed(cube: Cube) -> Cube:
        return (*cube[:place], free, *cube[place + 1 :])

    speaking = [rule for level in _levels(table, output) for rule in table.speaking(output, level)]
    at_worse = [
        (rule.out[output], cut, bool(rule.cube[place] & better))
        for rule in speaking
        if rule.cube[place] & worse and (cut := meet(freed(rule.cube), where))
    ]
    at_better = [
        (rule.out[output], cut, bool(rule.cube[place] & worse))
        for rule in speaking
        if rule.cube[place] & better and (cut := meet(freed(rule.cube), where))
    ]
    top = table.strictest(output)
    for level, box, both in at_worse:
        if level == top:
            continue
        walls = [cube for other, cube, _ in at_worse if other > level]
        # At the better value, somebody stricter speaks (and is not heard at the worse one).
        for other, cube, everywhere in at_better:
            stricter = other > level and not everywhere and meet(box, cube)
            if stricter and (left := uncovered(stricter, by=walls)):
                return left
        # Or nobody permits it at the better value: then it is refused there.
        if not both:
            permits = [cube for other, cube, _ in at_better if other <= level]
            if left := uncovered(box, by=[*walls, *permits]):
                return left
    return None


def _levels(table: DecisionTable, output: str) -> list[int]:
    return sorted({rule.out[output] for rule in table.rules if output in rule.out})
