"""The recorder's own connections: few, autocommit, and never waited for beyond a deadline.

No timeout of the server or of the driver holds against a server that is frozen. What holds is to
shut our own end of the socket, from another thread.
"""

import heapq
import os
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from queue import Empty, LifoQueue
from time import monotonic
from typing import Any

import psycopg

from sekisho_links.ledger.errors import REMEDY, NotRecorded

TICK = 0.05


class Line:
    """One connection, with the warnings it was told since it was last asked."""

    def __init__(self, url: str) -> None:
        self.connection: psycopg.Connection[Any] = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=5,
            application_name="sekisho-recorder",
            options="-c synchronous_commit=on -c statement_timeout=10s",
        )
        self.warnings: list[str] = []
        self.connection.add_notice_handler(self._hear)

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self.warnings.append(notice.message_primary or "")

    @property
    def is_quiet(self) -> bool:
        """Return whether it is worth using: an idle server has nothing to say, not even goodbye."""
        if self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        self.connection.close()


class Watchdog:
    """Shuts a socket when its time is over. One thread for all of them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: list[tuple[float, int]] = []
        self._sockets: dict[int, socket.socket] = {}
        self._numbers = count()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, connection: psycopg.Connection[Any], *, until: float) -> Iterator[None]:
        """Shut `connection` when `until` comes before the block has ended."""
        ours = socket.socket(fileno=os.dup(connection.fileno()))
        with self._changed:
            number = next(self._numbers)
            self._sockets[number] = ours
            heapq.heappush(self._watched, (until, number))
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._watch, name="sekisho-recorder-watchdog", daemon=True
                )
                self._thread.start()
            elif len(self._sockets) == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._sockets.pop(number, None)
            ours.close()

    def _watch(self) -> None:
        with self._changed:
            while True:
                while self._watched and (
                    self._watched[0][1] not in self._sockets or self._watched[0][0] <= monotonic()
                ):
                    _, number = heapq.heappop(self._watched)
                    if number in self._sockets:
                        _shut(self._sockets.pop(number))
                # a deadline that is set while we sleep is never nearer than a tick
                self._changed.wait(TICK if self._sockets else None)


class Lines:
    """A pool. To open a connection is left to a thread, for a frozen server never refuses."""

    def __init__(self, url: str, *, most: int) -> None:
        self._url = url
        self._most = most
        self._idle: LifoQueue[Line] = LifoQueue()
        self._lock = threading.Lock()
        self._open = 0

    def take(self, *, until: float) -> Line:
        """Return a connection that is ours until it is given back. Raise NotRecorded at `until`."""
        while True:
            try:
                line = self._idle.get_nowait()
            except Empty:
                self._open_another()
                try:
                    line = self._idle.get(timeout=max(until - monotonic(), 0))
                except Empty:
                    raise NotRecorded(
                        "記録のデータベースに時間内につながりません", remedy=REMEDY
                    ) from None
            if line.is_quiet:
                line.warnings.clear()
                return line
            self.drop(line)

    def give_back(self, line: Line) -> None:
        self._idle.put(line)

    def drop(self, line: Line) -> None:
        """Throw a connection away: what was said on it last is unknown."""
        with self._lock:
            self._open -= 1
        line.close()

    def close(self) -> None:
        while True:
            try:
                self.drop(self._idle.get_nowait())
            except Empty:
                return

    def _open_another(self) -> None:
        with self._lock:
            if self._open >= self._most:
                return
            self._open += 1
        threading.Thread(target=self._connect, name="sekisho-recorder-line", daemon=True).start()

    def _connect(self) -> None:
        try:
            line = Line(self._url)
        except (psycopg.Error, OSError):
            with self._lock:
                self._open -= 1
            return
        self._idle.put(line)


def _shut(ours: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        ours.shutdown(socket.SHUT_RDWR)
