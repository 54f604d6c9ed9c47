"""The whole invented group, drawn from one seed, with the registers that answer as of a time."""

from dataclasses import dataclass

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import Array
from sekisho.world.companies import COMPANIES, COMPANY, NUMBER, RETAIL_KINDS, side
from sekisho.world.contracts import Contracts, draw_contracts
from sekisho.world.devices import Devices, draw_devices
from sekisho.world.emergencies import Emergency, Supporter, emergencies, supporters
from sekisho.world.grants import Grants, draw_grants
from sekisho.world.ids import Accounts, draw_accounts
from sekisho.world.people import People, draw_people
from sekisho.world.sizes import Size
from sekisho.world.timeline import Timeline, timeline
from sekisho.world.work import Work, draw_work

KIND = tuple(dict.fromkeys(company.kind for company in COMPANIES))
COMPANY_KIND = np.array([KIND.index(company.kind) for company in COMPANIES], np.int8)
IS_RETAIL = np.array([company.kind in RETAIL_KINDS for company in COMPANIES])
SIDE = np.array([NUMBER[side(company.code)] for company in COMPANIES], np.uint8)
ACCOUNT_KINDS = ("individual", "shared", "disaster")
INDIVIDUAL, SHARED, DISASTER = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """The facts as arrays and timelines, for accesses by the million."""

    holding: Timeline  # account -> holding
    holder: Array  # of a holding: person, -1 where shared
    account_kind: Array
    account_from_network: Array  # granted by the network company
    account_from: Array  # company that granted
    stint: Timeline  # person -> stint
    stint_company: Array
    standing: Timeline  # device -> standing
    standing_company: Array
    device_owner: Array
    device_principal: Array
    emergency: Timeline  # district -> emergency
    support: Timeline  # person -> supporter
    tie_keys: Array  # sorted point * 256 + company, with the two periods below
    tie_starts: Array
    tie_ends: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    seed: int
    size: Size
    people: People
    accounts: Accounts
    devices: Devices
    grants: Grants
    emergencies: tuple[Emergency, ...]
    supporters: tuple[Supporter, ...]
    contracts: Contracts
    work: Work
    registers: Registers


def draw_world(seed: int, size: Size) -> World:
    """Return the group of `size` under `seed`: everything but the traffic."""
    people = draw_people(seed, size.staff)
    lent = supporters(seed, people, max(6, round(24 * size.staff)))
    accounts = draw_accounts(seed, people, lent)
    devices = draw_devices(seed, people, lent)
    contracts = draw_contracts(seed, size.points)
    return World(
        seed=seed,
        size=size,
        people=people,
        accounts=accounts,
        devices=devices,
        grants=draw_grants(seed, people, lent),
        emergencies=emergencies(),
        supporters=lent,
        contracts=contracts,
        work=draw_work(seed, people, contracts, size.accesses),
        registers=_registers(people, accounts, devices, lent, contracts),
    )


def _registers(
    people: People,
    accounts: Accounts,
    devices: Devices,
    lent: tuple[Supporter, ...],
    contracts: Contracts,
) -> Registers:
    rows, stints, standings = accounts.holdings, people.stints, devices.standings
    declared = emergencies()
    ties = contracts.ties
    order = np.lexsort((ties.kind, ties.company, ties.point))
    return Registers(
        holding=timeline(
            [r.account for r in rows], [r.starts for r in rows], [r.ends for r in rows]
        ),
        holder=np.array([-1 if r.person is None else r.person for r in rows], np.int64),
        account_kind=np.array([ACCOUNT_KINDS.index(a.kind) for a in accounts.accounts], np.int8),
        account_from_network=np.array(
            [COMPANY[a.granted_by].kind == "network" for a in accounts.accounts]
        ),
        account_from=np.array([NUMBER[a.granted_by] for a in accounts.accounts], np.uint8),
        stint=timeline(
            [s.person for s in stints], [s.starts for s in stints], [s.ends for s in stints]
        ),
        stint_company=np.array([NUMBER[s.unit.company] for s in stints], np.int64),
        standing=timeline(
            [s.device for s in standings],
            [s.starts for s in standings],
            [s.ends for s in standings],
        ),
        standing_company=np.array([NUMBER[s.site_company] for s in standings], np.int64),
        device_owner=np.array([NUMBER[d.owner] for d in devices.devices], np.int64),
        device_principal=np.array([NUMBER[d.principal] for d in devices.devices], np.int64),
        emergency=timeline(
            [e.district for e in declared], [e.starts for e in declared], [e.ends for e in declared]
        ),
        support=timeline(
            [s.person for s in lent], [s.starts for s in lent], [s.ends for s in lent]
        ),
        tie_keys=(ties.point * 256 + ties.company)[order],
        tie_starts=ties.starts[order],
        tie_ends=ties.ends[order],
    )


def tied(registers: Registers, point: Array, company: Array, when: Array) -> Array:
    """Return whether `company` has an accepted switch or a consent for `point` at `when`."""
    keys = point.astype(np.int64) * 256 + company.astype(np.int64)
    found = np.zeros(len(keys), bool)
    last = len(registers.tie_keys)
    first = np.searchsorted(registers.tie_keys, keys)
    for step in (0, 1):  # at most a switch and a consent
        place = np.minimum(first + step, last - 1)
        found |= (
            (registers.tie_keys[place] == keys)
            & (registers.tie_starts[place] <= when)
            & (when < registers.tie_ends[place])
        )
    return found


def month_of(when: Array) -> Array:
    """Return the month (0 to 11) of each time."""
    return np.searchsorted(np.array(calendar.EDGES), when, side="right") - 1
