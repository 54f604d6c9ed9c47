"""What an investigation left behind, read back: plain values for pages, reports and the command."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from sekisho.errors import SekishoError
from sekisho_links.trace.engines.duckdb import text
from sekisho_links.trace.windows import Window, window_of

Row = dict[str, Any]


class NoResults(SekishoError):
    """A folder that holds no whole investigation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one class of a run agrees with the truth of an invented world.

    planted:   accesses of the class whose evidence stands in the log (evident).
    unseen:    accesses of the class of which the log shows nothing; no part of the ratios.
    precision, recall: None where there is nothing to divide by.
    """

    incident: str
    planted: int
    reported: int
    right: int
    unseen: int

    @property
    def precision(self) -> float | None:
        return self.right / self.reported if self.reported else None

    @property
    def recall(self) -> float | None:
        return self.right / self.planted if self.planted else None


def summary(out: Path) -> Row:
    """Return investigation.json of the folder: parameters, counts, conservation."""
    path = out / "investigation.json"
    if not path.is_file():
        raise NoResults(
            "調査の結果がありません",
            place=str(out),
            remedy="sekisho investigate をやり直してください",
        )
    found: Row = json.loads(path.read_text("utf-8"))
    return found


def hits(
    out: Path,
    *,
    incident: str | None = None,
    window: Window | str | None = None,
    offset: int = 0,
    limit: int = 50,
    matched: bool = False,
) -> list[Row]:
    """Return the accesses of a class, the earliest first; `at` is UTC.

    incident: the class that an access is reported as; with `matched`, any that holds for it.
    window:   a window or its name in this investigation, or 2025-04-01..2025-10-01.
    """
    where, values = _where(out, incident, window, matched=matched)
    return _rows(
        f'SELECT * EXCLUDE (bits, viewer) REPLACE ("at"::TIMESTAMP AS "at")'
        f" FROM {_table(out, 'hits')} WHERE {where}"
        f' ORDER BY "at", system, file, line LIMIT {int(limit)} OFFSET {int(offset)}',
        values,
    )


def number_of_hits(
    out: Path,
    *,
    incident: str | None = None,
    window: Window | str | None = None,
    matched: bool = False,
) -> int:
    """Return how many rows `hits` would give in all."""
    where, values = _where(out, incident, window, matched=matched)
    return int(
        _rows(f"SELECT count(*) AS n FROM {_table(out, 'hits')} WHERE {where}", values)[0]["n"]
    )


def count(out: Path, window: Window | str) -> list[Row]:
    """Return each class with its counts in any window, exact: counted anew, never added."""
    where, values = _where(out, None, window)
    return _rows(
        f"SELECT class, count(*) AS accesses, count(DISTINCT contract) AS contracts,"
        f" count(DISTINCT customer) AS customers, count(DISTINCT retailer) AS retailers,"
        f' count(DISTINCT viewer) AS viewers, min("at")::TIMESTAMP AS first,'
        f' max("at")::TIMESTAMP AS last'
        f" FROM {_table(out, 'hits')} WHERE {where} GROUP BY class ORDER BY class",
        values,
    )


def flows(out: Path) -> list[Row]:
    """Return the traffic: viewer class, company, system, owner of the record, result, treatment."""
    return _rows(f"SELECT * FROM {_table(out, 'flows')} ORDER BY ALL")


def months(out: Path) -> list[Row]:
    """Return accesses and contracts by class and month."""
    return _rows(f"SELECT * FROM {_table(out, 'months')} ORDER BY ALL")


def contexts(out: Path, *, limit: int = 1000) -> list[Row]:
    """Return the contexts that came most often, with the levels that the tables decide."""
    return _rows(
        f"SELECT * FROM {_table(out, 'contexts')} ORDER BY accesses DESC, context_id"
        f" LIMIT {int(limit)}"
    )


def quarantine(out: Path, *, offset: int = 0, limit: int = 50) -> list[Row]:
    """Return the lines that were read and not used, with their bytes and the message for each."""
    return _rows(
        f"SELECT * FROM {_table(out, 'quarantine')} ORDER BY file, line"
        f" LIMIT {int(limit)} OFFSET {int(offset)}"
    )


def score(out: Path, truth: Path) -> list[Score]:
    """Return for each class how the run agrees with the truth. Only a scorer reads the truth.

    truth: the folder of truth of an invented world.
    """
    path = truth / "accesses.parquet"
    if not path.is_file():
        raise NoResults(
            "正解がありません", place=str(path), remedy="架空の世界のフォルダだけを採点できます"
        )
    found = _rows(
        f"""
        SELECT coalesce(t.class, h.class) AS incident,
          count(*) FILTER (t.class IS NOT NULL AND t.evident) AS planted,
          count(*) FILTER (t.class IS NOT NULL AND NOT t.evident) AS unseen,
          count(*) FILTER (h.class IS NOT NULL) AS reported,
          count(*) FILTER (h.class IS NOT NULL AND t.evident) AS "right"
        FROM {_table(out, "hits")} AS h
        FULL JOIN (SELECT * FROM read_parquet({text(str(path))})) AS t
          ON t.system = h.system AND t.file = h.file AND t.line = h.line AND t.class = h.class
        GROUP BY ALL
        """
    )
    by_class = {row["incident"]: row for row in found}
    order = [*summary(out)["classes"], *sorted(by_class)]
    return [Score(**by_class[one]) for one in dict.fromkeys(order) if one in by_class]


def _table(out: Path, table: str) -> str:
    path = out / f"{table}.parquet"
    if not path.is_file():
        summary(out)  # says what is missing
    return f"read_parquet({text(str(path))})"


def _where(
    out: Path, incident: str | None, window: Window | str | None, *, matched: bool = False
) -> tuple[str, list[object]]:
    parts, values = ["true"], list[object]()
    if incident is not None and matched:
        classes: Sequence[str] = summary(out)["classes"]
        bit = 1 << classes.index(incident) if incident in classes else 0
        parts.append(f"(bits & {bit}) <> 0")
    elif incident is not None:
        parts.append("class = ?")
        values.append(incident)
    if window is not None:
        found = window if isinstance(window, Window) else _named(out, window)
        parts.append('("at" + INTERVAL 9 HOUR)::DATE >= ? AND ("at" + INTERVAL 9 HOUR)::DATE < ?')
        values += [found.first, found.until]
    return " AND ".join(parts), values


def _named(out: Path, name: str) -> Window:
    for row in summary(out)["windows"]:
        if row["name"] == name:
            return window_of(f"{row['name']}={row['from']}..{row['to']}")
    return window_of(name)


def _rows(statement: str, values: Sequence[object] = ()) -> list[Row]:
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone='UTC'")
        engine.execute("SET enable_progress_bar=false")
        engine.execute("SET threads=2")
        answer = engine.execute(statement, list(values))
        names = [column[0] for column in answer.description or []]
        return [
            {name: _utc(value) for name, value in zip(names, row, strict=True)}
            for row in answer.fetchall()
        ]


def _utc(value: object) -> object:
    """Return a time with its zone: zoned times would need pytz to come out of DuckDB."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def as_json(scores: Sequence[Score]) -> list[Mapping[str, object]]:
    """Return scores as the JSON of the commands writes them."""
    return [
        {
            "class": one.incident,
            "precision": one.precision,
            "recall": one.recall,
            "planted": one.planted,
            "reported": one.reported,
            "unseen": one.unseen,
        }
        for one in scores
    ]
