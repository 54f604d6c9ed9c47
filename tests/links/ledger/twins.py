"""Recorders with one mistake each. The tests beside this file must catch them."""

from contextlib import contextmanager, suppress
from time import monotonic

from sekisho_links.ledger import connections, recorder


class HearsNoWarning(connections.Line):
    """Has no ear for notices: a COMMIT that succeeded on one host only counts as a success."""

    def _hear(self, notice):
        pass


class NoWatchdog(connections.Watchdog):
    """Leaves the deadline to the server."""

    @contextmanager
    def over(self, connection, *, until):
        yield


class TrustsIdleLines(connections.Line):
    """Uses a connection without asking whether the server has said goodbye."""

    @property
    def is_quiet(self):
        return True


def tries_twice(record):
    """Wraps record(): tries again where the outcome of the first try is unknown."""

    def again(*args, **kwargs):
        try:
            return record(*args, **kwargs)
        except recorder.NotRecorded:
            return record(*args, **kwargs)

    return again


def seconds_of(act):
    began = monotonic()
    with suppress(recorder.NotRecorded):
        act()
    return monotonic() - began
