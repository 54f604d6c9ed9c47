"""Looks of the people lent to an emergency: in its districts, while it is declared."""

from collections.abc import Iterator

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import Chance, whole
from sekisho.world.ids import RELIEF_SYSTEMS
from sekisho.world.paths import mean_length
from sekisho.world.pools import Scene
from sekisho.world.sessions import Sessions, sessions
from sekisho.world.systems import NUMBER, PURPOSE

WEIGHTS = dict(zip(RELIEF_SYSTEMS, (0.70, 0.16, 0.10, 0.04), strict=True))


def relief(scene: Scene, chance: Chance, lines: float) -> Iterator[Sessions]:
    """Yield the sessions of a month; `lines` is what the whole year shall hold."""
    world = scene.world
    declared = sum(row.ends - row.starts for row in world.emergencies)
    for row in world.emergencies:
        since, until = max(row.starts, scene.first), min(row.ends, scene.until)
        helpers = np.array([s.person for s in world.supporters if s.code == row.code])
        if since >= until:
            continue
        part = lines * (until - since) / declared
        for key, weight in WEIGHTS.items():
            system = NUMBER[key]
            size = max(2, round(part * weight / mean_length("relief", system)))
            person = helpers[whole(chance, 0, len(helpers), size)]
            account = np.array([world.accounts.disaster[int(p), system] for p in person])
            device = np.array([world.devices.lent[row.code, int(p)] for p in person])
            district = np.full(size, row.district)
            starts, ends = (np.full(size, t, np.int64) for t in (since, until - 600))
            yield sessions(
                chance,
                walks="relief",
                system=system,
                account=account,
                device=device,
                starts=calendar.moments_within(chance, "round", starts, ends),
                record=scene.met.near(chance, district),
                other=scene.met.near(chance, district),
                purpose=PURPOSE["非常災害対応"],
                said=1.0,
            )
