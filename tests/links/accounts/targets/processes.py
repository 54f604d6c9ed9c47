"""Servers of somebody else, started for a test and stopped after it."""

import os
import signal
import socket
import subprocess
import time
from contextlib import closing, contextmanager

import pytest

PATIENCE = 30.0  # seconds for a server to answer


def free_port():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


@contextmanager
def serving(command, *, port, host="127.0.0.1", log, patience=PATIENCE, **extra):
    """Run `command` until it answers at `port`; give the process; end it and its children.

    A server that cannot start skips the test with the last words that it wrote.
    """
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=subprocess.STDOUT, start_new_session=True, **extra
        )
    try:
        until = time.monotonic() + patience
        while not answers(port, host):
            if process.poll() is not None or time.monotonic() > until:
                last = log.read_text(errors="replace").strip().splitlines()[-3:]
                pytest.skip(f"{command[0]} does not start: {' / '.join(last) or 'no words'}")
            time.sleep(0.05)
        yield process
    finally:
        end(process)


def end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
