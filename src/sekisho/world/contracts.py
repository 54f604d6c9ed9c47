"""Supply and generation points with the history of their contracts, as arrays.

A point is a position: demand points come first, then generation points; each block is sorted by
district. A point has up to three contract periods, one after the other.
"""

from dataclasses import dataclass

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import Array, Chance, pick, stream, whole, zipf
from sekisho.world.companies import NUMBER as COMPANY_NUMBER
from sekisho.world.companies import RETAILERS

RELATIONS = ("none", "retail", "last_resort", "island", "fit_network", "fit_retail")
NONE, RETAIL, LAST_RESORT, ISLAND, FIT_NETWORK, FIT_RETAIL = range(6)
STATES = ("供給中", "休止", "廃止", "撤去", "新設中")
SUPPLIED, RESTING, ENDED, REMOVED, NEW = range(5)
VOLTAGES = ("低圧", "高圧", "特別高圧")
NOBODY = 255
PERIODS = 3
DISTRICTS = 12

NETWORK = COMPANY_NUMBER["N09"]
AFFILIATE = COMPANY_NUMBER["R000"]
AFFILIATE_SHARE = 0.84
OLD = calendar.at("2005-04-01")
FREED = calendar.at("2016-04-01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """A rival's tie to a point: an accepted switch (switch_in), or a consent, in [starts, ends)."""

    point: Array
    company: Array
    kind: Array  # 0 switch_in, 1 consent
    starts: Array
    ends: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """All points. Columns of `starts`, `relation` … are the contract periods, in order."""

    demand: int
    generation: int
    district: Array
    voltage: Array
    created: Array
    starts: Array  # (PERIODS, points): FOREVER where there is no such period
    relation: Array
    company: Array
    state: Array
    pair: Array  # per generation point: the demand point at the same place
    ties: Ties

    @property
    def points(self) -> int:
        return self.demand + self.generation

    def period_at(self, point: Array, when: Array) -> Array:
        """Return the contract period (0, 1, 2) that runs at `when`; -1 before the first."""
        found = np.full(len(point), -1, np.int8)
        for n in range(PERIODS):
            found += (self.starts[n][point] <= when).astype(np.int8)
        return found

    def ends(self) -> Array:
        """Return the end of each period: the start of the next."""
        last = np.full((1, self.points), calendar.FOREVER, np.int64)
        return np.concatenate([self.starts[1:].astype(np.int64), last])

    def now(self) -> Array:
        """Return the period that runs when the year of the logs is over."""
        every = np.arange(self.points)
        return self.period_at(every, np.full(self.points, calendar.ENDS, np.int64))


def draw_contracts(seed: int, demand: int) -> Contracts:
    """Return `demand` supply points, their generation points and histories."""
    chance = stream(seed, "contracts")
    generation = max(80, demand * 6 // 100)
    points = demand + generation
    district = np.concatenate([_districts(demand), _districts(generation)])
    voltage = np.where(chance.random(points) < 0.012, 1, 0).astype(np.uint8)
    voltage[chance.random(points) < 0.0003] = 2

    starts = np.full((PERIODS, points), calendar.FOREVER, np.int32)
    relation = np.zeros((PERIODS, points), np.uint8)
    company = np.full((PERIODS, points), NOBODY, np.uint8)
    state = np.zeros((PERIODS, points), np.uint8)
    created = (OLD + whole(chance, 0, 6900, points) * calendar.DAY).astype(np.int32)
    starts[0] = np.maximum(created, FREED + whole(chance, 0, 3000, points) * calendar.DAY)

    first = _retailers(chance, demand)
    relation[0, :demand] = RETAIL
    company[0, :demand] = first
    _generation(chance, demand, generation, relation, company)
    kinds = _kinds(chance, demand)
    _histories(
        chance,
        kinds,
        starts=starts,
        relation=relation,
        company=company,
        state=state,
        created=created,
        voltage=voltage,
    )
    pair = chance.permutation(demand)[: min(generation, demand)]
    pair = np.resize(pair, generation).astype(np.int32)
    return Contracts(
        demand=demand,
        generation=generation,
        district=district,
        voltage=voltage,
        created=created,
        starts=starts,
        relation=relation,
        company=company,
        state=state,
        pair=pair,
        ties=_ties(chance, demand, starts, relation, company),
    )


def _districts(points: int) -> Array:
    """Return districts in blocks, the first town the largest."""
    shares = np.linspace(1.9, 0.35, DISTRICTS)
    edges = np.floor(np.cumsum(shares) / shares.sum() * points).astype(np.int64)
    return np.searchsorted(edges, np.arange(points), side="right").clip(0, 11).astype(np.uint8)


def _retailers(chance: Chance, size: int) -> Array:
    """Return a retailer for each point: the affiliate, or one of the others by Zipf."""
    numbers = np.array([COMPANY_NUMBER[code] for code in RETAILERS], np.uint8)
    others = zipf(len(RETAILERS) - 1)
    weights = np.concatenate([[AFFILIATE_SHARE], (1 - AFFILIATE_SHARE) * others / others.sum()])
    drawn: Array = numbers[pick(chance, weights, size)]
    return drawn


def _generation(
    chance: Chance, demand: int, generation: int, relation: Array, company: Array
) -> None:
    buys = chance.random(generation)
    relation[0, demand:] = np.where(buys < 0.58, FIT_NETWORK, FIT_RETAIL)
    company[0, demand:] = np.where(buys < 0.58, NETWORK, _retailers(chance, generation))


STEADY, SWITCHED, MOVED, VACANT, RESCUED, ISLANDER, FRESH = range(7)
_SHARES = (0.03, 0.015, 0.03, 0.008, 0.01, 0.012)  # SWITCHED … FRESH


def _kinds(chance: Chance, demand: int) -> Array:
    """Return what happens to each demand point; at least a handful of each kind."""
    kinds = np.zeros(demand, np.uint8)
    order = chance.permutation(demand)
    used = 0
    for kind, share in enumerate(_SHARES, start=1):
        count = max(14, round(demand * share))
        kinds[order[used : used + count]] = kind
        used += count
    return kinds


def _histories(
    chance: Chance,
    kinds: Array,
    *,
    starts: Array,
    relation: Array,
    company: Array,
    state: Array,
    created: Array,
    voltage: Array,
) -> None:
    def day_in_year(size: int, low: int = 10, high: int = 355) -> Array:
        return calendar.STARTS + whole(chance, low, high, size) * calendar.DAY

    at = np.flatnonzero(kinds == SWITCHED)
    starts[1, at] = day_in_year(len(at))
    relation[1, at] = RETAIL
    company[1, at] = _other(chance, company[0, at])

    at = np.flatnonzero(kinds == MOVED)
    starts[1, at] = day_in_year(len(at), 10, 280)
    relation[1, at], state[1, at] = NONE, ENDED
    starts[2, at] = starts[1, at] + whole(chance, 3, 60, len(at)) * calendar.DAY
    relation[2, at] = RETAIL
    company[2, at] = _retailers(chance, len(at))

    at = np.flatnonzero(kinds == VACANT)
    relation[0, at], company[0, at] = NONE, NOBODY
    state[0, at] = np.array([RESTING, ENDED, REMOVED])[pick(chance, np.array([3, 5, 1]), len(at))]

    at = np.flatnonzero(kinds == RESCUED)
    voltage[at] = np.where(chance.random(len(at)) < 0.95, 1, 2)
    before = chance.random(len(at)) < 0.5
    starts[1, at] = np.where(
        before,
        calendar.STARTS - whole(chance, 5, 300, len(at)) * calendar.DAY,
        day_in_year(len(at), 5, 200),
    )
    relation[1, at], company[1, at] = LAST_RESORT, NETWORK
    back = at[chance.random(len(at)) < 0.4]
    starts[2, back] = day_in_year(len(back), 230, 350)
    relation[2, back] = RETAIL
    company[2, back] = _retailers(chance, len(back))
    starts[0, at] = np.minimum(starts[0, at], starts[1, at] - 100 * calendar.DAY)
    created[at] = np.minimum(created[at], starts[0, at])

    at = np.flatnonzero(kinds == ISLANDER)
    relation[0, at], company[0, at] = ISLAND, NETWORK

    at = np.flatnonzero(kinds == FRESH)
    starts[0, at] = day_in_year(len(at), 0, 340)
    created[at] = starts[0, at]
    relation[0, at], company[0, at], state[0, at] = NONE, NOBODY, NEW
    starts[1, at] = starts[0, at] + whole(chance, 30, 120, len(at)) * calendar.DAY
    relation[1, at] = RETAIL
    company[1, at] = _retailers(chance, len(at))


def _other(chance: Chance, company: Array) -> Array:
    """Return another retailer than `company` for each point."""
    drawn = _retailers(chance, len(company))
    rest = np.array([COMPANY_NUMBER[code] for code in RETAILERS[1:]], np.uint8)
    instead = rest[whole(chance, 0, len(rest) - 1, len(company))]
    drawn = np.where(drawn == company, instead, drawn)
    result: Array = np.where(drawn == company, rest[-1], drawn)
    return np.where(result == company, AFFILIATE, result).astype(np.uint8)


def _ties(chance: Chance, demand: int, starts: Array, relation: Array, company: Array) -> Ties:
    """Return accepted switches before each change of retailer, and consents."""
    parts = []
    for n in (1, 2):
        at = np.flatnonzero(
            (relation[n, :demand] == RETAIL)
            & (starts[n, :demand] < calendar.FOREVER)
            & (relation[n - 1, :demand] != NONE)
        )
        begins = starts[n, at].astype(np.int64)
        ahead = whole(chance, 6, 28, len(at)) * calendar.DAY
        parts.append((at, company[n, at], np.zeros(len(at)), begins - ahead, begins))
    # Consents to look at equipment and usage, and switches that are still under way.
    for kind, share in ((1, 0.006), (0, 0.001)):
        at = chance.choice(demand, max(6, round(demand * share)), replace=False)
        at = at[relation[0, at] == RETAIL]
        since = calendar.STARTS + whole(chance, 5, 330, len(at)) * calendar.DAY
        until = since + whole(chance, 20, 90, len(at)) * calendar.DAY
        if kind == 0:
            since = calendar.ENDS - whole(chance, 2, 15, len(at)) * calendar.DAY
            until = np.full(len(at), calendar.FOREVER, np.int64)
        other = _other(chance, company[0, at])
        parts.append((at, other, np.full(len(at), kind), since, until))
    point, who, kinds, since, until = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    # One tie per point and company: a second of the same kind could overlap the first.
    key = point.astype(np.int64) * 512 + who.astype(np.int64) * 2 + kinds.astype(np.int64)
    _, keep = np.unique(key, return_index=True)
    return Ties(
        point=point[keep].astype(np.int64),
        company=who[keep].astype(np.uint8),
        kind=kinds[keep].astype(np.uint8),
        starts=since[keep].astype(np.int64),
        ends=until[keep].astype(np.int64),
    )
