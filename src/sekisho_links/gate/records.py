"""Loads what the seven systems hold: the files of the world, by COPY, nothing half-loaded."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from sekisho.errors import SekishoError
from sekisho.gate.names import quoted
from sekisho.gate.relations import Relation
from sekisho.gate.views import coded_fields, key_field
from sekisho.policy.masks import code
from sekisho.policy.system import Policy, System
from sekisho_links.gate.install import RECORD, RULE, Connection, acting
from sekisho_links.gate.keys import Keys

BATCH = 50_000

_HEAD = ("id", "owner_key", "area")
_FORMAT = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
_TIES = {"switch_in": Relation.SWITCH_IN, "consent": Relation.CONSENT}


class NotLoadable(SekishoError):
    """A file of records that does not fit its 整理表."""


def load_records(owner: Connection, system: System, file: Path, *, keys: Keys) -> int:
    """Copy `file` into the base table of `system` and return how many records it held.

    Code columns are made here, so that their key never enters the database.
    """
    parquet = _opened(file)
    fields = tuple(system.fields)
    _check(parquet.schema_arrow.names, wanted=(*_HEAD, *fields), file=file)
    codes = coded_fields(system)
    columns = (*_HEAD, *fields, *(f"{field}_code" for field in codes))
    loaded = 0
    with acting(owner, RECORD):
        with owner.cursor() as cursor, cursor.copy(_copy(system, "record", columns)) as copy:
            for batch in parquet.iter_batches(BATCH, columns=[*_HEAD, *fields]):
                table = pa.Table.from_batches([batch]).select([*_HEAD, *fields])
                for field in codes:
                    table = table.append_column(
                        f"{field}_code", _codes(table.column(field), key=keys.code_of(field))
                    )
                copy.write(_csv(table))
                loaded += batch.num_rows
        _refuse_doubles(owner, system, file)
    return loaded


def load_areas(owner: Connection, policy: Policy) -> None:
    """Note every area and owner key that occurs: who serves reads them without reading a record."""
    areas: set[str] = set()
    for system in policy.systems.values():
        with acting(owner, RECORD):
            schema = quoted(system.key)
            _run(
                owner,
                f"insert into {schema}.owner select distinct owner_key from {schema}.record"
                " where owner_key is not null",
            )
            found = owner.execute(f"select distinct area from {schema}.record".encode()).fetchall()
            areas.update(str(area) for (area,) in found if area is not None)
    with acting(owner, RULE), owner.cursor() as cursor:
        cursor.executemany("insert into rule.area values (%s)", [(area,) for area in sorted(areas)])


def load_ties(owner: Connection, system: System, file: Path) -> int:
    """Load accepted switches and consents that concern a record of `system`; return how many."""
    table = _table(file, ("record", "company", "relation", "valid_from", "valid_to"))
    relations = pa.array(
        [int(_TIES[word]) for word in table.column("relation").to_pylist()], pa.int16()
    )
    table = table.set_column(table.schema.get_field_index("relation"), "relation", relations)
    return _joined(
        owner,
        system,
        table,
        types="record text, company text, relation smallint, starts timestamptz, ends timestamptz",
        into="tie (record_id, company, relation, valid)",
        select="c.id, i.company, i.relation, tstzrange(i.starts, i.ends, '[)')",
    )


def load_work(owner: Connection, system: System, file: Path) -> int:
    """Load the work orders and intakes that name a record of `system`; return how many."""
    table = _table(file, ("record", "person", "valid_from", "valid_to"))
    table = table.filter(pc.is_valid(table.column("person")))
    return _joined(
        owner,
        system,
        table,
        types="record text, person text, starts timestamptz, ends timestamptz",
        into="work (record_id, person, valid)",
        select="c.id, i.person, tstzrange(i.starts, i.ends, '[)')",
    )


def _joined(  # a business number becomes an internal id, and is kept nowhere else
    owner: Connection, system: System, table: pa.Table, *, types: str, into: str, select: str
) -> int:
    schema, key = quoted(system.key), quoted(key_field(system))
    with acting(owner, RECORD):
        _run(owner, f"create unlogged table {schema}.incoming ({types})")
        names = tuple(part.split()[0] for part in types.split(", "))
        with owner.cursor() as cursor, cursor.copy(_copy(system, "incoming", names)) as copy:
            for batch in table.to_batches(BATCH):
                copy.write(_csv(pa.Table.from_batches([batch])))
        _run(owner, f"grant select on {schema}.incoming to {RULE}")
    with acting(owner, RULE):  # which alone meets the numbers, also once row security is on
        joined = owner.execute(
            f"insert into {schema}.{into} select {select} from {schema}.incoming i"
            f" join {schema}.record c on c.{key} = i.record"
            " where i.ends is null or i.starts < i.ends".encode()
        ).rowcount
    with acting(owner, RECORD):
        _run(owner, f"drop table {schema}.incoming")
    return joined


def _opened(file: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file)
    except (OSError, pa.ArrowInvalid) as error:
        missing = isinstance(error, FileNotFoundError)
        raise NotLoadable(
            "ファイルがありません" if missing else "Parquet として読めません（途中で切れた可能性）",
            place=str(file),
            remedy="架空の世界を作り直すか、正しいファイルを置いてください",
        ) from None


def _table(file: Path, columns: Sequence[str]) -> pa.Table:
    parquet = _opened(file)
    _check(parquet.schema_arrow.names, wanted=columns, file=file, exactly=False)
    return parquet.read(columns=list(columns)).select(list(columns))


def _check(
    names: Sequence[str], *, wanted: Sequence[str], file: Path, exactly: bool = True
) -> None:
    if missing := [name for name in wanted if name not in names]:
        raise NotLoadable(
            f"列「{'」「'.join(missing)}」がありません",
            place=str(file),
            remedy="整理表の項目IDと同じ名の列をすべて置いてください",
        )
    if exactly and (unknown := [name for name in names if name not in wanted]):
        raise NotLoadable(
            f"列「{'」「'.join(unknown)}」は整理表にありません",
            place=str(file),
            remedy="整理表に項目を足すか、列を除いてください",
        )


def _refuse_doubles(owner: Connection, system: System, file: Path) -> None:
    row = owner.execute(
        f"select id from {quoted(system.key)}.record"
        " group by id having count(*) > 1 limit 1".encode()
    ).fetchone()
    if row:
        raise NotLoadable(
            f"id {row[0]} が重複しています",
            place=str(file),
            remedy="記録ごとに異なる id を付けてください",
        )


def _codes(column: pa.ChunkedArray, *, key: bytes) -> pa.Array:
    return pa.array(
        [None if value is None else code(value, key=key) for value in column.to_pylist()],
        pa.string(),
    )


def _csv(table: pa.Table) -> bytes:
    buffer = BytesIO()
    pa_csv.write_csv(table, buffer, _FORMAT)
    return buffer.getvalue()


def _copy(system: System, table: str, columns: Sequence[str]) -> bytes:
    names = ", ".join(quoted(name) for name in columns)
    return f"copy {quoted(system.key)}.{table} ({names}) from stdin (format csv)".encode()


def _run(owner: Connection, text: str) -> None:
    owner.execute(text.encode())
