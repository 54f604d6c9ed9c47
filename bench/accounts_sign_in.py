"""Twenty sign-ins a second: two web workers, the application's role, Argon2 as it is in use.

People come in an open stream, one every 50 ms, whether those before them are through or not: each
asks for the page of sign-in and sends ID and password, from an address of their own. Load and
server share the same cores. Beside it: what one hash costs, ours (what OWASP asks) and Django's.
"""

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from urllib.parse import urlencode

from argon2.low_level import Type, hash_secret

from bench.measure import finish, report, short
from sekisho_cli.site import THREADS, WORKERS, environment
from sekisho_links.postgres import Supervisor

PORT, A_SECOND, CLIENTS = 8673, 20, 60
SECONDS, SHORT_SECONDS = 30, 10
MOST_P95 = 0.3
PASSWORD = "春の海 ひねもすのたりかな"
PAGE = "/accounts/sign-in/"
SEED = """
import sys, django
django.setup()
from datetime import timedelta
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from sekisho_web.accounts.models import Company, Person
from sekisho_web.terminals.cookies import signed
from sekisho_web.terminals.models import Device
now = timezone.now()
company = Company.objects.create(code="N09", name="送配電", kind="network")
device = Device.objects.create(number="D1", terminal_class="network", owner=company,
                               valid_from=now - timedelta(days=1))
known = make_password(sys.argv[1])
Person.objects.bulk_create(
    Person(code=f"P{n:05}", login=f"person{n}", name="山野", password=known, password_set_at=now)
    for n in range(int(sys.argv[2]))
)
print(signed(device))
"""
OURS, DJANGOS = (19_456, 2, 1), (102_400, 2, 8)  # KiB, rounds, lanes


@contextmanager
def site(people: int) -> Iterator[str]:
    """Yield the cookie of a terminal of a site of its own, served as in production."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        os.environ |= {"SEKISHO_HOME": home, "SEKISHO_PROXY": "1", "SEKISHO_POOL": "1"}
        with Supervisor(Path(home)):
            owner = environment(role="owner")
            migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, env=owner, check=True)
            seed = [sys.executable, "-c", SEED, PASSWORD, str(people)]
            done = subprocess.run(seed, env=owner, check=True, capture_output=True, text=True)
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
                yield done.stdout.strip()
            finally:
                server.terminate()
                server.wait()


def sign_in(number: int, *, terminal: str) -> tuple[float, float]:
    """Return the seconds of the page and of the answer to the password. Both must succeed."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=60)
    headers = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "Cookie": f"__Host-sekisho_terminal={terminal}",
    }
    began = perf_counter()
    connection.request("GET", PAGE, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    page = perf_counter() - began
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    if answer.status != 200 or token is None:
        raise RuntimeError(f"{answer.status} {body[:300]}")
    cookies = SimpleCookie()
    for line in answer.headers.get_all("Set-Cookie") or []:
        cookies.load(line)
    headers["Cookie"] += "".join(f"; {name}={kept.value}" for name, kept in cookies.items())
    headers |= {
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"https://127.0.0.1:{PORT}{PAGE}",
    }
    typed = {"login": f"person{number}", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    began = perf_counter()
    connection.request("POST", PAGE, urlencode(typed), headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    if answer.status != 302:
        raise RuntimeError(f"{answer.status} {body[:300]}")
    return page, perf_counter() - began


def stream(people: int, *, terminal: str, first: int = 0) -> list[tuple[float, float]]:
    """Let `people` come, one every twentieth of a second, and return their seconds."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        begun, coming = perf_counter(), []
        for number in range(people):
            sleep(max(0.0, begun + number / A_SECOND - perf_counter()))
            coming.append(clients.submit(sign_in, first + number, terminal=terminal))
        return [one.result() for one in coming]


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def cpu() -> float:
    """Return the seconds of CPU that server and database have used, which we started."""
    parents, used = {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it ended in between
            continue
        parents[int(entry.parent.name)] = int(told[1])
        used[int(entry.parent.name)] = int(told[11]) + int(told[12])
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(used[pid] for pid in ours - {os.getpid()}) / os.sysconf("SC_CLK_TCK")


def hashing(parameters: tuple[int, int, int]) -> float:
    """Return the seconds of one hash, on a core with nothing else to do."""
    memory, rounds, lanes = parameters
    taken = []
    for _ in range(15):
        began = perf_counter()
        hash_secret(b"x" * 32, secrets.token_bytes(16), rounds, memory, lanes, 32, Type.ID)
        taken.append(perf_counter() - began)
    return median(taken)


def main() -> None:
    people = A_SECOND * (SHORT_SECONDS if short() else SECONDS)
    warm = 2 * A_SECOND
    ours, djangos = hashing(OURS), hashing(DJANGOS)
    with site(warm + people) as terminal:
        wait()
        stream(warm, terminal=terminal)
        before = cpu()
        seconds = stream(people, terminal=terminal, first=warm)
        work = (cpu() - before) / people
    pages, answers = ([one[part] for one in seconds] for part in (0, 1))
    held = report(
        bench="accounts_sign_in",
        subject="95th hundredth of the answer to the password, 20 sign-ins a second, in seconds",
        value=p95(answers),
        floor=ours,
        ratio=p95(answers) / MOST_P95,
        bar=1.0,
        at_most=True,
        rounds=1,
        sign_ins=people,
        page_median=round(median(pages), 4),
        page_p95=round(p95(pages), 4),
        cpu_of_one=round(work, 4),
        password_median=round(median(answers), 4),
        hash_of_ours=round(ours, 4),
        hash_of_django=round(djangos, 4),
    )
    finish(held=held and (short() or p95(pages) < MOST_P95))


def wait() -> None:
    for _ in range(300):
        connection = HTTPConnection("127.0.0.1", PORT, timeout=5)
        try:
            connection.request("GET", "/health/", headers={"X-Forwarded-Proto": "https"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the site does not answer")


if __name__ == "__main__":
    main()
