"""How one comes to a field: the screens of a system as a picture, and the walks in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sekisho.policy.screens import ENTRANCES, Screen, Transition
from sekisho.policy.system import Policy, System
from sekisho.proof.coverage import shown_on
from sekisho.proof.paths import Shortest, depths, shortest, to_each, ways_of
from sekisho.reports.pictures.transitions import ENTRANCE, Place, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One walk. viewers: the viewer classes for which every screen of it is meant; maybe none."""

    words: str
    viewers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The shortest walks from one entrance to one screen. also: how many more there are.

    elsewhere: whether they lead through another system, and are shorter for it.
    """

    screen: Screen
    entrance: str
    steps: int
    walks: tuple[Walk, ...]
    also: int
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """The picture of one system, and what is told of the field that is asked for."""

    places: tuple[Place, ...]
    ways: tuple[Way, ...]
    told: tuple[Told, ...]


def map_of(policy: Policy, system: System, *, field: str = "") -> Map:
    """Return the screens of `system` with all ways that touch them.

    field: the field whose shortest walks are marked and told; empty: none.
    """
    ways = ways_of(policy)
    targets = shown_on(system, field) if field else ()
    found = to_each(ways, targets=targets, through=system.screens)
    steps = {pair for one in found for walk in one.walks for pair in pairwise(walk)}
    places = _places(system, screens=all_screens(policy), ways=ways, targets=targets, steps=steps)
    return Map(
        places=places,
        ways=tuple(
            Way(
                source=way.source,
                target=way.target,
                carries=way.carries,
                action=way.action,
                on_path=(way.source, way.target) in steps,
            )
            for way in system.transitions
            if way.source == ENTRANCE or way.source in system.screens
        ),
        told=tuple(told(policy, system, targets=targets)),
    )


def told(policy: Policy, system: System, *, targets: Sequence[str], viewer: str = "") -> list[Told]:
    """Return the shortest walks from every entrance to each of `targets`, in words.

    viewer: only through screens that are meant for this viewer class; empty: all screens.

    Within the system first; a walk through another system is told where it is shorter.
    """
    ways, screens = ways_of(policy), all_screens(policy)
    own, everywhere = _open_to(system.screens, viewer), _open_to(screens, viewer)
    found = []
    for target in targets:
        for entrance in ENTRANCES:
            inside = shortest(ways, entrance=entrance, target=target, through=own)
            across = shortest(ways, entrance=entrance, target=target, through=everywhere)
            if inside:
                found.append(_told(inside, screens))
            if across and (inside is None or across.steps < inside.steps):
                found.append(_told(across, screens, elsewhere=True))
    return found


def all_screens(policy: Policy) -> dict[str, Screen]:
    """Return the screens of all systems of `policy` by their ids."""
    return {name: one for system in policy.systems.values() for name, one in system.screens.items()}


def _open_to(screens: Mapping[str, Screen], viewer: str) -> frozenset[str]:
    return frozenset(one.id for one in screens.values() if viewer in ("", *one.viewers))


def _told(one: Shortest, screens: Mapping[str, Screen], *, elsewhere: bool = False) -> Told:
    return Told(
        screen=screens[one.target],
        entrance=one.entrance,
        steps=one.steps,
        walks=tuple(_walk(walk, screens) for walk in one.walks),
        also=one.count - len(one.walks),
        elsewhere=elsewhere,
    )


def _walk(walk: Sequence[str], screens: Mapping[str, Screen]) -> Walk:
    entrance, *stepped = walk
    known = [screens[place] for place in stepped if place in screens]
    return Walk(
        words=" → ".join((entrance, *(one.name for one in known))),
        viewers=tuple(
            name for name in known[-1].viewers if all(name in one.viewers for one in known)
        ),
    )


def _places(
    system: System,
    *,
    screens: Mapping[str, Screen],
    ways: Sequence[Transition],
    targets: Sequence[str],
    steps: set[tuple[str, str]],
) -> tuple[Place, ...]:
    """Return the screens of the system, and those of others that it leads to."""
    near = depths(ways, entrances=(ENTRANCE,), through=system.screens)
    far = depths(ways)  # what is reached by an address or from another system only
    walked = {place for pair in steps for place in pair}
    own = [
        Place(
            id=screen.id,
            name=screen.name,
            depth=near.get(screen.id, far.get(screen.id)),
            shows=screen.id in targets,
            on_path=screen.id in walked,
            arrivals=tuple(
                dict.fromkeys(
                    (way.source, way.carries)
                    for way in ways
                    if way.target == screen.id
                    and way.source != ENTRANCE
                    and way.source not in system.screens
                )
            ),
        )
        for screen in system.screens.values()
    ]
    depth = {place.id: place.depth for place in own}
    others: dict[str, int] = {}
    for way in system.transitions:
        if way.target not in system.screens and (at := depth.get(way.source)) is not None:
            others[way.target] = min(at + 1, others.get(way.target, at + 1))
    foreign = [
        Place(id=one, name=screens[one].name if one in screens else one, depth=at, foreign=True)
        for one, at in others.items()
    ]
    return (*own, *foreign)
