"""Keeps one PostgreSQL running for one home, from the first start to the last stop.

A kill -9 of this process ends the server cleanly (the kernel tells it); a kill -9 of the server
brings it back. A second supervisor of the same home is refused.
"""

import ctypes
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any

import psycopg
from psycopg import sql

from sekisho_links.postgres import settings
from sekisho_links.postgres.binaries import programs
from sekisho_links.postgres.checks import refusal_of_settings
from sekisho_links.postgres.endpoint import CONNINFO, DATABASE, Endpoint, private
from sekisho_links.postgres.errors import CannotStart
from sekisho_links.postgres.homes import PORT, home_of
from sekisho_links.postgres.passwords import passwords_in
from sekisho_links.postgres.processes import living_postmaster, started_at
from sekisho_links.postgres.roles import prepare_database, prepare_roles

PATIENCE = 300.0  # seconds that a recovery after a crash may take
STOPPING = 60.0  # seconds that a fast shutdown may take
# What an old backend, or a server that is just ending, says to the next one. It passes by itself.
PASSES = ("pre-existing shared memory block", "lock file", "is another postmaster")

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Supervisor:
    """One embedded server. `with Supervisor(home) as endpoint:` or start() … stop().

    durable: False gives up safety for speed, in tests only.
    run_as:  who runs the server where we are root; it refuses to run as root.
    """

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = True,
        run_as: str = "nobody",
        patience: float = PATIENCE,
    ) -> None:
        self._home = home_of(home, run_as=run_as)
        self._durable = durable
        self._patience = patience
        self._lock: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._stopping = threading.Event()

    def __enter__(self) -> Endpoint:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Return the pid of the server, or None while there is none."""
        return self._child.pid if self._child is not None else None

    def start(self) -> Endpoint:
        """Start the server and return how to reach it.

        Raises CannotStart: another supervisor has this home, a folder cannot be passed,
        the settings could lose data, or the server says why not.
        """
        if threading.current_thread() is not threading.main_thread():
            raise CannotStart(
                "主スレッドの外からは起動できません",
                place=str(self._home.path),
                remedy="プログラムの主スレッドで Supervisor.start() を呼んでください",
            )
        if not Path("/proc/self/stat").exists():
            raise CannotStart(
                "組み込みのPostgreSQLはLinuxでだけ動きます",
                place=str(self._home.path),
                remedy="DATABASE_URL で既存のPostgreSQL 18を指定してください",
            )
        self._home.prepare()
        self._take_the_lock()
        try:
            self._stopping.clear()
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, and wait until it has ended. It is asked, never killed.

        Raises CannotStart where it has not ended after 60 seconds.
        """
        self._stopping.set()
        (self._home.path / CONNINFO).unlink(missing_ok=True)
        child, self._child = self._child, None
        try:
            if child is not None and child.poll() is None:
                child.send_signal(signal.SIGINT)
                child.wait(STOPPING)
            if self._keeper is not None:
                self._keeper.join()
        except subprocess.TimeoutExpired as error:
            raise CannotStart(
                f"PostgreSQL（{error.args[0] if error.args else 'postgres'}）が終わりません",
                place=str(self._home.path),
                remedy="長い処理が残っていないか調べてください。強制終了は行いません",
            ) from None
        finally:
            self._keeper = None
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    # ── first start ─────────────────────────────────────────────────────────────────────────

    def _start(self) -> Endpoint:
        endpoint = Endpoint(
            supervisor=os.getpid(),
            started=started_at(os.getpid()) or 0,
            sockets=str(self._home.sockets),
            port=PORT,
            passwords=passwords_in(self._home.passwords),
        )
        self._programs = programs(self._home.room, uid=self._home.uid)
        if not (self._home.data / "PG_VERSION").exists():
            self._make_the_cluster(endpoint.passwords["dba"])
        settings.write(self._home, durable=self._durable)
        self._child = self._come_up(monotonic() + self._patience)
        self._prepare(endpoint)
        self._keeper = threading.Thread(target=self._keep, name="sekisho-postgres", daemon=True)
        self._keeper.start()
        endpoint.write(self._home.path)
        return endpoint

    def _make_the_cluster(self, password: str) -> None:
        """Make the data folder whole, or not at all: a killed start leaves only a part."""
        part = self._home.room / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        self._home.own_folder(part)
        secret = self._home.room / f"first-{secrets.token_hex(8)}"
        private(secret, password)
        os.chown(secret, self._home.uid, self._home.gid)
        try:
            done = self._run(
                "initdb", f"--pgdata={part}", "--username=sekisho_dba", f"--pwfile={secret}",
                "--auth-local=scram-sha-256", "--auth-host=reject", "--encoding=UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--data-checksums", "--no-instructions",
                *(() if self._durable else ("--no-sync",)),
            )  # fmt: skip
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode:
            raise CannotStart(
                f"データベースを作れません（{_last_line(done.stderr)}）",
                place=str(part),
                remedy="空き容量とフォルダーの権限を調べてください",
            )
        settings.include(part)
        part.rename(self._home.data)

    def _prepare(self, endpoint: Endpoint) -> None:
        with psycopg.connect(endpoint.url("dba", database="template1"), autocommit=True) as dba:
            if self._durable and (refusal := refusal_of_settings(dba)):
                raise CannotStart(refusal.reason, place=str(self._home.data), remedy=refusal.remedy)
            prepare_roles(dba, passwords=endpoint.passwords)  # and whatever is copied from here
            found = dba.execute("select from pg_database where datname = %s", [DATABASE])
            if found.fetchone() is None:
                name = sql.Identifier(DATABASE)
                dba.execute(sql.SQL("create database {} owner sekisho_owner").format(name))
        with psycopg.connect(endpoint.url("dba"), autocommit=True) as dba:
            prepare_database(dba)

    # ── up, and up again ────────────────────────────────────────────────────────────────────

    def _come_up(self, deadline: float) -> subprocess.Popen[bytes]:
        """Return a server that answers. Wait for what passes: an old server, a recovery."""
        while True:
            self._clear_the_way(deadline)
            child = self._spawn()
            if self._is_ready(child, deadline):
                return child
            said = _last_line(self._home.early_log.read_text(errors="replace"))
            if self._stopping.is_set() or not any(words in said for words in PASSES):
                break
            if monotonic() > deadline:
                break
            sleep(0.2)
        raise CannotStart(
            f"PostgreSQLが起動しません（{said or '理由は記録されていません'}）",
            place=str(self._home.data),
            remedy=f"{self._home.data / 'log'} の最後の行を調べてください",
        )

    def _clear_the_way(self, deadline: float) -> None:
        """End an orphan of an earlier supervisor, and remove what a killed server left behind."""
        while (pid := living_postmaster(self._home.data)) is not None:
            if monotonic() > deadline:
                raise CannotStart(
                    f"前のPostgreSQL（プロセス {pid}）が終わりません",
                    place=str(self._home.data),
                    remedy="長い処理が残っていないか調べてください。強制終了は行いません",
                )
            os.kill(pid, signal.SIGINT)
            sleep(0.2)
        (self._home.data / "postmaster.pid").unlink(missing_ok=True)
        for left in self._home.sockets.iterdir():
            left.unlink(missing_ok=True)
        settings.drop_old_logs(self._home.data)

    def _spawn(self) -> subprocess.Popen[bytes]:
        """Start the server as a direct child that the kernel ends when this thread ends."""
        with self._home.early_log.open("wb") as said:
            return subprocess.Popen(  # noqa: S603
                [self._programs / "postgres", "-D", self._home.data],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                preexec_fn=_ends_with(os.getpid()),  # noqa: PLW1509  # loads nothing, locks nothing
                **self._as_the_server(),
            )

    def _is_ready(self, child: subprocess.Popen[bytes], deadline: float) -> bool:
        pid_file = self._home.data / "postmaster.pid"
        while child.poll() is None:
            try:
                lines = pid_file.read_text().splitlines()
            except FileNotFoundError:
                lines = []
            if len(lines) > 7 and int(lines[0]) == child.pid and lines[7].startswith("ready"):
                return True
            if monotonic() > deadline or self._stopping.is_set():
                child.send_signal(signal.SIGINT)
                child.wait(STOPPING)
            sleep(0.02)
        return False

    def _keep(self) -> None:
        """Bring the server back whenever it ends, until stop().

        This thread lives as long as the supervisor, so its end is the end of the supervisor.
        """
        while not self._stopping.is_set():
            child = self._child
            if child is None:
                return
            child.wait()
            if self._stopping.is_set():
                return
            try:
                back = self._come_up(monotonic() + self._patience)
                if self._stopping.is_set():  # stop() has not seen this one
                    back.send_signal(signal.SIGINT)
                    back.wait()
                    return
                self._child = back
            except CannotStart as error:
                self._home.early_log.write_text(f"{error}\n")
                self._stopping.wait(1.0)

    def _take_the_lock(self) -> None:
        lock = os.open(self._home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise CannotStart(
                "この場所のPostgreSQLは、すでに別のプロセスが動かしています",
                place=str(self._home.path),
                remedy="動いている sekisho を終わらせるか、別の SEKISHO_HOME を指定してください",
            ) from None
        self._lock = lock

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603
            [self._programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self._as_the_server(),
        )

    def _as_the_server(self) -> dict[str, Any]:
        """Return how every program of the server runs: as its user, with an empty environment."""
        common = {
            "cwd": self._home.sockets,
            "env": {"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            "umask": 0o077,
            "start_new_session": True,  # Ctrl-C is for us; we tell the server
        }
        if self._home.uid == os.geteuid():
            return common
        return common | {"user": self._home.uid, "group": self._home.gid, "extra_groups": []}


def _ends_with(parent: int) -> Callable[[], None]:
    def ask_the_kernel() -> None:
        # set after the change of user, which would clear it; the parent may be gone already
        if _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) or os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error:" in line]
    return (fatal or lines or [""])[-1].strip()
