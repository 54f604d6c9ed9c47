"""Replay: the looks of a year joined to what the tables decide, against touching the columns.

20 million looks (--short: 2 million) of some ten thousand contexts, with the frequencies of real
traffic; the questions are the expressions of `sekisho.replay.counts`. Ratios within one run:
the verdict of every look against reading the columns that it needs, and against one count of
distinct contracts; a new table against the histogram of contexts instead of the looks.
"""

import sys
import tempfile
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import interleaved, report, short
from sekisho.replay import counts
from sekisho.replay.decided import decided
from sekisho.replay.interning import domains_of
from sekisho.trace.schema import DECIDED, HISTOGRAM, unbound
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.trace.engines.duckdb import connect

LOOK = {
    "system": "string",
    "screen": "string",
    "number": "int64",
    "result": "string",
    "point_id": "int32",
}


def contexts(policy, chance, size):
    """Return `size` contexts of one system, drawn value by value: allowed, refused, unknown."""
    keys = set()
    domains = domains_of(policy)
    screens = list(policy.systems["takuso"].screens)
    while len(keys) < size:
        number = 0
        for words in domains.values():
            low = 0 if chance.random() < 0.01 else 1
            number = number * (len(words) + 1) + int(chance.integers(low, len(words) + 1))
        keys.add(("takuso", screens[int(chance.integers(len(screens)))], number))
    return sorted(keys)


def draw(folder, rows):
    """Write the looks and the answers; return how many contexts there are."""
    chance = np.random.default_rng(1)
    policy = shipped_policy()
    keys = contexts(policy, chance, 12_000)
    answers = list(decided(policy, keys))
    pq.write_table(
        pa.table(
            {
                "system": [row.system for row in answers],
                "screen": [row.screen for row in answers],
                "treatment": [row.treatment.word for row in answers],
                "rules": ["、".join(row.rules) for row in answers],
                "unknown": [(*row.unknown, "")[0] for row in answers],
                "number": [row.number for row in answers],
            }
        ),
        folder / "decided.parquet",
    )
    screen = pa.array([key[1] for key in keys]).dictionary_encode()
    number = pa.array([key[2] for key in keys])
    results = pa.array(["shown", "masked", "denied", "not_found"])
    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in LOOK.items()])
    with pq.ParquetWriter(folder / "looks.parquet", schema, compression="lz4") as writer:
        for start in range(0, rows, 500_000):
            size = min(500_000, rows - start)
            which = pa.array((chance.zipf(1.2, size) - 1) % len(keys))
            part = {
                "system": pa.repeat("takuso", size),
                "screen": screen.take(which).cast(pa.string()),
                "number": number.take(which),
                "result": results.take(pa.array(chance.choice(4, size, p=[0.9, 0.05, 0.03, 0.02]))),
                "point_id": pa.array(chance.integers(0, 8_000_000, size, dtype=np.int32)),
            }
            writer.write_table(pa.table(part, schema=schema))
    return len(keys)


def main():
    quick = short()
    rows, rounds = (2_000_000, 3) if quick else (20_000_000, 3)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        known = draw(folder, rows)
        engine = connect(folder / "spill")
        engine.execute(f"CREATE VIEW looks AS SELECT * FROM '{folder / 'looks.parquet'}'")
        engine.execute(f"CREATE TEMP TABLE decided AS SELECT * FROM '{folder / 'decided.parquet'}'")
        looks, answers = unbound(LOOK, "looks"), unbound(DECIDED, "decided")
        judged = counts.judged(looks, answers)
        replay = sql(judged.group_by("verdict").aggregate(accesses=judged.count()))
        histogram = sql(counts.contexts(looks))
        engine.execute(f"CREATE TEMP TABLE histogram AS {histogram}")
        again = counts.judged(unbound(HISTOGRAM, "histogram"), answers)
        scored = sql(again.group_by("verdict").aggregate(accesses=again.accesses.sum()))
        check(engine, replay, scored, rows)
        touch = (
            "SELECT count(DISTINCT hash(system)), sum(hash(screen)), sum(hash(number)),"
            " sum(hash(result)) FROM looks"
        )
        times = interleaved(
            {
                "replay": lambda: engine.execute(replay).fetchall(),
                "touch": lambda: engine.execute(touch).fetchall(),
                "distinct": lambda: engine.execute(
                    "SELECT count(DISTINCT point_id) FROM looks"
                ).fetchall(),
                "scored": lambda: engine.execute(scored).fetchall(),
            },
            rounds=rounds,
        )
        engine.close()
    ours = times["replay"].median
    more = {"rounds": rounds, "more": {"looks": rows, "contexts": known}}
    holds = [
        ratio("verdicts/touching the columns", ours, times["touch"].median, 3.5, **more),
        ratio("verdicts/one COUNT(DISTINCT)", ours, times["distinct"].median, 1.3, **more),
        ratio(
            "a table on the histogram/on the looks",
            times["scored"].median,
            ours,
            0.25,
            **more,
        ),
    ]
    sys.exit(0 if all(holds) else 1)


def ratio(bench, value, floor, bar, *, rounds, more):
    return report(
        bench=bench,
        subject="replay",
        value=value,
        floor=floor,
        ratio=value / floor,
        bar=bar,
        at_most=True,
        rounds=rounds,
        **more,
    )


def check(engine, replay, scored, rows):
    """Before anything is measured: nothing is lost, and both ways say the same."""
    by_verdict = dict(engine.execute(replay).fetchall())
    assert sum(by_verdict.values()) == rows
    assert dict(engine.execute(scored).fetchall()) == by_verdict


def sql(table):
    return str(ibis.to_sql(table, dialect="duckdb", pretty=False))


if __name__ == "__main__":
    main()
