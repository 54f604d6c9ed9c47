"""Writes a whole invented world to a folder; the same seed gives the same bytes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sekisho.world.accesses import together
from sekisho.world.group import World, draw_world
from sekisho.world.incidents import planted
from sekisho.world.pools import records, staff
from sekisho.world.sizes import SIZES
from sekisho.world.traffic import lawful
from sekisho_links.world import facts, logs, store
from sekisho_links.world.damage import REPAIRED
from sekisho_links.world.lines import Scribe
from sekisho_links.world.records import write_records

# Two windows as the reports of 2023 print them: a short one inside the year, and the year.
WINDOWS = (
    {"name": "短い期間", "from": "2025-10-05", "to": "2026-01-06"},
    {"name": "通期", "from": "2025-04-01", "to": "2026-04-01"},
)
Report = Callable[[int, int | None], None]


def write_world(
    folder: Path, *, size: str = "small", seed: int = 1, report: Report = lambda done, total: None
) -> dict[str, Any]:
    """Write the world of `size` under `seed` to `folder` and return what stands in world.json.

    report: called with the months done, and how many there are (facts and records are two more).
    """
    total = 14
    world = draw_world(seed, SIZES[size])
    folder.mkdir(parents=True, exist_ok=True)
    rows = facts.write_facts(folder / "facts", world)
    report(1, total)
    held = write_records(folder / "records", world)
    report(2, total)
    truth = _months(folder, world, report, total)
    truth.write(folder / "truth")
    bad: dict[str, int] = {}
    for reason in truth.bad_reason:
        bad[reason] = bad.get(reason, 0) + 1
    answer = {
        "seed": seed,
        "size": size,
        "network": "N09",
        "affiliate": "R000",
        "area": "09",
        "from": "2025-04-01",
        "to": "2026-04-01",
        "counts": {
            **rows,
            "records": held,
            "accesses": sum(truth.accesses.values()),
            "accesses_by_system": truth.accesses,
            "lines_by_system": truth.lines,
            "planted": truth.planted(),
            "planted_unseen": truth.unseen(),
            "repaired": bad.get(REPAIRED, 0),
            "refused": sum(n for reason, n in bad.items() if reason != REPAIRED),
        },
        "windows": [dict(window) for window in WINDOWS],
        "gaps": [
            {"system": key, "from": f"{since}:00+09:00", "to": f"{until}:00+09:00"}
            for key, since, until in logs.GAPS
        ],
        "bad_lines": dict(sorted(bad.items())),
    }
    words = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    (folder / "world.json").write_text(words, encoding="utf-8")
    return answer


def _months(folder: Path, world: World, report: Report, total: int) -> logs.Truth:
    truth, desks = logs.Truth(), staff(world)
    straight = world.size.name == "area"
    scribe = None if straight else Scribe(world)
    for month in range(12):
        met = records(world, month)
        if scribe is None:
            store.write_month(folder / "store", world, month, desks, met, truth)
        else:
            every = together([*lawful(world, month, desks, met), planted(world, month, desks, met)])
            logs.write_month(folder / "logs", world, scribe, month, logs.outside_gaps(every), truth)
        report(month + 3, total)
    return truth
