"""A small invented group on disk, built from the 整理表 alone: enough records of every relation."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import time
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.gate.views import key_field
from sekisho.policy.masking import Field
from sekisho.policy.system import Policy


def this_moment() -> datetime:
    """Return the present: the database judges tickets by its own clock."""
    return datetime.fromtimestamp(time(), tz=UTC)


def today() -> date:
    """Return the present day in Japan."""
    return this_moment().astimezone(ZoneInfo("Asia/Tokyo")).date()


NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)
RECORDS = 120
AREAS = ("0901", "0902", "0903")
NETWORK, AFFILIATE, RIVAL, OTHER, CONTRACTOR, SALES_CONTRACTOR, MINISTRY, REGULATOR = (
    "N09",
    "R000",
    "R012",
    "R013",
    "C001",
    "C002",
    "G001",
    "G002",
)
COMPANIES = [
    (NETWORK, "架空送配電", "network", None),
    (AFFILIATE, "架空電力", "affiliate", None),
    (RIVAL, "架空でんき", "other_retailer", None),
    (OTHER, "見本エナジー", "other_retailer", None),
    (CONTRACTOR, "架空計器工事", "network_contractor", NETWORK),
    (SALES_CONTRACTOR, "架空営業代行", "affiliate_contractor", AFFILIATE),
    (MINISTRY, "架空の省", "government", None),
    (REGULATOR, "架空の監視機関", "regulator", None),
]
OWNERS = (
    f"retail:{AFFILIATE}",
    f"retail:{RIVAL}",
    f"retail:{OTHER}",
    f"last_resort:{NETWORK}",
    f"island:{NETWORK}",
    f"fit_network:{NETWORK}",
    f"fit_retail:{AFFILIATE}",
    f"fit_retail:{RIVAL}",
    "none:",
)
PEOPLE = ("p-network", "p-contractor", "p-affiliate")


def number_of(record: int) -> str:
    """Return the business number of a record in every system."""
    return f"09{record:020d}"


def make_world(folder: Path, policy: Policy, *, records: int = RECORDS, seed: int = 1) -> Path:
    """Write a world of `records` records a system into `folder`, and return it."""
    chance = random.Random(seed)
    (folder / "records").mkdir(parents=True)
    (folder / "facts").mkdir()
    write(
        folder / "facts" / "companies.parquet",
        {
            name: [company[n] for company in COMPANIES]
            for n, name in enumerate(("code", "name", "kind", "principal"))
        },
    )
    ids = list(range(1, records + 1))
    for system in policy.systems.values():
        columns: dict[str, list[object]] = {
            "id": list(ids),
            "owner_key": [OWNERS[n % len(OWNERS)] for n in ids],
            "area": [None if n % 41 == 0 else AREAS[n % len(AREAS)] for n in ids],
        }
        for field in system.fields.values():
            columns[field.id] = [_value(field, n, chance) for n in ids]
        columns[key_field(system)] = [number_of(n) for n in ids]
        write(folder / "records" / f"{system.key}.parquet", columns)
    write(folder / "facts" / "ties.parquet", _ties(ids))
    write(folder / "facts" / "work_items.parquet", _work(ids))
    return folder


def _ties(ids: list[int]) -> dict[str, list[object]]:
    rows: list[tuple[object, ...]] = []
    for n in ids:
        if n % 5 == 0:
            rows.append((number_of(n), AFFILIATE, "switch_in", NOON - timedelta(days=9), None))
        if n % 7 == 0:
            rows.append((number_of(n), RIVAL, "consent", NOON - timedelta(days=9), None))
        if n % 11 == 0:  # over, and not yet begun: neither opens anything
            over = NOON - timedelta(days=700)
            rows.append((number_of(n), AFFILIATE, "consent", over, over + timedelta(days=30)))
            later = NOON + timedelta(days=4000)
            rows.append((number_of(n), RIVAL, "switch_in", later, None))
        if n % 13 == 0:  # two at once: the smaller speaks
            rows.append((number_of(n), AFFILIATE, "consent", NOON - timedelta(days=9), None))
    names = ("record", "company", "relation", "valid_from", "valid_to")
    return {name: [row[n] for row in rows] for n, name in enumerate(names)}


def _work(ids: list[int]) -> dict[str, list[object]]:
    rows: list[tuple[object, ...]] = [
        (number_of(n), PEOPLE[n % 3], NOON - timedelta(days=2), None) for n in ids if n % 2 == 0
    ]
    rows += [(number_of(1), None, NOON - timedelta(days=2), None)]
    names = ("record", "person", "valid_from", "valid_to")
    return {name: [row[n] for row in rows] for n, name in enumerate(names)}


def _value(field: Field, n: int, chance: random.Random) -> str | None:
    if chance.random() < 0.03:
        return None
    match field.mask:
        case "姓のみ":
            return chance.choice(("架空　花子", "見本 太郎", "架空製作所")) + str(n % 10)
        case "市区町村まで":
            return f"架空県架空市{n % 9}丁目{n}番"
        case "年月まで":
            return f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
        case "階級":
            return str(chance.randrange(1, 60_000) / 10)
        case "ドメインのみ":
            return f"user{n}@example.invalid"
        case _:
            return f"{field.example}{n:04d}"


def write(file: Path, columns: dict[str, list[object]]) -> None:
    times = {"valid_from", "valid_to"}
    pq.write_table(
        pa.table(
            {
                name: pa.array(
                    values,
                    pa.int64()
                    if name == "id"
                    else pa.timestamp("us", "UTC")
                    if name in times
                    else pa.string(),
                )
                for name, values in columns.items()
            }
        ),
        file,
    )
