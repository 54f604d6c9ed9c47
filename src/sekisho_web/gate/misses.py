"""Number guessing: after many searches that found nothing, the search closes until tomorrow.

Counted by person, system and day of Japan, so that neither a new use nor a new session starts at
nothing. A rival's number and one that never was count alike, so that the limit tells nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sekisho_web.gate.visits import Visit

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

MOST = 20
DAY = timedelta(days=1)


def note(request: HttpRequest, visit: Visit) -> bool:
    """Let a search that found nothing be counted, and return whether it was one too many."""
    request.missed = _name(visit)  # type: ignore[attr-defined]  # read by `counted`
    return _count(visit) + 1 >= MOST


def are_too_many(visit: Visit) -> bool:
    """Return whether the search is closed for this person, in this system, today (one query)."""
    return _count(visit) >= MOST


def seconds_left(now: datetime) -> int:
    """Return how long the day lasts at whose end the search opens again."""
    here = timezone.localtime(now)
    tomorrow = (here + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((tomorrow - here).total_seconds()))


def counted(door: View[P]) -> View[P]:
    """Return `door`, which writes down after its answer what was noted: inside it nothing writes.

    It counts whatever became of the answer: also of one that could not be recorded.
    """

    @wraps(door)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return door(request, *args, **kwargs)
        finally:
            if name := getattr(request, "missed", None):
                cache.add(name, 0, timeout=DAY.total_seconds())
                cache.incr(name)

    return inner


def _count(visit: Visit) -> int:
    return int(cache.get(_name(visit), 0))


def _name(visit: Visit) -> str:
    day = timezone.localtime(visit.now).date()
    return f"misses:{visit.person}:{visit.page.system.key}:{day}"
