"""Simulation: a draft against 20 million recorded looks, in seconds and within bounded memory.

The looks are drawn directly in the form in which an investigation keeps them (--short: 2 million).
Each round is a process of its own, so that the peak of memory is that of one simulation. Beside
it, in the same rounds: touching the columns, and one count of distinct points.
"""

import json
import multiprocessing
import resource
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import Timing, report, short
from sekisho.replay.interning import domains_of, number_of
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.trace.engines.duckdb import connect
from sekisho_links.trace.judge import LOOKS, LOOKS_VERSION
from sekisho_links.trace.simulate import simulate

SECONDS, MEMORY = 5.0, 1.5e9  # to stay below, on 2 cores
VIEWERS, POINTS, PART = 34_000, 8_000_000, 3_000_000
YEAR = 365 * 24 * 60  # minutes
FIRST = 29_000_000  # minutes since 1970
ROLE = ("閲覧者区分", "利用目的", "端末", "対象範囲", "承認", "認証", "アカウント状態")
DAILY = ("職務内", "常時", "多要素", "有効")
ROLES = (
    ("送配電託送", "託送供給等", "送配電端末", *DAILY),
    ("送配電託送", "停電保安", "送配電端末", *DAILY),
    ("送配電受付", "停電保安", "送配電端末", *DAILY),
    ("配電現場", "停電保安", "送配電端末", *DAILY),
    ("関係小売営業", "小売供給", "小売登録端末", *DAILY),
    ("新電力", "小売供給", "小売登録端末", *DAILY),
    ("新電力", "切替手続", "小売登録端末", *DAILY),
)


def drafts(policy):
    """Return what is tried: an ordinary draft, and one that changes whatever is shown."""
    return {
        "one rule": without(policy, lambda rule: rule.id == "C01"),
        "every rule that shows": without(policy, lambda rule: rule.id[0] in "BCD"),
    }


def without(policy, dropped):
    systems = {}
    for key, system in policy.systems.items():
        rules = tuple(rule for rule in system.rules if not dropped(rule))
        systems[key] = replace(system.with_rules(rules), rules=rules, hash="draft")
    return replace(policy, systems=systems, hash="d" * 64)


def pick(chance, among):
    return among[int(chance.integers(len(among)))]


def contexts(policy, chance, size):
    """Return `size` contexts, most of them of people at their ordinary work."""
    domains = domains_of(policy)
    found = set()
    while len(found) < size:
        system = pick(chance, list(policy.systems.values()))
        screen = pick(chance, list(system.screens.values()))
        said = dict(zip(ROLE, pick(chance, ROLES), strict=True)) | {"画面区分": screen.kind}
        for name, words in domains.items():
            if name not in said or chance.random() < 0.03:
                said[name] = pick(chance, words)
        found.add((system.key, screen.id, number_of(said, domains)))
    return sorted(found)


