"""The recorder: a look is durable before its first byte leaves, or the caller is told it is not.

Anything unclear is `NotRecorded`: an error, a lost connection, a warning at commit, a deadline.
A record without a view may remain; a view without a record may not.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import inf
from time import monotonic
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from sekisho.ledger.leaves import BadLeaf
from sekisho.ledger.shards import Shard
from sekisho_links.ledger.circuit import Circuit
from sekisho_links.ledger.connections import Line, Lines, Watchdog
from sekisho_links.ledger.errors import REMEDY, NoLongerAllowed, NotRecorded
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.writing import Happening, Row, row_of

LATE = "記録が時間内に終わりません"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A record that is durable. `id` is its number on the page (記録番号)."""

    id: UUID
    at: datetime
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """What must still be so when the record is written: this row, with this value.

    A stop that is under way is waited for and then seen; a later one waits for this commit.
    """

    table: str
    key: int
    column: str
    value: int

    def as_sql(self) -> sql.Composed:
        text = "select from {} where id = %(still_key)s and {} = %(still_value)s"
        return sql.SQL(text).format(sql.Identifier(self.table), sql.Identifier(self.column))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """What a look rests on must be at its record what it was before: the same facts, in time.

    text:      SQL that says the digest of the facts; ours, never from a request.
    arguments: what it is asked with.
    digest:    what it said before the look.
    until:     the instant from which on these facts say something else; None: never by themselves.
    """

    text: LiteralString
    arguments: Mapping[str, Any]
    digest: str
    until: datetime | None

    def as_sql(self) -> sql.Composed:
        return sql.SQL(
            "({}) = %(unchanged_digest)s and clock_timestamp() < %(unchanged_until)s"
        ).format(sql.SQL(self.text))

    def values(self) -> dict[str, Any]:
        until = self.until.isoformat() if self.until else "infinity"
        return {**self.arguments, "unchanged_digest": self.digest, "unchanged_until": until}


class Recorder:
    """Writes records on its own connections, never on those of a request.

    url:      the database, as the application's role.
    deadline: seconds after which nothing is shown any more.
    """

    def __init__(
        self, url: str, *, keys: Keys, deadline: float = 1.0, connections: int = 4
    ) -> None:
        self.keys = keys
        self._deadline = deadline
        self._lines = Lines(url, most=connections)
        self.watchdog = Watchdog()
        self._shards: dict[Shard, int] = {}
        self._circuit = Circuit()

    def record(
        self,
        happening: Happening,
        *,
        still: Still | None = None,
        unchanged: Unchanged | None = None,
        deadline: float | None = None,
    ) -> Receipt:
        """Record `happening`, and return when it is durable at its level.

        Raises NotRecorded unless that is certain before the deadline, and NoLongerAllowed where
        `still` or `unchanged` does not hold any more: both are asked in the statement that
        records. Never tries twice: the outcome of the first is unknown.
        """
        row = self._row_of(happening)
        with self._clear_line(deadline) as line:
            _insert(line, row, self._shard_on(line, happening.shard), still, unchanged)
        return Receipt(id=row.event_id, at=happening.at, level=row.level)

    def ready(self) -> None:
        """Raise NotRecorded where a record could not be written now: no page need be built."""
        with self._clear_line(None) as line:
            line.connection.execute("select")

    def read(
        self, happening: Happening, function: str, arguments: Sequence[Any]
    ) -> tuple[Receipt, list[tuple[Any, ...]]]:
        """Return what `function` of the ledger shows, once the reading itself is recorded.

        function: read_records, read_record or read_use; none shows anything before that record
                  is committed.
        """
        row = self._row_of(happening)
        with self._clear_line(None) as line:
            _insert(line, row, self._shard_on(line, happening.shard), None)
            _refuse_doubt(line, until=inf)
            rows = _read(line, function, [row.event_id, *arguments])
        return Receipt(id=row.event_id, at=happening.at, level=row.level), rows

    def shard(self, shard: Shard) -> int:
        """Return the number of `shard`, opened and committed where it is new.

        Also for changes: one that opened it in its own transaction would keep all looks waiting.
        """
        if shard in self._shards:
            return self._shards[shard]
        with self._clear_line(None) as line:
            return self._shard_on(line, shard)

    def close(self) -> None:
        self._lines.close()

    @contextmanager
    def _clear_line(self, deadline: float | None) -> Iterator[Line]:
        """Yield a connection until the deadline. Raise NotRecorded for whatever is unclear.

        One that saw anything unclear is thrown away; what was said on it last is unknown.
        """
        self._circuit.check()
        until = monotonic() + (self._deadline if deadline is None else deadline)
        try:
            line = self._lines.take(until=until)
        except NotRecorded:
            self._circuit.failed()
            raise
        clear = wrong = False
        try:
            with self.watchdog.over(line.connection, until=until):
                yield line
            _refuse_doubt(line, until=until)
            clear = True
        except NoLongerAllowed:
            clear = True  # a clear answer, if not the one that was hoped for
            raise
        except psycopg.Error as error:
            late = monotonic() >= until
            # what was asked is wrong, not the ledger: it must not be closed to everybody for that
            wrong = (error.sqlstate or "")[:2] in ASKED_WRONGLY
            why = LATE if late else f"記録できません（{error.sqlstate or '接続断'}）"
            raise NotRecorded(why, remedy=REMEDY) from error
        finally:
            if clear:
                self._lines.give_back(line)
                self._circuit.worked()
            else:
                self._lines.drop(line)
                if not wrong:
                    self._circuit.failed()

    def _row_of(self, happening: Happening) -> Row:
        try:
            return row_of(happening, keys=self.keys)
        except BadLeaf as error:
            raise NotRecorded(f"記録にできない内容です（{error}）", remedy=REMEDY) from error
        except (OSError, ValueError, sqlite3.Error) as error:  # disk full; keys locked or broken
            raise NotRecorded("記録の鍵を使えません", remedy=REMEDY) from error

    def _shard_on(self, line: Line, shard: Shard) -> int:
        if shard not in self._shards:
            found = line.connection.execute(
                "select ledger.open_shard(%s, %s, %s)",
                [shard.company, shard.system, shard.fiscal_year],
            ).fetchone()
            if found is None:
                raise NotRecorded("記録の区画を開けません", remedy=REMEDY)
            self._shards[shard] = found[0]
        return self._shards[shard]


