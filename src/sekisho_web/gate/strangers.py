"""A system that the launcher opens, reached past it: refused, and told to the second line."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from sekisho.grants.launching import NO_HANDLE
from sekisho_web.accounts.models import System
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.gate.visits import Visit
from sekisho_web.grants.offers import device_of
from sekisho_web.grants.operations.launching import note_stranger

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def note(request: HttpRequest, visit: Visit) -> None:
    """Note that the second line is to be told of this visit, where it came past the launcher."""
    if visit.use.answer == NO_HANDLE:
        request.came_past = visit  # type: ignore[attr-defined]  # read by `told`


def told(door: View[P]) -> View[P]:
    """Return `door`, after whose answer what was noted becomes a finding: inside nothing writes."""

    @wraps(door)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return door(request, *args, **kwargs)
        finally:
            visit: Visit | None = getattr(request, "came_past", None)
            if visit is not None:
                note_stranger(
                    person=person_of(request),
                    system=System.objects.get(key=visit.page.system.key),
                    refusal=NO_HANDLE,
                    device=device_of(request),
                    now=visit.now,
                )

    return inner
