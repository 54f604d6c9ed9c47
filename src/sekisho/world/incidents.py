"""The incidents that are planted: ten classes of eight types, in the shape of those of 2023."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sekisho.world import calendar
from sekisho.world.accesses import Accesses, empty, together
from sekisho.world.chance import Array, Chance, stream, whole, zipf
from sekisho.world.companies import NUMBER
from sekisho.world.group import World, tied
from sekisho.world.paths import mean_length, systems_of, walks_of
from sekisho.world.pools import Scene, one_of
from sekisho.world.predicates import CLASSES, classify, tempting
from sekisho.world.sessions import Sessions, accesses_of, joined, sessions
from sekisho.world.systems import MASKED, MULTI, PURPOSE, SINGLE, UNSAID
from sekisho.world.systems import NUMBER as SYSTEM

LENDERS = 9
UNSEEN_MONTHS = (2, 5, 8)  # in these, a lent ID is used where the log cannot show it
AFFILIATE = NUMBER["R000"]
LABEL = {name: n for n, name in enumerate(CLASSES, start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who looks, with what, at what: columns for one system."""

    account: Array
    device: Array
    record: Array
    starts: Array
    method: int = MULTI
    purpose: str | None = None
    walks: str


Planter = Callable[[Scene, Chance, int, int], Look | None]


def planted(scene: Scene) -> Accesses:
    """Return the planted accesses of a month, each in exactly the class it is meant for."""
    world, month, parts = scene.world, scene.month, []
    for name, (_, _, months) in PLANTERS.items():
        if month not in months:
            continue
        days = [calendar.weight(m, "office") for m in months]
        total = world.size.planted[name]
        before = round(total * sum(days[: months.index(month)]) / sum(days))
        lines = round(total * sum(days[: months.index(month) + 1]) / sum(days)) - before
        chance = stream(world.seed, "incident", name, month)
        parts.append(_plant(scene, chance, name, lines))
    if month in UNSEEN_MONTHS:
        parts.append(_unseen(scene, stream(world.seed, "incident", "unseen", month)))
    return together(parts)


def _plant(scene: Scene, chance: Chance, name: str, lines: int) -> Accesses:
    """Return about `lines` labelled accesses; what a change of facts turned lawful is dropped."""
    walks, planter, _ = PLANTERS[name]
    looks: list[Sessions] = []
    systems = systems_of(walks)
    weights = np.array([float(walks_of(walks, s)[1].sum()) for s in systems])
    steps = np.array([mean_length(walks, s, seen=True) for s in systems])
    # some more than needed: what does not fit its class falls away below
    count = lines * 1.5 / (weights * steps).sum() * weights + 2
    for system, size in zip(systems, count.astype(int), strict=True):
        look = planter(scene, chance, system, int(size))
        if look is not None and len(look.account):
            looks.append(
                sessions(
                    chance,
                    walks=look.walks,
                    system=system,
                    account=look.account,
                    device=look.device,
                    starts=look.starts,
                    record=look.record,
                    purpose=UNSAID if look.purpose is None else PURPOSE[look.purpose],
                    method=look.method,
                    label=LABEL[name],
                )
            )
    if not looks or lines <= 0:
        return empty()
    every = joined(looks)
    every = every.take(chance.permutation(len(every)))
    found = accesses_of(chance, every, until=scene.until)
    classes = classify(scene.world, found)
    fits = classes == found.label
    if name in {"last_resort_seen", "fit_seen", "new_point_seen"}:
        fits &= (found.label == 0) | ~_tied_to_affiliate(scene.world, found)
    found = found.take(fits & ((found.label > 0) | ~tempting(scene.world, found)))
    enough = np.searchsorted(np.cumsum(found.label > 0), lines, side="left") + 1
    return found.take(np.arange(min(int(enough), len(found))))


def _tied_to_affiliate(world: World, found: Accesses) -> Array:
    to = np.full(len(found), AFFILIATE)
    return tied(world.registers, np.maximum(found.record, 0), to, found.at)


def _times(scene: Scene, chance: Chance, size: int) -> Array:
    return calendar.moments(chance, scene.month, "office", size)


