"""Walks from outside to a screen (経路), over all systems: a transition knows no border.

A walk begins at an entrance (入口, 直接URL, 通知リンク) and goes from screen to screen along
transitions. Two transitions between the same two screens are the same step of a walk.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sekisho.policy.screens import ENTRANCES, Transition
from sekisho.policy.system import Policy

MOST = 6  # walks that are told; how many there are is counted all the same

Walk = tuple[str, ...]  # an entrance, then screens


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortest:
    """The shortest walks from one entrance to one screen: how many, and the first of them."""

    entrance: str
    target: str
    count: int
    walks: tuple[Walk, ...]  # at most MOST, in the order of their screens

    @property
    def steps(self) -> int:
        """How many transitions each of them takes."""
        return len(self.walks[0]) - 1


def ways_of(policy: Policy) -> tuple[Transition, ...]:
    """Return the transitions of all systems of `policy`, in the order of the folder."""
    return tuple(way for system in policy.systems.values() for way in system.transitions)


def depths(
    ways: Iterable[Transition],
    *,
    entrances: Iterable[str] = ENTRANCES,
    through: Container[str] | None = None,
) -> dict[str, int]:
    """Return how many steps each screen is from the nearest of `entrances`, which are at 0.

    through: screens that may be stepped on; None: all. What cannot be reached is left out.
    """
    following = _following(ways)
    found = dict.fromkeys(entrances, 0)
    edge = list(found)
    while edge:
        onward = []
        for place in edge:
            for target in following.get(place, ()):
                if target not in found and (through is None or target in through):
                    found[target] = found[place] + 1
                    onward.append(target)
        edge = onward
    return found


def shortest(
    ways: Sequence[Transition],
    *,
    entrance: str,
    target: str,
    through: Container[str] | None = None,
    most: int = MOST,
) -> Shortest | None:
    """Return the shortest walks from `entrance` to `target`, or None where no walk leads there.

    through: screens that may be stepped on, `target` included; None: all.
    """
    depth = depths(ways, entrances=(entrance,), through=through)
    if target not in depth or target == entrance:
        return None
    before: dict[str, list[str]] = {}
    for source, targets in _following(ways).items():
        for one in targets:
            if source in depth and depth.get(one) == depth[source] + 1:
                before.setdefault(one, []).append(source)
    count = {entrance: 1}
    for place in sorted(depth, key=lambda place: depth[place]):
        count.setdefault(place, sum(count[source] for source in before.get(place, ())))
    walks = tuple(walk for walk, _ in zip(_back(target, before), range(most), strict=False))
    return Shortest(
        entrance=entrance, target=target, count=count[target], walks=tuple(sorted(walks))
    )


def to_each(
    ways: Sequence[Transition], *, targets: Iterable[str], through: Container[str] | None = None
) -> tuple[Shortest, ...]:
    """Return the shortest walks from every entrance to each of `targets`, where there are any."""
    found = (
        shortest(ways, entrance=entrance, target=target, through=through)
        for target in targets
        for entrance in ENTRANCES
    )
    return tuple(one for one in found if one)


def doors_to(ways: Iterable[Transition], *, screens: Collection[str]) -> tuple[Transition, ...]:
    """Return the transitions by which one can first come upon any of `screens` from outside.

    Steps among `screens`, and ways that begin beyond them, are not counted: who walks there
    has already come through one of the others.
    """
    kept = tuple(ways)
    outside = {way.target for way in kept} - set(screens)
    reached = depths(kept, through=outside)
    return tuple(
        way
        for way in kept
        if way.target in screens and way.source in reached and way.source not in screens
    )


def _following(ways: Iterable[Transition]) -> Mapping[str, tuple[str, ...]]:
    """Return the screens that follow on each place, each once, in their order."""
    following: dict[str, set[str]] = {}
    for way in ways:
        if way.target not in ENTRANCES:
            following.setdefault(way.source, set()).add(way.target)
    return {place: tuple(sorted(targets)) for place, targets in following.items()}


def _back(place: str, before: Mapping[str, Sequence[str]]) -> Iterator[Walk]:
    """Yield the walks that end at `place`, in the order of what stands before it."""
    if place not in before:
        yield (place,)
        return
    for source in sorted(before[place]):
        for walk in _back(source, before):
            yield (*walk, place)
