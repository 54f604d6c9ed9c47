"""The gate in Django's test database, with a small world; and people of every class at its door."""

import psycopg
import pytest
from django.db import connection

from sekisho_links.gate import build, remove
from sekisho_web.gate import reading
from tests.links.gate.worlds import make_world
from tests.postgres import url_of


@pytest.fixture(scope="session")
def gate_world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("gate") / "world", reading.policy())


@pytest.fixture(scope="session")
def gate(django_db_setup, django_db_blocker, gate_world):
    """Build the gate once, as the owner and outside of any test's transaction."""
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
    with psycopg.connect(url_of("owner", name), autocommit=True) as owner:
        built = build(owner, reading.policy(), gate_world, keys=reading.keys())
    yield built
    reading.close_readers()
    with psycopg.connect(url_of("owner", name), autocommit=True) as owner, owner.transaction():
        remove(owner)
