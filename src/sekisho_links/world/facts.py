"""The facts of the group as Parquet: who is what, and from when to when."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.world import calendar
from sekisho.world.chance import Array
from sekisho.world.companies import COMPANIES, UNITS
from sekisho.world.contracts import NONE, PERIODS, RELATIONS, STATES, VOLTAGES, Contracts
from sekisho.world.group import World
from sekisho.world.names import TOWNS
from sekisho.world.numbers import digits, facility_ids, joined, point_numbers
from sekisho.world.systems import SYSTEMS
from sekisho.world.work import KINDS

STAMP = pa.timestamp("us", tz="UTC")
CHUNK = 500_000


def text(values: Iterable[str | None]) -> pa.Array:
    return pa.array(list(values), pa.string())


def words(codes: Array, table: Sequence[str | None]) -> pa.Array:
    """Return the word of each code, as a dictionary column."""
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), pa.array(list(table), pa.string())
    ).cast(pa.string())


def ascii_text(values: Array) -> pa.Array:
    """Return an array of bytes (dtype S) as text."""
    return pa.array(values, pa.binary()).cast(pa.string())


def stamps(seconds: Array | Iterable[int | None]) -> pa.Array:
    """Return seconds as times; FOREVER and None become null (the period still runs)."""
    if not isinstance(seconds, np.ndarray):
        seconds = np.array(
            [calendar.FOREVER if value is None else value for value in seconds], np.int64
        )
    values = seconds.astype(np.int64)
    return pa.array(values * 1_000_000, pa.int64(), mask=values >= calendar.FOREVER).cast(STAMP)


def write_facts(folder: Path, world: World) -> dict[str, int]:
    """Write all facts and return how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, columns in _small(world).items():
        table = pa.table(columns)
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        counts[name] = table.num_rows
    contracts = world.contracts
    counts["points"] = _chunked(folder / "points.parquet", contracts.points, contracts, _points)
    counts["contracts"] = _chunked(
        folder / "contracts.parquet", contracts.points, contracts, _contracts
    )
    counts["work_items"] = _work(folder / "work_items.parquet", world)
    return counts


def _small(world: World) -> dict[str, dict[str, pa.Array]]:
    people, accounts, devices = world.people, world.accounts, world.devices
    person = [p.code for p in people.persons]
    town = [code for code, _, _ in TOWNS]
    device = [d.code for d in devices.devices]
    book, held = accounts.accounts, accounts.holdings
    standings, posts = devices.standings, people.posts
    grants, lent = world.grants.grants, world.supporters
    ties = world.contracts.ties
    return {
        "companies": {
            "code": text(c.code for c in COMPANIES),
            "name": text(c.name for c in COMPANIES),
            "kind": text(c.kind for c in COMPANIES),
            "principal": text(c.principal for c in COMPANIES),
        },
        "units": {
            "unit": text(u.code for u in UNITS),
            "company": text(u.company for u in UNITS),
            "name": text(u.name for u in UNITS),
            "kind": text(u.kind for u in UNITS),
            "line": pa.array([u.line for u in UNITS], pa.int8()),
            "site": text(u.site for u in UNITS),
        },
        "persons": {
            "person": text(person),
            "name": text(p.name for p in people.persons),
            "kana": text(p.kana for p in people.persons),
        },
        "posts": {
            "person": text(person[p.person] for p in posts),
            "company": text(p.unit.company for p in posts),
            "unit": text(p.unit.code for p in posts),
            "role": text(p.role for p in posts),
            "kind": text(p.kind for p in posts),
            "valid_from": stamps(p.starts for p in posts),
            "valid_to": stamps(p.ends for p in posts),
            "known_from": stamps(p.known_from for p in posts),
        },
        "supporters": {
            "emergency": text(s.code for s in lent),
            "person": text(person[s.person] for s in lent),
            "valid_from": stamps(s.starts for s in lent),
            "valid_to": stamps(s.ends for s in lent),
        },
        "accounts": {
            "account": text(book[h.account].code for h in held),
            "system": text(SYSTEMS[book[h.account].system] for h in held),
            "person": text(None if h.person is None else person[h.person] for h in held),
            "kind": text(book[h.account].kind for h in held),
            "granted_by": text(book[h.account].granted_by for h in held),
            "issued_at": stamps(book[h.account].issued_at for h in held),
            "closed_at": stamps(book[h.account].closed_at for h in held),
            "valid_from": stamps(h.starts for h in held),
            "valid_to": stamps(h.ends for h in held),
            "known_from": stamps(h.known_from for h in held),
        },
        "devices": {
            "device": text(device[s.device] for s in standings),
            "terminal": text(devices.devices[s.device].terminal for s in standings),
            "owner": text(devices.devices[s.device].owner for s in standings),
            "principal": text(devices.devices[s.device].principal for s in standings),
            "site": text(s.site for s in standings),
            "site_company": text(s.site_company for s in standings),
            "keeper": text(None if s.keeper is None else person[s.keeper] for s in standings),
            "valid_from": stamps(s.starts for s in standings),
            "valid_to": stamps(s.ends for s in standings),
        },
        "loans": {
            "device": text(device[loan.device] for loan in devices.loans),
            "person": text(person[loan.person] for loan in devices.loans),
            "valid_from": stamps(loan.starts for loan in devices.loans),
            "valid_to": stamps(loan.ends for loan in devices.loans),
        },
        "emergencies": {
            "emergency": text(e.code for e in world.emergencies),
            "cause": text(e.cause for e in world.emergencies),
            "district": text(town[e.district] for e in world.emergencies),
            "valid_from": stamps(e.starts for e in world.emergencies),
            "valid_to": stamps(e.ends for e in world.emergencies),
        },
        "grants": {
            "grant": text(f"G{n + 1:07d}" for n in range(len(grants))),
            "person": text(person[g.person] for g in grants),
            "system": text(SYSTEMS[g.system] for g in grants),
            "kind": text(g.kind for g in grants),
            "purpose": text(g.purpose for g in grants),
            "district": text(g.district for g in grants),
            "record": text(None for _ in grants),
            "valid_from": stamps(g.starts for g in grants),
            "valid_to": stamps(g.ends for g in grants),
            "revoked_at": stamps(g.revoked_at for g in grants),
        },
        "holds": {
            "person": text(person[h.person] for h in world.grants.holds),
            "reason": text(h.reason for h in world.grants.holds),
            "valid_from": stamps(h.starts for h in world.grants.holds),
            "valid_to": stamps(h.ends for h in world.grants.holds),
        },
        "ties": {
            "record": ascii_text(point_numbers(world.contracts, ties.point)),
            "company": words(ties.company, [c.code for c in COMPANIES]),
            "relation": words(ties.kind, ("switch_in", "consent")),
            "valid_from": stamps(ties.starts),
            "valid_to": stamps(ties.ends),
        },
    }


