"""The gate in Django's test database, with a small world; and people of every class at its door."""

import psycopg
import pytest
from django.db import connection

from sekisho_links.gate import build
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.gate import reading
from tests.links.gate.worlds import RECORDS, make_world, number_of
from tests.postgres import url_of


@pytest.fixture(scope="session")
def gate_world(tmp_path_factory):
    return make_world(tmp_path_factory.mktemp("gate") / "world", shipped_policy())


@pytest.fixture(scope="session")
def _readers():
    yield
    reading.close_readers()


@pytest.fixture
def gate(django_db_setup, django_db_blocker, gate_world, _readers):
    """Let the gate stand in Django's database with our small world, outside of any test.

    Another test may have loaded a world of its own in between: then ours is built anew.
    """
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
    with psycopg.connect(url_of("owner", name), autocommit=True) as owner:
        if not _is_ours(owner):
            build(owner, shipped_policy(), gate_world, keys=reading.keys())


def _is_ours(owner):
    try:
        with owner.transaction():
            owner.execute("set local role sekisho_rule")
            (found,) = owner.execute(
                "select count(id), min(supply_point_no) from takuso.record"
            ).fetchall()
    except psycopg.Error:
        return False
    return found == (RECORDS, number_of(1))
