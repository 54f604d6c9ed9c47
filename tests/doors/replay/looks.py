"""The looks of an invented investigation, written in the form in which one keeps them."""

import json

import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.replay.interning import domains_of, number_of
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.trace import operations
from tests.doors.trace.shelf import investigated
from tests.rules.replay.test_counts import SALES, WHEELING

MINUTE = 29_300_000  # of a day in September 2025
DAY = 24 * 60
CREW = WHEELING | {"閲覧者区分": "配電現場", "利用目的": "停電保安"}


def kept(folder, rows):
    """Keep `rows` below the results in `folder`: context, screen, result, day, viewer, point."""
    domains = domains_of(shipped_policy())
    place = folder / "looks"
    place.mkdir(parents=True)
    known = {}
    seen = []
    for context, screen, result, day, viewer, point in rows:
        key = "takuso", screen, number_of(context, domains)
        number = known.setdefault(key, len(known))
        seen.append((number, result, MINUTE + day * DAY, viewer, point))
    about = {
        "version": 1,
        "policy": shipped_policy().hash,
        "domains": {name: list(words) for name, words in domains.items()},
    }
    (place / "about.json").write_text(json.dumps(about), "utf-8")
    write(place, "contexts", ("system", "screen", "number"), list(known), context=range(len(known)))
    columns = ("context", "result", "minute", "viewer_id", "point_id")
    write(place, "seen-00000", columns, seen)
    write(place, "viewers", ("viewer_id", "person"), sorted({(r[4], r[4]) for r in rows}))
    points = sorted({(row[5], row[5], f"R{row[5] % 3:03d}") for row in rows})
    write(place, "points", ("point_id", "contract", "retailer"), points)
    return folder


def write(place, name, columns, rows, **more):
    made = dict(zip(columns, (list(column) for column in zip(*rows, strict=True)), strict=True))
    made |= {name: list(of) for name, of in more.items()}
    table = {
        name: pa.array(of, pa.int32()) if name != "number" and isinstance(of[0], int)
        else pa.array(of)
        for name, of in made.items()
    }  # fmt: skip
    pq.write_table(pa.table(table), place / f"{name}.parquet")


def shelved(folder, rows, *, now):
    """Put an investigation with these looks on the shelf, and return it."""
    investigated(folder)
    if rows:
        kept(folder, rows)
    return operations.register(folder=folder, by=None, now=now)


# ten looks of a crew at details, by five people; two of a retailer at its own customer
ROWS = [
    *((CREW, "TK-310", "shown", n, n % 5, n) for n in range(10)),
    *((CREW, "TK-310", "denied", n, n % 5, n) for n in range(3)),
    *((SALES, "TK-310", "shown", n, 7, 20 + n) for n in range(2)),
]
