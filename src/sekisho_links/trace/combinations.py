"""The combinations (状況の組) that an investigation met, read back from its folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

FILE = "contexts.parquet"
_OURS = frozenset({"context_id", "system", "accesses", "shown", "undecidable"})
_RESULT = "結果:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One combination: the attributes that were known, and how often it came."""

    system: str  # key
    context: Mapping[str, str]
    accesses: int


def combinations(folder: Path) -> list[Met]:
    """Return every combination of the investigation in `folder`; none where it left no file."""
    path = folder / FILE
    if not path.is_file():
        return []
    table = pq.read_table(path)
    kept = [name for name in table.column_names if not name.startswith(_RESULT)]
    return [
        Met(
            system=row["system"],
            context={name: row[name] for name in kept if name not in _OURS and row[name]},
            accesses=row["accesses"],
        )
        for row in table.select(kept).to_pylist()
    ]
