"""Waiting for what other processes do."""

from time import monotonic, sleep

import psycopg


def until(holds, *, seconds=10):
    """Return whether `holds()` became true within `seconds`."""
    end = monotonic() + seconds
    while monotonic() < end:
        if holds():
            return True
        sleep(0.05)
    return False


def answers(url):
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
