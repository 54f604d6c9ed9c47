"""Looks at customers on their way to a retailer (切替受付済), or who consented (同意照会)."""

from collections.abc import Iterator

import numpy as np

from sekisho.world import calendar
from sekisho.world.contracts import RETAIL
from sekisho.world.group import SIDE
from sekisho.world.looks import Made, made
from sekisho.world.pools import one_of
from sekisho.world.sessions import Sessions


def switching(of: Made, size: int) -> Iterator[Sessions]:
    """Yield looks of people whose retailer has a tie to the point, while the tie is in force."""
    scene, chance, contracts = of.scene, of.chance, of.scene.world.contracts
    ties = contracts.ties
    since = np.maximum(ties.starts, scene.first)
    until = np.minimum(ties.ends, scene.until) - 600
    pool = scene.working(of.profile.name, of.system)
    sides = SIDE[scene.desks.company[pool]]
    period = np.maximum(contracts.period_at(ties.point, (since + until) // 2), 0)
    usable = np.flatnonzero(
        (since < until)
        & np.isin(ties.company, sides)
        & (contracts.relation[period, ties.point] == RETAIL)
    )
    if len(usable) == 0 or size == 0:
        return
    tie = one_of(chance, usable, size)
    stint = np.zeros(size, np.int64)
    for company in np.unique(ties.company[tie]):
        at = np.flatnonzero(ties.company[tie] == company)
        stint[at] = one_of(chance, pool[sides == company], len(at))
    starts = calendar.moments_within(chance, of.profile.rhythm, since[tie], until[tie])
    yield made(
        of,
        "switching",
        stint,
        starts=starts,
        record=ties.point[tie],
        said=1.0,
        purpose="切替手続",
    )
