"""What nobody answered in time lapses, and so does what has nobody left to answer it."""

from datetime import datetime

from django.db import transaction

from sekisho.grants.requests import State
from sekisho_web.grants.models import Request
from sekisho_web.grants.operations.requesting import settle
from sekisho_web.grants.queries import deciders
from sekisho_web.grants.queries import requests as queries
from sekisho_web.grants.queries.organisations import organisation

LATE, NOBODY = "時間内に承認がありませんでした", "承認できる人がいなくなりました"


def lapse(*, now: datetime) -> int:
    """Settle every request that has lapsed, and return how many. To run it again changes nothing.

    Nothing waits for it: a decision asks the same rule by itself.
    """
    rows = list(queries.unsettled())
    if not rows:
        return 0
    house = organisation(now=now, people=[row.asked_by_id for row in rows])
    about = deciders.matters_of(rows, now=now)
    lapsed = [
        row.pk
        for row in rows
        if queries.state(row, at=now) is State.LAPSED
        or deciders.unfilled(row, now=now, about=about[row.pk], house=house)
    ]
    return sum(_lapse(pk, now) for pk in lapsed)


@transaction.atomic
def _lapse(pk: int, now: datetime) -> int:
    """Settle one request where that is still so, now that nobody else can change it."""
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
