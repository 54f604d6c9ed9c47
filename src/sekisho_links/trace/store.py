"""The store: normalised accesses as Parquet, `system=…/month=YYYY-MM/`, sorted by account and time.

The months are those of Japan. A segment is never changed; late data is one more segment.
"""

from pathlib import Path

import duckdb

from sekisho_links.trace.engines.duckdb import text

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
    """A folder of Parquet that is being written from the table `judged`."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: Path, files: list[str]) -> None:
        self._engine = engine
        self._folder = folder
        self._segments: dict[str, int] = {}
        engine.execute("CREATE OR REPLACE TEMP TABLE names (number INTEGER, name VARCHAR)")
        engine.executemany(
            "INSERT INTO names VALUES (?, ?)", [list(one) for one in enumerate(files)]
        )

    def add(self, system: str) -> None:
        """Write the good rows of `judged`, one segment for each month."""
        segment = self._segments[system] = self._segments.get(system, 0) + 1
        months = self._engine.execute(
            "SELECT DISTINCT month FROM judged WHERE reason IS NULL ORDER BY month"
        ).fetchall()
        columns = ", ".join("name AS file" if one == "file" else f'"{one}"' for one in COLUMNS)
        for (month,) in months:
            place = self._folder / f"system={system}" / f"month={month:%Y-%m}"
            place.mkdir(parents=True, exist_ok=True)
            path = place / f"seg-{segment:04d}.parquet"
            self._engine.execute(
                f"COPY (SELECT {columns} FROM judged JOIN names ON number = judged.file"
                f" WHERE reason IS NULL AND month = DATE '{month}'"
                f' ORDER BY account, "at", judged.file, line)'
                f" TO {text(str(path))} (FORMAT parquet, COMPRESSION lz4)"
            )


def months_in(folder: Path) -> list[tuple[str, str, Path]]:
    """Return system, month and folder of each partition of the store, in order."""
    return [
        (place.parent.name.removeprefix("system="), place.name.removeprefix("month="), place)
        for place in sorted(folder.glob("system=*/month=*"))
        if any(place.glob("*.parquet"))
    ]
