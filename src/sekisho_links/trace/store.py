"""The store: normalised accesses as Parquet, `system=…/month=YYYY-MM/`, sorted by account and time.

The months are those of Japan. A segment is never changed; late data is one more segment.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Self

import duckdb

from sekisho_links.trace.engines.duckdb import another, text

WRITERS = 2
COLUMNS = (
    "file",
    "line",
    "at",
    "account",
    "device",
    "ip",
    "screen",
    "action",
    "record",
    "n",
    "result",
    "purpose",
    "method",
)


class Store:
    """A folder of Parquet that is being written, while the next batch is already made.

    Use it as a context manager: what was added is on disk when it ends.
    """

    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: Path, files: list[str]) -> None:
        self._engine = engine
        self._folder = folder
        self._segments: dict[str, int] = {}
        self._pool = ThreadPoolExecutor(WRITERS)
        self._writing: list[Future[None]] = []
        self._table = ""
        engine.execute("CREATE TABLE names (number INTEGER, name VARCHAR)")
        engine.executemany(
            "INSERT INTO names VALUES (?, ?)", [list(one) for one in enumerate(files)]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._finish()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def add(self, system: str, table: str) -> None:
        """Write the good rows of `table`, one segment for each month, and drop it then."""
        self._finish()
        segment = self._segments[system] = self._segments.get(system, 0) + 1
        months = self._engine.execute(
            f"SELECT DISTINCT month FROM {table} WHERE reason IS NULL ORDER BY month"
        ).fetchall()
        self._table = table
        for (month,) in months:
            place = self._folder / f"system={system}" / f"month={month:%Y-%m}"
            place.mkdir(parents=True, exist_ok=True)
            path = place / f"seg-{segment:04d}.parquet"
            self._writing.append(self._pool.submit(self._write, table, month, path))

    def _write(self, table: str, month: date, path: Path) -> None:
        columns = ", ".join("name AS file" if one == "file" else f'"{one}"' for one in COLUMNS)
        with another(self._engine) as engine:
            engine.execute(
                f"COPY (SELECT {columns} FROM {table} AS rows JOIN names ON number = rows.file"
                f" WHERE reason IS NULL AND month = DATE '{month}'"
                f' ORDER BY account, "at", rows.file, line)'
                f" TO {text(str(path))} (FORMAT parquet, COMPRESSION lz4)"
            )

    def _finish(self) -> None:
        for one in self._writing:
            one.result()
        self._writing = []
        if self._table:
            self._engine.execute(f"DROP TABLE {self._table}")
            self._table = ""


def months_in(folder: Path) -> list[tuple[str, str, Path]]:
    """Return system, month and folder of each partition of the store, in order."""
    return [
        (place.parent.name.removeprefix("system="), place.name.removeprefix("month="), place)
        for place in sorted(folder.glob("system=*/month=*"))
        if any(place.glob("*.parquet"))
    ]
