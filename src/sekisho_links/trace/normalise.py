"""Text of a log into normalised accesses: rules asked once for each distinct cell.

What a cell means is said by `sekisho.trace.dates`, `numbers` and the source map. A column is a
dictionary of its distinct cells, so that a rule is asked of the cells and not of the rows; the
moment, of which nearly every row has its own, is put together by the engine from its day (a few
hundred distinct ones, asked of the rule), its clock and its offset.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sekisho.trace.dates import TimeForm, day_of, shift_of
from sekisho.trace.numbers import POINT, Record, record_of
from sekisho.trace.refusals import Reason
from sekisho.trace.sources import NEEDED, SAID, WORDED, Format, Source
from sekisho_links.trace.engines.duckdb import text

EXPECTED = {
    TimeForm.SLASH: "2025/04/01 09:15:22",
    TimeForm.ISO: "2025-04-01T09:15:22+09:00",
    TimeForm.WAREKI: "R07.04.01 09:15:22",
    TimeForm.W3C: "2025-04-01 09:15:22",
}
_PLAIN = re.compile(POINT)
_MOST = 2**31 - 1  # of 件数


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was read and refused for what it says."""

    file: int
    line: int
    reason: Reason
    detail: str


def normalise(
    engine: duckdb.DuckDBPyConnection,
    rows: pa.Table,
    source: Source,
    screens: Mapping[str, str],
    *,
    table: str,
) -> tuple[list[tuple[int, int, int]], list[Refused]]:
    """Make the table `table` of `rows`; return counts by file and the refused lines.

    The counts are (file, accepted, of them repaired). A good row has no `reason`.

    rows:    text columns under the headings of the source, with `file` (a number) and `line`.
    screens: screen id or path -> screen id, of this system alone.
    """
    engine.register("said", _said(rows, source, screens))
    _moments(engine, source)
    engine.execute(f"CREATE TABLE {table} AS {_judged(source)}")
    engine.unregister("said")
    counts = engine.execute(
        f"SELECT file, count(*), count(*) FILTER (repaired) FROM {table} WHERE reason IS NULL"
        " GROUP BY file"
    ).fetchall()
    refused = [
        Refused(file, line, Reason(reason), detail or "")
        for file, line, reason, detail in engine.execute(
            f"SELECT file, line, reason, detail FROM {table} WHERE reason IS NOT NULL"
            " ORDER BY file, line"
        ).fetchall()
    ]
    return counts, refused


def _said(rows: pa.Table, source: Source, screens: Mapping[str, str]) -> pa.Table:
    """Return each thing said: the cell as it stands, and what it means (null where nothing)."""
    columns: dict[str, pa.Array] = {"file": rows.column("file"), "line": rows.column("line")}
    if source.time_form is TimeForm.W3C:
        columns["day"], columns["clock"] = rows.column("date"), rows.column("time")
    else:
        columns["moment"] = rows.column(source.columns["at"])
    for said in SAID:
        if said == "at":
            continue
        cells = _Cells.of(rows, source, said)
        if said in WORDED:
            words = _words(source, said)
            columns[said] = cells.column
            columns[f"{said}_word"] = cells.mapped(words.get)
        elif said == "screen":
            columns[said] = cells.column
            columns["screen_word"] = cells.mapped(screens.get)
        elif said == "record":
            asked = [_record(cell) for cell in cells.distinct]
            columns[said] = cells.column
            columns["key"] = cells.taken([one.key for one in asked])
            columns["repaired"] = cells.taken([one.repaired for one in asked])
            columns["refused"] = cells.taken([one.refused for one in asked])
        elif said == "n":
            columns[said] = cells.column
            columns["number"] = cells.mapped(_count, pa.int32())
        else:
            columns[said] = cells.column
    return pa.table(columns)


@dataclass(frozen=True, slots=True)
class _Cells:
    """One column as a dictionary: the distinct cells, trimmed, and which of them each row has."""

    indices: pa.Array
    distinct: list[str]

    @classmethod
    def of(cls, rows: pa.Table, source: Source, said: str) -> "_Cells":
        heading = source.columns.get(said)
        if heading is None:
            return cls(pa.repeat(pa.scalar(0, pa.int32()), rows.num_rows), [""])
        name, _, parameter = heading.partition(":")
        column = rows.column(name)
        if parameter:
            pattern = f"(?:^|&){re.escape(parameter)}=(?P<cell>[^&]*)"
            found = pc.extract_regex(column.cast(pa.string()), pattern)
            column = pc.fill_null(pc.struct_field(found, "cell"), "")
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        whole = column.unify_dictionaries().combine_chunks()
        if isinstance(whole, pa.ChunkedArray):  # of no chunk at all
            return cls(pa.array([], pa.int32()), [""])
        cells = [cell.strip() for cell in whole.dictionary.to_pylist()]
        if parameter:
            cells = [unquote_plus(cell) if "%" in cell else cell for cell in cells]
        if source.format is Format.W3C:
            cells = ["" if cell == "-" else cell for cell in cells]
        return cls(whole.indices, cells)

    @property
    def column(self) -> pa.Array:
        return self.taken(self.distinct)

    def mapped(self, rule: Callable[[str], object], kind: pa.DataType | None = None) -> pa.Array:
        return self.taken([rule(cell) for cell in self.distinct], kind)

    def taken(self, meanings: Sequence[object], kind: pa.DataType | None = None) -> pa.Array:
        if kind is None:
            kind = pa.bool_() if any(isinstance(one, bool) for one in meanings) else pa.string()
        values = pa.array(meanings, kind)
        if pa.types.is_string(kind):
            return pa.DictionaryArray.from_arrays(self.indices, values)
        return values.take(self.indices)


