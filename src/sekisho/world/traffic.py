"""The lawful background: who looks at what on an ordinary day, month by month."""

from collections.abc import Iterator

import numpy as np

from sekisho.world import calendar
from sekisho.world.accesses import Accesses
from sekisho.world.chance import Array, Chance, pick, stream, whole
from sekisho.world.companies import NUMBER
from sekisho.world.contracts import RETAIL
from sekisho.world.group import SIDE, World
from sekisho.world.paths import mean_length, systems_of
from sekisho.world.pools import Records, Staff, one_of
from sekisho.world.predicates import classify, tempting
from sekisho.world.profiles import PROFILES, Profile
from sekisho.world.sessions import Sessions, accesses_of, sessions
from sekisho.world.systems import DENIED, FRESH, MASKED, MULTI, PURPOSE, SINGLE, SYSTEMS
from sekisho.world.systems import NUMBER as SYSTEM

SLICE = 250_000  # sessions drawn at a time: what bounds the memory
RELIEF_SHARE = 0.012
OFFICE_SHARE = 0.003  # legacy shared IDs of the distribution offices
STATE_SHARE = 0.0003  # the state's shared IDs, where they may be used
EXPORTS = 3  # per grant
RIVAL, SWITCHING = 0.12, 0.03  # of the sessions of a retailer's people
FROM_WORK = {"wheeling": 0.55, "reception": 0.3, "renewable": 0.2}


def lawful(world: World, month: int, desks: Staff, met: Records) -> Iterator[Accesses]:
    """Yield the lawful accesses of `month`, each chunk at most a few times SLICE lines."""
    year = {rhythm: sum(calendar.weight(m, rhythm) for m in range(12)) for rhythm in calendar.HOURS}
    share = sum(p.share for p in PROFILES.values()) + RELIEF_SHARE + OFFICE_SHARE + STATE_SHARE
    lines = (world.size.accesses - sum(world.size.planted.values())) / share
    for profile in PROFILES.values():
        part = calendar.weight(month, profile.rhythm) / year[profile.rhythm]
        target = lines * profile.share * part
        weights = {SYSTEM[key]: weight for key, weight in profile.systems.items()}
        walked = sum(w * mean_length(profile.name, s) for s, w in weights.items())
        for system, weight in weights.items():
            count = round(target * weight / max(walked, 1e-9))
            for first in range(0, count, SLICE):
                chance = stream(world.seed, "lawful", profile.name, system, month, first)
                size = min(SLICE, count - first)
                for looks in _ordinary(chance, world, profile, system, month, size, desks, met):
                    yield clean(world, chance, looks, month)
    chance = stream(world.seed, "special", month)
    for looks in _special(chance, world, month, desks, met, lines):
        yield clean(world, chance, looks, month)


def clean(world: World, chance: Chance, looks: Sessions, month: int) -> Accesses:
    """Return the accesses, with whatever the law would not have shown masked or denied."""
    found = accesses_of(chance, looks, until=calendar.EDGES[month + 1])
    wrong = (classify(world, found) > 0) | tempting(world, found)
    found.result[wrong] = np.where(chance.random(int(wrong.sum())) < 0.85, MASKED, DENIED)
    return found


def _method(chance: Chance, system: int, size: int) -> Array | int:
    if system == SYSTEM["saiene"]:
        return np.where(chance.random(size) < 0.97, FRESH, MULTI)
    if system == SYSTEM["nwsetting"]:
        return np.where(chance.random(size) < 0.985, MULTI, SINGLE)
    return MULTI


def _ordinary(
    chance: Chance,
    world: World,
    profile: Profile,
    system: int,
    month: int,
    size: int,
    desks: Staff,
    met: Records,
) -> Iterator[Sessions]:
    if profile.grant != "standing" or (profile.name == "renewable" and system == SYSTEM["saiene"]):
        yield from _granted(chance, world, profile.name, system, month, size, desks, met)
        return
    if profile.name in {"contractor", "contract_reception"}:
        yield from _ordered(chance, world, profile, system, month, size, desks)
        return
    pool = desks.working(profile.name, month)
    pool = pool[desks.account[pool, system] >= 0]
    if len(pool) == 0 or size == 0:
        return
    retail = profile.name in {"sales", "sales_contractor", "retailer"}
    kinds = pick(chance, np.array([1 - RIVAL - SWITCHING, RIVAL, SWITCHING]), size)
    plain = size if not retail else int((kinds == 0).sum())
    stint = desks.drawn(chance, pool, plain)
    starts = calendar.moments(chance, month, profile.rhythm, plain)
    if retail:
        stint, record, starts = _own(chance, stint, starts, desks, met)
    else:
        record, starts = _record(
            chance, world, profile.name, system, month, stint, starts, desks, met
        )
    other = record if retail else met.near(chance, desks.district[stint])
    if profile.name in {"renewable"} or system >= SYSTEM["lastresort"]:
        other = record
    yield _made(chance, profile, profile.name, system, stint, starts, record, desks, other=other)
    if retail:
        rival = desks.drawn(chance, pool, int((kinds == 1).sum()))
        when = calendar.moments(chance, month, profile.rhythm, len(rival))
        met_by_chance = met.any_demand(chance, len(rival))
        yield _made(chance, profile, "rival", system, rival, when, met_by_chance, desks)
        if system == SYSTEM["takuso"]:
            count = int((kinds == 2).sum())
            yield from _switching(chance, world, profile, month, count, desks)


