"""The doors at work, on the real server: SCIM, sign-in, a stop, and pages of long registers.

`accounts_scim`: as many users a second as one directory can change over four connections; then
the same with `active: false`, which stops a person whole. `accounts_sign_in`: twenty people a
second open the page and give ID and password, whether the server keeps up or not.
`accounts_stop`: from a stop to the first request that is refused. `accounts_pages`: long lists.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from re import search
from socket import create_connection, socket
from threading import local
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

from bench.measure import report, short
from sekisho_cli.site import THREADS, WORKERS, environment
from tests.links.gate.worlds import this_moment

PATCHES, STOPPED_MS, SIGN_IN_MS, RATE, KILLED, PAGE_MS = 100.0, 500.0, 300.0, 20, 5.0, 300.0
SPEAKERS = 4
SIGN_IN, START = "/accounts/sign-in/", "/grants/start/"
PASSWORD = "春の海 ひねもすのたり"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


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


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def scim(port: int, *, users: int) -> list[bool]:
    from sekisho_web.accounts.models import Company, Feed
    from sekisho_web.accounts.operations.keys import issue_feed_key

    now = this_moment()
    feed = Feed.objects.create(
        company=Company.objects.get(code="N09"), name="人事ディレクトリ", kind="scim",
        began_at=now,
    )  # fmt: skip
    _, key = issue_feed_key(feed=feed, days=1, by=None, now=now)
    mine = local()

    def speak(method: str, path: str, body: object) -> tuple[float, int, bytes]:
        if not hasattr(mine, "caller"):
            mine.caller = Caller(port, Authorization=f"Bearer {key}")
        began = perf_counter()
        status, said = mine.caller.ask(
            method, f"/scim/v2{path}", json.dumps(body).encode(), "application/scim+json"
        )
        return perf_counter() - began, status, said

    def made(number: int) -> str:
        _, status, said = speak(
            "POST",
            "/Users",
            {
                "schemas": [CORE, ENTERPRISE],
                "userName": f"user{number}",
                "active": True,
                ENTERPRISE: {"employeeNumber": f"{number:07}"},
            },
        )
        assert status == 201, said[:500]
        return str(json.loads(said)["id"])

    def patched(value: Callable[[str], dict[str, Any]]) -> tuple[float, list[float]]:
        def one(uid: str) -> float:
            seconds, status, said = speak(
                "PATCH", f"/Users/{uid}", {"schemas": [PATCH], "Operations": [value(uid)]}
            )
            assert status in (200, 204), said[:500]
            return seconds

        began = perf_counter()
        each = list(hands.map(one, uids))
        return perf_counter() - began, each

    with ThreadPoolExecutor(SPEAKERS) as hands:
        uids = list(hands.map(made, range(1_001, 1_001 + users)))
        whole, each = patched(lambda uid: {"op": "replace", "path": "title", "value": uid[:8]})
        stopping, stops = patched(lambda _: {"op": "Replace", "path": "active", "value": "False"})
    return [
        report(
            bench="accounts_scim", subject="SCIM で直される人（毎秒）", value=whole / users,
            floor=1 / PATCHES, ratio=users / whole / PATCHES, bar=1, rounds=1, users=users,
            per_second=round(users / whole, 1), p95_ms=round(p95(each) * 1000, 1),
            speakers=SPEAKERS,
        ),
        report(
            bench="accounts_scim_stop", subject="SCIM で止める（停止まで含む）p95",
            value=p95(stops), floor=STOPPED_MS / 1000, ratio=p95(stops) * 1000 / STOPPED_MS,
            bar=1, at_most=True, rounds=1, users=users,
            per_second=round(users / stopping, 1),
        ),
    ]  # fmt: skip


def sign_in(port: int, *, seconds: int) -> bool:
    """Send twenty people a second to the page, at their times, and measure what they wait."""
    from django.conf import settings
    from django.contrib.auth.hashers import make_password

    from sekisho_web.accounts.models import Company, Person
    from sekisho_web.terminals.cookies import signed
    from sekisho_web.terminals.models import Device

    now = this_moment()
    count = RATE * seconds
    logins = [f"p{n}" for n in range(200, 200 + count)]
    Person.objects.filter(login__in=logins).update(
        password=make_password(PASSWORD), password_set_at=now
    )
    company = Company.objects.get(code="N09")
    devices = Device.objects.bulk_create(
        Device(number=f"B{n:05}", terminal_class="network", owner=company,
               valid_from=now - timedelta(days=9))
        for n in range(count)
    )  # fmt: skip
    began = perf_counter()

    def come(number: int) -> tuple[float, float, int]:
        at = began + 1 + number / RATE
        sleep(max(0.0, at - perf_counter()))
        place = f"10.0.{number // 250}.{number % 250 + 1}"  # each at a desk of their own
        caller = Caller(port, **{"X-Forwarded-For": place})
        caller.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(devices[number])
        status, page = caller.ask("GET", SIGN_IN)
        opened = perf_counter() - at  # from when they wanted to come: a queue is waited for too
        found = search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert status == 200, status
        assert found, page[:300]
        form = {
            "csrfmiddlewaretoken": found[1].decode(),
            "login": logins[number],
            "password": PASSWORD,
        }
        at = perf_counter()
        status, _ = caller.ask(
            "POST", SIGN_IN, urlencode(form).encode(), "application/x-www-form-urlencoded"
        )
        return opened, perf_counter() - at, status

    with ThreadPoolExecutor(64) as hands:
        came = list(hands.map(come, range(count)))
    assert {status for *_, status in came} == {302}, {status for *_, status in came}
    page, password = p95([one for one, _, _ in came]), p95([one for _, one, _ in came])
    return report(
        bench="accounts_sign_in", subject="毎秒20人のときのサインインの画面 p95", value=page,
        floor=SIGN_IN_MS / 1000, ratio=page * 1000 / SIGN_IN_MS, bar=1, at_most=True, rounds=1,
        people=count, per_second=RATE, password_p95_ms=round(password * 1000, 1),
    )  # fmt: skip


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
    users, seconds, times = (100, 5, 3) if short() else (1_000, 15, 20)
    with served() as port:
        return [
            *scim(port, users=users),
            sign_in(port, seconds=seconds),
            stop(port, times=times),
            pages(port, people=people),
        ]
