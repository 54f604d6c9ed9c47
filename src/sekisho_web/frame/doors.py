"""The doors of the web: every view is one of them, and says so where it is defined.

reads   GET, changes nothing: a write inside it is an error, not a surprise.
writes  POST, calls one operation, in one transaction.
asks    GET shows a form, POST calls one operation with what was typed.
shows   a customer's record; the ledger's own door (`sekisho_web.ledger.doors`).
machine a program with a key of its own; no session, no cookie and no form token.

A door names its permission (subject.verb), how far a visitor must have come (`Needs`), and
whether the proof of identity must be fresh. The middlewares of terminals and accounts keep the
steps; the door keeps the permission.
"""

from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

READING = ("GET", "HEAD")
WRITING = ("POST",)
HARMLESS = ("SELECT", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK TO")


class Needs(IntEnum):
    """How far a visitor must have come before this door opens."""

    NOTHING = 0  # anybody, from any terminal
    TERMINAL = 1  # a terminal of the register (端末台帳)
    PASSWORD = 2  # signed in with the password: may bind a second factor, no more
    FACTORS = 3  # two factors
    USE = 4  # a hat (発令) and a purpose (利用目的) chosen


def _refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401, FBT001
    if not str(sql).lstrip("( \n").upper().startswith(HARMLESS):
        raise RuntimeError(f"A view that reads tried to write: {str(sql)[:60]}")
    return execute(sql, params, many, context)


def reading() -> Any:  # noqa: ANN401  # a context manager without a public name
    """Return a context in which a write on Django's connection is an error."""
    return connection.execute_wrapper(_refuse_writes)


def door(
    kind: str,
    methods: tuple[str, ...],
    *,
    may: str,
    needs: Needs = Needs.USE,
    fresh: bool = False,
) -> Callable[[View[P]], View[P]]:
    """Return the decorator that makes a view a door of `kind`. Apps use the ones named below.

    may:   permission (subject.verb); "" where none is asked, which only early steps do.
    fresh: the second factor must be at most five minutes old (都度認証).
    """

    def decorate(view: View[P]) -> View[P]:
        @require_http_methods(list(methods))
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            refuse_without(may, request)
            if request.method in WRITING:
                with transaction.atomic():
                    return _rendered(view(request, *args, **kwargs))
            if kind == "asks" and needs < Needs.USE:  # sign-in counts attempts when it is opened
                return _rendered(view(request, *args, **kwargs))
            with reading():
                return _rendered(view(request, *args, **kwargs))

        return mark(inner, kind=kind, may=may, needs=needs, fresh=fresh)

    return decorate


def mark(view: View[P], *, kind: str, may: str, needs: Needs, fresh: bool = False) -> View[P]:
    """Write on `view` what the middlewares, the menu and the tests of the house read."""
    view.kind, view.may, view.needs, view.fresh = kind, may, needs, fresh  # type: ignore[attr-defined]
    return view


def refuse_without(may: str, request: HttpRequest) -> None:
    """Raise PermissionDenied where the person behind `request` lacks the permission `may`."""
    if may and not request.user.has_perm(may):
        raise PermissionDenied


def _rendered(response: HttpResponse) -> HttpResponse:
    """Render a late response now, while the transaction and its scope still stand."""
    render = getattr(response, "render", None)
    return render() if callable(render) else response


def reads(
    *, may: str, needs: Needs = Needs.USE, fresh: bool = False
) -> Callable[[View[P]], View[P]]:
    return door("reads", READING, may=may, needs=needs, fresh=fresh)


def writes(
    *, may: str, needs: Needs = Needs.USE, fresh: bool = False
) -> Callable[[View[P]], View[P]]:
    return door("writes", WRITING, may=may, needs=needs, fresh=fresh)


def asks(
    *, may: str, needs: Needs = Needs.USE, fresh: bool = False
) -> Callable[[View[P]], View[P]]:
    return door("asks", READING + WRITING, may=may, needs=needs, fresh=fresh)


def machine(
    *, methods: tuple[str, ...], opened_by: Callable[[HttpRequest], HttpResponse | None]
) -> Callable[[View[P]], View[P]]:
    """Return the decorator for a door that a program opens with a key of its own.

    opened_by: looks at the key, notes on the request what it opens, and returns None; or the
               refusal. Nobody's cookie opens this door, so that no page of another site can.

    A reading may not write. Whatever writes opens its own transaction, in which it also fails.
    """

    def decorate(view: View[P]) -> View[P]:
        @csrf_exempt
        @transaction.non_atomic_requests
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if (refused := opened_by(request)) is not None:
                return refused
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if request.method not in READING:
                return view(request, *args, **kwargs)
            with reading():
                return view(request, *args, **kwargs)

        return mark(inner, kind="machine", may="", needs=Needs.NOTHING)

    return decorate
