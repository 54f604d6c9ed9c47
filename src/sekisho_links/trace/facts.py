"""The facts of a folder as tables of the engine, checked before anything is judged by them."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from sekisho.errors import SekishoError
from sekisho.policy.attributes import VIEWER_CLASS
from sekisho.policy.system import Policy
from sekisho.trace.schema import CLASSES, FACTS, SCREENS
from sekisho_links.trace.engines.duckdb import columns_of, name, text


class NoFacts(SekishoError):
    """A fact that is not there, or not in the shape that is agreed."""


def load(engine: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Make one view for each fact; return how many rows each has. Raises NoFacts."""
    counts = {}
    for fact, columns in FACTS.items():
        path = folder / f"{fact}.parquet"
        if not path.is_file():
            raise NoFacts(
                f"「{fact}」の事実がありません",
                place=str(path),
                remedy=f"facts/ に Parquet を置いてください（列は {'、'.join(columns)}）",
            )
        try:
            known = engine.execute(f"DESCRIBE SELECT * FROM read_parquet({text(str(path))})")
            there = {row[0] for row in known.fetchall()}
        except duckdb.Error as error:
            raise NoFacts(
                "Parquet として読めません",
                place=str(path),
                remedy="転送が途中で切れていないか確かめ、置き直してください",
            ) from error
        if missing := [column for column in columns if column not in there]:
            raise NoFacts(
                f"列「{missing[0]}」がありません",
                place=str(path),
                remedy=f"必要な列は {'、'.join(columns)} です",
            )
        cast = ", ".join(
            f"{name(column)}::{kind} AS {name(column)}"
            for column, kind in columns_of(columns).items()
        )
        engine.execute(f"CREATE VIEW {fact} AS SELECT {cast} FROM read_parquet({text(str(path))})")
        counts[fact] = engine.execute(f"SELECT count(*) FROM {fact}").fetchall()[0][0]
    return counts


def load_content(
    engine: duckdb.DuckDBPyConnection, policy: Policy, classes: list[Mapping[str, str]]
) -> None:
    """Make the tables that are looked up: viewer classes by unit, kinds of screens.

    classes: the rows of content/viewer_classes.csv.
    """
    rank = {value.word: value.precedence for value in policy.attributes[VIEWER_CLASS].values}
    _fill(
        engine,
        "classes",
        CLASSES,
        [
            (
                row["会社区分"],
                row["組織区分"],
                row["閲覧者区分"],
                row["職務の範囲"],
                rank.get(row["閲覧者区分"]),
            )
            for row in classes
        ],
    )
    _fill(
        engine,
        "screens",
        SCREENS,
        [
            (system.key, screen.id, screen.kind)
            for system in policy.systems.values()
            for screen in system.screens.values()
        ],
    )


def _fill(
    engine: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    rows: list[tuple[object, ...]],
) -> None:
    shape = ", ".join(f"{name(one)} {kind}" for one, kind in columns_of(columns).items())
    engine.execute(f"CREATE TABLE {table} ({shape})")
    if rows:
        marks = ", ".join("?" for _ in columns)
        engine.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def unsound(engine: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return for each fact how many rows are not used: a period that never holds or overlaps."""
    found = {}
    for fact, key in (
        ("accounts", "system, account"),
        ("devices", "device"),
        ("contracts", "record"),
    ):
        total = engine.execute(
            f"""
            WITH rows AS (
              SELECT {key}, valid_from AS f, coalesce(valid_to, TIMESTAMPTZ '9999-12-31') AS e
              FROM {fact}),
            marked AS (
              SELECT *, max(e) OVER (PARTITION BY {key} ORDER BY f, e
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier
              FROM rows WHERE f < e)
            SELECT (SELECT count(*) FROM rows WHERE f >= e)
                 + (SELECT count(*) FROM marked WHERE f < earlier)
            """
        ).fetchall()[0][0]
        if total:
            found[fact] = total
    return found
