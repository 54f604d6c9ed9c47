"""The judge: states once, then every part of the store linked, interned, decided and counted."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.policy.system import Policy
from sekisho.replay import counts
from sekisho.replay.decided import Row, decided, domains_of
from sekisho.replay.derive import derive, key
from sekisho.trace import linking, questions
from sekisho.trace.incidents import in_order
from sekisho.trace.schema import ACCESS, TIME, unbound
from sekisho.trace.schema import facts as fact_tables
from sekisho_links.trace.engines.duckdb import columns_of, name, sql, text
from sekisho_links.trace.store import months_in
from sekisho_links.trace.windows import Window

ROWS = 3_000_000  # accesses linked at once: what bounds the memory of the investigation

Report = Callable[[int, int | None], None]


class LostLooks(AssertionError):
    """A join has lost or doubled accesses: a fault of ours or of the facts' periods."""


class Judge:
    """One investigation in one engine."""

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
        self._codes = in_order(codes)
        self._areas = areas
        self._facts = fact_tables()
        self._domains = domains_of(policy)
        self._steps, self._states = linking.states(self._facts)
        self._decided: dict[tuple[str, str, int], Row] = {}
        self.looks = 0

    def prepare(self, store: Path) -> None:
        """Make the states, and find the accounts that slept (which takes the whole log)."""
        for step in self._steps:
            self._keep(step.name, step.table)
        self._keep("people", questions.people(self._states, self._facts))
        self._keep("records", questions.records(self._states))
        self._view([place for _, _, place in months_in(store)])
        self._engine.execute(
            'CREATE TEMP TABLE started AS SELECT system, min("at") AS started FROM access'
            " GROUP BY system"
        )
        started = unbound({"system": "string", "started": TIME}, "started")
        self._keep("quiet", linking.quiet(linking.access_table(), self._states["viewer"], started))

    def run(self, store: Path, out: Path, report: Report) -> None:
        """Judge the store part by part; hits and counts go into `out`."""
        parts = _parts(store)
        total = sum(rows for rows, _ in parts)
        for place in ("hits", "touches", "apart", "histogram"):
            (out / f".{place}").mkdir()
        access = linking.access_table()
        look = linking.linked(access, self._states, areas=self._areas)
        number = key(derive(look, self._domains), self._domains)
        looks_sql = sql(questions.looks(look, number, self._codes))
        looks = unbound(questions.LOOK, "looks")
        people, records = self._kept("people"), self._kept("records")
        answers = counts.decisions()
        judged = counts.judged(looks, answers)
        asked = {
            "hits": questions.hits(
                looks, access, decided=answers, people=people, records=records, codes=self._codes
            ),
            "touches": counts.touches(judged),
            "apart": counts.apart(judged, people, records),
            "histogram": counts.contexts(looks),
        }
        asked_sql = {place: sql(table) for place, table in asked.items()}
        verdicts_sql = sql(counts.verdicts(judged))
        self._verdicts: dict[tuple[str, str], int] = {}
        self._engine.execute(f"CREATE TEMP TABLE decided ({_shape(counts.DECIDED)})")
        for n, (rows, places) in enumerate(parts):
            self._view(places)
            self._engine.execute(f"CREATE OR REPLACE TEMP TABLE looks AS {looks_sql}")
            found = self._one("SELECT count(*) FROM looks")
            if found != rows:
                raise LostLooks(f"{rows} 件のアクセスが、結び付けた後に {found} 件になりました")
            self._decide()
            for place, statement in asked_sql.items():
                target = text(str(out / f".{place}" / f"{n:05d}.parquet"))
                self._engine.execute(f"COPY ({statement}) TO {target} (FORMAT parquet)")
            for verdict, unknown, accesses in self._engine.execute(verdicts_sql).fetchall():
                pair = (verdict, unknown)
                self._verdicts[pair] = self._verdicts.get(pair, 0) + accesses
            self.looks += rows
            report(self.looks, total)
        self._engine.execute("DROP TABLE looks")

    def answers(self, out: Path, windows: Sequence[Window]) -> dict[str, Any]:
        """Write the tables of results into `out` and return the summary for investigation.json."""
        self._gather(out)
        self._windows(windows)
        hits = unbound(_hits_schema(), "hits")
        apart = unbound(questions.TOUCH, "apart")
        order = {window.name: n for n, window in enumerate(windows)}

        def counted(touches: Any) -> list[dict[str, Any]]:  # noqa: ANN401
            rows = self._dicts(sql(questions.by_window(touches)))
            return sorted(rows, key=lambda row: (self._place(row["kind"]), order[row["window"]]))

        verdicts: dict[str, int] = dict.fromkeys(counts.VERDICTS, 0)
        unknown: dict[str, int] = {}
        for (verdict, attribute), accesses in sorted(self._verdicts.items()):
            verdicts[verdict] += accesses
            if verdict == counts.UNDECIDABLE:
                unknown[attribute] = unknown.get(attribute, 0) + accesses
        if sum(verdicts.values()) != self.looks:
            raise LostLooks("判定の内訳の合計が、判定した件数と合いません")
        return {
            "classes": list(self._codes),
            "incidents": self._filled(counted(questions.reported(hits)), windows, self._codes),
            "matched": self._filled(
                counted(questions.matching(hits, self._codes)), windows, self._codes
            ),
            "apart": self._filled(
                counted(apart), windows, (counts.NOT_ALLOWED, counts.UNDECIDABLE)
            ),
            "verdicts": verdicts,
            "undecidable_for_want_of": unknown,
            "contexts": len({(row.system, row.number) for row in self._decided.values()}),
        }

    def _gather(self, out: Path) -> None:
        """Bring the parts together, in one order, and drop them."""
        engine = self._engine
        for place in ("hits", "touches", "apart", "histogram"):
            engine.execute(
                f"CREATE VIEW {place} AS SELECT * FROM"
                f" read_parquet({text(str(out / f'.{place}' / '*.parquet'))})"
            )
        people, records = self._kept("people"), self._kept("records")
        touches = unbound(
            {
                "viewer_id": "int32",
                "point_id": "int32",
                "system": "string",
                "result": "string",
                "treatment": "string",
                "accesses": "int64",
            },
            "touches",
        )
        hits = unbound(_hits_schema(), "hits")
        tables = {
            "hits": ("SELECT * FROM hits", 'system, "at", file, line'),
            "apart": ("SELECT * FROM apart", "ALL"),
            "flows": (sql(counts.flows(touches, people, records)), "ALL"),
            "months": (sql(questions.by_month(hits)), "ALL"),
        }
        for table, (statement, order) in tables.items():
            engine.execute(
                f"COPY (SELECT * FROM ({statement}) ORDER BY {order})"
                f" TO {text(str(out / f'{table}.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
            )
        self._write_contexts(out)
        for place in ("hits", "apart"):
            engine.execute(
                f"CREATE OR REPLACE VIEW {place} AS SELECT * FROM"
                f" read_parquet({text(str(out / f'{place}.parquet'))})"
            )
        for place in ("hits", "touches", "apart", "histogram"):
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
        pq.write_table(pa.Table.from_pylist(rows), out / "contexts.parquet")

    def _decide(self) -> None:
        """Ask the tables about every context that has not come before."""
        found = self._engine.execute(
            "SELECT DISTINCT system, screen, number FROM looks"
            " ANTI JOIN decided USING (system, screen, number) ORDER BY ALL"
        ).fetchall()
        rows = list(decided(self._policy, found))
        self._decided.update({(row.system, row.screen, row.number): row for row in rows})
        new = pa.table(
            {
                "system": [row.system for row in rows],
                "screen": [row.screen for row in rows],
                "number": pa.array([row.number for row in rows], pa.int64()),
                "treatment": [row.treatment.word for row in rows],
                "rules": ["、".join(row.rules) for row in rows],
                "unknown": [(*row.unknown, "")[0] for row in rows],
            }
        )
        if rows:
            self._engine.register("new", new)
            self._engine.execute("INSERT INTO decided SELECT * FROM new")
            self._engine.unregister("new")

    def _view(self, places: Sequence[Path]) -> None:
        """Let `access` be these partitions of the store."""
        globs = ", ".join(text(str(place / "*.parquet")) for place in places)
        columns = ", ".join(
            f"{name(one)}::{kind} AS {name(one)}" for one, kind in columns_of(ACCESS).items()
        )
        self._engine.execute(
            f"CREATE OR REPLACE TEMP VIEW access AS SELECT {columns}"
            f" FROM read_parquet([{globs}], hive_partitioning=true)"
        )

    def _windows(self, windows: Sequence[Window]) -> None:
        self._engine.execute(f"CREATE TEMP TABLE windows ({_shape(questions.WINDOW)})")
        if windows:
            self._engine.executemany(
                "INSERT INTO windows VALUES (?, ?, ?)",
                [(one.name, one.first, one.until) for one in windows],
            )

    def _keep(self, table: str, expression: Any) -> None:  # noqa: ANN401
        self._engine.execute(f"CREATE TEMP TABLE {table} AS {sql(expression)}")

    def _kept(self, table: str) -> Any:  # noqa: ANN401
        """Return one of the tables of a report as an unbound table."""
        whole = {
            "people": lambda: questions.people(self._states, self._facts),
            "records": lambda: questions.records(self._states),
        }[table]()
        return unbound(dict(whole.schema().items()), table)

    def _one(self, statement: str) -> int:
        return int(self._engine.execute(statement).fetchall()[0][0])

    def _dicts(self, statement: str) -> list[dict[str, Any]]:
        answer = self._engine.execute(statement)
        columns = [column[0] for column in answer.description or []]
        return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]

    def _place(self, kind: str) -> int:
        return self._codes.index(kind) if kind in self._codes else len(self._codes)

    def _filled(
        self, rows: list[dict[str, Any]], windows: Sequence[Window], kinds: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return one row for each kind and window, zeros where nothing was found."""
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
    rows, places = 0, []
    for _, _, place in months_in(store):
        here = sum(pq.read_metadata(path).num_rows for path in place.glob("*.parquet"))
        if places and rows + here > ROWS:
            parts.append((rows, places))
            rows, places = 0, []
        rows, places = rows + here, [*places, place]
    return [*parts, (rows, places)] if places else parts


def _shape(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name(one)} {kind}" for one, kind in columns_of(columns).items())


def _hits_schema() -> dict[str, str]:
    texts = (
        "system",
        "class",
        "account",
        "person",
        "person_name",
        "unit",
        "company",
        "viewer_class",
        "device",
        "screen",
        "action",
        "record",
        "contract",
        "customer",
        "retailer",
        "retailer_name",
        "result",
        "treatment",
        "rules",
        "file",
        "viewer",
    )
    return {**dict.fromkeys(texts, "string"), "bits": "int32", "at": TIME, "line": "int32"}
