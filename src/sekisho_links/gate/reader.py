"""Connections of the role app for reading records: few, kept, and never left inside a ticket."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from typing import Any

import psycopg

from sekisho.errors import SekishoError
from sekisho.gate.names import quoted
from sekisho.gate.tickets import Ticket
from sekisho_links.gate.rows import Cursor, live_version, open_ticket

SECONDS = 5  # a read that takes longer is given up
ISOLATION = psycopg.IsolationLevel.REPEATABLE_READ
_AGAIN = "少し待ってから、もう一度開いてください"


class NotReadable(SekishoError):
    """Records cannot be read now. Nothing is shown, and the page says so."""


class Switched(NotReadable):
    """Another version went live since the page was decided: it can be decided once more."""


class Reader:
    """Reads records for one process. Every reading is one transaction that ends in a rollback.

    It is one moment of the database (REPEATABLE READ): whatever is published meanwhile, no two of
    its statements answer by two versions.
    """

    def __init__(self, url: str, *, key: bytes, most: int = 6) -> None:
        self._url = url
        self._key = key
        self._idle: LifoQueue[psycopg.Connection[Any]] = LifoQueue(most)

    @contextmanager
    def reading(self, *systems: str) -> Iterator["Reading"]:
        """Yield a transaction in which tickets can be opened one after the other.

        systems: the keys of those that are read. Their views keep their shape until the end: the
                 lock is taken before the moment that the transaction sees.
        Raises Switched where another version went live, and NotReadable where the database does
        not answer. Whatever happened on a connection,
        the next one to use it finds no transaction and no ticket.
        """
        connection = self._take()
        clean = False
        try:
            cursor = connection.cursor()
            if systems:
                views = ", ".join(f"{quoted(system)}.record_v" for system in sorted(systems))
                cursor.execute(f"lock table {views} in access share mode".encode())
            yield Reading(cursor, key=self._key)
            connection.rollback()
            clean = True
        except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
            raise _switched() from None
        except psycopg.errors.QueryCanceled:
            raise _unreadable("読み出しが時間内に終わりません") from None
        except psycopg.OperationalError:
            raise _unreadable("記録のデータベースにつながりません") from None
        except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedTable):
            raise _unreadable("対象システムの記録が、まだ入っていません") from None
        except psycopg.Error as error:
            raise _unreadable(f"記録を読めません（{error.sqlstate}）") from None
        finally:
            if not clean:
                with suppress(psycopg.Error):
                    connection.rollback()
            self._give_back(connection)

    def close(self) -> None:
        """Close every idle connection."""
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    def _take(self) -> psycopg.Connection[Any]:
        with suppress(Empty):
            while True:
                kept = self._idle.get_nowait()
                if _alive(kept):
                    return kept
                kept.close()
        try:
            connection = psycopg.connect(
                self._url, connect_timeout=2, options=f"-c statement_timeout={SECONDS}s"
            )
        except psycopg.OperationalError:
            raise _unreadable("記録のデータベースにつながりません") from None
        connection.isolation_level = ISOLATION
        return connection

    def _give_back(self, connection: psycopg.Connection[Any]) -> None:
        idle = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        if connection.closed or not idle or self._idle.full():
            connection.close()
        else:
            self._idle.put_nowait(connection)


class Reading:
    """One transaction of reading; `under` says in whose name the next statements read."""

    def __init__(self, cursor: Cursor, *, key: bytes) -> None:
        self.cursor = cursor
        self._key = key

    def version(self) -> str | None:
        """Return the version that is live, or None where nothing was ever put live."""
        return live_version(self.cursor)

    def level(self) -> int:
        """Return how strong a record can be here: 2 where a second host has it as well."""
        self.cursor.execute("select current_setting('synchronous_standby_names') <> ''")
        return 2 if self.cursor.fetchall()[0][0] else 1

    def under(self, ticket: Ticket) -> Cursor:
        """Open `ticket` and return the cursor that reads under it from now on.

        Raises Switched where the database does not take it: another version went live, or
        another stretch of days began.
        """
        if not open_ticket(self.cursor, ticket, key=self._key):
            raise _switched()
        return self.cursor


def _alive(connection: psycopg.Connection[Any]) -> bool:
    """Return whether an idle connection still answers: the server may have restarted."""
    try:
        connection.execute("select 1")
        connection.rollback()
    except psycopg.Error:
        return False
    return True


def _unreadable(problem: str) -> NotReadable:
    return NotReadable(problem, place="照会", remedy=_AGAIN)


def _switched() -> Switched:
    return Switched("判定表の版が切り替わりました", place="照会", remedy=_AGAIN)
