"""While versions go live one after the other, every look is decided wholly by one of them.

What each version must answer is computed by the kernel from the files of the world; nothing of
the gate takes part in it. A look that fits no version is a mixture, or a hole.
"""

import os
import random
import threading
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import psycopg
import pytest

from sekisho.gate.effects import profile_of
from sekisho.gate.relations import Duty, Reach, Relation, Scope
from sekisho.gate.stretches import ticket_version
from sekisho.gate.tickets import Ticket
from sekisho.policy.plan import plan
from sekisho_links.gate import Reader, Switched, build, keys_from, put_live, rows
from sekisho_links.postgres import prepare_roles
from tests.links.gate.definition import World
from tests.links.gate.versions import (
    policy_of,
    shipped_files,
    with_ceilings,
    with_field,
    without_islands,
)
from tests.links.gate.worlds import AREAS, NETWORK, RECORDS, make_world, this_moment, today

pytestmark = pytest.mark.hard

THREADS = 4
KEYS = keys_from("for tests only, and longer than fifty characters, as Django asks")
FIELDS = (
    "supply_point_no", "retailer_name", "contract_status", "monthly_kwh", "change_date",
    "service_pole_no",
)  # fmt: skip
CLERK = {
    "閲覧者区分": "送配電託送",
    "利用目的": "託送供給等",
    "状況": "平常",
    "承認": "常時",
    "端末": "送配電端末",
    "認証": "多要素",
    "アカウント状態": "有効",
    "画面区分": "詳細",
}
SIZES = [
    pytest.param((1_500, 8), id="CI"),
    pytest.param((10_000, 60), id="long", marks=pytest.mark.long),
]

A = shipped_files()
# other fields, other masks, and other rows: a mixture of the two fits neither
B = without_islands(
    with_ceilings(A, retailer_name="一部", contract_status="非表示", monthly_kwh="非表示")
)
C = with_field(without_islands(with_ceilings(A, change_date="一部")))  # and another view


@pytest.fixture(scope="module")
def policies():
    return {policy.hash: policy for policy in map(policy_of, (A, B, C))}


@pytest.fixture(scope="module")
def database(server, policies, tmp_path_factory):
    """Yield a function role -> address of a database with a small world and version A live."""
    first = next(iter(policies.values()))
    world = make_world(tmp_path_factory.mktemp("one") / "world", first)
    name = f"one_version_{os.getpid()}"
    with psycopg.connect(server.url("dba"), autocommit=True) as dba:
        dba.execute(f"create database {name}")
    with psycopg.connect(server.url("dba", database=name), autocommit=True) as dba:
        prepare_roles(dba)
    with psycopg.connect(server.url("owner", database=name), autocommit=True) as owner:
        build(owner, first, world, keys=KEYS)
    url = lambda role: server.url(role, database=name)  # noqa: E731
    url.world = world
    yield url
    with psycopg.connect(server.url("dba"), autocommit=True) as dba:
        dba.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def expected(database, policies):
    """Return version -> record -> what a page shows of it, by the kernel alone."""
    found = {}
    for version, policy in policies.items():
        system = policy.on(today()).systems["takuso"]
        ticket = ticket_for(policy)
        found[version] = {
            number: (
                {field: cells[field] for field in FIELDS},
                treatments(system, relation, scope),
            )
            for number, relation, scope, cells in World(database.world, system).delivered(
                CLERK, ticket, at=this_moment(), keys=KEYS
            )
        }
    assert len({str(one) for one in found.values()}) == len(found)
    return found


def ticket_for(policy):
    use = Reach(
        areas=frozenset(AREAS), duty=Duty.AREA, written_areas=None, listed=False, standing=True
    )
    return Ticket(
        system="takuso", profile=profile_of(CLERK), party=NETWORK, company=NETWORK,
        person="p-network", use=use, keys=(),
        version=ticket_version(policy, policy.systems["takuso"], today()),
        until=this_moment() + timedelta(minutes=1),
    )  # fmt: skip


def treatments(system, relation, scope):
    """Return the form in which a page draws each cell: decided in Python, beside the rows."""
    whole = CLERK | {"契約相手": relation, "対象範囲": scope}
    decided = plan(system, whole)
    return {field: int(decided[field]) for field in FIELDS}


class Door:
    """One look as a page takes it: which version is live, then the records, then the cells."""

    def __init__(self, database, policies):
        self.policies = policies
        self.reader = Reader(database("app"), key=KEYS.ticket)
        self._live = database("app")

    def look(self, wanted, *, between=lambda: None):
        """Return the version that decided, and record -> cells; once more where it switched."""
        for last in (False, True):
            with psycopg.connect(self._live, autocommit=True) as asking:
                version = rows.live_version(asking.cursor())
            try:
                return self._look(self.policies[version], wanted, between)
            except Switched:
                if last:
                    return None  # the page is a 503
        raise AssertionError

    def _look(self, policy, wanted, between):
        system = policy.on(today()).systems["takuso"]
        with self.reader.reading("takuso") as read:
            cursor = read.under(self.ticket(policy))
            between()
            half = len(FIELDS) // 2
            left = rows.rows(cursor, system, wanted, fields=FIELDS[:half])
            between()
            right = rows.rows(cursor, system, wanted, fields=FIELDS[half:])
        answer = {}
        for one, other in zip(left, right, strict=False):
            decided = treatments(system, Relation(one.relation).word, Scope(one.scope).word)
            answer[one.id] = ({**one.values, **other.values}, decided)
        return policy.hash, answer

    def ticket(self, policy):
        return ticket_for(policy)

    def close(self):
        self.reader.close()


