"""Text of a log into normalised accesses: rules asked once for each distinct cell, then joined.

What a cell means is said by `sekisho.trace.dates`, `numbers` and the source map; the engine only
looks it up. The moment, the number and the count of an ordinary line take a short way whose
meaning is the same (a test holds the two together).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import duckdb
import pyarrow as pa

from sekisho.trace.dates import TimeForm, day_of, shift_of
from sekisho.trace.numbers import POINT, record_of
from sekisho.trace.refusals import Reason
from sekisho.trace.sources import NEEDED, SAID, WORDED, Source
from sekisho_links.trace.engines.duckdb import name, text

EXPECTED = {
    TimeForm.SLASH: "2025/04/01 09:15:22",
    TimeForm.ISO: "2025-04-01T09:15:22+09:00",
    TimeForm.WAREKI: "R07.04.01 09:15:22",
    TimeForm.W3C: "2025-04-01 09:15:22",
}
_FILLED = tuple(said for said in SAID if said in NEEDED and said != "record")


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
) -> tuple[list[tuple[int, int, int]], list[Refused]]:
    """Make the table `judged` of `rows`; return counts by file and the refused lines.

    The counts are (file, accepted, of them repaired). A good row has no `reason`.

    rows:    text columns under the headings of the source, with `file` (a number) and `line`.
    screens: screen id or path -> screen id, of this system alone.
    """
    engine.register("raw", rows)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE said AS SELECT {_said(source)} FROM raw")
    engine.unregister("raw")
    _moments(engine, source)
    _words(engine, source, screens)
    _numbers(engine)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {_judged(source)}")
    counts = engine.execute(
        "SELECT file, count(*), count(*) FILTER (repaired) FROM judged WHERE reason IS NULL"
        " GROUP BY file"
    ).fetchall()
    refused = [
        Refused(file, line, Reason(reason), detail or "")
        for file, line, reason, detail in engine.execute(
            "SELECT file, line, reason, detail FROM judged WHERE reason IS NOT NULL"
            " ORDER BY file, line"
        ).fetchall()
    ]
    engine.execute("DROP TABLE said")
    return counts, refused


def _said(source: Source) -> str:
    """Return the columns of SQL that give each thing said its cell, trimmed; absent is empty."""
    cells = ["file", "line"]
    for said in SAID:
        if said == "at" and source.time_form is TimeForm.W3C:
            cells.append('"date" AS day, "time" AS clock')
        elif said == "at":
            cell = f"trim({name(source.columns['at'])})"
            space = "T" if source.time_form is TimeForm.ISO else " "
            gap = f"instr({cell}, '{space}')"
            if source.time_form is TimeForm.WAREKI:  # 令和 7年 4月 1日 09:15:22: the last gap
                gap = f"length({cell}) - instr(reverse({cell}), ' ') + 1"
            cells.append(f"left({cell}, {gap} - 1) AS day, substr({cell}, {gap} + 1) AS clock")
        else:
            cells.append(f"{_cell(source, said)} AS {said}")
    return ", ".join(cells)


def _cell(source: Source, said: str) -> str:
    heading = source.columns.get(said)
    if heading is None:
        return "''"
    column, _, parameter = heading.partition(":")
    if parameter:
        cell = f"regexp_extract({name(column)}, {text(f'(?:^|&){parameter}=([^&]*)')}, 1)"
        cell = f"CASE WHEN contains({name(column)}, '%') THEN url_decode({cell}) ELSE {cell} END"
    else:
        cell = f"trim({name(column)})"
    return f"CASE WHEN {cell} = '-' THEN '' ELSE {cell} END" if source.format == "w3c" else cell


def _distinct(engine: duckdb.DuckDBPyConnection, column: str, where: str = "true") -> list[str]:
    found = engine.execute(f"SELECT DISTINCT {column} FROM said WHERE {where}").fetchall()
    return [cell for (cell,) in found]


def _look_up(
    engine: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Iterable[tuple[object, ...]]
) -> None:
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    rows = list(rows)
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        engine.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _moments(engine: duckdb.DuckDBPyConnection, source: Source) -> None:
    days = ((cell, day_of(cell, source.time_form)) for cell in _distinct(engine, "day"))
    _look_up(engine, "days", "cell VARCHAR, day DATE", [(cell, day) for cell, day in days if day])
    shifts = ((cell, shift_of(cell, source.timezone)) for cell in _distinct(engine, _ZONE))
    _look_up(
        engine,
        "shifts",
        "cell VARCHAR, ahead INTERVAL",
        [(cell, ahead) for cell, ahead in shifts if isinstance(ahead, timedelta)],
    )


_ZONE = "substr(clock, 9)"
_TIME = "CASE WHEN length(clock) >= 8 THEN try_cast(left(clock, 8) AS TIME) END"


def _words(engine: duckdb.DuckDBPyConnection, source: Source, screens: Mapping[str, str]) -> None:
    for said in WORDED:
        _look_up(engine, f"words_{said}", "cell VARCHAR, word VARCHAR", _word_pairs(source, said))
    _look_up(engine, "words_screen", "cell VARCHAR, word VARCHAR", screens.items())


def _word_pairs(source: Source, said: str) -> list[tuple[str, str]]:
    words = dict(source.values.get(said, {}))
    if said not in NEEDED:
        words.setdefault("", source.defaults.get(said, ""))
    return list(words.items())


def _numbers(engine: duckdb.DuckDBPyConnection) -> None:
    plain = f"record = '' OR regexp_full_match(record, {text(POINT)})"
    asked = [(cell, record_of(cell)) for cell in _distinct(engine, "record", f"NOT ({plain})")]
    _look_up(
        engine,
        "numbers",
        "cell VARCHAR, key VARCHAR, repaired BOOLEAN, refused VARCHAR",
        [(cell, found.key, found.repaired, found.refused) for cell, found in asked],
    )


def _judged(source: Source) -> str:
    """Return the SQL of every line with its meaning, or with why it has none."""
    empty = " ".join(f"WHEN s.{said} = '' THEN {text(source.columns[said])}" for said in _FILLED)
    anywhere = " OR ".join(f"s.{said} = ''" for said in _FILLED)
    strange = " ".join(f"WHEN {said}.word IS NULL THEN s.{said}" for said in WORDED)
    unknown = " OR ".join(f"{said}.word IS NULL" for said in WORDED)
    joins = " ".join(
        f"LEFT JOIN words_{said} AS {said} ON {said}.cell = s.{said}"
        for said in (*WORDED, "screen")
    )
    count = "CASE WHEN s.n = '' THEN 1 ELSE try_cast(s.n AS INTEGER) END"
    return f"""
    WITH met AS (
      SELECT s.*, days.day + ({_TIME}) - shifts.ahead AS moment, {count} AS number,
        action.word AS did, result.word AS saw, purpose.word AS why, method.word AS how,
        screen.word AS place, numbers.key, numbers.repaired AS mended, numbers.refused,
        CASE
          WHEN s.account = {text(source.columns["account"])} AND s.action =
            {text(source.columns["action"])} THEN '{Reason.REPEATED}'
          WHEN {anywhere} THEN '{Reason.EMPTY}'
          WHEN days.day IS NULL OR ({_TIME}) IS NULL OR shifts.ahead IS NULL THEN '{Reason.TIME}'
          WHEN {unknown} THEN '{Reason.VALUE}'
          WHEN numbers.refused IS NOT NULL THEN numbers.refused
          WHEN screen.word IS NULL THEN '{Reason.OTHER_SYSTEM}'
          WHEN number IS NULL OR number < 0 THEN '{Reason.COUNT}'
        END AS reason,
        CASE reason
          WHEN '{Reason.REPEATED}' THEN s.account
          WHEN '{Reason.EMPTY}' THEN CASE {empty} END
          WHEN '{Reason.TIME}' THEN s.day || ' ' || s.clock
          WHEN '{Reason.VALUE}' THEN CASE {strange} END
          WHEN '{Reason.EXPONENT}' THEN s.record
          WHEN '{Reason.RECORD}' THEN s.record
          WHEN '{Reason.OTHER_SYSTEM}' THEN s.screen
          WHEN '{Reason.COUNT}' THEN s.n
        END AS detail
      FROM said AS s
      LEFT JOIN days ON days.cell = s.day
      LEFT JOIN shifts ON shifts.cell = {_ZONE.replace("clock", "s.clock")}
      LEFT JOIN numbers ON numbers.cell = s.record
      {joins}
    )
    SELECT file, line, moment::TIMESTAMP AT TIME ZONE 'UTC' AS "at", account, device, ip,
      place AS screen, did AS action,
      CASE WHEN record = '' THEN NULL ELSE coalesce(key, record) END AS record,
      number AS n, saw AS result, why AS purpose, how AS method,
      coalesce(mended, false) AS repaired, reason, detail,
      date_trunc('month', moment + INTERVAL 9 HOUR)::DATE AS month
    FROM met
    """
