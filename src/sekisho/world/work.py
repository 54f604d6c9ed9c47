"""Work items (業務): what a look can be explained by, and what a contractor's duty reaches."""

from dataclasses import dataclass

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import Array, stream, whole
from sekisho.world.companies import NUMBER
from sekisho.world.contracts import Contracts
from sekisho.world.names import TOWNS
from sekisho.world.people import People

KINDS = ("作業指示", "受付", "申込", "異動処理")
ORDER, INTAKE, APPLICATION, CHANGE = range(4)
PER_ACCESS = {"contractor": 0.020, "contract_reception": 0.005, "network": 0.026}
DISTRICT_OF = {code: n for n, (code, _, _) in enumerate(TOWNS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Work items, sorted by month. stint: who works at it (-1 where the whole company may)."""

    stint: Array
    company: Array
    point: Array
    kind: Array
    starts: Array
    ends: Array
    month: Array

    def of(self, month: int, who: str) -> Array:
        """Return the positions of the items of `month` for one of the profiles in PER_ACCESS."""
        here = self.month == month
        if who == "network":
            return np.flatnonzero(here & (self.stint < 0))
        kind = ORDER if who == "contractor" else INTAKE
        return np.flatnonzero(here & (self.stint >= 0) & (self.kind == kind))


def draw_work(seed: int, people: People, contracts: Contracts, accesses: int) -> Work:
    """Return the work of the year: contractors' orders by person, the network's own by company."""
    columns: list[tuple[Array, ...]] = []
    for month in range(12):
        first, last = calendar.EDGES[month], calendar.EDGES[month + 1]
        for who, per_access in PER_ACCESS.items():
            chance = stream(seed, "work", who, month)
            size = max(6, round(accesses * per_access / 12))
            if who == "network":
                stint = np.full(size, -1, np.int64)
                company = np.full(size, NUMBER["N09"], np.int64)
                point = whole(chance, 0, contracts.demand, size)
                kind = whole(chance, INTAKE, len(KINDS), size)
                days = whole(chance, 2, 15, size)
            else:
                pool = np.array(
                    [
                        n
                        for n, s in enumerate(people.stints)
                        if s.profile == who and s.starts <= first and last <= s.ends
                    ],
                    np.int64,
                )
                stint = pool[whole(chance, 0, len(pool), size)]
                home = np.array([NUMBER[people.stints[n].unit.company] for n in pool], np.int64)
                company = home[np.searchsorted(pool, stint)]
                point = _near(chance.random(size), people, contracts, stint)
                kind = np.full(size, ORDER if who == "contractor" else INTAKE, np.int64)
                days = whole(chance, 1, 6, size)
            starts = first + whole(chance, 0, (last - first) // calendar.DAY, size) * calendar.DAY
            ends = np.minimum(starts + days * calendar.DAY, last)
            columns.append(
                (stint, company, point, kind, starts, ends, np.full(size, month, np.int64))
            )
    stint, company, point, kind, starts, ends, months = (
        np.concatenate(column) for column in zip(*columns, strict=True)
    )
    return Work(
        stint=stint.astype(np.int32),
        company=company.astype(np.uint8),
        point=point.astype(np.int32),
        kind=kind.astype(np.uint8),
        starts=starts,
        ends=ends,
        month=months.astype(np.uint8),
    )


def blocks(contracts: Contracts, *, generation: bool = False) -> Array:
    """Return the first point of each district and the end: demand, or generation points."""
    low = contracts.demand if generation else 0
    high = contracts.points if generation else contracts.demand
    first: Array = low + np.searchsorted(contracts.district[low:high], np.arange(13))
    return first


def _near(draw: Array, people: People, contracts: Contracts, stint: Array) -> Array:
    """Return a point in the district of each stint's unit; anywhere where it has none."""
    edges = blocks(contracts)
    district = np.array(
        [DISTRICT_OF.get(s.unit.district or "", -1) for s in people.stints], np.int64
    )[stint]
    low = np.where(district >= 0, edges[np.maximum(district, 0)], 0)
    high = np.where(district >= 0, edges[np.maximum(district, 0) + 1], contracts.demand)
    near: Array = (low + draw * np.maximum(high - low, 1)).astype(np.int64)
    return near
