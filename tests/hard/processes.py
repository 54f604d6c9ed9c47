"""A web server and a database that can be killed, and clients that keep what they saw."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

TOP = Path(__file__).parents[2]
NUMBER = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
NAME = "架空花子".encode()


class Web:
    """A real server process, started again whenever it was killed."""

    def __init__(self, home, url):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._environment = {
            "HARD_HOME": str(home),
            "HARD_URL": url,
            "PYTHONPATH": f"{TOP}:{TOP / 'src'}",
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
        }
        self._process = None

    def start(self):
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi"),
                *("--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"),
                *("--blocking-threads", "8", "--no-ws", "--log-level", "error"),
                "tests.hard.site:application",
            ],
            cwd=TOP,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait()

    def wait(self, *, seconds=30):
        end = monotonic() + seconds
        while monotonic() < end and self._process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            sleep(0.05)
        self.kill()
        raise TimeoutError("the web server does not come up")

    def kill(self):
        """kill -9 of the server and of its workers at once, as a machine would do."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def get(self, path, *, timeout=10):
        """Return status and body of one request."""
        with socket_of(self.port, timeout) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()


class socket_of:  # noqa: N801
    def __init__(self, port, timeout):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def __enter__(self):
        return self._connection

    def __exit__(self, *_):
        self._connection.close()


class Clients:
    """Look without pause, and keep the number of every body in which the name was seen."""

    def __init__(self, web, path, *, count=8):
        self.seen = set()
        self.refused = 0
        self._web, self._path = web, path
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._look) for _ in range(count)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _look(self):
        while not self._enough.is_set():
            with suppress(OSError, http.client.HTTPException), socket_of(self._web.port, 5) as line:
                while not self._enough.is_set():
                    line.request("GET", self._path)
                    answer = line.getresponse()
                    try:
                        body = answer.read()
                    except http.client.IncompleteRead as error:
                        body = error.partial  # half a page is a page
                    if NAME in body:
                        self.seen.add(NUMBER.search(body)[0].decode())
                    else:
                        self.refused += 1
                        sleep(0.01)
            sleep(0.02)


def kill_at_random(web, supervisor, clients, *, kills, bodies, seed, seconds=100):
    """Kill web server and database in turn until there were enough kills and bodies."""
    chance = random.Random(seed)
    end = monotonic() + seconds
    done = 0
    while (done < kills or len(clients.seen) < bodies) and monotonic() < end:
        sleep(chance.uniform(0.3, 0.9))
        if done >= kills:
            continue
        if done % 2:
            web.kill()
            web.start()
        else:
            try:
                os.kill(supervisor.pid, signal.SIGKILL)
            except ProcessLookupError:  # it is just being brought back
                continue
        done += 1
    return done


def family(pid):
    """Return `pid` and all its children: what has to be stopped for a server to be frozen."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(entry.name))
    return found


def send(signal_number, pids):
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal_number)