def _few(chance: Chance, pool: Array, people: int, size: int) -> Array:
    """Return `size` draws from the first `people` of the pool, some far busier than others."""
    pool = pool[:people]
    weights = zipf(len(pool), 0.7)
    return pool[np.searchsorted(np.cumsum(weights) / weights.sum(), chance.random(size))]


def _ministry(scene: Scene, chance: Chance, _: int, size: int) -> Look | None:
    """The IDs that the state gave the network company, used at the retailer by a few, all year."""
    desks, world = scene.desks, scene.world
    users = max(4, round(8 * min(world.size.staff, 2)))
    stint = _few(chance, scene.steady({"sales"}, AFFILIATE), users, size)
    return Look(
        account=one_of(chance, np.array(world.accounts.shared["saiene"]), size),
        device=desks.device[stint],
        record=scene.met.any_generation(chance, size),
        starts=_times(scene, chance, size),
        method=SINGLE,
        walks="state",
    )


def lenders(scene: Scene) -> Array:
    """Return the nine people of the network company who pass their ID on."""
    pool = scene.steady({"wheeling", "reception"})
    return pool[:: max(1, len(pool) // LENDERS)][:LENDERS]


def _lent(scene: Scene, chance: Chance, system: int, size: int) -> Look | None:
    who = lenders(scene)
    place = whole(chance, 0, len(who), size)
    borrowers = scene.steady({"sales"}, AFFILIATE)[::-1]
    account = scene.desks.account[who[place], system]
    kept = account >= 0
    return Look(
        account=account[kept],
        device=scene.desks.device[borrowers[place % len(borrowers)]][kept],
        record=one_of(chance, scene.rivals(), size)[kept],
        starts=_times(scene, chance, size)[kept],
        walks="lent",
    )


def _other_principal(scene: Scene, chance: Chance, system: int, size: int) -> Look | None:
    desks = scene.desks
    pairs = []
    for device, code in scene.world.devices.both:
        staff = scene.steady({"contractor", "contract_reception"}, NUMBER[code])[:3]
        pairs += [
            (device, desks.account[n, system]) for n in staff if desks.account[n, system] >= 0
        ]
    if not pairs:
        return None
    chosen = np.array(pairs)[whole(chance, 0, len(pairs), size)]
    return Look(
        account=chosen[:, 1],
        device=chosen[:, 0],
        record=one_of(chance, scene.rivals(), size),
        starts=_times(scene, chance, size),
        walks="borrowed",
    )


def _stale(scene: Scene, chance: Chance, system: int, size: int) -> Look | None:
    world, desks = scene.world, scene.desks
    pairs = []
    for person, account in world.accounts.left_open:
        now = np.flatnonzero((desks.person == person) & (desks.company == AFFILIATE))
        if world.accounts.accounts[account].system == system and len(now):
            pairs.append((account, desks.device[now[0]]))
    if not pairs:
        return None
    chosen = np.array(pairs)[whole(chance, 0, len(pairs), size)]
    return Look(
        account=chosen[:, 0],
        device=chosen[:, 1],
        record=one_of(chance, scene.rivals(), size),
        starts=_times(scene, chance, size),
        walks="lent",
    )


def _afterwards(scene: Scene, chance: Chance, system: int, size: int) -> Look | None:
    """Rights that nobody closed when the emergency was over."""
    world, desks = scene.world, scene.desks
    first = scene.first
    pairs = []
    for (person, of), account in world.accounts.disaster.items():
        if of != system or person % 5 < 2 or world.accounts.accounts[account].issued_at >= first:
            continue
        lent = [world.devices.lent[s.code, person] for s in world.supporters if s.person == person]
        desk = np.flatnonzero(desks.person == person)[0]
        pairs.append((account, lent[0]))
        pairs.append((account, desks.device[desk]))
    if not pairs:
        return None
    chosen = np.array(pairs)[whole(chance, 0, len(pairs), size)]
    return Look(
        account=chosen[:, 0],
        device=chosen[:, 1],
        record=scene.met.any_demand(chance, size),
        starts=_times(scene, chance, size),
        purpose="停電保安",
        walks="afterwards",
    )


def _misplaced(scene: Scene, chance: Chance, system: int, size: int) -> Look | None:
    """Terminals of the network company at sites of the retailer; contractors were handed some."""
    world, desks = scene.world, scene.desks
    units = np.array([s.unit.code for s in world.people.stints])
    sellers = scene.steady({"sales_contractor"})
    own, handed = [], []
    for device, unit in world.devices.misplaced:
        staff = [n for n in scene.steady({"sales"}, AFFILIATE) if units[n] == unit]
        own += [(device, desks.account[n, system]) for n in staff]
        guest = sellers[(device * 7) % len(sellers)]
        handed.append((device, desks.account[guest, system]))
    own = [pair for pair in own if pair[1] >= 0]
    handed = [pair for pair in handed if pair[1] >= 0] or own
    if not own:
        return None
    outside = chance.random(size) < 0.35
    chosen = np.where(
        outside[:, None],
        np.array(handed)[whole(chance, 0, len(handed), size)],
        np.array(own)[whole(chance, 0, len(own), size)],
    )
    return Look(
        account=chosen[:, 1],
        device=chosen[:, 0],
        record=one_of(chance, scene.rivals(), size),
        starts=_times(scene, chance, size),
        walks="misplaced",
    )


def _gap(pool: Callable[[Scene], Array], *, only: str | None = None) -> Planter:
    def planter(scene: Scene, chance: Chance, system: int, size: int) -> Look | None:
        desks, records = scene.desks, pool(scene)
        if len(records) == 0 or (only is not None and system != SYSTEM[only]):
            return None
        staff = np.concatenate(
            [desks.working("sales", scene.month), desks.working("sales_contractor", scene.month)]
        )
        staff = staff[desks.account[staff, system] >= 0]
        if len(staff) == 0:
            return None
        stint = desks.drawn(chance, staff, size)
        starts = _times(scene, chance, size)
        kept = ~desks.refused(stint, starts)
        return Look(
            account=desks.account[stint, system][kept],
            device=desks.device[stint][kept],
            record=one_of(chance, records, size)[kept],
            starts=starts[kept],
            purpose="小売供給",
            walks="gap",
        )

    return planter


def _unseen(scene: Scene, chance: Chance) -> Accesses:
    """Return the use of a lent ID at its owner's own terminal: the log shows a lawful look."""
    who = lenders(scene)[scene.month % LENDERS : scene.month % LENDERS + 1]
    system = SYSTEM["takuso"]
    who = who[scene.desks.account[who, system] >= 0]
    looks = sessions(
        chance,
        walks="lent",
        system=system,
        account=scene.desks.account[who, system],
        device=scene.desks.device[who],
        starts=_times(scene, chance, len(who)),
        record=one_of(chance, scene.rivals(), len(who)),
        label=LABEL["lent_id"],
        evident=False,
    )
    found = accesses_of(chance, looks, until=scene.until)
    found.result[classify(scene.world, found) > 0] = MASKED
    return found


YEAR = tuple(range(12))
PLANTERS: dict[str, tuple[str, Planter, tuple[int, ...]]] = {
    "ministry_shared_id": ("state", _ministry, YEAR),
    "lent_id": ("lent", _lent, YEAR),
    "other_principal": ("borrowed", _other_principal, YEAR),
    "stale_after_transfer": ("lent", _stale, YEAR[3:]),
    "outside_emergency": ("afterwards", _afterwards, YEAR[4:]),
    "terminal_misplaced": ("misplaced", _misplaced, YEAR[3:9]),
    "last_resort_seen": ("gap", _gap(lambda s: s.met.rescued), YEAR),
    "fit_seen": ("gap", _gap(lambda s: s.met.purchased, only="takuso"), YEAR),
    "new_point_seen": ("gap", _gap(lambda s: s.met.fresh, only="takuso"), YEAR),
    "mask_gap": ("gap", _gap(lambda s: s.rivals()), YEAR),
}
