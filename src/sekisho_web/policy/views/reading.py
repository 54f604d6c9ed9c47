"""The tables as people read them, in the version that the address names (`?version=`)."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date

from sekisho.policy.sheets import Unreadable
from sekisho.policy.system import System
from sekisho.reports.grid import reason
from sekisho_web.frame.doors import reads
from sekisho_web.policy.forms.reading import Context
from sekisho_web.policy.queries import reading as queries
from sekisho_web.policy.queries.reading import Reading
from sekisho_web.policy.versions import version_at

P = ParamSpec("P")

TABS = (("早見", "grid"), ("見える組合せ", "visible"), ("規則", "rules"), ("画面と遷移", "screens"), ("ひとつ聞く", "explain"))  # fmt: skip  # noqa: E501


def read(
    view: Callable[Concatenate[HttpRequest, Reading, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give a view the version that its address names; a draft that cannot be read says why."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        asked = request.GET.get("version", "")
        try:
            here = queries.reading(asked)
        except Unreadable as error:
            name, change = queries.name_of(version_at(asked).pk)
            edit = reverse("policy:edit", args=[change.number]) if change else ""
            context = {"name": name, "edit": edit, "asked": asked, "errors": error.errors}
            return render(request, "policy/unreadable.html", context, status=422)
        return view(request, here, *args, **kwargs)

    return inner


@reads(may="policy.read")
@read
def tables(request: HttpRequest, here: Reading) -> HttpResponse:
    context = {
        "lines": queries.index(here.policy),
        "policy": here.policy,
        "reading": here,
        "may_watch": request.user.has_perm("replay.read"),
    }
    return render(request, "policy/tables.html", context)


@reads(may="policy.read")
@read
def grid(request: HttpRequest, here: Reading, key: str) -> HttpResponse:
    choices = queries.choices(here.policy, request.GET)
    page = _page(here, key, "grid")
    found = queries.grid(
        here.policy, key, tuple((each.name, each.word) for each in choices if each.picked)
    )
    asked = {each.code: each.picked for each in choices if each.picked}
    query = urlencode(asked | ({"version": here.asked} if here.asked else {}))
    return render(
        request,
        "policy/grid.html",
        page
        | {
            "grid": found,
            "rows": queries.rows_of(here.policy, found, query=f"?{query}" if query else ""),
            "choices": choices,
        },
    )


@reads(may="policy.read")
@read
def cell(request: HttpRequest, here: Reading, key: str, field: str, column: str) -> HttpResponse:
    one = here.system(key)
    known = queries.field(one, field)
    at, found = queries.column_at(here.policy, one, column)
    choices = queries.choices(here.policy, request.GET)
    whole = queries.grid(
        here.policy, key, tuple((each.name, each.word) for each in choices if each.picked)
    )
    shown = next(row.cells[at] for row in whole.rows if row.field.id == field)
    why = reason(one, known, shown.context)
    return render(
        request,
        "policy/cell.html",
        _page(here, key, "grid")
        | {
            "field": known,
            "column": found,
            "cell": shown,
            "why": why,
            "scene": queries.scene(shown.context),
            "rules": queries.rules_named(here.policy, key, shown.rules or why.rules),
            "ask": queries.question(here.policy, key, shown.context, version=here.asked),
        },
    )


@reads(may="policy.read")
@read
def visible(request: HttpRequest, here: Reading, key: str) -> HttpResponse:
    page = _page(here, key, "visible")
    boxes = queries.boxes(here.policy, key)
    return render(
        request,
        "policy/visible.html",
        page
        | {
            "boxes": boxes,
            "shown": sum(box.contexts for box in boxes),
            "contexts": queries.contexts(here.system(key)),
        },
    )


@reads(may="policy.read")
@read
def rules(request: HttpRequest, here: Reading, key: str) -> HttpResponse:
    page = _page(here, key, "rules")
    return render(request, "policy/rules.html", page | {"rules": queries.spoken(here.policy, key)})


@reads(may="policy.read")
@read
def screens(request: HttpRequest, here: Reading, key: str) -> HttpResponse:
    page = _page(here, key, "screens")
    return render(
        request, "policy/screens.html", page | {"screens": queries.screens(here.policy, key)}
    )


@reads(may="policy.read")
@read
def explain(request: HttpRequest, here: Reading, key: str) -> HttpResponse:
    """Ask the table one question. It is an address, so that an answer can be shown to others."""
    page = _page(here, key, "explain")
    asked = {n: text for n, text in request.GET.dict().items() if n not in ("version", "on")}
    form = Context(asked or None, attributes=here.policy.attributes)
    day = _day(request.GET.get("on", "")) if asked else None
    answer = None
    if form.is_valid():
        system = here.system(key).on(day) if day else here.system(key)
        answer = queries.answer(here.policy, system, form.context())
    status = 422 if form.is_bound and answer is None else 200
    page |= {"form": form, "answer": answer, "day": day}
    return render(request, "policy/explain.html", page, status=status)


def _day(text: str) -> date | None:
    """Return the day of an address; what is no day is left out."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _page(here: Reading, key: str, tab: str) -> dict[str, object]:
    one: System = here.system(key)
    return {
        "reading": here,
        "system": one,
        "classes": one.table.classes,
        "tabs": [
            {
                "words": words,
                "url": reverse(f"policy:{name}", args=[one.key]) + here.query,
                "on": name == tab,
            }
            for words, name in TABS
        ],
    }
