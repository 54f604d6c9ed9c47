import secrets
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from sekisho.ledger.leaves import Kind, OwnerClass
from sekisho_links.ledger import schema
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.recorder import Recorder
from sekisho_links.ledger.writing import Happening, Subject

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def base(server):
    """Return the name of a database with an empty ledger, to be copied."""
    name = f"ledger_{secrets.token_hex(4)}"
    with psycopg.connect(server.url("owner", database="postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    with psycopg.connect(server.url("owner", database=name)) as owner:
        owner.execute("create table people (id int primary key, session_epoch int not null)")
        owner.execute("insert into people values (7, 1)")
        owner.execute(schema.BEFORE)
        owner.execute("set local role ledger_owner")
        owner.execute(schema.FIRST)
        owner.execute(schema.OWNER_TOO)
        owner.execute(schema.OF_A_USE)
    yield name
    drop(server, name)


@pytest.fixture
def database(server, base):
    """Return the name of a database of this test alone."""
    name = f"{base}_{secrets.token_hex(4)}"
    with psycopg.connect(server.url("owner", database="postgres"), autocommit=True) as owner:
        owner.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(base)
            )
        )
    yield name
    drop(server, name)


def drop(server, name):
    with psycopg.connect(server.url("dba", database="postgres"), autocommit=True) as dba:
        dba.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def recorder(server, database, home):
    found = Recorder(server.url("app", database=database), keys=Keys(home / "keys"))
    yield found
    found.close()


@pytest.fixture
def dba(server, database):
    with psycopg.connect(server.url("dba", database=database), autocommit=True) as found:
        yield found


def look(**changes):
    """Return a look at one rival's customer."""
    said = {
        "kind": Kind.RELEASE,
        "at": NOON,
        "company": "n09",
        "system": "takuso",
        "screen": "TK-D01",
        "person": "7",
        "details": {"name": "架空太郎"},
        "rows": {OwnerClass.RIVAL: 1},
        "seen": {OwnerClass.RIVAL: 1},
        "shown": [("customer_name", 1)],
        "subjects": [Subject(key="takuso:0901", details={"record": "0901"})],
    }
    return Happening(**said | changes)
