"""The facts of a world (`DIR/facts/*.parquet`), row by row."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.errors import SekishoError


class FactsMissing(SekishoError):
    """A file of the facts is not there, or lacks a column."""


def rows(world: Path, name: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the rows of one file of facts, each with `columns`; times are aware.

    Raise FactsMissing where the file or a column is not there.
    """
    file = world / "facts" / f"{name}.parquet"
    if not file.is_file():
        raise FactsMissing(
            "事実のファイルがありません",
            place=str(file),
            remedy="sekisho world で作り直してください",
        )
    table = pq.ParquetFile(file)
    if missing := [column for column in columns if column not in table.schema_arrow.names]:
        raise FactsMissing(
            f"列がありません: {'、'.join(missing)}",
            place=str(file),
            remedy="この版の sekisho world で作り直してください",
        )
    for batch in table.iter_batches(columns=list(columns)):
        yield from batch.to_pylist()


def write_work(
    world: Path,
    file: Path,
    *,
    person: str,
    district: str,
    starts: datetime,
    ends: datetime,
    most: int,
) -> int:
    """Write to `file` work orders of `person` for the first points of `district`; return how many.

    Work orders of a world end with its year; somebody of the demo has some that run now.
    """
    points = [
        row["record"]
        for row in rows(world, "points", ("record", "district"))
        if row["district"] == district
    ][:most]
    table = pa.table(
        {
            "record": pa.array(points, pa.string()),
            "person": pa.array([person] * len(points), pa.string()),
            "valid_from": pa.array([starts] * len(points), pa.timestamp("us", tz="UTC")),
            "valid_to": pa.array([ends] * len(points), pa.timestamp("us", tz="UTC")),
        }
    )
    pq.write_table(table, file)
    return len(points)
