"""Small worlds and runs for the tests of the investigation."""

import csv
import shutil

import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.replay.interning import domains_of, words_of
from sekisho_links import shipped
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.trace import facts as known
from sekisho_links.trace.engines.duckdb import connect
from sekisho_links.trace.investigate import class_names, investigate, world_windows
from sekisho_links.trace.judge import Judge
from sekisho_links.trace.store import months_in

POLICY = shipped_policy()
CODES = tuple(class_names())
CLASSES = list(
    csv.DictReader(
        shipped("content", "viewer_classes.csv").read_text(encoding="utf-8").splitlines()
    )
)


def nothing(done, total=None):
    """Report to nobody."""


def run(world, out, **more):
    windows, areas = world_windows(world)
    more = {"windows": windows, "areas": areas} | more
    return investigate(world, world / "facts", out, policy=POLICY, report=nothing, **more)


def copied(world, to, *, only=None):
    """Return a copy of a world, of `only` these folders of logs."""
    shutil.copytree(world, to, ignore=shutil.ignore_patterns("records", "truth"))
    for folder in (to / "logs").iterdir():
        if only is not None and folder.name not in only:
            shutil.rmtree(folder)
    return to


def facts_of(folder):
    return {path.stem: pq.read_table(path).to_pylist() for path in folder.glob("*.parquet")}


def stored(accesses, folder):
    """Write accesses (dictionaries of the normalised schema) as a store."""
    schema = pa.schema(
        [
            ("file", pa.string()),
            ("line", pa.int32()),
            ("at", pa.timestamp("us", "UTC")),
            *(
                (name, pa.string())
                for name in ("account", "device", "ip", "screen", "action", "record")
            ),
            ("n", pa.int32()),
            *((name, pa.string()) for name in ("result", "purpose", "method")),
        ]
    )
    for system in sorted({access["system"] for access in accesses}):
        rows = [access for access in accesses if access["system"] == system]
        place = folder / f"system={system}" / "month=2025-04"
        place.mkdir(parents=True)
        rows = [{name: row.get(name) for name in schema.names} for row in rows]
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), place / "seg-0001.parquet")
    return folder


def accesses_in(store):
    rows = []
    for system, _, place in months_in(store):
        for path in sorted(place.glob("*.parquet")):
            table = pq.ParquetFile(path).read()
            rows += [row | {"system": system} for row in table.to_pylist()]
    return rows


def looks(facts, store, spill, *, areas=("09",), twin=None):
    """Return what the engine says of each access: (file, line) -> context, classes.

    twin: what makes the engine wrong on purpose, name of the statement -> changed SQL.
    """
    with connect(spill) as engine:
        known.load(engine, facts)
        known.load_content(engine, POLICY, CLASSES)
        judge = Judge(engine, POLICY, codes=CODES, areas=areas)
        if twin is not None:
            judge._plan = twin(judge._plan)
        judge.make_states()
        judge.prepare(store)
        judge._view([place for _, _, place in months_in(store)])
        rows = engine.execute(
            f"SELECT file, line, number, bits FROM ({judge._plan.parts['looks']})"
        ).fetchall()
    domains = domains_of(POLICY)
    contexts = {number: words_of(number, domains) for number in {row[2] for row in rows}}
    return {
        (file, line): (
            contexts[number],
            {code for place, code in enumerate(CODES) if bits >> place & 1},
        )
        for file, line, number, bits in rows
    }


def last_uses(accesses):
    """Return when each access's account was used before; at first, when its log begins."""
    started, before, answer = {}, {}, {}
    for access in accesses:
        system = access["system"]
        started[system] = min(started.get(system, access["at"]), access["at"])
    groups = {}
    for access in accesses:
        groups.setdefault((access["system"], access["account"]), []).append(access)
    for (system, _), group in groups.items():
        times = sorted({access["at"] for access in group})
        before = dict(zip(times, [started[system], *times], strict=False))
        for access in group:
            answer[access["file"], access["line"]] = before[access["at"]]
    return answer
