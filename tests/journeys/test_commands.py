"""The commands as a stranger types them, each in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sekisho_links.postgres import Supervisor

NUMBERS = ("accesses", "contracts", "customers", "retailers", "viewers")


def sekisho(*arguments, **more):
    return subprocess.run(
        [sys.executable, "-c", "from sekisho_cli.main import app; app()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


@pytest.fixture(scope="module")
def home():
    """A home that the database's user can reach: pytest's own folders are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="sekisho-commands-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def demo(home, clean_environment):
    return sekisho(
        "demo", "--home", str(home), "--size", "tiny", "--no-serve", "--json", env=clean_environment
    )


@pytest.fixture(scope="module")
def clean_environment():
    ours = ("SEKISHO_", "DATABASE_URL", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def test_the_demo_says_on_stdout_what_its_contract_promises(demo):
    assert demo.returncode == 0, demo.stderr[-2000:]
    said = json.loads(demo.stdout)

    assert set(said) == {"proofs", "world", "incidents", "score", "seconds"}
    assert said["proofs"]["held"] > 1000
    assert said["proofs"]["broken"] == 0
    assert {"seed", "size", "counts"} <= set(said["world"])
    for line in said["incidents"]:
        assert {"class", "window", *NUMBERS} <= set(line)
    assert len({line["class"] for line in said["incidents"]}) == 10
    assert all(line["accesses"] > 0 for line in said["incidents"] if line["window"] == "通期")


def test_every_planted_incident_is_found_and_nothing_else(demo):
    score = json.loads(demo.stdout)["score"]

    assert len(score) == 10
    assert [(s["class"], s["precision"], s["recall"]) for s in score] == [
        (s["class"], 1.0, 1.0) for s in score
    ]


def test_the_ledger_of_the_demo_verifies(demo, home, clean_environment):
    with Supervisor(home / "demo"):
        done = sekisho(
            "ledger", "verify", "--home", str(home / "demo"), "--json", env=clean_environment
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["sound"] is True


def test_the_installation_is_checked(demo, home, clean_environment):
    with Supervisor(home / "demo"):
        done = sekisho("check", "--home", str(home), "--json", env=clean_environment)

    assert done.returncode == 0, done.stdout + done.stderr
    assert {line["name"] for line in json.loads(done.stdout)["checks"]} == {
        "lint",
        "proof",
        "examples",
        "database",
    }


def test_a_check_without_a_database_says_how_to_start_one(home, clean_environment):
    done = sekisho("check", "--home", str(home / "nothing"), env=clean_environment)

    assert done.returncode == 1
    assert "sekisho serve" in done.stdout


def test_a_given_database_gets_its_roles_and_new_passwords(home, clean_environment):
    with Supervisor(home / "given", durable=False) as endpoint:
        done = sekisho("prepare-database", endpoint.url("dba"), env=clean_environment)
        words = dict(line.split("\t") for line in done.stdout.splitlines())
        with psycopg.connect(endpoint.url("app"), password=words["sekisho_app"]) as app:
            who = app.execute("select current_user").fetchone()
        owner = make_conninfo(endpoint.url("owner"), password=words["sekisho_owner"])
        refused = sekisho("prepare-database", owner, env=clean_environment)

    assert done.returncode == 0, done.stderr
    assert who == ("sekisho_app",)
    assert refused.returncode == 2
    assert "superuser" in refused.stderr


def test_a_reset_forgets_only_what_a_demo_made(home, clean_environment):
    mine = home / "other" / "demo" / "notes.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")

    done = sekisho("demo", "--home", str(home / "other"), "--reset", env=clean_environment)

    assert done.returncode == 2
    assert "notes.txt" in done.stderr.replace("\n", "")
    assert mine.read_text() == "mine"


def test_a_demo_flag_in_the_shell_does_not_open_the_site(monkeypatch):
    from sekisho_cli import site

    monkeypatch.setenv("SEKISHO_DEMO", "1")
    monkeypatch.setattr(site.signal, "signal", lambda *_: None)
    started = []
    monkeypatch.setattr(
        site.subprocess, "Popen", lambda *a, **k: started.append(k["env"]) or Mute()
    )
    site.serve_until_stopped(address="127.0.0.1", port=1, demo=False)

    assert started[0]["SEKISHO_DEMO"] == "0"


class Mute:
    """A process that has ended."""

    def wait(self):
        return 0

    def poll(self):
        return 0

    def terminate(self):
        pass