def _words(source: Source, said: str) -> dict[str, str]:
    words = dict(source.values.get(said, {}))
    if said not in NEEDED:
        words.setdefault("", source.defaults.get(said, ""))
    return words


def _record(cell: str) -> Record:
    """Return what the rule says; an ordinary number of 22 digits need not be asked of it."""
    return Record(key=cell) if _PLAIN.fullmatch(cell) else record_of(cell)


def _count(cell: str) -> int | None:
    """Return 件数: 1 where it is left out, None where it is no number."""
    if cell == "":
        return 1
    number = int(cell) if cell.isdecimal() else -1
    return number if 0 <= number <= _MOST else None


_ZONE = "substr(clock, 9)"
_TIME = "CASE WHEN length(clock) >= 8 THEN try_cast(left(clock, 8) AS TIME) END"


def _cut(source: Source) -> str:
    """Return the SQL of all that was said, with the moment cut into day and clock."""
    if source.time_form is TimeForm.W3C:
        return "SELECT * FROM said"
    cell = "trim(moment)"
    gap = f"instr({cell}, '{'T' if source.time_form is TimeForm.ISO else ' '}')"
    if source.time_form is TimeForm.WAREKI:  # 令和 7年 4月 1日 09:15:22: the last gap
        gap = f"length({cell}) - instr(reverse({cell}), ' ') + 1"
    return (
        f"SELECT * EXCLUDE (moment), left({cell}, {gap} - 1) AS day,"
        f" substr({cell}, {gap} + 1) AS clock FROM said"
    )


def _moments(engine: duckdb.DuckDBPyConnection, source: Source) -> None:
    found = engine.execute(f"SELECT DISTINCT day, {_ZONE} AS zone FROM ({_cut(source)})").fetchall()
    days = {day: day_of(day, source.time_form) for day, _ in found}
    shifts = {zone: shift_of(zone, source.timezone) for _, zone in found}
    engine.register(
        "days",
        pa.table(
            {"cell": list(days), "day": pa.array(days.values(), pa.date32())},
            schema=pa.schema([("cell", pa.string()), ("day", pa.date32())]),
        ),
    )
    engine.register(
        "shifts",
        pa.table(
            {"cell": list(shifts), "ahead": pa.array(shifts.values(), pa.duration("us"))},
            schema=pa.schema([("cell", pa.string()), ("ahead", pa.duration("us"))]),
        ),
    )


def _judged(source: Source) -> str:
    """Return the SQL of every line with its meaning, or with why it has none."""
    filled = tuple(said for said in SAID if said in NEEDED and said != "record")
    empty = " ".join(f"WHEN {said} = '' THEN {text(source.columns[said])}" for said in filled)
    anywhere = " OR ".join(f"{said} = ''" for said in filled)
    strange = " ".join(f"WHEN {said}_word IS NULL THEN {said}" for said in WORDED)
    unknown = " OR ".join(f"{said}_word IS NULL" for said in WORDED)
    heading = " AND ".join(f"{said} = {text(source.columns[said])}" for said in filled)
    return f"""
    WITH cut AS ({_cut(source)}),
    met AS (
      SELECT cut.*, days.day + ({_TIME}) - shifts.ahead AS moment,
        CASE
          WHEN {heading} THEN '{Reason.REPEATED}'
          WHEN {anywhere} THEN '{Reason.EMPTY}'
          WHEN moment IS NULL THEN '{Reason.TIME}'
          WHEN {unknown} THEN '{Reason.VALUE}'
          WHEN refused IS NOT NULL THEN refused
          WHEN screen_word IS NULL THEN '{Reason.OTHER_SYSTEM}'
          WHEN number IS NULL THEN '{Reason.COUNT}'
        END AS reason
      FROM cut
      LEFT JOIN days ON days.cell = cut.day
      LEFT JOIN shifts ON shifts.cell = {_ZONE}
    )
    SELECT file, line, moment::TIMESTAMP AT TIME ZONE 'UTC' AS "at", account, device, ip,
      screen_word AS screen, action_word AS action, key AS record, number AS n,
      result_word AS result, purpose_word AS purpose, method_word AS method, repaired, reason,
      CASE reason
        WHEN '{Reason.REPEATED}' THEN account
        WHEN '{Reason.EMPTY}' THEN CASE {empty} END
        WHEN '{Reason.TIME}' THEN day || ' ' || clock
        WHEN '{Reason.VALUE}' THEN CASE {strange} END
        WHEN '{Reason.EXPONENT}' THEN record
        WHEN '{Reason.RECORD}' THEN record
        WHEN '{Reason.OTHER_SYSTEM}' THEN screen
        WHEN '{Reason.COUNT}' THEN n
      END AS detail,
      date_trunc('month', moment + INTERVAL 9 HOUR)::DATE AS month
    FROM met
    """
