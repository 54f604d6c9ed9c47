"""The lawful background: who looks at what on an ordinary day, month by month."""

from collections.abc import Iterator

import numpy as np

from sekisho.world import calendar
from sekisho.world.accesses import Accesses
from sekisho.world.chance import Array, Chance, pick, stream, whole
from sekisho.world.group import SIDE
from sekisho.world.lent import relief
from sekisho.world.looks import Made, about, made
from sekisho.world.paths import mean_length
from sekisho.world.pools import Scene, one_of
from sekisho.world.predicates import classify, tempting
from sekisho.world.profiles import PROFILES, Profile
from sekisho.world.sessions import Sessions, accesses_of, sessions
from sekisho.world.switching import switching
from sekisho.world.systems import DENIED, MASKED, MULTI, NOT_FOUND, PURPOSE, SINGLE
from sekisho.world.systems import NUMBER as SYSTEM

SLICE = 250_000  # sessions drawn at a time: what bounds the memory
RELIEF_SHARE = 0.012
OFFICE_SHARE = 0.003  # legacy shared IDs of the distribution offices
STATE_SHARE = 0.0003  # the state's shared IDs, where they may be used
SHORTFALL = 1.0065  # sessions that nobody can have (no account, no customer) are missing
EXPORTS = 3  # per grant
RIVAL, SWITCHING = 0.12, 0.03  # of the sessions of a retailer's people
RETAIL_SIDE = frozenset({"sales", "sales_contractor", "retailer"})
LATE = 0.012  # of the looks of contractors: once more, when the order is already closed


def lawful(scene: Scene) -> Iterator[Accesses]:
    """Yield the lawful accesses of a month, each chunk at most a few times SLICE lines."""
    world, month = scene.world, scene.month
    year = {rhythm: sum(calendar.weight(m, rhythm) for m in range(12)) for rhythm in calendar.HOURS}
    share = sum(p.share for p in PROFILES.values()) + RELIEF_SHARE + OFFICE_SHARE + STATE_SHARE
    lines = (world.size.accesses - sum(world.size.planted.values())) / share * SHORTFALL
    for profile in PROFILES.values():
        part = calendar.weight(month, profile.rhythm) / year[profile.rhythm]
        target = lines * profile.share * part
        weights = {SYSTEM[key]: weight for key, weight in profile.systems.items()}
        walked = sum(w * mean_length(profile.name, s) for s, w in weights.items())
        for system, weight in weights.items():
            count = round(target * weight / max(walked, 1e-9))
            for first in range(0, count, SLICE):
                chance = stream(world.seed, "lawful", profile.name, system, month, first)
                made_of = Made(scene=scene, chance=chance, profile=profile, system=system)
                for looks in _ordinary(made_of, min(SLICE, count - first)):
                    yield clean(scene, chance, looks)
    chance = stream(world.seed, "special", month)
    for looks in _special(scene, chance, lines):
        yield clean(scene, chance, looks)


def clean(scene: Scene, chance: Chance, looks: Sessions) -> Accesses:
    """Return the accesses, with whatever the law would not have shown masked or denied."""
    found = accesses_of(chance, looks, until=scene.until)
    wrong = (classify(scene.world, found) > 0) | tempting(scene.world, found)
    found.result[wrong] = np.where(chance.random(int(wrong.sum())) < 0.85, MASKED, DENIED)
    # a point that is not there yet is found by nobody
    unborn = scene.world.contracts.starts[0][found.record] > found.at
    unborn &= found.record >= 0
    found.result[unborn], found.n[unborn] = NOT_FOUND, 0
    return found


def _ordinary(of: Made, size: int) -> Iterator[Sessions]:
    scene, chance, profile, system = of.scene, of.chance, of.profile, of.system
    if size == 0:
        return
    of_state = profile.name == "renewable" and system == SYSTEM["saiene"]
    if profile.grant != "standing" or of_state:
        yield from _granted(of, profile.name, size)
        return
    if profile.name in {"contractor", "contract_reception"}:
        yield from _ordered(of, size)
        return
    pool = scene.working(profile.name, system)
    if len(pool) == 0:
        return
    if profile.name in RETAIL_SIDE:
        yield from _retail(of, pool, size)
        return
    stint = scene.desks.drawn(chance, pool, size)
    starts = calendar.moments(chance, scene.month, profile.rhythm, size)
    record, starts = about(of, stint, starts)
    alone = profile.name == "renewable" or system >= SYSTEM["lastresort"]
    other = record if alone else scene.met.near(chance, scene.desks.district[stint])
    yield made(of, profile.name, stint, starts=starts, record=record, other=other)