def _made(
    chance: Chance,
    profile: Profile,
    walks: str,
    system: int,
    stint: Array,
    starts: Array,
    record: Array,
    desks: Staff,
    *,
    other: Array | None = None,
    said: float | None = None,
    purpose: str | None = None,
) -> Sessions:
    refused = desks.refused(stint, starts) | (chance.random(len(stint)) < 0.003)
    return sessions(
        chance,
        walks=walks,
        system=system,
        account=desks.account[stint, system],
        device=desks.device[stint],
        starts=starts,
        record=record,
        other=other,
        purpose=PURPOSE[purpose or profile.purpose],
        said=said,
        method=_method(chance, system, len(stint)),
        refused=refused,
    )


def _own(
    chance: Chance, stint: Array, starts: Array, desks: Staff, met: Records
) -> tuple[Array, Array, Array]:
    """Return a customer of its own retailer for each stint; stints without any fall away."""
    side = SIDE[desks.company[stint]]
    record = np.full(len(stint), -1, np.int64)
    for company in np.unique(side):
        at = np.flatnonzero(side == company)
        customers = met.customers[int(company)]
        if len(customers):
            record[at] = one_of(chance, customers, len(at))
    kept = record >= 0
    return stint[kept], record[kept], starts[kept]


def _record(
    chance: Chance,
    world: World,
    profile: str,
    system: int,
    month: int,
    stint: Array,
    starts: Array,
    desks: Staff,
    met: Records,
) -> tuple[Array, Array]:
    """Return what each session is about, and when: for a part of them a work item says both."""
    size = len(stint)
    if system == SYSTEM["lastresort"]:
        return one_of(chance, met.rescued, size), starts
    if system == SYSTEM["fitnw"]:
        return one_of(chance, met.purchased, size), starts
    if system == SYSTEM["saiene"]:
        return met.any_generation(chance, size), starts
    record = met.near(chance, desks.district[stint])
    items = world.work.of(month, "network")
    of_work = np.flatnonzero(chance.random(size) < FROM_WORK.get(profile, 0.0))
    item = one_of(chance, items, len(of_work))
    record[of_work] = world.work.point[item]
    starts = starts.copy()
    starts[of_work] = calendar.moments_within(
        chance, PROFILES[profile].rhythm, world.work.starts[item], world.work.ends[item]
    )
    return record, starts


def _ordered(
    chance: Chance,
    world: World,
    profile: Profile,
    system: int,
    month: int,
    size: int,
    desks: Staff,
) -> Iterator[Sessions]:
    """Yield the looks of contractors: only at points of their own work items, while these run."""
    items = world.work.of(month, profile.name)
    item = one_of(chance, items, size)
    starts = calendar.moments_within(
        chance, profile.rhythm, world.work.starts[item], world.work.ends[item]
    )
    # a few look once more when the order is already closed
    late = chance.random(size) < 0.012
    starts = np.where(
        late, np.minimum(world.work.ends[item] + 7_200, calendar.EDGES[month + 1] - 600), starts
    )
    stint = world.work.stint[item].astype(np.int64)
    record = world.work.point[item].astype(np.int64)
    kept = desks.account[stint, system] >= 0
    yield _made(
        chance, profile, profile.name, system, stint[kept], starts[kept], record[kept], desks
    )


def _granted(
    chance: Chance,
    world: World,
    key: str,
    system: int,
    month: int,
    size: int,
    desks: Staff,
    met: Records,
) -> Iterator[Sessions]:
    """Yield looks under an approval for this use: audits, maintenance, the state's system."""
    windows = world.grants.windows.get((key, system, month), [])
    if not windows or size == 0:
        return
    chosen = np.array(windows)[whole(chance, 0, len(windows), size)]
    rows = world.grants.grants
    stint = np.array([rows[n].stint or 0 for n in chosen])
    profile = PROFILES[str(desks.profile[stint[0]])]
    starts = calendar.moments_within(
        chance,
        profile.rhythm,
        np.array([rows[n].starts for n in chosen]),
        np.array([rows[n].ends - 600 for n in chosen]),
    )
    if system == SYSTEM["lastresort"]:
        record = one_of(chance, met.rescued, size)
    elif system == SYSTEM["fitnw"]:
        record = one_of(chance, met.purchased, size)
    elif system == SYSTEM["saiene"]:
        record = met.any_generation(chance, size)
    else:
        record = met.any_demand(chance, size)
    yield _made(chance, profile, key, system, stint, starts, record, desks)


