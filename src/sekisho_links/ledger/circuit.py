"""What keeps a broken database from holding every page for a whole deadline."""

import threading
from collections import deque
from time import monotonic

from sekisho_links.ledger.errors import REMEDY, NotRecorded

FAILURES, WITHIN = 3, 10.0  # so many in so many seconds open the circuit
PROBE = 1.0  # seconds between two tries while it is open


class Circuit:
    """Opens after three failures in ten seconds: all are told at once, and one a second asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._open = False
        self._next_probe = 0.0

    def check(self) -> None:
        """Raise NotRecorded where the circuit is open and this is not the probe."""
        with self._lock:
            now = monotonic()
            if not self._open:
                return
            if now >= self._next_probe:
                self._next_probe = now + PROBE
                return
        raise NotRecorded("台帳への記録が続けて失敗しています", remedy=REMEDY, retry_after=2)

    def failed(self) -> None:
        with self._lock:
            now = monotonic()
            self._failures.append(now)
            if len(self._failures) == FAILURES and now - self._failures[0] <= WITHIN:
                self._open = True
                self._next_probe = now + PROBE

    def worked(self) -> None:
        with self._lock:
            self._failures.clear()
            self._open = False
