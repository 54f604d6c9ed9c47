"""Whether this machine and the database mean the same instant."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from sekisho.grants.requests import refusal_of_clock
from sekisho.terms.refusals import Refusal


def machine_now() -> datetime:
    return timezone.now()


def refusal() -> Refusal | None:
    """Return why nothing is decided now: the clocks differ by more than two seconds (one query)."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        [database] = cursor.fetchone()
    return refusal_of_clock(machine=machine_now(), database=database)
