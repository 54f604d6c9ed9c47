"""Runs the reconciliation (突合) of a whole log in DuckDB: rows in, one verdict a line out."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

import duckdb
import pyarrow as pa

from sekisho.grants.reconciling.facts import TABLES, TOLERANCE, Facts, Line, Verdict

MEMORY = "1GB"
CHUNK = 65_536
_ARROW = {"string": pa.string(), "int64": pa.int64(), "boolean": pa.bool_()}


class LostLines(AssertionError):
    """The engine answered about more or fewer lines than it was asked: a fault of ours."""


def run(
    lines: Sequence[Line], facts: Facts, *, tolerance: int = TOLERANCE, threads: int = 2
) -> Iterator[Verdict]:
    """Yield the verdict of each line, in the order of their numbers (see `twin.reconcile`).

    Raises LostLines where the verdicts are not one for each line.
    """
    engine = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": MEMORY,
            "autoinstall_known_extensions": False,
            "enable_external_access": False,
        }
    )
    rows = {
        "lines": lines,
        "accounts": [(account,) for account in facts.accounts],
        **{name: getattr(facts, name) for name in TABLES if name not in ("lines", "accounts")},
    }
    with engine:
        for name, columns in TABLES.items():
            engine.register(name, _table(rows[name], columns))
        found = engine.sql(statement(tolerance)).to_arrow_table().sort_by("number")
    if len(found) != len(lines):
        raise LostLines(f"{len(lines)} 行に {len(found)} の答えが返りました")
    for chunk in found.to_batches(CHUNK):
        values = [column.to_pylist() for column in chunk.columns]
        yield from map(Verdict._make, zip(*values, strict=True))


@lru_cache(maxsize=8)
def statement(tolerance: int) -> str:
    """Return the rule as SQL. To compile it takes a second; it is kept for the process."""
    import ibis  # noqa: PLC0415 -- slow to import, and only needed where a log is reconciled

    from sekisho.grants.reconciling.expression import reconciled, tables  # noqa: PLC0415

    return str(ibis.to_sql(reconciled(tables(), tolerance=tolerance), dialect="duckdb"))


def _table(rows: Sequence[tuple[object, ...]], columns: Mapping[str, str]) -> pa.Table:
    """Return rows as columns of these types."""
    width = len(columns)
    flat = list(chain.from_iterable(rows))
    arrays = [pa.array(flat[n::width], _ARROW[kind]) for n, kind in enumerate(columns.values())]
    return pa.table(arrays, names=list(columns))
