"""User patches a second through the SCIM door: two web workers, as the application's role.

Eight clients speak over kept connections, from this process, on the same two cores. Three kinds
of patch: a word of the document, a stop (with hold, push, ledger), and a title in an appointment
(a plan of all the person's orders). Floor: the health page of the same server, which does nothing.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from time import perf_counter, sleep

from bench.measure import finish, report, short
from sekisho_cli.site import THREADS, WORKERS, environment
from sekisho_links.postgres import Supervisor

PORT, CLIENTS = 8671, 8
PEOPLE, SHORT_PEOPLE = 2_000, 300
A_SECOND = 100
OURS = "urn:ietf:params:scim:schemas:extension:sekisho:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEED = """
import json, sys, django
django.setup()
from datetime import timedelta
from django.utils import timezone
from sekisho_web.accounts.models import Company, Unit, UnitMapping
from sekisho_web.accounts.operations import directories, keys
now = timezone.now()
company = Company.objects.create(code="N09", name="送配電", kind="network")
unit = Unit.objects.create(code="N09-04", company=company, name="契約課", kind="service_centre")
UnitMapping.objects.create(unit=unit, title="", flags=[])
feed = directories.begin(company=company, name="人事", now=now - timedelta(days=1))
print(keys.issue_feed_key(feed=feed, days=30, by=None, now=now)[1])
"""


@contextmanager
def site() -> Iterator[str]:
    """Yield the key of a feed on a site of its own, served as in production."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        os.environ |= {"SEKISHO_HOME": home, "SEKISHO_PROXY": "1", "SEKISHO_POOL": "1"}
        with Supervisor(Path(home)):
            owner = environment(role="owner")
            migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, env=owner, check=True)
            key = subprocess.run(
                [sys.executable, "-c", SEED], env=owner, check=True, capture_output=True, text=True
            ).stdout.strip()
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
                    *("--host", "127.0.0.1", "--port", str(PORT), "--log-level", "warning"),
                    *("--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
                    "sekisho_web.project.wsgi:application",
                ],
                env=environment(role="app"),
            )
            try:
                wait()
                yield key
            finally:
                server.terminate()
                server.wait()


def wait() -> None:
    for _ in range(300):
        try:
            if ask("GET", "/health/")[0] == 200:
                return
        except OSError:
            pass
        sleep(0.1)
    raise RuntimeError("the site does not answer")


_mine = local()


def ask(method: str, path: str, body: object = None, *, key: str = "") -> tuple[int, bytes]:
    """Return the status and the body of an answer, over a connection that is kept."""
    if not hasattr(_mine, "connection"):
        _mine.connection = HTTPConnection("127.0.0.1", PORT, timeout=120)
    headers = {
        "Authorization": f"Bearer {key}",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "127.0.0.1",
        "Content-Type": "application/scim+json",
    }
    try:
        sent = None if body is None else json.dumps(body)
        _mine.connection.request(method, path, sent, headers)
        answer = _mine.connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        _mine.connection.close()
        del _mine.connection
        raise


def burnt() -> float:
    """Return the seconds of processor that the site and its database have used so far.

    What a second of the clock does on a machine that others use too says little; this says more.
    """
    parents, used = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(words[1])
        used[int(folder.name)] = sum(map(int, words[11:15]))
    ours = 0
    for number, ticks in used.items():
        above = parents[number]
        while above not in (0, os.getpid()):
            above = parents.get(above, 0)
        ours += ticks if above else 0
    return ours / os.sysconf("SC_CLK_TCK")


def seconds(todo: list[Callable[[], tuple[int, bytes]]]) -> tuple[float, float, float]:
    """Return the seconds of all together, the 95th hundredth of one, and those of processor.

    All must succeed.
    """
    taken = []

    def one(act: Callable[[], tuple[int, bytes]]) -> None:
        began = perf_counter()
        status, body = act()
        taken.append(perf_counter() - began)
        if status >= 300:
            raise RuntimeError(f"{status} {body.decode()[:300]}")

    before, began = burnt(), perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(one, todo))
    whole = perf_counter() - began
    return whole, sorted(taken)[int(len(taken) * 0.95)], burnt() - before


def document(number: int) -> dict[str, object]:
    order = {"orderNo": f"A{number}", "orgUnit": "N09-04", "validFrom": "2026-04-01"}
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", OURS],
        "userName": f"user{number}",
        "displayName": f"利用者 {number}",
        "active": True,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": f"{number:06d}"
        },
        OURS: {"appointments": [order]},
    }


def main() -> None:
    people = SHORT_PEOPLE if short() else PEOPLE
    with site() as key:
        ids: dict[int, str] = {}

        def made(number: int) -> tuple[int, bytes]:
            status, body = ask("POST", "/scim/v2/Users", document(number), key=key)
            if status == 201:
                ids[number] = json.loads(body)["id"]
            return status, body

        def patches(operation: Callable[[int], dict[str, object]]) -> tuple[float, float, float]:
            return seconds(
                [
                    lambda uid=uid, n=n: ask(
                        "PATCH",
                        f"/scim/v2/Users/{uid}",
                        {"schemas": [PATCH], "Operations": [operation(n)]},
                        key=key,
                    )
                    for n, uid in sorted(ids.items())
                ]
            )

        creating, _, _ = seconds([lambda n=n: made(n) for n in range(people)])
        floor, _, _ = seconds([lambda: ask("GET", "/health/")] * people)
        title = f'{OURS}:appointments[orderNo eq "A%d"].title'
        kinds = {
            "a word of the document": patches(
                lambda n: {"op": "replace", "path": "nickName", "value": f"n{n}"}
            ),
            "a stop": patches(lambda _: {"op": "Replace", "path": "active", "value": "False"}),
            "a title": patches(lambda n: {"op": "add", "path": title % n, "value": "課長"}),
        }
        good = [
            report(
                bench="accounts_scim",
                subject=f"user patches a second: {name}",
                value=whole / people,
                floor=floor / people,
                ratio=1 / A_SECOND / (whole / people),
                bar=1.0,
                rounds=people,
                a_second=round(people / whole, 1),
                p95_ms=round(p95 * 1000, 1),
                processor_ms=round(used / people * 1000, 2),
                a_second_of_two_cores_alone=round(2 * people / used, 1),
                created_a_second=round(people / creating, 1),
            )
            for name, (whole, p95, used) in kinds.items()
        ]
    finish(held=all(good))


if __name__ == "__main__":
    main()