ASKED_WRONGLY = ("22", "42")  # classes of SQLSTATE: data exception; syntax or access rule
_WITHOUT = sql.SQL("select")
# All or nothing in one round trip; the event comes last, for a row count is the main statement's.
_INSERT = sql.SQL("""
with ok as materialized ({still}),
d as (insert into ledger.detail (event_id, part, commitment, salt, nonce, ct, key_id)
  select %(event)s, u.* from ok, unnest(%(parts)s::smallint[], %(commitments)s::bytea[],
    %(salts)s::bytea[], %(nonces)s::bytea[], %(texts)s::bytea[], %(keys)s::bigint[]) u),
r as (insert into ledger.subject_ref (tag, event_id)
  select u, %(event)s from ok, unnest(%(tags)s::bytea[]) u)
insert into ledger.event (shard, event_id, level, body)
  select %(shard)s, %(event)s, %(level)s, %(body)s from ok
""")


def _insert(
    line: Line, row: Row, shard: int, still: Still | None, unchanged: Unchanged | None = None
) -> None:
    statement = _INSERT.format(still=_condition(still, unchanged))
    names = ("event", "level", "body", "parts", "commitments", "salts", "nonces", "texts", "keys")
    values = dict(zip((*names, "tags"), row.arguments(shard)[1:], strict=True))
    if still is not None:
        values |= {"still_key": still.key, "still_value": still.value}
    if unchanged is not None:
        values |= unchanged.values()
    done = line.connection.execute(statement, {**values, "shard": shard})
    if done.rowcount == 0 and (still is not None or unchanged is not None):
        raise NoLongerAllowed(
            "利用の途中で停止または終了になりました", remedy="もう一度サインインしてください"
        )
    if done.rowcount != 1:
        raise NotRecorded(f"記録の数が合いません（{done.rowcount}）", remedy=REMEDY)


def _condition(still: Still | None, unchanged: Unchanged | None) -> sql.Composable:
    """Return the query that has a row where everything still is as it must be."""
    if still is None:
        bare = sql.SQL("select where {}")
        return bare.format(unchanged.as_sql()) if unchanged is not None else _WITHOUT
    if unchanged is None:
        return sql.SQL("{} for share").format(still.as_sql())
    return sql.SQL("{} and {} for share").format(still.as_sql(), unchanged.as_sql())


def _read(line: Line, function: str, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
    statement = sql.SQL("select * from ledger.{}({})").format(
        sql.Identifier(function), sql.SQL(", ").join([sql.Placeholder()] * len(arguments))
    )
    return line.connection.execute(statement, arguments).fetchall()


def _refuse_doubt(line: Line, *, until: float) -> None:
    if line.warnings:
        # the wait for a standby was cancelled: COMMIT says yes, but one host alone has the record
        raise NotRecorded(f"記録の途中で警告がありました（{line.warnings[0]}）", remedy=REMEDY)
    if monotonic() > until:
        raise NotRecorded(LATE, remedy=REMEDY)
