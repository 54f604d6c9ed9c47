"""What somebody is to be told by mail, and to whom it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from sekisho.grants.notices import STALE
from sekisho_web.accounts.models import Person
from sekisho_web.grants.models import Notice, Request
from sekisho_web.grants.queries import deciders

MOST_FAILED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request that waits, and everybody who may answer for a party of it that is open."""

    code: str
    submitted_at: datetime
    due_at: datetime
    deciders: frozenset[int]


def waiting(*, now: datetime) -> Sequence[Waiting]:
    """Return the requests that wait for an answer at `now`, the oldest first."""
    found = Request.objects.filter(outcome="", due_at__gt=now).order_by("submitted_at", "pk")
    return [
        Waiting(
            code=one.code,
            submitted_at=one.submitted_at,
            due_at=one.due_at,
            deciders=frozenset(
                person.pk
                for party in deciders.party_lines(one, now=now)
                if party.decision is None
                for person in party.people
            ),
        )
        for one in found.select_related("policy", "system__owner", "asked_by", "emergency")
    ]


def answered(*, since: datetime) -> Sequence[tuple[str, int, datetime]]:
    """Return number, asker and moment of the requests that others settled since then."""
    found = Request.objects.filter(settled_at__gte=since).exclude(outcome=Request.Outcome.WITHDRAWN)
    return [
        (one.code, one.asked_by_id, one.settled_at)
        for one in found.order_by("settled_at", "pk")
        if one.settled_at is not None
    ]


def people_to_tell(*, now: datetime) -> QuerySet[Person]:
    """Return everybody with an address whom something due was not told yet."""
    return (
        Person.objects.filter(pk__in=_due(now=now).values("person")).exclude(mail="").order_by("pk")
    )


def due_of(person: Person, *, now: datetime) -> list[Notice]:
    """Return what is due for `person`, locked; what another hand is sending is not there."""
    return list(
        _due(now=now)
        .filter(person=person)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("due_at", "pk")
    )


def _due(*, now: datetime) -> QuerySet[Notice]:
    """Return what was to be told within the last day and was not; what failed waits longer."""
    again = Notice.objects.filter(sent_at=None, due_at__lte=now, due_at__gt=now - STALE)
    pauses = [
        Q(failed=failed, due_at__lte=now - pause(failed)) for failed in range(MOST_FAILED + 1)
    ]
    return again.filter(any_of(pauses))


def any_of(conditions: Sequence[Q]) -> Q:
    found = Q(pk__in=[])
    for one in conditions:
        found |= one
    return found


def pause(failed: int) -> timedelta:
    """Return how long after the moment when it was due what failed so often is tried again."""
    return timedelta(minutes=2**failed - 1)