def _switching(
    chance: Chance, world: World, profile: Profile, month: int, size: int, desks: Staff
) -> Iterator[Sessions]:
    """Yield looks at customers who are on their way to this retailer, or who have consented."""
    ties, system = world.contracts.ties, SYSTEM["takuso"]
    first, last = calendar.EDGES[month], calendar.EDGES[month + 1]
    since, until = np.maximum(ties.starts, first), np.minimum(ties.ends, last) - 600
    pool = desks.working(profile.name, month)
    pool = pool[desks.account[pool, system] >= 0]
    sides = SIDE[desks.company[pool]]
    middle = (since + until) // 2
    period = np.maximum(world.contracts.period_at(ties.point, middle), 0)
    usable = np.flatnonzero(
        (since < until)
        & np.isin(ties.company, sides)
        & (world.contracts.relation[period, ties.point] == RETAIL)
    )
    if len(usable) == 0 or size == 0:
        return
    tie = one_of(chance, usable, size)
    stint = np.zeros(size, np.int64)
    for company in np.unique(ties.company[tie]):
        at = np.flatnonzero(ties.company[tie] == company)
        stint[at] = one_of(chance, pool[sides == company], len(at))
    starts = calendar.moments_within(chance, profile.rhythm, since[tie], until[tie])
    yield _made(
        chance,
        profile,
        "switching",
        system,
        stint,
        starts,
        ties.point[tie],
        desks,
        said=1.0,
        purpose="切替手続",
    )


def _special(
    chance: Chance, world: World, month: int, desks: Staff, met: Records, lines: float
) -> Iterator[Sessions]:
    """Yield exports, legacy shared IDs, and the people lent to emergencies."""
    windows = world.grants.windows.get(("export", SYSTEM["takuso"], month), [])
    yield from _granted(
        chance, world, "export", SYSTEM["takuso"], month, len(windows) * EXPORTS, desks, met
    )
    shared = (
        ("office", "nwonline", "field", OFFICE_SHARE, "停電保安", met.any_demand),
        ("state", "saiene", "renewable", STATE_SHARE, "再エネ買取", met.any_generation),
    )
    for walks, key, profile, share, purpose, records in shared:
        system = SYSTEM[key]
        size = round(lines * share / 12 / mean_length(walks, system))
        pool = desks.working(profile, month)
        accounts = np.array(world.accounts.shared[key])
        yield sessions(
            chance,
            walks=walks,
            system=system,
            account=one_of(chance, accounts, size),
            device=desks.device[desks.drawn(chance, pool, size)],
            starts=calendar.moments(chance, month, "office", size),
            record=records(chance, size),
            purpose=PURPOSE[purpose],
            method=SINGLE if key == "saiene" else MULTI,
        )
    yield from _relief(chance, world, month, met, lines)


def _relief(
    chance: Chance, world: World, month: int, met: Records, lines: float
) -> Iterator[Sessions]:
    """Yield the looks of people lent to an emergency: in its districts, while it is declared."""
    hours = sum(e.ends - e.starts for e in world.emergencies)
    first, last = calendar.EDGES[month], calendar.EDGES[month + 1]
    systems = systems_of("relief")
    weights = np.array([70.0, 16, 10, 4])[: len(systems)]
    for row in world.emergencies:
        since, until = max(row.starts, first), min(row.ends, last)
        helpers = [s for s in world.supporters if s.code == row.code]
        if since >= until or not helpers:
            continue
        total = lines * RELIEF_SHARE * (until - since) / hours / 2.2
        for system, weight in zip(systems, weights / weights.sum(), strict=True):
            size = max(2, round(total * weight))
            who = whole(chance, 0, len(helpers), size)
            device = np.array([world.devices.lent[row.code, s.person] for s in helpers])[who]
            account = np.array([world.accounts.disaster[s.person, system] for s in helpers])[who]
            district = np.full(size, row.district)
            yield sessions(
                chance,
                walks="relief",
                system=system,
                account=account,
                device=device,
                starts=calendar.moments_within(
                    chance,
                    "round",
                    np.full(size, since, np.int64),
                    np.full(size, until - 600, np.int64),
                ),
                record=met.near(chance, district),
                other=met.near(chance, district),
                purpose=PURPOSE["非常災害対応"],
                said=1.0,
            )
