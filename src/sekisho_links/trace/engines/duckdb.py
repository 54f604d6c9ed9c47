"""DuckDB as this house uses it: fixed plans, bounded memory, no extension from the network."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

MEMORY = "640MB"
SETTINGS = (
    "SET TimeZone='UTC'",
    "SET enable_progress_bar=false",
    "SET autoinstall_known_extensions=false",
    "SET preserve_insertion_order=false",
    # The written order is the plan: left to itself, the optimizer builds on the big side.
    "SET disabled_optimizers='join_order,build_side_probe_side'",
)


def connect(spill: Path, *, memory: str = MEMORY, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """Return an engine of its own that spills into `spill` beyond `memory`."""
    engine = duckdb.connect()
    for setting in SETTINGS:
        engine.execute(setting)
    engine.execute(f"SET memory_limit='{memory}'")
    engine.execute(f"SET threads={threads}")
    engine.execute(f"SET temp_directory={text(str(spill))}")
    return engine


def another(engine: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a second connection to the same tables (but temporary ones), for another thread."""
    cursor = engine.cursor()
    for setting in SETTINGS:
        cursor.execute(setting)
    return cursor


def text(words: str) -> str:
    """Return `words` as a string of SQL."""
    return "'" + words.replace("'", "''") + "'"


def name(word: str) -> str:
    """Return `word` as an identifier of SQL."""
    return '"' + word.replace('"', '""') + '"'


_KINDS = {
    "string": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "date": "DATE",
    "timestamp('UTC', 6)": "TIMESTAMPTZ",
}


def columns_of(columns: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of an Ibis schema with the types of SQL."""
    return {column: _KINDS[kind] for column, kind in columns.items()}