def _chunked(
    path: Path, rows: int, contracts: Contracts, columns: Callable[[Contracts, Array], pa.Table]
) -> int:
    writer, written = None, 0
    for first in range(0, rows, CHUNK):
        table = columns(contracts, np.arange(first, min(first + CHUNK, rows)))
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
        written += table.num_rows
    if writer is not None:
        writer.close()
    return written


def _points(contracts: Contracts, at: Array) -> pa.Table:
    generates = at >= contracts.demand
    facility = facility_ids(contracts, at)
    created = (contracts.created[at].astype(np.int64) + calendar.JST) // calendar.DAY
    return pa.table(
        {
            "record": ascii_text(point_numbers(contracts, at)),
            "facility": pa.array(facility, pa.binary(), mask=~generates).cast(pa.string()),
            "kind": words(generates, ("demand", "generation")),
            "area": words(np.zeros(len(at), np.int8), ("09",)),
            "district": words(contracts.district[at], [code for code, _, _ in TOWNS]),
            "voltage": words(contracts.voltage[at], VOLTAGES),
            "created_on": pa.array(created.astype(np.int32), pa.int32()).cast(pa.date32()),
        }
    )


def customers(contracts: Contracts, at: Array, period: int) -> Array:
    """Return the customer of each point in one period: large ones hold several points."""
    holder = np.where(contracts.voltage[at] > 0, at // 4 * 4, at)
    moved = np.zeros(len(at), np.int64)
    for n in range(1, period + 1):  # after an empty house comes somebody else
        moved += contracts.relation[n - 1][at] == NONE
    return joined("U", digits(holder.astype(np.int64) * 10 + moved, 10))


def _contracts(contracts: Contracts, at: Array) -> pa.Table:
    ends = np.vstack([contracts.starts[1:, at], np.full((1, len(at)), calendar.FOREVER)])
    codes: list[str | None] = [c.code for c in COMPANIES]
    codes += [None] * (256 - len(codes))
    parts = []
    for n in range(PERIODS):
        rows = np.flatnonzero(contracts.starts[n, at] < calendar.FOREVER)
        if len(rows) == 0:
            continue
        here = at[rows]
        relation = contracts.relation[n, here]
        number = joined("C", digits(here * 4 + n, 10))
        parts.append(
            pa.table(
                {
                    "record": ascii_text(point_numbers(contracts, here)),
                    "contract": ascii_text(number),
                    "customer": pa.array(
                        customers(contracts, here, n), pa.binary(), mask=relation == NONE
                    ).cast(pa.string()),
                    "relation": words(relation, RELATIONS),
                    "company": words(contracts.company[n, here], codes),
                    "status": words(contracts.state[n, here], STATES),
                    "valid_from": stamps(contracts.starts[n, here]),
                    "valid_to": stamps(ends[n, rows]),
                }
            )
        )
    return pa.concat_tables(parts)


def _work(path: Path, world: World) -> int:
    work, stints = world.work, world.people.stints
    who = np.array([s.person for s in stints], np.int64)
    codes = [p.code for p in world.people.persons]
    writer, total = None, len(work.point)
    for first in range(0, total, CHUNK):
        at = np.arange(first, min(first + CHUNK, total))
        stint = work.stint[at]
        person = np.where(stint >= 0, who[stint], len(codes))
        table = pa.table(
            {
                "work_item": ascii_text(joined("W", digits(at + 1, 9))),
                "person": words(person, [*codes, None]),
                "company": words(work.company[at], [c.code for c in COMPANIES]),
                "record": ascii_text(
                    point_numbers(world.contracts, work.point[at].astype(np.int64))
                ),
                "kind": words(work.kind[at], KINDS),
                "valid_from": stamps(work.starts[at]),
                "valid_to": stamps(work.ends[at]),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return total
