"""The embedded server comes up, comes back, and goes down as it should."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from time import sleep

import psycopg
import pytest

from sekisho_links.postgres import CannotStart, Supervisor, default_home, running
from sekisho_links.postgres import supervisor as supervisor_module
from sekisho_links.postgres.binaries import carried
from sekisho_links.postgres.homes import LONGEST_SOCKET, SOCKET, blocked_at, home_of
from sekisho_links.postgres.processes import living_postmaster, started_at
from tests.links.postgres import twins
from tests.links.postgres.waiting import answers, until

KEEPING = """
import sys, time
from pathlib import Path
from time import sleep
from sekisho_links.postgres import Supervisor
supervisor = Supervisor(Path(sys.argv[1]), durable=False)
endpoint = supervisor.start()
print(supervisor.pid, flush=True)
sys.stdin.read()
supervisor.stop()
"""
NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")


def keeper(home):
    """Start a supervisor in a process of its own, and return the process and its server's pid."""
    src = str(Path(supervisor_module.__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", KEEPING, home],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={"PYTHONPATH": src, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return process, int(process.stdout.readline())


def test_a_server_that_is_killed_comes_back_with_what_it_acknowledged(home):
    supervisor = Supervisor(home, durable=True)
    with supervisor as endpoint:
        with psycopg.connect(endpoint.url("owner")) as owner:
            owner.execute("create table kept (n int)")
        for n in range(3):
            with psycopg.connect(endpoint.url("owner")) as owner:
                owner.execute("insert into kept values (%s)", [n])
            killed = supervisor.pid
            os.kill(killed, signal.SIGKILL)

            assert until(lambda gone=killed: supervisor.pid != gone)
            assert until(lambda: answers(endpoint.url("owner")))

        with psycopg.connect(endpoint.url("owner")) as owner:
            assert owner.execute("select array_agg(n order by n) from kept").fetchone() == (
                [0, 1, 2],
            )


@pytest.mark.parametrize("delay", [0.0, 0.03, 0.08])
def test_a_server_that_is_just_coming_back_is_stopped_too(home, delay):
    supervisor = Supervisor(home, durable=False)
    supervisor.start()
    os.kill(supervisor.pid, signal.SIGKILL)
    sleep(delay)

    supervisor.stop()

    assert living_postmaster(home / "postgres/data") is None


def test_a_supervisor_that_is_killed_takes_its_server_along_and_the_next_one_starts(home):
    process, server = keeper(home)
    assert running(home) is not None

    process.kill()
    process.wait()

    assert until(lambda: started_at(server) is None)
    assert running(home) is None
    with Supervisor(home, durable=False) as endpoint:
        assert answers(endpoint.url("app"))
    process.stdin.close()
    process.stdout.close()


def test_an_orphan_that_is_still_ending_is_waited_for(home):
    with Supervisor(home, durable=False) as endpoint:
        busy = psycopg.connect(endpoint.url("owner"))
    busy.close()
    process, server = keeper(home)
    process.kill()
    process.wait()  # the server is told by the kernel, and needs a moment

    with Supervisor(home, durable=False) as endpoint:
        assert answers(endpoint.url("app"))

    assert started_at(server) is None
    process.stdin.close()
    process.stdout.close()


def test_a_second_supervisor_of_one_home_is_refused(home):
    with Supervisor(home, durable=False) as endpoint:
        with pytest.raises(CannotStart, match="すでに別のプロセスが動かしています"):
            Supervisor(home, durable=False).start()

        assert answers(endpoint.url("app"))
        assert running(home) == endpoint


def leave_a_pid(home, pid):
    """Leave behind what a killed server leaves, with a pid that somebody else has by now."""
    with Supervisor(home, durable=False):
        left = (home / "postgres/data/postmaster.pid").read_text()
    lines = [str(pid), *left.splitlines()[1:]]
    (home / "postgres/data/postmaster.pid").write_text("\n".join(lines) + "\n")
    (home / f"postgres/run/{SOCKET}.lock").write_text(f"{pid}\n{home / 'postgres/data'}\n")
    (home / f"postgres/run/{SOCKET}").touch()


@pytest.fixture
def innocent():
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def test_a_pid_that_another_program_has_by_now_is_not_the_server(home, innocent):
    leave_a_pid(home, innocent.pid)

    with Supervisor(home, durable=False) as endpoint:
        assert answers(endpoint.url("app"))

    assert innocent.poll() is None


def test_the_twin_that_trusts_the_pid_file_interrupts_the_other_program(
    home, innocent, monkeypatch
):
    leave_a_pid(home, innocent.pid)
    monkeypatch.setattr(supervisor_module, "living_postmaster", twins.trusts_the_pid_file)

    with pytest.raises(CannotStart, match="終わりません"):
        Supervisor(home, durable=False, patience=1).start()

    assert innocent.poll() is not None or until(lambda: innocent.poll() is not None)


def test_a_zombie_is_not_the_server(home):
    leave_a_pid(home, os.getpid())
    zombie = subprocess.Popen(["true"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)  # ended, and reaped by nobody
    pid_file = home / "postgres/data/postmaster.pid"
    pid_file.write_text(f"{zombie.pid}\n")

    assert living_postmaster(home / "postgres/data") is None
    with Supervisor(home, durable=False) as endpoint:
        assert answers(endpoint.url("app"))
    zombie.wait()


def test_a_half_made_cluster_is_made_anew(home):
    (home / "postgres/data.part").mkdir(parents=True)
    (home / "postgres/data.part/PG_VERSION").write_text("18\n")

    with Supervisor(home, durable=False) as endpoint:
        assert answers(endpoint.url("app"))


def test_a_home_with_a_long_path_has_its_socket_in_a_short_one(home):
    deep = home / ("長" * 30) / ("い" * 30)
    deep.mkdir(parents=True)

    with Supervisor(deep, durable=False) as endpoint:
        assert answers(endpoint.url("app"))
        assert len(os.fsencode(Path(endpoint.sockets) / SOCKET)) <= LONGEST_SOCKET
        assert Path(endpoint.sockets).stat().st_mode & 0o777 == 0o700
    shutil.rmtree(endpoint.sockets)


def test_a_socket_folder_that_somebody_else_put_there_is_refused(home):
    deep = home / ("長" * 40)
    deep.mkdir()
    place = home_of(deep, run_as="nobody").sockets
    place.symlink_to("/tmp")

    with pytest.raises(CannotStart, match="別の利用者のもの"):
        Supervisor(deep, durable=False).start()

    place.unlink()


def test_only_the_main_thread_starts_a_server(home):
    said = []

    def start():
        with pytest.raises(CannotStart, match="主スレッド") as error:
            Supervisor(home).start()
        said.append(str(error.value))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert said


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_could_lose_records_is_not_started(home, setting):
    with Supervisor(home, durable=False):
        pass
    (home / "postgres/data/postgresql.auto.conf").write_text(f"{setting} = off\n")

    with pytest.raises(CannotStart, match=setting):
        Supervisor(home, durable=True).start()

    assert living_postmaster(home / "postgres/data") is None


def test_what_the_server_says_of_a_broken_cluster_is_said_again(home):
    with Supervisor(home, durable=False):
        pass
    (home / "postgres/data/global/pg_control").unlink()

    with pytest.raises(CannotStart, match="pg_control"):
        Supervisor(home, durable=False).start()


@as_root
def test_root_does_not_run_the_server_and_opens_no_folder_for_it(home):
    (home / "closed").mkdir(mode=0o700)

    with pytest.raises(CannotStart, match="入れません") as error:
        Supervisor(home / "closed/inside", durable=False).start()

    assert str(home / "closed") in str(error.value)
    assert (home / "closed").stat().st_mode & 0o777 == 0o700
    with pytest.raises(CannotStart, match="root"):
        Supervisor(home, run_as="root").start()


@as_root
def test_programs_that_the_other_user_cannot_reach_are_copied(home, monkeypatch):
    real = blocked_at

    def blocked(folder, *, uid):
        return folder if carried() in folder.parents else real(folder, uid=uid)

    monkeypatch.setattr("sekisho_links.postgres.binaries.blocked_at", blocked)

    with Supervisor(home, durable=False) as endpoint:
        server = next(
            Path(f"/proc/{pid}/exe").readlink()
            for pid in [living_postmaster(home / "postgres/data")]
        )
        assert home in server.parents
        assert answers(endpoint.url("app"))


@as_root
def test_somebody_who_is_not_root_runs_their_own_server(home):
    if blocked_at(carried(), uid=NOBODY):
        pytest.skip("the environment lies where no other user can look")
    theirs = home / "theirs"
    theirs.mkdir()
    shutil.chown(theirs, NOBODY)

    child = os.fork()  # not a new program: the interpreter may lie where they cannot look
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            supervisor = Supervisor(theirs, durable=False)
            with supervisor as endpoint:
                (theirs / "said").write_text(f"{supervisor.pid} {answers(endpoint.url('app'))}")
                until((theirs / "enough").exists)
        finally:
            os._exit(0)
    assert until(lambda: (theirs / "said").exists() and " True" in (theirs / "said").read_text())
    server = int((theirs / "said").read_text().split()[0])
    owner_of_the_server = Path(f"/proc/{server}").stat().st_uid
    mode = (theirs / "conninfo.json").stat().st_mode
    (theirs / "enough").touch()
    os.waitpid(child, 0)

    assert owner_of_the_server == NOBODY
    assert mode & 0o777 == 0o600
    assert started_at(server) is None


def test_the_default_home_is_a_place_of_this_user():
    home = default_home()

    assert home == Path("/var/lib/sekisho") if os.geteuid() == 0 else Path.home() in home.parents