def _retail(of: Made, pool: Array, size: int) -> Iterator[Sessions]:
    """Yield looks at customers of their own, and some tries that the old masks have stopped."""
    scene, chance = of.scene, of.chance
    kinds = pick(chance, np.array([1 - RIVAL - SWITCHING, RIVAL, SWITCHING]), size)
    counts = np.bincount(kinds, minlength=3).tolist()
    stint = scene.desks.drawn(chance, pool, counts[0])
    starts = calendar.moments(chance, scene.month, of.profile.rhythm, counts[0])
    stint, record, starts = _own(of, stint, starts)
    yield made(of, of.profile.name, stint, starts=starts, record=record)

    stint = scene.desks.drawn(chance, pool, counts[1])
    starts = calendar.moments(chance, scene.month, of.profile.rhythm, counts[1])
    record = scene.met.any_demand(chance, counts[1])
    yield made(of, "rival", stint, starts=starts, record=record)
    if of.system == SYSTEM["takuso"]:
        yield from switching(of, counts[2])


def _own(of: Made, stint: Array, starts: Array) -> tuple[Array, Array, Array]:
    """Return a customer of its own retailer for each stint; stints without any fall away."""
    side = SIDE[of.scene.desks.company[stint]]
    record = np.full(len(stint), -1, np.int64)
    for company in np.unique(side):
        at = np.flatnonzero(side == company)
        customers = of.scene.met.customers[int(company)]
        if len(customers):
            record[at] = one_of(of.chance, customers, len(at))
    kept = record >= 0
    return stint[kept], record[kept], starts[kept]


def _ordered(of: Made, size: int) -> Iterator[Sessions]:
    """Yield the looks of contractors: only at points of their own work items, while these run."""
    scene, chance, work = of.scene, of.chance, of.scene.world.work
    item = one_of(chance, work.of(scene.month, of.profile.name), size)
    starts = calendar.moments_within(chance, of.profile.rhythm, work.starts[item], work.ends[item])
    after = np.minimum(work.ends[item] + 2 * calendar.HOUR, scene.until - 600)
    starts = np.where(chance.random(size) < LATE, after, starts)
    stint = work.stint[item].astype(np.int64)
    kept = scene.desks.account[stint, of.system] >= 0
    record = work.point[item].astype(np.int64)
    yield made(of, of.profile.name, stint[kept], starts=starts[kept], record=record[kept])


def _granted(of: Made, key: str, size: int) -> Iterator[Sessions]:
    """Yield looks under an approval for this use: audits, maintenance, the state's system."""
    scene, chance = of.scene, of.chance
    grants = scene.world.grants
    windows = grants.windows.get((key, of.system, scene.month), [])
    if not windows or size == 0:
        return
    chosen = [grants.grants[n] for n in np.array(windows)[whole(chance, 0, len(windows), size)]]
    starts = calendar.moments_within(
        chance,
        of.profile.rhythm,
        np.array([grant.starts for grant in chosen]),
        np.array([grant.ends - 600 for grant in chosen]),
    )
    stint = np.array([grant.stint for grant in chosen], np.int64)
    record, _ = about(of, stint, starts, from_work=False)
    yield made(of, key, stint, starts=starts, record=record)


def _special(scene: Scene, chance: Chance, lines: float) -> Iterator[Sessions]:
    """Yield exports, legacy shared IDs, and the people lent to emergencies."""
    of = Made(scene=scene, chance=chance, profile=PROFILES["wheeling"], system=SYSTEM["takuso"])
    windows = scene.world.grants.windows.get(("export", of.system, scene.month), [])
    yield from _granted(of, "export", len(windows) * EXPORTS)
    yield _shared(scene, chance, PROFILES["field"], "nwonline", lines * OFFICE_SHARE)
    yield _shared(scene, chance, PROFILES["renewable"], "saiene", lines * STATE_SHARE)
    yield from relief(scene, chance, lines * RELIEF_SHARE)


def _shared(scene: Scene, chance: Chance, profile: Profile, key: str, lines: float) -> Sessions:
    """Return the use of legacy shared IDs at terminals of the network company."""
    system = SYSTEM[key]
    state = key == "saiene"
    walks = "state" if state else "office"
    size = round(lines / 12 / mean_length(walks, system))
    pool = scene.desks.working(profile.name, scene.month)
    draw = scene.met.any_generation if state else scene.met.any_demand
    return sessions(
        chance,
        walks=walks,
        system=system,
        account=one_of(chance, np.array(scene.world.accounts.shared[key]), size),
        device=scene.desks.device[scene.desks.drawn(chance, pool, size)],
        starts=calendar.moments(chance, scene.month, "office", size),
        record=draw(chance, size),
        purpose=PURPOSE[profile.purpose],
        method=SINGLE if state else MULTI,
    )
