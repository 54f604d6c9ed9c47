"""Kept looks are counted as plain Python counts them, however they are cut into parts."""

import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho_links.trace.seen import EXAMPLES, NOBODY, Sought, day_of, minute_of, tally

CONTEXTS, VIEWERS, POINTS = 5, 4, 6
PERSON = [0, 0, 1, 2]  # of each viewer
CONTRACT = [3, 3, 4, 5, 5, 6]  # of each point
RETAILER = ["R1", "R2", None, "R1", "R3", "R1"]
FIRST = 29_000_000

# few, so that looks stand on the edges of the period
minutes = st.sampled_from([FIRST + more for more in (0, 1, 700, 1439, 1440, 9_000)])
looks = st.tuples(
    st.integers(0, CONTEXTS - 1),
    st.sampled_from(["shown", "denied", "masked", "not_found"]),
    minutes,
    st.sampled_from([*range(VIEWERS), None]),
    st.sampled_from([*range(POINTS), None]),
)
parts = st.lists(st.lists(looks, max_size=30), min_size=1, max_size=3)
atoms = st.lists(st.integers(NOBODY, 2), min_size=CONTEXTS, max_size=CONTEXTS)
flags = st.lists(st.booleans(), min_size=CONTEXTS, max_size=CONTEXTS)
edges = st.none() | minutes


def kept(folder, parts):
    kinds = [pa.int32(), pa.string(), pa.int32(), pa.int32(), pa.int32()]
    names = ["context", "result", "minute", "viewer_id", "point_id"]
    for n, rows in enumerate(parts):
        columns = zip(*rows, strict=True) if rows else [[]] * len(names)
        made = [pa.array(list(of), kind) for of, kind in zip(columns, kinds, strict=True)]
        pq.write_table(pa.table(made, names), folder / f"seen-{n:05d}.parquet")
    ids = pa.array(range(VIEWERS), pa.int32())
    pq.write_table(
        pa.table({"viewer_id": ids, "person": pa.array(PERSON, pa.int32())}),
        folder / "viewers.parquet",
    )
    pq.write_table(
        pa.table(
            {
                "point_id": pa.array(range(POINTS), pa.int32()),
                "contract": pa.array(CONTRACT, pa.int32()),
                "retailer": RETAILER,
            }
        ),
        folder / "points.parquet",
    )


@settings(max_examples=60, deadline=None)
@given(parts, atoms, flags, edges, edges)
def test_every_count_is_the_count_of_a_loop(parts, atoms, opens, first, until):
    rows = [
        row
        for part in parts
        for row in part
        if (first is None or row[2] >= first) and (until is None or row[2] < until)
    ]
    expected = defaultdict(list)
    for row in rows:
        shown = row[1] == "shown"
        if atoms[row[0]] != NOBODY and (shown or opens[row[0]]):
            expected[2 * atoms[row[0]] + shown].append(row)

    with tempfile.TemporaryDirectory() as place:
        kept(Path(place), parts)
        found = tally(
            Path(place),
            Sought(
                atoms=np.array(atoms, np.int32),
                opens=np.array(opens, np.bool_),
                groups=np.arange(CONTEXTS, dtype=np.int32),
                first=first,
                until=until,
            ),
        )

    assert found.came.tolist() == [
        [
            sum(row[0] == n and (row[1] == "shown") is shown for row in rows)
            for shown in (False, True)
        ]
        for n in range(CONTEXTS)
    ]
    assert found.days == {(row[0], (row[2] + 540) // 1440) for row in rows}
    unions = [[key] for key in range(len(found.met))] + [list(range(len(found.met)))]
    for keys in unions:
        mine = [row for key in keys for row in expected[key]]
        assert found.met[keys].sum() == len(mine)
        assert found.distinct(found.contracts, keys).tolist() == sorted(
            {CONTRACT[row[4]] for row in mine if row[4] is not None}
        )
        assert found.distinct(found.people, keys).tolist() == sorted(
            {PERSON[row[3]] for row in mine if row[3] is not None}
        )
        retailers = found.distinct(found.retailers, keys).tolist()
        assert {found.retailer_codes[n] for n in retailers} == {
            RETAILER[row[4]] for row in mine if row[4] is not None
        } - {None}
    for key, mine in expected.items():
        looks = found.examples.get(key, [])
        assert len(looks) == min(EXAMPLES, len(mine))
        for look in looks:
            person = look.person if look.person != NOBODY else None
            assert any(
                (row[0], row[2]) == (look.context, look.minute)
                and (PERSON[row[3]] if row[3] is not None else None) == person
                for row in mine
            )


@given(st.dates())
def test_a_day_begins_at_midnight_in_japan(day):
    assert day_of((minute_of(day) + 540) // 1440) == day
    assert (minute_of(day) + 540) % 1440 == 0
