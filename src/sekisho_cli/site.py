"""The processes of one installation: the database under our supervisor, and the web server."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Annotated, Self

import typer

from sekisho.errors import SekishoError

Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="SEKISHO_HOME",
        help="状態フォルダー（データベース、鍵、調査の結果）。既定は利用者ごとの状態の置き場です",
    ),
]
WORKERS = 2
THREADS = 4
STOP_SECONDS, LONGEST_PAUSE = 10.0, 30.0


class StepFailed(SekishoError):
    """A step in a process of its own did not end well."""


@contextmanager
def database(home: Path) -> Iterator[None]:
    """Run the embedded PostgreSQL of `home` for as long as the block lasts.

    Where DATABASE_URL is given, the database is somebody else's and nothing is started.
    """
    os.environ["SEKISHO_HOME"] = str(home)
    if os.environ.get("DATABASE_URL"):
        yield
        return
    from sekisho_links.postgres import Supervisor

    with Supervisor(home):
        yield


def manage(*arguments: str, role: str, more: Mapping[str, str] | None = None) -> None:
    """Run one of Django's own commands as the database role `role`, in a process of its own.

    Raises StepFailed where it does not end well; what it had to say stands above on stderr.
    """
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "django", *arguments],
        env=environment(role=role) | dict(more or {}),
        check=False,
        stdout=sys.stderr,
    )
    if done.returncode:
        raise StepFailed(
            f"{arguments[0]} が途中で終わりました",
            place="sekisho",
            remedy="上に出ている文を読み、直してからもう一度実行してください。何も半分だけ残りません",
        )


def environment(*, role: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "sekisho_web.project.settings",
        "SEKISHO_ROLE": role,
    }


def migrate() -> None:
    """Bring the database to the shape that this version expects, as its owner."""
    manage("migrate", "--no-input", "--verbosity", "0", role="owner")


class Beside:
    """A process beside the web server, while the block lasts.

    Where it dies it is started again, a little later each time. It dies with us, too: it looks
    whether who started it is still there.

    role: of the database; the owner unless its work needs no more right than a page has.
    """

    def __init__(self, *command: str, role: str = "owner") -> None:
        self._command = command
        self._role = role
        self._over = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._supervise, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join(STOP_SECONDS)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _supervise(self) -> None:
        pause = 1.0
        while not self._over.is_set():
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "django", *self._command],
                env=environment(role=self._role),
                stdin=subprocess.DEVNULL,
            )
            if self._over.is_set():  # stopped while it was being started
                self._process.terminate()
            began = monotonic()
            self._process.wait()
            pause = 1.0 if monotonic() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            self._over.wait(pause)


def serve_until_stopped(*, address: str, port: int, demo: bool) -> int:
    """Serve the site until Ctrl-C or SIGTERM, and return the server's exit status.

    Beside the web server, which may only ask to publish, runs the publisher, which does; the
    self-check, every night and whenever it is asked for; the provisioner, which tells other
    systems about IDs with no more right than a page has; and what keeps the time of requests and
    mails that something waits, with no more either.

    demo: whether invented people come in by one press. It is said here and nowhere else: what
          the shell happens to carry does not open it.
    """
    more = {"SEKISHO_DEMO": "1" if demo else "0"}
    server = subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", address, "--port", str(port)),
            *("--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
            *("--no-ws", "--log-level", "warning", "--respawn-failed-workers"),
            "sekisho_web.project.wsgi:application",
        ],
        env=environment(role="app") | more,
    )

    def stop(*_: object) -> None:
        server.send_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with (
        Beside("publisher"),
        Beside("nightly", "--watch"),
        Beside("provisioner", role="app"),
        Beside("remind", role="app"),
    ):
        return server.wait()
