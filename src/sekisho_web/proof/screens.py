"""What the pages of the screens show: who sees what where at the worst, ways, and coverage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.http import Http404

from sekisho.policy.attributes import VIEWER_CLASS
from sekisho.policy.invariant import InvariantKind
from sekisho.policy.screens import Screen
from sekisho.policy.system import Policy, System
from sekisho.proof import coverage as covering
from sekisho.proof.coverage import Measure
from sekisho.proof.seen import Looks, ScreenGrid, Seen, breaks, grid_of, groups_of, seen
from sekisho.reports.walks import Map, Told, map_of, told
from sekisho_web.proof.queries import certificate, codes_of, explain_url

KEPT = 64  # of each: seven systems of a few versions


class _Of:
    """One system of one version as a key: the hash says all that it is made of."""

    def __init__(self, policy: Policy, key: str) -> None:
        self.policy = policy
        self.key = key

    @property
    def system(self) -> System:
        return self.policy.systems[self.key]

    def __hash__(self) -> int:
        return hash((self.policy.hash, self.key))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Of) and (self.policy.hash, self.key) == (
            other.policy.hash,
            other.key,
        )


def system_of(policy: Policy, key: str) -> System:
    """Return the system with this key; without one the first; of an unknown one, 404."""
    if not key:
        return next(iter(policy.systems.values()))
    if key not in policy.systems:
        raise Http404
    return policy.systems[key]


def screen_of(system: System, name: str) -> Screen:
    if name not in system.screens:
        raise Http404
    return system.screens[name]


def viewer_of(policy: Policy, code: str) -> str:
    """Return the viewer class with this code, or 404."""
    found = policy.attributes[VIEWER_CLASS].by_code.get(code)
    if found is None:
        raise Http404
    return found.word


def grid(policy: Policy, key: str) -> ScreenGrid:
    """Return the grid of a system with what is broken in it (made once for each hash)."""
    return _grid(_Of(policy, key))


@lru_cache(maxsize=KEPT)
def _grid(of: _Of) -> ScreenGrid:
    broken = [
        result
        for proof in certificate(of.policy).proofs
        if proof.system == of.key
        for result in proof.broken
    ]
    return grid_of(
        of.policy,
        of.system,
        broken=tuple({one.invariant.id: one.invariant for one in broken}.values()),
        structure={
            one.invariant.id: one.witness.output
            for one in broken
            if one.witness and one.invariant.kind is InvariantKind.STRUCTURE
        },
    )


def codes(policy: Policy) -> Mapping[str, str]:
    """Return the codes of the viewer classes, as they stand in an address."""
    return {value.word: value.code for value in policy.attributes[VIEWER_CLASS].values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """One group of 契約相手 in a cell: its fields, each with the address that explains it."""

    group: str
    fields: tuple[tuple[Seen, str], ...]
    broken: tuple[str, ...]


def here(policy: Policy, system: System, screen: Screen, viewer: str) -> tuple[Here, ...]:
    """Return what `viewer` sees on `screen` at the worst, by group of 契約相手."""
    looks = _looks(_Of(policy, system.key))
    broken = {
        result.invariant.id: result.invariant
        for proof in certificate(policy).proofs
        if proof.system == system.key
        for result in proof.broken
    }
    return tuple(
        Here(
            group=group,
            fields=tuple(
                (one, explain_url(policy, system.key, codes_of(policy.attributes, one.context)))
                for one in seen(looks, screen, viewer=viewer, group=group)
            ),
            broken=tuple(
                name
                for name, one in broken.items()
                if breaks(policy, system, screen, viewer=viewer, group=group, invariant=one)
            ),
        )
        for group in groups_of(system)
    )


@lru_cache(maxsize=KEPT)
def _looks(of: _Of) -> Looks:
    return Looks(of.system)


def walks(policy: Policy, system: System, screen: Screen, viewer: str) -> list[Told]:
    """Return how `viewer` comes to `screen`: through screens that are meant for them."""
    return told(policy, system, targets=(screen.id,), viewer=viewer)


def drawn_map(policy: Policy, key: str, field: str) -> Map:
    """Return the picture of a system, with the paths to `field` (made once for each hash)."""
    return _map(_Of(policy, key), field)


@lru_cache(maxsize=KEPT * 4)
def _map(of: _Of, field: str) -> Map:
    return map_of(of.policy, of.system, field=field)


def coverage(policy: Policy, key: str, *, today: date) -> tuple[Measure, ...]:
    """Return what is and is not covered in a system (made once for each hash and day)."""
    return _coverage(_Of(policy, key), today)


@lru_cache(maxsize=KEPT)
def _coverage(of: _Of, today: date) -> tuple[Measure, ...]:
    return covering.coverage(of.policy, of.system, today=today)
