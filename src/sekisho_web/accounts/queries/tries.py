"""Who failed too often to be looked at, and until when (rows of axes, and counts of allauth)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.core.internal import ratelimit
from axes.models import AccessAttempt
from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest

from sekisho_web.accounts.models import Person

FAILED = "login_failed"  # as ACCOUNT_RATE_LIMITS counts failures of a second factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One ID that is not looked at from one address, or from none, until a moment."""

    login: str
    person: Person | None
    address: str
    failures: int
    until: datetime
    what: str


def key_of(person: Person) -> str:
    """Return under which key the sign-in library counts failures of `person`."""
    return f"mfa-auth-user-{person.pk}"


def locked(*, now: datetime) -> Sequence[Locked]:
    """Return the IDs that are locked by wrong passwords at `now`, the last first (two queries)."""
    rows = list(_attempts(now).order_by("-attempt_time", "pk"))
    known = {
        person.login: person
        for person in Person.objects.filter(login__in=[row.username for row in rows])
    }
    return [_locked(row, known.get(row.username)) for row in rows]


def of(person: Person, request: HttpRequest, *, now: datetime) -> Sequence[Locked]:
    """Return by what `person` is locked at `now`: wrong passwords, wrong second factors."""
    rows = _attempts(now).filter(username=person.login).order_by("-attempt_time", "pk")
    return [*(_locked(row, person) for row in rows), *_of_second_factor(person, request, now)]


def _attempts(now: datetime) -> QuerySet[AccessAttempt]:
    found: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=now - settings.AXES_COOLOFF_TIME,
    )
    return found


def _locked(row: AccessAttempt, person: Person | None) -> Locked:
    return Locked(
        login=row.username or "",
        person=person,
        address=row.ip_address or "",
        failures=row.failures_since_start,
        until=row.attempt_time + settings.AXES_COOLOFF_TIME,
        what="パスワード",
    )


def _of_second_factor(person: Person, request: HttpRequest, now: datetime) -> Sequence[Locked]:
    """Return the lock that the library keeps under the person's key, if it stands (one query)."""
    found = []
    for rate in ratelimit.get_rates(app="allauth.account", action=FAILED):
        name = ratelimit.get_cache_key(
            request, app="allauth.account", action=FAILED, rate=rate, key=key_of(person)
        )
        tries = [at for at in cache.get(name, []) if at > now.timestamp() - rate.duration]
        if len(tries) >= rate.amount:
            until = datetime.fromtimestamp(min(tries), tz=UTC) + timedelta(seconds=rate.duration)
            found.append(
                Locked(
                    login=person.login,
                    person=person,
                    address="",
                    failures=len(tries),
                    until=until,
                    what="第2の要素",
                )
            )
    return found
