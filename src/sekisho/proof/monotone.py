"""The two-copy property (二写し): with one value replaced by a worse one, never more is shown."""

from sekisho.policy.cubes import Cube, meet, uncovered
from sekisho.policy.regions import Index, places
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

    speaking = [rule for rule in table.rules if output in rule.out]
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
    beside_worse, beside_better = (
        Index([cube for _, cube, _ in of]) for of in (at_worse, at_better)
    )
    top = table.strictest(output)
    for level, box, both in sorted(at_worse):
        if level == top:
            continue
        near = [at_worse[n] for n in places(beside_worse.touching(box))]
        walls = [cube for other, cube, _ in near if other > level]
        beside = [at_better[n] for n in places(beside_better.touching(box))]
        # At the better value, somebody stricter speaks (and is not heard at the worse one).
        for other, cube, everywhere in beside:
            stricter = other > level and not everywhere and meet(box, cube)
            if stricter and (left := uncovered(stricter, by=walls)):
                return left
        # Or nobody permits it at the better value: then it is refused there.
        if not both:
            permits = [cube for other, cube, _ in beside if other <= level]
            if left := uncovered(box, by=[*walls, *permits]):
                return left
    return None
