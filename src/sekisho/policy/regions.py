"""Sets of contexts that are no single cube: taken apart, put together, and named for good.

A region is a list of cubes that do not overlap. How it was cut depends on the order of rules;
its hull, its size and its digest do not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from hashlib import sha256
from operator import and_, or_

from sekisho.policy.cubes import Cube, minus


class Index:
    """Many cubes, asked at once which of them touch a cube or hold all of it.

    An answer is an integer with a bit per cube, in their order: the AND over the attributes of
    what is touched (or held) in each. Few different bits occur in an attribute, so what they
    touch is remembered, and no two cubes are ever laid side by side.
    """

    def __init__(self, cubes: Sequence[Cube]) -> None:
        self.everybody = (1 << len(cubes)) - 1
        ones = [1 << n for n in range(len(cubes))]
        self._known: list[dict[int, int]] = []  # per attribute, bits -> the cubes that have them
        for column in zip(*cubes, strict=True):
            known = dict.fromkeys(column, 0)
            for one, bits in zip(ones, column, strict=True):
                known[bits] |= one
            self._known.append(known)
        self._touching: list[dict[int, int]] = [{} for _ in self._known]
        self._holding: list[dict[int, int]] = [{} for _ in self._known]

    def touching(self, cube: Cube) -> int:
        """Return which cubes have a context in common with `cube`."""
        left = self.everybody
        if not left:
            return 0
        for place, bits in enumerate(cube):
            of = self._touching[place].get(bits)
            if of is None:
                of = reduce(or_, (n for b, n in self._known[place].items() if b & bits), 0)
                self._touching[place][bits] = of
            left &= of
            if not left:
                return 0
        return left

    def holding(self, cube: Cube) -> int:
        """Return which cubes hold every context of `cube`."""
        left = self.everybody
        if not left:
            return 0
        for place, bits in enumerate(cube):
            of = self._holding[place].get(bits)
            if of is None:
                of = reduce(or_, (n for b, n in self._known[place].items() if b & bits == bits), 0)
                self._holding[place][bits] = of
            left &= of
            if not left:
                return 0
        return left


def width(cube: Cube) -> int:
    """Return how many values `cube` accepts over all attributes: the wide first cut the fewest."""
    return sum(map(int.bit_count, cube))


def first(bits: int) -> int:
    """Return the place of the first bit of `bits`, of which there is one."""
    return (bits & -bits).bit_length() - 1


def places(bits: int) -> Iterator[int]:
    """Yield the places of the bits of `bits`, the first first."""
    while bits:
        yield first(bits)
        bits &= bits - 1


def cut(pieces: Iterable[Cube], *, by: Iterable[Cube]) -> tuple[list[Cube], list[Cube]]:
    """Return what of `pieces` lies inside of `by`, and what outside; neither overlaps itself.

    pieces: cubes that do not overlap.
    """
    others = sorted(set(by), key=width, reverse=True)
    index = Index(others)
    inside: list[Cube] = []
    outside: list[Cube] = []
    left = list(pieces)
    while left:
        piece = left.pop()
        touching = index.touching(piece)
        if not touching:
            outside.append(piece)
        elif index.holding(piece):
            inside.append(piece)
        else:
            other = others[first(touching)]
            common = tuple(map(and_, piece, other))
            inside.append(common)
            left += minus(piece, common)
    return inside, outside


def disjoint(cubes: Iterable[Cube]) -> list[Cube]:
    """Return the same contexts as `cubes`, as cubes that do not overlap."""
    return cut_apart(sorted(set(cubes), key=lambda one: (-width(one), one)))


def cut_apart(cubes: Sequence[Cube]) -> list[Cube]:
    """Return `cubes`, each without those before it."""
    index = Index(cubes)
    boxes: list[Cube] = []
    for n, cube in enumerate(cubes):
        before = (1 << n) - 1
        left = [cube]
        while left:
            piece = left.pop()
            touching = index.touching(piece) & before
            if not touching:
                boxes.append(piece)
            elif not index.holding(piece) & before:
                other = cubes[first(touching)]
                left += minus(piece, tuple(map(and_, piece, other)))
    return boxes


def joined(cubes: Iterable[Cube]) -> list[Cube]:
    """Return a region in fewer cubes: those that differ in one attribute alone become one."""
    boxes = sorted(set(cubes))
    if len(boxes) < 2:
        return boxes
    unlike = [place for place, bits in enumerate(zip(*boxes, strict=True)) if len({*bits}) > 1]
    before = -1
    while before != len(boxes):
        before = len(boxes)
        for place in unlike:
            alike: dict[Cube, int] = {}
            for box in boxes:
                rest = box[:place] + box[place + 1 :]
                alike[rest] = alike.get(rest, 0) | box[place]
            if len(alike) < len(boxes):
                boxes = [(*rest[:place], bits, *rest[place:]) for rest, bits in alike.items()]
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
