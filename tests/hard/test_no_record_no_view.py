"""No record, no view, whatever is killed, and whenever.

A body counts as shown as soon as the name was in the bytes that a client received.
"""

import signal
from time import monotonic, sleep

import psycopg
import pytest

from tests.hard.processes import Clients, Web, family, kill_at_random, send

pytestmark = pytest.mark.hard
DEADLINE, SLACK = 1.0, 0.3
BACK = 2.0

SIZES = [
    pytest.param(10, 2_000, id="CI"),
    pytest.param(100, 20_000, id="long", marks=pytest.mark.long),
]


@pytest.fixture
def web(killable):
    _, endpoint, home = killable
    server = Web(home, endpoint.url("app"))
    server.start()
    yield server
    server.kill()


def recorded(endpoint):
    """Return the numbers of all records, as soon as the database answers again."""
    end = monotonic() + 20
    while True:
        try:
            with psycopg.connect(endpoint.url("dba"), connect_timeout=2) as dba:
                return {
                    str(number) for (number,) in dba.execute("select event_id from ledger.event")
                }
        except psycopg.OperationalError:
            assert monotonic() < end, "the database does not come back"
            sleep(0.1)


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(("kills", "bodies"), SIZES)
def test_no_body_is_seen_without_its_record(web, killable, kills, bodies):
    supervisor, endpoint, _ = killable
    with Clients(web, "/shows/") as clients:
        done = kill_at_random(
            web, supervisor, clients, kills=kills, bodies=bodies, seed=1, seconds=bodies / 20
        )

    unrecorded = clients.seen - recorded(endpoint)

    print(f"{done} kills, {len(clients.seen)} bodies, {clients.refused} refused")
    assert done >= kills
    assert len(clients.seen) >= bodies
    assert unrecorded == set()


@pytest.mark.parametrize("twin", ["/after/", "/queued/"], ids=["応答の後の記録", "待ち行列"])
def test_the_twins_show_what_they_did_not_record(web, killable, twin):
    supervisor, endpoint, _ = killable
    for seed in range(2, 6):  # a kill may fall between two answers: then once more
        with Clients(web, twin) as clients:
            kill_at_random(web, supervisor, clients, kills=6, bodies=200, seed=seed, seconds=30)
        sleep(0.5)  # what can still be recorded may be
        unrecorded = clients.seen - recorded(endpoint)
        print(f"{len(clients.seen)} bodies, {len(unrecorded)} without a record")
        if unrecorded:
            break

    assert unrecorded


def frozen_for(supervisor, web, path, *, seconds):
    """Freeze the database, ask once, and return status, body and how long the answer took."""
    pids = family(supervisor.pid)
    send(signal.SIGSTOP, pids)
    try:
        began = monotonic()
        status, body = web.get(path, timeout=seconds)
        return status, body, monotonic() - began
    finally:
        send(signal.SIGCONT, pids)


@pytest.mark.parametrize("round_", range(3))
def test_a_frozen_database_is_a_503_within_the_deadline(web, killable, round_):
    supervisor, endpoint, _ = killable
    assert until_shown(web) <= 20

    status, body, seconds = frozen_for(supervisor, web, "/shows/", seconds=10)

    assert status == 503
    assert "記録できないため表示できません" in body.decode()
    assert "架空花子" not in body.decode()
    assert seconds < DEADLINE + SLACK
    assert until_shown(web) <= BACK
    assert recorded(endpoint)


def until_shown(web):
    """Return after how many seconds a page is shown again."""
    began = monotonic()
    while monotonic() - began < 20:
        if web.get("/shows/")[0] == 200:
            break
        sleep(0.05)
    return monotonic() - began
