"""One site for all journeys: its own database, a tiny world, the server as app, the publisher."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from sekisho_links.postgres import Endpoint, roles
from sekisho_links.world.write import write_world

DATABASE = "journeys"
TOP = Path(__file__).parents[2]
PATIENCE = 120


@dataclass(frozen=True, kw_only=True)
class Site:
    url: str
    world: Path
    environment: dict
    dba: str
    clock: Path

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let the server believe that it is `moment`, and its clock go on from there."""
        self.clock.write_text(moment.isoformat())
        try:
            yield
        finally:
            self.clock.write_text("")

    def manage(self, *arguments: str, role: str = "app") -> str:
        """Run a command of the house as `role`, and return what it says."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(TOP / "manage.py"), *arguments],
            env=self.environment | {"SEKISHO_ROLE": role},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def ask(self, query: str, *values: object) -> list[tuple]:
        """Ask the database as nobody in the product can: as its administrator."""
        with psycopg.connect(self.dba) as connection:
            return connection.execute(query, values).fetchall()


@contextmanager
def started(server: Endpoint, folder: Path) -> Iterator[Site]:
    """Yield the running site; afterwards its server and its database are gone."""
    make_database(server)
    port = free_port()
    environment = os.environ | {
        "PYTHONPATH": f"{TOP / 'src'}{os.pathsep}{TOP}",
        "DJANGO_SETTINGS_MODULE": "sekisho_web.project.settings",
        "SEKISHO_HOME": os.environ["SEKISHO_HOME"],
        "SEKISHO_DEMO": "1",
        "SEKISHO_ROLE": "app",
        "DATABASE_URL": server.url("app", database=DATABASE),
        "SEKISHO_DATABASE_OWNER_URL": server.url("owner", database=DATABASE),
        "PYTHONWARNINGS": "ignore",
        "JOURNEY_CLOCK": str(folder / "clock"),
    }
    site = Site(
        url=f"http://localhost:{port}",
        world=folder / "world",
        environment=environment,
        dba=server.url("dba", database=DATABASE),
        clock=folder / "clock",
    )
    write_world(site.world, size="tiny", seed=1, report=lambda *_: None)
    site.manage("migrate", "--no-input", "--verbosity", "0", role="owner")
    site.manage("load_world", str(site.world), role="owner")
    log = (folder / "server.log").open("w")
    web = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1", "--blocking-threads", "2", "--no-ws"),
            *("--log-level", "warning", "tests.journeys.clock:application"),
        ],
        env=environment,
        stdout=log,
        stderr=log,
    )
    publisher = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(TOP / "manage.py"), "publisher"],
        env=environment | {"SEKISHO_ROLE": "owner"},
        stdout=log,
        stderr=log,
    )
    try:
        wait_for(f"{site.url}/health/", web, folder / "server.log")
        yield site
    finally:
        for process in (web, publisher):
            process.terminate()
            process.wait(timeout=PATIENCE)
        log.close()
        drop_database(server)


def make_database(server: Endpoint) -> None:
    drop_database(server)
    with psycopg.connect(server.url("dba"), autocommit=True) as dba:
        dba.execute(
            sql.SQL("create database {} owner sekisho_owner").format(sql.Identifier(DATABASE))
        )
    with psycopg.connect(server.url("dba", database=DATABASE), autocommit=True) as dba:
        roles.prepare_roles(dba)


def drop_database(server: Endpoint) -> None:
    with psycopg.connect(server.url("dba"), autocommit=True) as dba:
        dba.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE))
        )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(url: str, web: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert web.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the site did not open: {log.read_text()}")
