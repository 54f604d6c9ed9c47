"""The area's log, straight into the normalised store: 120 million lines in bounded memory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.world import calendar
from sekisho.world.accesses import Accesses, together
from sekisho.world.incidents import planted
from sekisho.world.numbers import facility_ids, point_numbers
from sekisho.world.paths import screen_name
from sekisho.world.pools import Scene
from sekisho.world.systems import ACTIONS, METHODS, PURPOSES, RESULTS, SYSTEMS
from sekisho.world.traffic import lawful
from sekisho_links.world.facts import STAMP
from sekisho_links.world.logs import Truth, outside_gaps

SEGMENT = 1_500_000  # lines in one file, about


def write_month(folder: Path, scene: Scene, truth: Truth) -> None:
    """Write the month as Parquet, `system=…/month=…/`, each segment sorted by (account, at)."""
    waiting: dict[int, list[Accesses]] = {}
    segments = dict.fromkeys(range(len(SYSTEMS)), 0)

    def flush(system: int) -> None:
        ready = together(waiting.pop(system, []))
        if len(ready):
            _segment(folder, scene, system, number=segments[system], accesses=ready, truth=truth)
            segments[system] += 1

    for chunk in _chunks(scene):
        for system in np.unique(chunk.system):
            part = chunk.take(chunk.system == system)
            waiting.setdefault(int(system), []).append(part)
            if sum(len(p) for p in waiting[int(system)]) >= SEGMENT:
                flush(int(system))
    for system in list(waiting):
        flush(system)


def _chunks(scene: Scene) -> Iterator[Accesses]:
    for chunk in lawful(scene):
        yield outside_gaps(chunk)
    yield outside_gaps(planted(scene))


def _named(codes: np.ndarray, table: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), pa.array(table, pa.string())
    )


def _segment(
    folder: Path, scene: Scene, system: int, *, number: int, accesses: Accesses, truth: Truth
) -> None:
    world, month = scene.world, scene.month
    key = SYSTEMS[system]
    codes = [a.code for a in world.accounts.accounts]
    rank = np.argsort(np.argsort(np.array(codes)))
    a = accesses.take(np.lexsort((accesses.at, rank[accesses.account])))
    name = f"{key}/{key}-{calendar.MONTHS[month]}-{number:03d}"
    line = np.arange(1, len(a) + 1)
    known = np.maximum(a.record, 0).astype(np.int64)
    if key == "saiene":
        numbers = facility_ids(world.contracts, np.maximum(known, world.contracts.demand))
    else:
        numbers = point_numbers(world.contracts, known)
    screens = np.unique(a.screen)
    table = pa.table(
        {
            "file": _named(np.zeros(len(a), np.int8), [name]),
            "line": pa.array(line, pa.int32()),
            "at": pa.array(a.at * 1_000_000, pa.int64()).cast(STAMP),
            "account": _named(a.account, codes),
            "device": _named(a.device, [d.code for d in world.devices.devices]),
            "ip": _named(a.device, [d.ip for d in world.devices.devices]),
            "screen": _named(
                np.searchsorted(screens, a.screen), [screen_name(int(s)) for s in screens]
            ),
            "action": _named(a.action, list(ACTIONS)),
            "record": pa.array(numbers, pa.binary(), mask=a.record < 0).cast(pa.string()),
            "n": pa.array(a.n, pa.int32()),
            "result": _named(a.result, list(RESULTS)),
            "purpose": _named(a.purpose + 1, ["", *PURPOSES]),
            "method": _named(a.method, list(METHODS)),
        }
    )
    place = folder / f"system={key}" / f"month={calendar.MONTHS[month]}"
    place.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        table, place / f"seg-{number:03d}.parquet", compression="zstd", row_group_size=500_000
    )
    truth.mark(key, name, line, a)
    truth.accesses[key] += len(a)
    truth.lines[key] += len(a)
