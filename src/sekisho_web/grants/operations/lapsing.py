"""What nobody answered in time lapses, and so does what has nobody left to answer it."""

from datetime import datetime

from django.db import transaction

from sekisho.grants.requests import State
from sekisho_web.grants.models import Request
from sekisho_web.grants.operations.requesting import settle
from sekisho_web.grants.queries import deciders
from sekisho_web.grants.queries import requests as queries

LATE, NOBODY = "時間内に承認がありませんでした", "承認できる人がいなくなりました"


def lapse(*, now: datetime) -> int:
    """Settle every request that has lapsed, and return how many. To run it again changes nothing.

    Nothing waits for it: a decision asks the same rule by itself.
    """
    found = 0
    for pk in Request.objects.filter(outcome="").order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            found += _lapse(pk, now)
    return found


def _lapse(pk: int, now: datetime) -> int:
    row = Request.objects.select_for_update().filter(pk=pk, outcome="").first()
    if row is None:
        return 0
    state = queries.state(row, at=now)
    if state is State.LAPSED:
        settle(row, Request.Outcome.LAPSED, now=now, by=None, why=LATE)
        return 1
    if state is State.PENDING and deciders.unfilled(row, now=now):
        settle(row, Request.Outcome.LAPSED, now=now, by=None, why=NOBODY)
        return 1
    return 0
