"""Starts PostgreSQL before Django reads its settings, which a conftest.py is too late for.

One server a run, without fsync; the workers of xdist inherit its address. The database is made
and set up by the owner; `as_app` acts as the application does in production.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from sekisho_links.postgres import Endpoint, Supervisor, running

_supervisor: Supervisor | None = None
_home: Path | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    global _supervisor, _home
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    _home = Path(tempfile.mkdtemp(prefix="sekisho-tests-"))
    _home.chmod(0o755)  # the user to whom root drops passes through it
    _supervisor = Supervisor(_home, durable=False)
    endpoint = _supervisor.start()
    with psycopg.connect(endpoint.url("dba"), autocommit=True) as dba:
        dba.execute("alter role sekisho_owner createdb")  # Django makes its test database
    os.environ |= {
        "SEKISHO_HOME": str(_home),
        "SEKISHO_ROLE": "owner",
        "SEKISHO_SECRET_KEY": "for tests only, and longer than fifty characters, as Django asks",
        "SEKISHO_DATABASE_OWNER_URL": endpoint.url("owner"),
        "DATABASE_URL": endpoint.url("app"),
    }


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    global _supervisor
    if _supervisor is not None:
        _supervisor.stop()
        _supervisor = None
        shutil.rmtree(_home or Path(), ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Let go of the test database before Django drops it: the recorders keep their connections."""
    if nextitem is None and (recording := sys.modules.get("sekisho_web.ledger.recording")):
        recording.close()


def url_of(role: str, database: str) -> str:
    """Return the address of `database` on the test server for `role`."""
    endpoint = running(Path(os.environ["SEKISHO_HOME"]))
    assert endpoint is not None, "the test server has gone"
    return endpoint.url(role, database=database)


def named(url: str, database: str) -> str:
    """Return `url` with another database in it."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def server() -> Endpoint:
    """Return the running server, for tests of links."""
    endpoint = running(Path(os.environ["SEKISHO_HOME"]))
    assert endpoint is not None, "the test server has gone"
    return endpoint


@pytest.fixture(autouse=True)
def _people_of_an_open_transaction(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let looks be recorded for people whom the test has not committed.

    The recorder has its own connection and looks there whether the person was stopped meanwhile.
    A test that commits (transactional_db, live_server) is not changed.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if commits or (marker and marker.kwargs.get("transaction")):
        return
    if marker or "db" in request.fixturenames:
        monkeypatch.setattr("sekisho_web.ledger.recording.still_of", lambda user: None)
        monkeypatch.setattr("sekisho_web.ledger.recording.unchanged_of", lambda look: None)


@pytest.fixture
def as_app(db: Any) -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection as the application's role to Django's test database.

    It sees what is committed: with it, use `transactional_db` for what the test writes.
    """
    from django.db import connection

    with psycopg.connect(url_of("app", str(connection.settings_dict["NAME"]))) as app:
        yield app
        app.rollback()
