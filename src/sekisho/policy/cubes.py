"""Sets of contexts as cubes, and the one question of every proof: is this cube covered?"""

from collections.abc import Iterable, Iterator
from math import prod
from operator import and_

Cube = tuple[int, ...]  # per attribute, the values that are inside, as bits


def size(cube: Cube) -> int:
    """Return how many contexts lie in `cube`."""
    return prod(bits.bit_count() for bits in cube)


def meet(a: Cube, b: Cube) -> Cube | None:
    """Return what `a` and `b` have in common, or None where that is nothing."""
    common = tuple(map(and_, a, b))
    return None if 0 in common else common


def minus(a: Cube, b: Cube) -> Iterator[Cube]:
    """Yield `a` without `b` (which lies inside `a`) as cubes that do not overlap."""
    common: Cube = ()
    for n, (mine, theirs) in enumerate(zip(a, b, strict=True)):
        if outside := mine & ~theirs:
            yield (*common, outside, *a[n + 1 :])
        common = (*common, theirs)


def uncovered(cube: Cube, *, by: Iterable[Cube]) -> Cube | None:
    """Return a part of `cube` that lies in no cube of `by`, or None: all of it is covered.

    Exact: the largest overlap is cut off, and each of the disjoint pieces that are left
    is asked the same question against the cubes that still touch it.
    """
    touching = []
    for other in by:
        if common := meet(cube, other):
            if common == cube:
                return None
            touching.append(common)
    if not touching:
        return cube
    for rest in minus(cube, max(touching, key=size)):
        if left := uncovered(rest, by=touching):
            return left
    return None


def without(cube: Cube, *, by: Iterable[Cube]) -> list[Cube]:
    """Return `cube` without every cube of `by`, as cubes that do not overlap."""
    touching = [common for other in by if (common := meet(cube, other))]
    if not touching:
        return [cube]
    largest = max(touching, key=size)
    return [left for rest in minus(cube, largest) for left in without(rest, by=touching)]


def one_of(cube: Cube) -> Cube:
    """Return a single context of `cube`, as a cube: the first value of every attribute."""
    return tuple(bits & -bits for bits in cube)
