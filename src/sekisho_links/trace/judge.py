"""The judge: states once, then every part of the store linked, interned, decided and counted."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.policy.system import Policy
from sekisho.replay.decided import Row, decided
from sekisho.replay.interning import domains_of
from sekisho.trace import schema
from sekisho.trace.schema import ACCESS
from sekisho_links.trace.engines.duckdb import another, columns_of, name, text
from sekisho_links.trace.plan import plan
from sekisho_links.trace.store import months_in
from sekisho_links.trace.windows import Window

SLEPT = "quiet"  # the one state that is made from the log and not from the facts
PARTS = ("hits", "touches", "apart", "histogram")  # what each part of the log leaves behind
LOOKS = "looks"  # the folder of results that simulations read
LOOKS_VERSION = 1
ROWS = 3_000_000  # accesses linked at once: what bounds the memory of the investigation

Report = Callable[[int, int | None], None]


class LostLooks(AssertionError):
    """A join has lost or doubled accesses: a fault of ours or of the facts' periods."""


class Judge:
    """One investigation in one engine.

    areas: the supply areas (供給区域) of the network company, two digits each.
    """

    def __init__(
        self,
        engine: duckdb.DuckDBPyConnection,
        policy: Policy,
        *,
        codes: Sequence[str],
        areas: Sequence[str],
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._codes = tuple(codes)
        self._domains = domains_of(policy)
        self._plan = plan(self._codes, self._domains)
        self._decided: dict[tuple[str, str, int], Row] = {}
        self._verdicts: dict[tuple[str, str], int] = {}
        self.looks = 0
        engine.execute(f"CREATE TABLE areas ({_shape(schema.AREAS)})")
        if areas:
            engine.executemany("INSERT INTO areas VALUES (?)", [[area] for area in areas])

    def make_states(self) -> None:
        """Make what was true when, from the facts alone; may run while the logs are read."""
        with another(self._engine) as engine:
            for table, statement in self._plan.states.items():
                if table != SLEPT:
                    engine.execute(f"CREATE TABLE {table} AS {statement}")

    def prepare(self, store: Path) -> None:
        """Find the accounts that slept, for which the whole log is needed."""
        self._view([place for _, _, place in months_in(store)])
        self._engine.execute(
            'CREATE TEMP TABLE started AS SELECT system, min("at") AS started FROM access'
            " GROUP BY system"
        )
        self._engine.execute(f"CREATE TABLE {SLEPT} AS {self._plan.states[SLEPT]}")

    def run(self, store: Path, out: Path, report: Report) -> None:
        """Judge the store part by part; hits and counts go into `out`."""
        parts = _parts(store)
        total = sum(rows for rows, _ in parts)
        for place in PARTS:
            (out / f".{place}").mkdir()
        (out / LOOKS).mkdir()
        asked = self._plan.parts
        self._engine.execute(f"CREATE TEMP TABLE numbered ({_shape(schema.NUMBERED)})")
        self._engine.execute(f"CREATE TEMP TABLE decided ({_shape(schema.DECIDED)})")
        for n, (rows, places) in enumerate(parts):
            self._view(places)
            self._engine.execute(f"CREATE OR REPLACE TEMP TABLE looks AS {asked['looks']}")
            found = int(self._engine.execute("SELECT count(*) FROM looks").fetchall()[0][0])
            if found != rows:
                raise LostLooks(f"{rows} 件のアクセスが、結び付けた後に {found} 件になりました")
            self._engine.execute(f"CREATE OR REPLACE TEMP TABLE came AS {asked['histogram']}")
            self._decide()
            for place in PARTS:
                target = text(str(out / f".{place}" / f"{n:05d}.parquet"))
                question = asked[place] if place != "histogram" else "SELECT * FROM came"
                self._engine.execute(f"COPY ({question}) TO {target} (FORMAT parquet)")
            self._engine.execute(
                f"COPY ({asked['kept']} ORDER BY ALL) TO"
                f" {text(str(out / LOOKS / f'seen-{n:05d}.parquet'))}"
                " (FORMAT parquet, COMPRESSION zstd)"
            )
            for verdict, unknown, accesses in self._engine.execute(asked["verdicts"]).fetchall():
                pair = (verdict, unknown)
                self._verdicts[pair] = self._verdicts.get(pair, 0) + int(accesses)
            self.looks += rows
            report(self.looks, total)
        self._engine.execute("DROP TABLE IF EXISTS looks")

    def answers(self, out: Path, windows: Sequence[Window]) -> dict[str, Any]:
        """Write the tables of results into `out` and return the summary for investigation.json."""
        self._gather(out)
        self._windows(windows)
        verdicts: dict[str, int] = dict.fromkeys(schema.VERDICTS, 0)
        unknown: dict[str, int] = {}
        for (verdict, attribute), accesses in sorted(self._verdicts.items()):
            verdicts[verdict] += accesses
            if verdict == schema.UNDECIDABLE:
                unknown[attribute] = unknown.get(attribute, 0) + accesses
        if sum(verdicts.values()) != self.looks:
            raise LostLooks("判定の内訳の合計が、判定した件数と合いません")
        return {
            "classes": list(self._codes),
            "incidents": self._counted("incidents", windows, self._codes),
            "matched": self._counted("matched", windows, self._codes),
            "apart": self._counted("apart", windows, (schema.NOT_ALLOWED, schema.UNDECIDABLE)),
            "verdicts": verdicts,
            "undecidable_for_want_of": unknown,
            "contexts": len({(row.system, row.number) for row in self._decided.values()}),
        }

    def _gather(self, out: Path) -> None:
        """Bring the parts together, in one order, and drop them."""
        engine = self._engine
        for place in PARTS:
            engine.execute(
                f"CREATE VIEW {place} AS SELECT * FROM"
                f" read_parquet({text(str(out / f'.{place}' / '*.parquet'))})"
            )
        flows = self._plan.answers["flows"]
        kept = ", ".join(column for column in schema.TOUCH if column != "accesses")
        tables = {
            "hits": ("SELECT * FROM hits", 'system, "at", file, line'),
            "apart": (
                f"SELECT {kept}, sum(accesses)::BIGINT AS accesses FROM apart GROUP BY ALL",
                "ALL",
            ),
            # a sum is a HUGEINT, which Parquet would keep as a float
            "flows": (
                f"SELECT * REPLACE (accesses::BIGINT AS accesses) FROM ({flows})",
                "ALL",
            ),
            "months": (self._plan.answers["months"], "ALL"),
        }
        for table, (statement, order) in tables.items():
            engine.execute(
                f"COPY (SELECT * FROM ({statement}) ORDER BY {order})"
                f" TO {text(str(out / f'{table}.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
            )
        self._write_contexts(out)
        self._write_looked(out / LOOKS)
        for place in ("hits", "apart"):
            engine.execute(
                f"CREATE OR REPLACE VIEW {place} AS SELECT * FROM"
                f" read_parquet({text(str(out / f'{place}.parquet'))})"
            )
        for place in PARTS:
            for part in (out / f".{place}").iterdir():
                part.unlink()
            (out / f".{place}").rmdir()

    def _write_contexts(self, out: Path) -> None:
        """Write each context with its ten values, how it was decided, and how often it came."""
        seen: dict[tuple[str, int], dict[str, int]] = {}
        for system, number, result, accesses in self._engine.execute(
            "SELECT system, number, result, sum(accesses)::BIGINT FROM histogram GROUP BY ALL"
        ).fetchall():
            seen.setdefault((system, number), {})[result] = accesses
        rows = []
        by_context = {(row.system, row.number): row for row in self._decided.values()}
        for n, place in enumerate(sorted(by_context)):
            row = by_context[place]
            results = seen.get(place, {})
            rows.append(
                {
                    "context_id": n,
                    "system": row.system,
                    **{attribute: row.context.get(attribute) for attribute in self._domains},
                    "accesses": sum(results.values()),
                    "shown": results.get("shown", 0),
                    "undecidable": bool(row.unknown),
                    **{f"結果:{item}": level.word for item, level in row.levels.items()},
                }
            )
        words = dict.fromkeys(item for row in by_context.values() for item in row.levels)
        counts = ("accesses", "shown")
        names = ("context_id", "system", *self._domains, *counts, "undecidable")
        whole = {"context_id": pa.int64(), **dict.fromkeys(counts, pa.int64())}
        whole["undecidable"] = pa.bool_()
        shape = [(one, whole.get(one, pa.string())) for one in names]
        shape += [(f"結果:{item}", pa.string()) for item in words]
        table = pa.Table.from_pylist(rows, schema=pa.schema(shape))
        pq.write_table(table, out / "contexts.parquet")

    def _write_looked(self, folder: Path) -> None:
        """Write what the numbers in the kept looks stand for: contexts, viewers, points.

        A person is a number, and so is a contract: nothing here says who it is. Only points that
        were met are written.
        """
        tables = {
            "contexts": "SELECT context, system, screen, number FROM numbered",
            "viewers": "SELECT viewer_id, (dense_rank() OVER (ORDER BY"
            " coalesce(person, viewer_account)))::INTEGER AS person FROM people",
            "points": "SELECT point_id, (dense_rank() OVER (ORDER BY contract))::INTEGER AS"
            " contract, retailer FROM records SEMI JOIN touches USING (point_id)",
        }
        for table, statement in tables.items():
            self._engine.execute(
                f"COPY ({statement} ORDER BY 1) TO {text(str(folder / f'{table}.parquet'))}"
                " (FORMAT parquet, COMPRESSION zstd)"
            )
        about = {
            "version": LOOKS_VERSION,
            "policy": self._policy.hash,
            "domains": {name: list(words) for name, words in self._domains.items()},
        }
        (folder / "about.json").write_text(
            json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )

    def _decide(self) -> None:
        """Ask the tables about every context that has not come before."""
        found = self._engine.execute(
            "SELECT DISTINCT system, screen, number FROM came"
            " ANTI JOIN decided USING (system, screen, number) ORDER BY ALL"
        ).fetchall()
        rows = list(decided(self._policy, found))
        first = len(self._decided)
        self._decided.update({(row.system, row.screen, row.number): row for row in rows})
        new = pa.table(
            {
                "system": [row.system for row in rows],
                "screen": [row.screen for row in rows],
                "number": pa.array([row.number for row in rows], pa.int64()),
                "context": pa.array(range(first, first + len(rows)), pa.int32()),
                "treatment": [row.treatment.word for row in rows],
                "rules": ["、".join(row.rules) for row in rows],
                "unknown": [(*row.unknown, "")[0] for row in rows],
            }
        )
        if rows:
            self._engine.register("new", new)
            for table, columns in (("decided", schema.DECIDED), ("numbered", schema.NUMBERED)):
                self._engine.execute(
                    f"INSERT INTO {table} BY NAME SELECT {', '.join(columns)} FROM new"
                )
            self._engine.unregister("new")

    def _view(self, places: Sequence[Path]) -> None:
        """Let `access` be these partitions of the store."""
        globs = ", ".join(text(str(place / "*.parquet")) for place in places)
        kinds = columns_of(ACCESS).items()
        columns = ", ".join(f"{name(one)}::{kind} AS {name(one)}" for one, kind in kinds)
        said = f"SELECT {columns} FROM read_parquet([{globs}], hive_partitioning=true)"
        if not places:  # of logs in which no line can be used
            said = f"SELECT {', '.join(f'NULL::{kind} AS {name(one)}' for one, kind in kinds)}"
            said += " WHERE false"
        self._engine.execute(f"CREATE OR REPLACE TEMP VIEW access AS {said}")

    def _windows(self, windows: Sequence[Window]) -> None:
        self._engine.execute(f"CREATE TEMP TABLE windows ({_shape(schema.WINDOW)})")
        if windows:
            self._engine.executemany(
                "INSERT INTO windows VALUES (?, ?, ?)",
                [(one.name, one.first, one.until) for one in windows],
            )

    def _counted(
        self, question: str, windows: Sequence[Window], kinds: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return one row for each kind and window, zeros where nothing was found."""
        answer = self._engine.execute(self._plan.answers[question])
        columns = [column[0] for column in answer.description or []]
        rows = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
        by_key = {(row["kind"], row["window"]): row for row in rows}
        numbers = ("accesses", "contracts", "customers", "retailers", "viewers")
        return [
            {
                "class": kind,
                "window": window.name,
                **{one: int(by_key.get((kind, window.name), {}).get(one, 0)) for one in numbers},
            }
            for kind in kinds
            for window in windows
        ]


def _parts(store: Path) -> list[tuple[int, list[Path]]]:
    """Return the partitions in groups of about ROWS accesses, with how many they hold."""
    parts: list[tuple[int, list[Path]]] = []
    rows = 0
    places: list[Path] = []
    for _, _, place in months_in(store):
        here = sum(pq.read_metadata(path).num_rows for path in place.glob("*.parquet"))
        if places and rows + here > ROWS:
            parts.append((rows, places))
            rows, places = 0, []
        rows, places = rows + here, [*places, place]
    return [*parts, (rows, places)] if places or not parts else parts


def _shape(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name(one)} {kind}" for one, kind in columns_of(columns).items())
