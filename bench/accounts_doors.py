"""The doors at work, on the real server, beside 20,000 people.

`accounts_stop`: from a stop to the first request that is refused. `accounts_pages`: long lists.
SCIM and sign-in have benches of their own, which `accounts` runs.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from socket import create_connection, socket
from time import perf_counter, sleep
from typing import Any

from bench.measure import report, short
from sekisho_cli.site import THREADS, WORKERS, environment
from tests.links.gate.worlds import this_moment

KILLED, PAGE_MS = 5.0, 300.0
START = "/grants/start/"


@contextmanager
def served() -> Iterator[int]:
    """Yield the port of the real web server, as `sekisho serve` starts it."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
            *("--no-ws", "--log-level", "warning"),
            "sekisho_web.project.wsgi:application",
        ],
        env=environment(role="app") | {"SEKISHO_POOL": "1", "SEKISHO_DEMO": "0"},
    )
    try:
        for _ in range(300):
            try:
                create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                sleep(0.2)
        sleep(2)
        yield port
    finally:
        server.terminate()
        server.wait(20)


class Caller:
    """One connection to the server, kept open, as if a proxy had ended TLS before it."""

    def __init__(self, port: int, **headers: str) -> None:
        self._port, self._headers = port, {"X-Forwarded-Proto": "https", **headers}
        self._wire = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, bytes]:
        headers = dict(self._headers)
        if kind:
            headers["Content-Type"] = kind
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if method == "POST":
            headers["Referer"] = f"https://127.0.0.1:{self._port}/"
        try:
            self._wire.request(method, path, body=body, headers=headers)
            answer = self._wire.getresponse()
        except (ConnectionError, OSError):
            self._wire.close()
            self._wire.request(method, path, body=body, headers=headers)
            answer = self._wire.getresponse()
        said = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer.status, said


def entered(number: int) -> tuple[Any, dict[str, str]]:
    """Return a person at work and the cookies of their session."""
    from django.test import Client

    from sekisho_web.accounts.models import Person
    from tests.factories.signed_in import sign_in as enter

    person = Person.objects.get(login=f"p{number}")
    client = Client()
    enter(client, person)
    return person, {name: morsel.value for name, morsel in client.cookies.items()}


def stop(port: int, *, times: int) -> bool:
    """Measure from a stop until the next request of an open session is refused."""
    from sekisho_web.accounts.models import Hold
    from sekisho_web.accounts.operations import suspend

    waited, late = [], 0
    for number in range(100, 100 + times):
        person, cookies = entered(number)
        caller = Caller(port)
        caller.cookies = dict(cookies)
        assert caller.ask("GET", START)[0] == 200, caller.ask("GET", START)
        suspend(target=person, reason=Hold.Reason.LOST, by=None, now=this_moment())
        began = perf_counter()
        while caller.ask("GET", START)[0] == 200:
            late += 1
        waited.append(perf_counter() - began)
    return report(
        bench="accounts_stop", subject="停止から、次の要求が断られるまで", value=max(waited),
        floor=KILLED, ratio=max(waited) / KILLED, bar=1, at_most=True, rounds=times,
        answered_after=late,
    )  # fmt: skip


def pages(port: int, *, people: int) -> bool:
    """Open the long registers as somebody of the IT unit, and take the slowest."""
    from sekisho_web.accounts.models import AppointmentTerm

    worker = AppointmentTerm.objects.filter(unit__kind="it").values_list("person__login", flat=True)
    number = int(worker[0][1:])
    _, cookies = entered(number)
    caller = Caller(port)
    caller.cookies = cookies
    taken = {}
    for path in ("people/", "ids/", "holds/", "systems/", "pushes/", "personnel/coming/"):
        seconds = []
        for _ in range(5):
            began = perf_counter()
            status, said = caller.ask("GET", f"/accounts/{path}")
            seconds.append(perf_counter() - began)
            assert status == 200, (path, status, said[:300])
        taken[path] = sorted(seconds)[2]
    slowest = max(taken.values())
    return report(
        bench="accounts_pages", subject="長い台帳の画面（いちばん遅いもの）", value=slowest,
        floor=PAGE_MS / 1000, ratio=slowest * 1000 / PAGE_MS, bar=1, at_most=True, rounds=5,
        people=people, **{path: round(each * 1000, 1) for path, each in taken.items()},
    )  # fmt: skip


def run(home: Path, *, people: int) -> list[bool]:
    """Measure the doors, and return which bars held."""
    os.environ["SEKISHO_HOME"] = str(home)
    with served() as port:
        return [stop(port, times=3 if short() else 20), pages(port, people=people)]