def draw(folder, rows):
    """Write what an investigation keeps."""
    chance = np.random.default_rng(1)
    policy = shipped_policy()
    place = folder / LOOKS
    place.mkdir()
    keys = contexts(policy, chance, 12_000)
    order = chance.permutation(len(keys))  # which of them come often
    about = {
        "version": LOOKS_VERSION,
        "policy": policy.hash,
        "domains": {name: list(words) for name, words in domains_of(policy).items()},
    }
    (place / "about.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
    columns = [pa.array(column) for column in zip(*keys, strict=True)]
    write(
        place / "contexts.parquet",
        {
            "context": pa.array(range(len(keys)), pa.int32()),
            **dict(zip(("system", "screen", "number"), columns, strict=True)),
        },
    )
    viewers = np.arange(VIEWERS, dtype=np.int32)
    write(place / "viewers.parquet", {"viewer_id": viewers, "person": viewers * 7 // 10})
    points = np.arange(POINTS, dtype=np.int32)
    retailers = pa.array([f"C{n:03d}" for n in range(300)]).take(pa.array(points % 300))
    write(
        place / "points.parquet",
        {"point_id": points, "contract": points * np.int64(9) // 10, "retailer": retailers},
    )
    results = pa.array(["denied", "masked", "not_found", "shown"])
    for part, start in enumerate(range(0, rows, PART)):
        size = min(PART, rows - start)
        which = order[(chance.zipf(1.2, size) - 1) % len(keys)].astype(np.int32)
        result = chance.choice(4, size, p=[0.03, 0.05, 0.02, 0.9])
        minute = FIRST + chance.integers(0, YEAR, size, dtype=np.int32)
        row = np.lexsort((minute, result, which))
        write(
            place / f"seen-{part:05d}.parquet",
            {
                "context": which[row],
                "result": results.take(pa.array(result[row])),
                "minute": minute[row].astype(np.int32),
                "viewer_id": (chance.zipf(1.3, size) % VIEWERS).astype(np.int32),
                "point_id": chance.integers(0, POINTS, size, dtype=np.int32),
            },
        )


def write(path, columns):
    pq.write_table(pa.table(columns), path, compression="zstd")


def tried(folder, draft, answer):
    """Simulate in this process, and send seconds, peak of memory and what was found."""
    policy = shipped_policy()
    new = drafts(policy)[draft]
    started, worked = perf_counter(), process_time()
    found = simulate(policy, new, folder)
    taken, worked = perf_counter() - started, process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    answer.send((taken, worked, peak, found.total, found.stricter.accesses, len(found.cells)))


def touched(folder, question, answer):
    with tempfile.TemporaryDirectory() as spill:
        engine = connect(Path(spill))
        started = perf_counter()
        engine.execute(f"SELECT {question} FROM '{folder / LOOKS}/seen-*.parquet'").fetchall()
        answer.send((perf_counter() - started,))
        engine.close()


FLOORS = {
    "touch": "sum(hash(context)), sum(hash(result)), sum(hash(minute)), sum(hash(viewer_id)),"
    " sum(hash(point_id))",
    "distinct": "count(DISTINCT point_id)",
}


def alone(run, *given):
    """Return what `run` sends from a process of its own."""
    here, there = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=run, args=(*given, there))
    process.start()
    found = here.recv()
    process.join()
    return found


def main():
    quick = short()
    rows, rounds = (2_000_000, 3) if quick else (20_000_000, 3)
    policy = shipped_policy()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        draw(folder, rows)
        seconds = {name: [] for name in (*FLOORS, *drafts(policy))}
        peak, said = 0, {}
        for _ in range(rounds):
            for name, question in FLOORS.items():
                seconds[name].append(alone(touched, folder, question)[0])
            for name in drafts(policy):
                taken, worked, memory, total, changed, cells = alone(tried, folder, name)
                assert total == rows
                seconds[name].append(taken)
                peak = max(peak, memory)
                said[name] = {
                    "looks": rows,
                    "changed": changed,
                    "cells": cells,
                    "cpu_seconds": round(worked, 2),
                }
    times = {name: Timing(seconds=tuple(of)) for name, of in seconds.items()}
    distinct = times["distinct"].median
    held = []
    for name in drafts(policy):
        ours = times[name].median
        common = {"subject": "policy-life", "value": ours, "rounds": rounds, "at_most": True}
        held.append(
            report(
                bench=f"simulation, {name}: seconds",
                floor=SECONDS, ratio=ours / SECONDS, bar=1.0, **common, **said[name],
            )
        )  # fmt: skip
        if not quick:  # of few looks, asking the tables is most of it, and the ratio says nothing
            held.append(
                report(
                    bench=f"simulation, {name}/one COUNT(DISTINCT)",
                    floor=distinct, ratio=ours / distinct, bar=4.0, **common,
                    touching=round(times["touch"].median, 3),
                )
            )  # fmt: skip
    held.append(
        report(
            bench="simulation: peak of memory",
            subject="policy-life", value=peak, floor=MEMORY, ratio=peak / MEMORY, bar=1.0,
            at_most=True, rounds=rounds,
        )
    )  # fmt: skip
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
