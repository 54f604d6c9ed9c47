"""Eight threads on pooled connections: no use ever sees the rows of another."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from sekisho_links.gate import rows
from tests.links.gate import twins
from tests.links.gate.conftest import KEYS, NETWORK_CLERK, SALES
from tests.links.gate.worlds import AFFILIATE, AREAS, RIVAL

THREADS, ROUNDS = 8, 50


class Rolled(Exception):
    pass


@pytest.fixture
def pool(database):
    with ConnectionPool(database("app"), min_size=3, max_size=3, timeout=30) as pool:
        yield pool


def _give_up_sometimes(chance: Random) -> None:
    if chance.random() < 0.4:
        raise Rolled


def seen(cursor) -> set[int]:
    cursor.execute("select id from takuso.record_v")
    return {number for (number,) in cursor.fetchall()}


def strangers(pool, expected, tickets, *, local=True) -> int:
    """Return how many reads saw anything but the rows of their own ticket."""

    def work(seed: int) -> int:
        chance, wrong = Random(seed), 0
        for _ in range(ROUNDS):
            name = chance.choice(list(tickets))
            with pool.connection() as connection:
                wrong += bool(seen(connection.cursor()))  # before the ticket: nothing
                connection.rollback()
                try:
                    with connection.transaction():
                        cursor = connection.cursor()
                        rows.open_ticket(cursor, tickets[name], key=KEYS.ticket)
                        if not local:
                            cursor.execute(
                                "select set_config('sekisho.ticket',"
                                " current_setting('sekisho.ticket'), false)"
                            )
                        wrong += seen(cursor) != expected[name]
                        _give_up_sometimes(chance)
                except Rolled:
                    pass
        return wrong

    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(work, range(THREADS)))


@pytest.fixture
def tickets(ticket_of):
    own = ticket_of(SALES)
    rival = ticket_of(SALES | {"閲覧者区分": "新電力"}, party=RIVAL, company=RIVAL)
    network = ticket_of(NETWORK_CLERK)
    one_area = replace(network, use=replace(network.use, areas=frozenset(AREAS[:1])))
    found = {
        "affiliate": own,
        "rival": rival,
        "one area": one_area,
        "network": network,
        "nothing": ticket_of(SALES | {"端末": "未登録端末"}),
    }
    assert own.party == AFFILIATE
    return found


@pytest.fixture
def expected(database, tickets):
    answers = {}
    for name, ticket in tickets.items():
        with psycopg.connect(database("app")) as app:
            rows.open_ticket(app.cursor(), ticket, key=KEYS.ticket)
            answers[name] = seen(app.cursor())
            app.rollback()
    assert len(set(map(frozenset, answers.values()))) == len(answers)
    return answers


def test_no_pooled_connection_hands_a_ticket_on(pool, expected, tickets):
    assert strangers(pool, expected, tickets) == 0


def test_twin_a_ticket_that_outlives_its_transaction_is_caught(pool, expected, tickets):
    assert strangers(pool, expected, tickets, local=False) > 0, twins.KEPT_AFTER_COMMIT
