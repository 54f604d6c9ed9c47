import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from sekisho.gate.effects import profile_of
from sekisho.gate.relations import Duty, Reach
from sekisho.gate.stretches import ticket_version
from sekisho.gate.tickets import Ticket
from sekisho_links.gate import build, keys_from
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.postgres import prepare_roles
from tests.links.gate.worlds import AFFILIATE, AREAS, NETWORK, make_world, this_moment, today

KEYS = keys_from("for tests only, and longer than fifty characters, as Django asks")
DATABASE = f"gate_{os.getpid()}"


@pytest.fixture(scope="session")
def policy():
    return shipped_policy()


@pytest.fixture(scope="session")
def world(tmp_path_factory, policy) -> Path:
    return make_world(tmp_path_factory.mktemp("gate") / "world", policy)


@pytest.fixture(scope="session")
def database(server, policy, world):
    """Yield a function role -> address of a database in which the gate stands, loaded and live."""
    with psycopg.connect(server.url("dba"), autocommit=True) as dba:
        dba.execute(f"create database {DATABASE}")
    with psycopg.connect(server.url("dba", database=DATABASE), autocommit=True) as dba:
        prepare_roles(dba)
    with psycopg.connect(server.url("owner", database=DATABASE), autocommit=True) as owner:
        build(owner, policy, world, keys=KEYS)
    yield lambda role: server.url(role, database=DATABASE)
    with psycopg.connect(server.url("dba"), autocommit=True) as dba:
        dba.execute(f"drop database {DATABASE} with (force)")


@pytest.fixture
def owner(database):
    """Yield the owner's connection; what a test does with it is rolled back."""
    with psycopg.connect(database("owner")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def dba(database):
    """Yield the superuser's connection, which can act as any role; it is rolled back."""
    with psycopg.connect(database("dba")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def app(database):
    """Yield a real login of the application's role, inside a transaction."""
    with psycopg.connect(database("app")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def ticket_of(policy):
    """Return a function that makes a ticket for a context and a use."""

    def make(context, *, system="takuso", use=None, **changes) -> Ticket:
        retail = context["閲覧者区分"] in ("関係小売営業", "新電力", "関係小売委託")
        company = AFFILIATE if retail else NETWORK
        ticket = Ticket(
            system=system,
            profile=profile_of(context),
            party=company,
            company=company,
            person="p-affiliate" if retail else "p-network",
            use=use or standing(Duty.OWN if retail else Duty.AREA),
            keys=(),
            version=ticket_version(policy, policy.systems[system], today()),
            until=this_moment() + timedelta(minutes=5),
        )
        return replace(ticket, **changes)

    return make


def standing(duty: Duty, **changes) -> Reach:
    """Return a use under a standing grant that writes nothing."""
    use = Reach(areas=frozenset(AREAS), duty=duty, written_areas=None, listed=False, standing=True)
    return replace(use, **changes)


NETWORK_CLERK = {
    "閲覧者区分": "送配電託送",
    "利用目的": "託送供給等",
    "状況": "平常",
    "承認": "常時",
    "端末": "送配電端末",
    "認証": "多要素",
    "アカウント状態": "有効",
    "画面区分": "詳細",
}
SALES = NETWORK_CLERK | {
    "閲覧者区分": "関係小売営業",
    "利用目的": "小売供給",
    "端末": "小売登録端末",
}
FIELD = NETWORK_CLERK | {"閲覧者区分": "配電現場", "利用目的": "停電保安"}
RELIEF = NETWORK_CLERK | {
    "閲覧者区分": "災害応援",
    "利用目的": "非常災害対応",
    "状況": "非常災害",
    "承認": "都度承認済",
    "端末": "災害貸与端末",
}
AUDIT = NETWORK_CLERK | {"閲覧者区分": "送配電監査", "利用目的": "監査点検", "承認": "都度承認済"}
