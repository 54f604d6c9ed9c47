"""Writes a whole invented world to a folder; the same seed gives the same bytes."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sekisho.errors import SekishoError
from sekisho.world.accesses import together
from sekisho.world.companies import AFFILIATE, NETWORK
from sekisho.world.group import World, draw_world
from sekisho.world.incidents import planted
from sekisho.world.pools import scenes
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
STEPS = 14
Report = Callable[[int, int | None], None]


class CannotWriteWorld(SekishoError):
    """The world cannot be drawn, or not written there."""


def silent(_done: int, _total: int | None = None) -> None:
    """Tell nobody."""


def write_world(
    folder: Path, *, size: str = "small", seed: int = 1, report: Report = silent
) -> dict[str, Any]:
    """Write the world of `size` under `seed` to `folder` and return what stands in world.json.

    A world that stands there is replaced, whole: a half-written one is never seen. Raises
    CannotWriteWorld where the folder holds anything else, or for an unknown size.

    report: called with the steps done and how many there are: facts, records, twelve months.
    """
    if size not in SIZES:
        raise CannotWriteWorld(
            f"規模「{size}」はありません",
            place="sekisho world",
            remedy=f"次のどれかにしてください: {'、'.join(SIZES)}",
        )
    if folder.exists() and any(folder.iterdir()) and not (folder / "world.json").is_file():
        raise CannotWriteWorld(
            "架空の世界ではないものが入っています",
            place=str(folder),
            remedy="空のフォルダか、まだないフォルダを指定してください",
        )
    part = folder.parent / f".{folder.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    answer = _write(part, draw_world(seed, SIZES[size]), report)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return answer


def _write(folder: Path, world: World, report: Report) -> dict[str, Any]:
    rows = facts.write_facts(folder / "facts", world)
    report(1, STEPS)
    held = write_records(folder / "records", world)
    report(2, STEPS)
    truth = _months(folder, world, report)
    truth.write(folder / "truth")
    bad = Counter(truth.bad_reason)
    answer = {
        "seed": world.seed,
        "size": world.size.name,
        "network": NETWORK,
        "affiliate": AFFILIATE,
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
            "repaired": bad[REPAIRED],
            "refused": bad.total() - bad[REPAIRED],
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


def _months(folder: Path, world: World, report: Report) -> logs.Truth:
    truth = logs.Truth()
    scribe = None if world.size.name == "area" else Scribe(world)
    for scene in scenes(world):
        if scribe is None:
            store.write_month(folder / "store", scene, truth)
        else:
            every = logs.outside_gaps(together([*lawful(scene), planted(scene)]))
            logs.write_month(folder / "logs", scribe, scene, accesses=every, truth=truth)
        report(scene.month + 3, STEPS)
    return truth