class ReadCommitted(Door):
    """Twin: every statement sees what is committed by then, as databases do by themselves."""

    def __init__(self, database, policies):
        super().__init__(database, policies)
        take = self.reader._take

        def taking():
            connection = take()
            connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            return connection

        self.reader._take = taking


class TwoVersions(Door):
    """Twin: the page is drawn by the version it began with, the rows come from the live one."""

    def ticket(self, policy):
        with psycopg.connect(self._live, autocommit=True) as asking:
            return ticket_for(self.policies[rows.live_version(asking.cursor())])

    def look(self, wanted, *, between=lambda: None):
        with psycopg.connect(self._live, autocommit=True) as asking:
            version = rows.live_version(asking.cursor())
        between()
        return self._look(self.policies[version], wanted, lambda: None)


def fits(answer, wanted, expected):
    """Return whether an answer is wholly that of the version which it names."""
    version, shown = answer
    return shown == {
        number: cells for number, cells in expected[version].items() if number in wanted
    }


@contextmanager
def switching(database, policies, *, order):
    """Put versions live one after the other, without pause; yield how often it was done."""
    enough, done, failed = threading.Event(), [], []

    def switch():
        with psycopg.connect(database("owner"), autocommit=True) as owner:
            while not enough.is_set():
                version = order[len(done) % len(order)]
                try:
                    put_live(owner, policies[version])
                except Exception as error:  # whatever it is, the test must hear of it
                    failed.append(error)
                    return
                done.append(version)

    thread = threading.Thread(target=switch)
    thread.start()
    try:
        yield done
    finally:
        enough.set()
        thread.join()
    assert failed == []


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "shapes",
    [pytest.param("AB", id="行だけが違う"), pytest.param("ACB", id="画面の形も違う")],
)
def test_every_look_is_wholly_of_one_version(database, policies, expected, size, shapes):
    looks, switches = size
    a, b, c = policies
    order = {"AB": [b, a], "ACB": [c, b, a]}[shapes]
    door, end = Door(database, policies), monotonic() + looks / 4
    wrong, seen, refused, lock = [], {}, [], threading.Lock()

    def work(seed, done):
        chance = random.Random(seed)
        while (sum(seen.values()) < looks or len(done) < switches) and monotonic() < end:
            some = (
                range(1, RECORDS + 1)
                if chance.random() < 0.2
                else chance.sample(range(1, RECORDS + 1), 3)
            )
            answer = door.look(list(some))
            with lock:
                if answer is None:
                    refused.append(some)
                    continue
                seen[answer[0]] = seen.get(answer[0], 0) + 1
                if not fits(answer, some, expected):
                    wrong.append(answer)

    with switching(database, policies, order=order) as done:
        threads = [threading.Thread(target=work, args=(seed, done)) for seed in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    door.close()

    print(f"{sum(seen.values())} looks, {len(done)} switches, {len(refused)} refused")
    assert wrong == []
    assert sum(seen.values()) >= looks
    assert len(done) >= switches
    assert set(seen) == set(order)
    assert len(refused) <= looks // 100


@pytest.fixture
def first(database, policies):
    """Let version A be live, before and after."""
    a, *_ = policies
    with psycopg.connect(database("owner"), autocommit=True) as owner:
        put_live(owner, policies[a])
        yield owner
        put_live(owner, policies[a])


def switched_between(door, owner, policies):
    """Return what a look answers when another version goes live in the middle of it."""
    _, b, _ = policies
    todo = [b]

    def between():
        if todo:
            put_live(owner, policies[todo.pop()])

    wanted = list(range(1, RECORDS + 1))
    answer = door.look(wanted, between=between)
    door.close()
    return answer, wanted


def test_a_switch_in_the_middle_of_a_look_changes_nothing_of_it(
    first, database, policies, expected
):
    answer, wanted = switched_between(Door(database, policies), first, policies)

    assert answer[0] == next(iter(policies))
    assert fits(answer, wanted, expected)


@pytest.mark.parametrize(
    "twin",
    [pytest.param(ReadCommitted, id="文ごとに版を見る"), pytest.param(TwoVersions, id="版が二つ")],
)
def test_the_twins_mix(twin, first, database, policies, expected):
    answer, wanted = switched_between(twin(database, policies), first, policies)

    assert not fits(answer, wanted, expected)
