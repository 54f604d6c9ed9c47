"""Who works and which records can be met in one month."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import Array, Chance, pick, stream, whole, zipf
from sekisho.world.companies import NUMBER, RETAILERS
from sekisho.world.contracts import FIT_NETWORK, LAST_RESORT, NEW, NONE, RETAIL
from sekisho.world.group import World
from sekisho.world.systems import SYSTEMS
from sekisho.world.work import DISTRICT_OF, blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The desks of the year as columns, with how busy each is."""

    profile: Array
    company: Array
    person: Array
    device: Array
    district: Array  # -1 where the unit serves the whole area
    starts: Array
    ends: Array
    busy: Array
    account: Array  # (stint, system): -1 where there is none
    held: Array  # (person, 2)

    def working(self, profile: str, month: int) -> Array:
        """Return the stints of `profile` that last through `month`."""
        first, last = calendar.EDGES[month], calendar.EDGES[month + 1]
        return np.flatnonzero(
            (self.profile == profile) & (self.starts <= first) & (last <= self.ends)
        )

    def drawn(self, chance: Chance, pool: Array, size: int) -> Array:
        return pool[pick(chance, self.busy[pool], size)]

    def refused(self, stint: Array, when: Array) -> Array:
        """Return where the person is on hold (停止) at that time."""
        span = self.held[self.person[stint]]
        held: Array = (span[:, 0] <= when) & (when < span[:, 1])
        return held


def staff(world: World) -> Staff:
    """Return the desks of `world` as columns."""
    stints = world.people.stints
    chance = stream(world.seed, "habits")
    busy = np.zeros(len(stints))
    profiles = np.array([s.profile for s in stints])
    for name in dict.fromkeys(profiles.tolist()):
        at = np.flatnonzero(profiles == name)
        busy[at] = chance.permutation(zipf(len(at), 0.55))
    account = np.full((len(stints), len(SYSTEMS)), -1, np.int64)
    for (stint, system), number in world.accounts.of_stint.items():
        account[stint, system] = number
    held = np.zeros((len(world.people.persons), 2), np.int64)
    for hold in world.grants.holds:
        held[hold.person] = (hold.starts, hold.ends)
    return Staff(
        profile=profiles,
        company=np.array([NUMBER[s.unit.company] for s in stints]),
        person=np.array([s.person for s in stints]),
        device=np.array(world.devices.of_stint),
        district=np.array([DISTRICT_OF.get(s.unit.district or "", -1) for s in stints]),
        starts=np.array([s.starts for s in stints]),
        ends=np.array([s.ends for s in stints]),
        busy=busy,
        account=account,
        held=held,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What the records are in the middle of one month. customers[c]: the points of retailer c."""

    rescued: Array
    purchased: Array
    fresh: Array
    customers: dict[int, Array]
    edges: Array
    generation: Array
    demand: int
    points: int

    def any_demand(self, chance: Chance, size: int) -> Array:
        return whole(chance, 0, self.demand, size)

    def any_generation(self, chance: Chance, size: int) -> Array:
        return whole(chance, self.demand, self.points, size)

    def near(self, chance: Chance, district: Array) -> Array:
        """Return a demand point in each district; anywhere for -1."""
        low = np.where(district >= 0, self.edges[np.maximum(district, 0)], 0)
        high = np.where(district >= 0, self.edges[np.maximum(district, 0) + 1], self.demand)
        drawn: Array = (chance.random(len(district)) * np.maximum(high - low, 1)).astype(np.int64)
        near: Array = low + drawn
        return near


def one_of(chance: Chance, pool: Array, size: int) -> Array:
    return pool[whole(chance, 0, len(pool), size)]


def records(world: World, month: int) -> Records:
    """Return the pools of records of `month`."""
    contracts = world.contracts
    middle = (calendar.EDGES[month] + calendar.EDGES[month + 1]) // 2
    every = np.arange(contracts.points)
    period = contracts.period_at(every, np.full(contracts.points, middle, np.int64))
    safe = np.maximum(period, 0)
    relation = np.where(period >= 0, contracts.relation[safe, every], NONE)
    company = contracts.company[safe, every]
    state = contracts.state[safe, every]
    supplied = np.flatnonzero(relation == RETAIL)
    order = supplied[np.argsort(company[supplied], kind="stable")]
    numbers = [NUMBER[code] for code in RETAILERS]
    edges = np.searchsorted(company[order], [*numbers, numbers[-1] + 1])
    return Records(
        rescued=np.flatnonzero(relation == LAST_RESORT),
        purchased=np.flatnonzero(relation == FIT_NETWORK),
        fresh=np.flatnonzero((relation == NONE) & (period >= 0) & (state == NEW)),
        customers={n: order[edges[k] : edges[k + 1]] for k, n in enumerate(numbers)},
        edges=blocks(contracts),
        generation=blocks(contracts, generation=True),
        demand=contracts.demand,
        points=contracts.points,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One month of a world: who works in it, and which records can be met."""

    world: World
    desks: Staff
    met: Records
    month: int

    @property
    def first(self) -> int:
        return calendar.EDGES[self.month]

    @property
    def until(self) -> int:
        return calendar.EDGES[self.month + 1]

    def rivals(self) -> Array:
        """Return the points of all retailers but the affiliate."""
        affiliate = NUMBER["R000"]
        return np.concatenate([v for c, v in self.met.customers.items() if c != affiliate])

    def steady(self, profiles: set[str], company: int | None = None) -> Array:
        """Return the stints that last through the whole year, in a fixed order."""
        desks = self.desks
        good = np.isin(desks.profile, list(profiles)) & (desks.starts < calendar.STARTS)
        good &= desks.ends == calendar.FOREVER
        if company is not None:
            good &= desks.company == company
        return np.flatnonzero(good)

    def working(self, profile: str, system: int) -> Array:
        """Return the stints of `profile` in this month that have an account for `system`."""
        pool = self.desks.working(profile, self.month)
        able: Array = pool[self.desks.account[pool, system] >= 0]
        return able


def scenes(world: World) -> Iterator[Scene]:
    """Yield the twelve months of `world`."""
    desks = staff(world)
    for month in range(12):
        yield Scene(world=world, desks=desks, met=records(world, month), month=month)
