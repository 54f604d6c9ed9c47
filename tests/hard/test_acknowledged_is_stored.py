"""What was acknowledged is there after a kill -9, also where a session asked for less."""

import os
import signal
import threading
from contextlib import suppress
from time import monotonic, sleep
from uuid import uuid4

import psycopg
import pytest

pytestmark = pytest.mark.hard
WRITERS = 8
INSERT = (
    "insert into ledger.event (shard, event_id, level, body) values (%(shard)s, %(id)s, 1,"
    " convert_to(json_build_object('id', %(id)s::uuid)::text, 'UTF8'))"
)

SIZES = [
    pytest.param(5, 10_000, id="CI"),
    pytest.param(50, 100_000, id="long", marks=pytest.mark.long),
]


class Writers:
    """Insert without pause, in sessions that ask not to wait for the disk."""

    def __init__(self, url):
        self.acknowledged = set()
        self._url = url
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _write(self):
        while not self._enough.is_set():
            with suppress(psycopg.OperationalError), psycopg.connect(self._url) as app:
                app.autocommit = True
                app.execute("set synchronous_commit = off")
                (shard,) = app.execute("select ledger.open_shard('n09', 'hard', 2026)").fetchone()
                while not self._enough.is_set():
                    number = uuid4()
                    app.execute(INSERT, {"shard": shard, "id": number})
                    self.acknowledged.add(number)
            sleep(0.02)


def killed_and_counted(supervisor, endpoint, *, rounds, rows):
    """Return how many rows were acknowledged, how many of them are lost, and the slowest return."""
    acknowledged, slowest = set(), 0.0
    for round_ in range(rounds):
        with Writers(endpoint.url("app")) as writers:
            while len(writers.acknowledged) < rows / rounds:
                sleep(0.01)
            sleep(0.05 * (round_ % 4))  # at another moment between two flushes each time
            os.kill(supervisor.pid, signal.SIGKILL)
            began = monotonic()
            sleep(0.05)
        acknowledged |= writers.acknowledged
        stored = numbers(endpoint)
        slowest = max(slowest, monotonic() - began)
    return len(acknowledged), len(acknowledged - stored), slowest


def numbers(endpoint):
    end = monotonic() + 30
    while True:
        try:
            with psycopg.connect(endpoint.url("dba"), connect_timeout=5) as dba:
                return {number for (number,) in dba.execute("select event_id from ledger.event")}
        except psycopg.OperationalError:
            assert monotonic() < end, "the database does not come back"
            sleep(0.05)


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(("rounds", "rows"), SIZES)
def test_nothing_that_was_acknowledged_is_lost(killable, rounds, rows):
    supervisor, endpoint, _ = killable

    acknowledged, lost, slowest = killed_and_counted(supervisor, endpoint, rounds=rounds, rows=rows)

    print(f"{acknowledged} acknowledged, {lost} lost, back after {slowest:.1f} s at most")
    assert acknowledged >= rows
    assert lost == 0
    assert slowest < 10


def test_the_twin_without_the_trigger_loses_what_it_acknowledged(killable):
    supervisor, endpoint, _ = killable
    with psycopg.connect(endpoint.url("dba"), autocommit=True) as dba:
        dba.execute("alter table ledger.event disable trigger force_sync")
    try:
        acknowledged, lost, _ = killed_and_counted(supervisor, endpoint, rounds=3, rows=6_000)
    finally:
        numbers(endpoint)  # until it is back
        with psycopg.connect(endpoint.url("dba"), autocommit=True) as dba:
            dba.execute("alter table ledger.event enable trigger force_sync")

    print(f"{acknowledged} acknowledged, {lost} lost")
    assert lost > 0
