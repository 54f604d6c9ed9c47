"""From a desk, a time and a record to a session: account, device, sign-in and purpose."""

from dataclasses import dataclass

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import Array, Chance
from sekisho.world.pools import Scene, one_of
from sekisho.world.profiles import Profile
from sekisho.world.sessions import Sessions, sessions
from sekisho.world.systems import FRESH, MULTI, PURPOSE, SINGLE
from sekisho.world.systems import NUMBER as SYSTEM

# How many of the looks of a profile come of a work item of the network company.
FROM_WORK = {"wheeling": 0.55, "reception": 0.3, "renewable": 0.2}
REFUSED = 0.003  # of all sessions, for reasons of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What sessions are made of: the month, chance, and for whom in which system."""

    scene: Scene
    chance: Chance
    profile: Profile
    system: int


def made(
    of: Made,
    walks: str,
    stint: Array,
    *,
    starts: Array,
    record: Array,
    other: Array | None = None,
    said: float | None = None,
    purpose: str | None = None,
) -> Sessions:
    """Return sessions of the people at these desks, each with their own account and device."""
    desks, chance = of.scene.desks, of.chance
    luck = chance.random(len(stint)) < REFUSED
    return sessions(
        chance,
        walks=walks,
        system=of.system,
        account=desks.account[stint, of.system],
        device=desks.device[stint],
        starts=starts,
        record=record,
        other=other,
        purpose=PURPOSE[purpose or of.profile.purpose],
        said=said,
        method=_method(chance, of.system, len(stint)),
        refused=desks.refused(stint, starts) | luck,
    )


def about(of: Made, stint: Array, starts: Array, *, from_work: bool = True) -> tuple[Array, Array]:
    """Return what each session is about, and when: for a part of them a work item says both."""
    scene, chance, system = of.scene, of.chance, of.system
    met, size = scene.met, len(stint)
    if system == SYSTEM["lastresort"]:
        return one_of(chance, met.rescued, size), starts
    if system == SYSTEM["fitnw"]:
        return one_of(chance, met.purchased, size), starts
    if system == SYSTEM["saiene"]:
        return met.any_generation(chance, size), starts
    record = met.near(chance, scene.desks.district[stint])
    if not from_work:
        return record, starts
    work = scene.world.work
    share = FROM_WORK.get(of.profile.name, 0.0)
    rows = np.flatnonzero(chance.random(size) < share)
    item = one_of(chance, work.of(scene.month, "network"), len(rows))
    record[rows] = work.point[item]
    starts = starts.copy()
    starts[rows] = calendar.moments_within(
        chance, of.profile.rhythm, work.starts[item], work.ends[item]
    )
    return record, starts


def _method(chance: Chance, system: int, size: int) -> Array | int:
    if system == SYSTEM["saiene"]:
        return np.where(chance.random(size) < 0.97, FRESH, MULTI)
    if system == SYSTEM["nwsetting"]:
        return np.where(chance.random(size) < 0.985, MULTI, SINGLE)
    return MULTI
