"""The records of the seven systems as Parquet, one file per system."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.world.chance import Array
from sekisho.world.group import World
from sekisho.world.records import held
from sekisho.world.systems import SYSTEMS


def write_records(folder: Path, world: World) -> dict[str, int]:
    """Write what each system holds now, and return how many records that is."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for system in SYSTEMS:
        records = held(world, system)
        table = pa.table(
            {
                "id": pa.array(records.number, pa.int64()),
                "owner_key": _text(records.owner_key),
                "area": _text(records.area),
                **{name: _text(values) for name, values in records.fields.items()},
            }
        )
        pq.write_table(table, folder / f"{system}.parquet", compression="zstd")
        counts[system] = table.num_rows
    return counts


def _text(values: Array) -> pa.Array:
    """Return the values as text, null where there is nothing."""
    return pa.array(values, pa.string(), mask=values == "")
