"""An investigation (調査): logs and facts in, a folder of results out, all of it or nothing."""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb

from sekisho.errors import SekishoError
from sekisho.policy.system import Policy
from sekisho_links import shipped
from sekisho_links.trace import facts as known
from sekisho_links.trace.engines.duckdb import connect
from sekisho_links.trace.files import log_files, sources_in
from sekisho_links.trace.ingest import Ingested, ingest, write_quarantine
from sekisho_links.trace.judge import Judge
from sekisho_links.trace.store import months_in
from sekisho_links.trace.windows import Window, windows_of

Report = Callable[[int, int | None], None]
VERSION = 1  # of investigation.json
PRIVATE = 0o700


class NoWorld(SekishoError):
    """A folder in which there is nothing to investigate."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an investigation left behind. seconds: by step; nothing of them is in the results."""

    folder: Path
    summary: dict[str, Any]
    seconds: dict[str, float] = field(default_factory=dict)


def investigate(
    logs: Path,
    facts: Path,
    out: Path,
    *,
    policy: Policy,
    windows: Sequence[Window],
    report: Report,
    areas: Sequence[str] = (),
) -> Result:
    """Read, link, judge and count everything below `logs`; return what is then in `out`.

    logs:    a folder of text logs by system, or a store (system=…/month=…), or a world's folder.
    facts:   the folder of facts.
    areas:   the supply areas of the network company; none given: those of the facts.

    Results are written beside `out` and renamed when they are whole: a run that fails leaves
    what was there before. The same inputs give the same bytes of investigation.json. Only the
    owner may read them: what stands in real logs does. Where no line at all can be used, every
    count is zero, and what was read is in the quarantine.
    """
    seconds: dict[str, float] = {}
    with _whole(out) as folder:
        engine = connect(folder / "spill")
        try:
            counts = known.load(engine, facts)
            known.load_content(engine, policy, _rows("viewer_classes.csv"))
            judge = Judge(engine, policy, codes=tuple(class_names()), areas=areas or _areas(engine))
            with _timed(seconds, "ingest"), ThreadPoolExecutor(1) as pool:
                making = pool.submit(judge.make_states)
                store, done, strange = _store(engine, logs, folder, policy, report)
                making.result()
            with _timed(seconds, "link"):
                judge.prepare(store)
                judge.run(store, folder, report)
            with _timed(seconds, "count"):
                answers = judge.answers(folder, windows)
            summary = {
                "version": VERSION,
                "policy": policy.hash,
                "windows": [
                    {"name": one.name, "from": f"{one.first}", "to": f"{one.until}"}
                    for one in windows
                ],
                "conservation": _conservation(done, judge.looks),
                "facts": counts,
                "facts_not_used": known.unsound(engine),
                "files_delivered_again": done.again,
                "files_of_no_source": strange,
                **answers,
            }
        finally:
            engine.close()
        shutil.rmtree(folder / "spill", ignore_errors=True)
        write_quarantine(done, folder / "quarantine.parquet")
        (folder / "investigation.json").write_text(
            json.dumps(summary, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
    return Result(out, summary, seconds)


def world_windows(folder: Path) -> tuple[list[Window], tuple[str, ...]]:
    """Return the windows and the supply areas that world.json of the folder names, if it is one."""
    path = folder / "world.json"
    if not path.is_file():
        return [], ()
    world = json.loads(path.read_text("utf-8"))
    area = world.get("area")
    return windows_of(world.get("windows", [])), (area,) if isinstance(area, str) else ()


def class_names() -> dict[str, str]:
    """Return the Japanese name of each incident class, in their exclusive order."""
    rows = sorted(_rows("incident_classes.csv"), key=lambda row: int(row["順"]))
    return {row["符号"]: row["名"] for row in rows}


def _store(
    engine: duckdb.DuckDBPyConnection,
    logs: Path,
    folder: Path,
    policy: Policy,
    report: Report,
) -> tuple[Path, Ingested, list[str]]:
    """Return the store: the one that is there, or the one that is made of the text logs."""
    for place in (logs, logs / "store"):
        if months_in(place):
            return place, Ingested(), []
    texts = logs / "logs" if (logs / "logs").is_dir() else logs
    if not texts.is_dir():
        raise NoWorld(
            "フォルダがありません",
            place=str(texts),
            remedy="logs/ のあるフォルダを指定してください",
        )
    files, strange = log_files(texts, sources_in(shipped("content", "sources")))
    screens = {
        key: {
            **{screen.id: screen.id for screen in system.screens.values()},
            **{screen.path: screen.id for screen in system.screens.values()},
        }
        for key, system in policy.systems.items()
    }
    store = folder / "store"
    store.mkdir()
    done = ingest(engine, files, store, screens=screens, report=report)
    return store, done, strange


def _conservation(done: Ingested, looks: int) -> dict[str, Any]:
    """Return what was read, and what became of it; raise where the two do not agree."""
    read = sum(one.read for one in done.files) if done.files else looks
    accepted = sum(one.accepted for one in done.files) if done.files else looks
    quarantined = len(done.bad)
    if read != accepted + quarantined or accepted != looks:
        raise AssertionError(
            f"読んだ {read} 行、受け入れた {accepted} 行、隔離した {quarantined} 行、"
            f"判定した {looks} 件が合いません"
        )
    reasons: dict[str, int] = {}
    for bad in done.bad:
        reasons[str(bad.reason)] = reasons.get(str(bad.reason), 0) + 1
    return {
        "read": read,
        "accepted": accepted,
        "quarantined": quarantined,
        "repaired": sum(one.repaired for one in done.files),
        "judged": looks,
        "reasons": dict(sorted(reasons.items())),
        "files": [
            {
                "file": one.file,
                "system": one.system,
                "sha256": one.sha256,
                "lines": one.lines,
                "headings": one.headings,
                "accepted": one.accepted,
                "quarantined": one.quarantined,
                "repaired": one.repaired,
            }
            for one in done.files
        ],
    }


def _rows(sheet: str) -> list[Mapping[str, str]]:
    with shipped("content", sheet).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _areas(engine: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    found = engine.execute("SELECT DISTINCT area FROM points WHERE area IS NOT NULL ORDER BY 1")
    return tuple(area for (area,) in found.fetchall())


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = perf_counter()
    yield
    seconds[step] = round(perf_counter() - started, 3)


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Yield a folder beside `out` that takes its place when the body has run through."""
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.exists() and any(out.iterdir()) and not (out / "investigation.json").is_file():
        raise NoWorld(
            "結果の置き場に、調査の結果ではないものがあります",
            place=str(out),
            remedy="空のフォルダか、新しい名前を --out に指定してください",
        )
    folder = out.with_name(f".{out.name}.{os.getpid()}")
    folder.mkdir(mode=PRIVATE)
    try:
        yield folder
        _close(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    if out.exists():
        out.rename(old)
    folder.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _close(folder: Path) -> None:
    """Let nobody but the owner read what is in `folder`, also where it is moved out of it."""
    for path in folder.rglob("*"):
        path.chmod(PRIVATE if path.is_dir() else PRIVATE & ~0o111)
