"""Sets of contexts that are no single cube: taken apart, put together, and named for good.

A region is a list of cubes that do not overlap. How it was cut depends on the order of rules;
its hull, its size and its digest do not.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from hashlib import sha256
from operator import or_

from sekisho.policy.cubes import Cube, meet, minus, size


def cut(pieces: Iterable[Cube], *, by: Iterable[Cube]) -> tuple[list[Cube], list[Cube]]:
    """Return what of `pieces` lies inside of `by`, and what outside; neither overlaps itself.

    pieces: cubes that do not overlap.
    """
    inside: list[Cube] = []
    outside = list(pieces)
    for other in sorted(by, key=size, reverse=True):
        if not outside:
            break
        rest: list[Cube] = []
        for piece in outside:
            common = meet(piece, other)
            if common is None:
                rest.append(piece)
            else:
                inside.append(common)
                rest += minus(piece, common)
        outside = rest
    return inside, outside


def disjoint(cubes: Iterable[Cube]) -> list[Cube]:
    """Return the same contexts as `cubes`, as cubes that do not overlap."""
    boxes: list[Cube] = []
    for cube in sorted(set(cubes), key=lambda one: (-size(one), one)):
        boxes += cut([cube], by=boxes)[1]
    return boxes


def joined(cubes: Iterable[Cube]) -> list[Cube]:
    """Return a region in fewer cubes: those that differ in one attribute alone become one."""
    boxes = sorted(cubes)
    places = range(len(boxes[0])) if boxes else range(0)
    before = -1
    while before != len(boxes):
        before = len(boxes)
        for place in places:
            alike: dict[Cube, int] = {}
            for box in boxes:
                rest = (*box[:place], 0, *box[place + 1 :])
                alike[rest] = alike.get(rest, 0) | box[place]
            boxes = [(*rest[:place], bits, *rest[place + 1 :]) for rest, bits in alike.items()]
    return sorted(boxes)


def hull(cubes: Iterable[Cube]) -> Cube:
    """Return the smallest cube that holds all of `cubes`, of which there is one at the least."""
    return reduce(lambda one, other: tuple(map(or_, one, other)), cubes)


def digest_of(cubes: Iterable[Cube], *, attributes: Mapping[str, Sequence[str]]) -> str:
    """Return the SHA-256 that names a region by its contexts, however it was cut or ordered.

    attributes: attribute -> its values, as the bits of the cubes stand; neither order counts.

    It is the digest of the reduced decision diagram over the attributes in the order of their
    names. Equal if and only if the same contexts lie inside.
    """
    names = sorted(attributes)
    places = [list(attributes).index(name) for name in names]
    known: dict[tuple[int, frozenset[Cube]], str] = {}

    def node(depth: int, left: frozenset[Cube]) -> str:
        if depth == len(names):
            return "1"
        if (depth, left) in known:
            return known[depth, left]
        edges: dict[str, list[str]] = {}
        for n, value in enumerate(attributes[names[depth]]):
            if below := frozenset(cube[1:] for cube in left if cube[0] >> n & 1):
                edges.setdefault(node(depth + 1, below), []).append(value)
        text = "\n".join(
            [names[depth], *sorted(f"{below} {sorted(words)}" for below, words in edges.items())]
        )
        known[depth, left] = sha256(text.encode()).hexdigest()
        return known[depth, left]

    start = frozenset(tuple(cube[place] for place in places) for cube in cubes)
    return node(0, start) if start else sha256(b"").hexdigest()
