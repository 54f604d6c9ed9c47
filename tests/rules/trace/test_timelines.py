"""Periods: half open, merged where they touch, refused where they overlap."""

import itertools
from datetime import UTC, datetime, timedelta

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.trace.timelines import cut, merged, overlapping, sound

ZERO = datetime(2025, 4, 1, tzinfo=UTC)
SHAPE = pa.schema(
    [("key", pa.string()), ("f", pa.timestamp("us", "UTC")), ("e", pa.timestamp("us", "UTC"))]
)

spans = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 12), st.integers(1, 6)), min_size=1, max_size=9
)


def table(rows):
    return ibis.memtable(
        pa.Table.from_pylist(
            [
                {
                    "key": key,
                    "f": ZERO + timedelta(hours=first),
                    "e": ZERO + timedelta(hours=first + length),
                }
                for key, first, length in rows
            ],
            schema=SHAPE,
        )
    )


def hours(expression):
    rows = expression.to_pyarrow().to_pylist()
    return [
        (
            row["key"],
            (row["f"] - ZERO) // timedelta(hours=1),
            (row["e"] - ZERO) // timedelta(hours=1),
        )
        for row in rows
    ]


def held(rows, key):
    return {hour for k, first, until in rows if k == key for hour in range(first, until)}


@settings(max_examples=25, deadline=None)
@given(spans)
def test_merged_stretches_hold_when_some_row_holds_and_never_meet(rows):
    found = hours(merged(table(rows), ["key"]))

    for key in "ab":
        assert held(found, key) == held([(k, f, f + n) for k, f, n in rows], key)
        ends = sorted((f, e) for k, f, e in found if k == key)
        assert all(e < f for (_, e), (f, _) in itertools.pairwise(ends))


@settings(max_examples=25, deadline=None)
@given(spans)
def test_sound_periods_of_one_key_never_hold_together(rows):
    found = hours(sound(table(rows), ["key"]))
    refused = hours(overlapping(table(rows), ["key"]))

    assert len(found) + len(refused) == len(rows)
    for key in "ab":
        ordered = sorted((f, e) for k, f, e in found if k == key)
        assert all(e <= f for (_, e), (f, _) in itertools.pairwise(ordered))


@settings(max_examples=25, deadline=None)
@given(spans)
def test_between_two_cuts_nothing_begins_or_ends(rows):
    found = hours(cut(table(rows), ["key"]))

    for key, first, until in found:
        edges = {edge for k, f, n in rows if k == key for edge in (f, f + n)}
        assert not any(first < edge < until for edge in edges)
