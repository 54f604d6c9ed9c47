"""By which version a request is decided: wholly by one, or nothing is shown."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sekisho.policy.system import Policy
from sekisho_links.gate import NotReadable, Switched
from sekisho_web.gate import reading
from sekisho_web.ledger.look import look_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
Decided = Callable[Concatenate[HttpRequest, Policy, datetime, P], HttpResponse]


def by_one_version(view: Decided[P]) -> View[P]:
    """Return `view` with the version that decides it, and its moment.

    All of a request is decided by one version. Where another one goes live before the records
    are read, it is decided once more, by that one; where that happens twice, nothing is shown.
    """

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            now = timezone.now()
            try:
                return view(request, reading.live(now), now, *args, **kwargs)
            except Switched:
                now = timezone.now()
                return view(request, reading.live(now), now, *args, **kwargs)
        except NotReadable as error:
            look_of(request).refuse(error.problem)
            return unreadable(request, error)

    return inner


def unreadable(request: HttpRequest, error: NotReadable) -> HttpResponse:
    response = render(request, "gate/not_readable.html", {"error": error}, status=503)
    response.headers["Retry-After"] = "10"
    return response
