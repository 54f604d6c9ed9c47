from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sekisho.policy.system import System
from sekisho.reports.grid import reason
from sekisho_web.frame.doors import reads
from sekisho_web.policy.forms.reading import Context
from sekisho_web.policy.queries import reading as queries

TABS = (("早見", "grid"), ("見える組合せ", "visible"), ("規則", "rules"), ("画面と遷移", "screens"), ("ひとつ聞く", "explain"))  # fmt: skip  # noqa: E501


@reads(may="policy.read")
def tables(request: HttpRequest) -> HttpResponse:
    return render(
        request, "policy/tables.html", {"lines": queries.index(), "policy": queries.policy()}
    )


@reads(may="policy.read")
def grid(request: HttpRequest, key: str) -> HttpResponse:
    one = queries.system(key)
    choices = queries.choices(request.GET)
    found = queries.grid(key, tuple((each.name, each.word) for each in choices if each.picked))
    asked = urlencode({each.code: each.picked for each in choices if each.picked})
    return render(
        request,
        "policy/grid.html",
        _page(one, "grid")
        | {
            "grid": found,
            "rows": queries.rows_of(found, query=f"?{asked}" if asked else ""),
            "choices": choices,
        },
    )


@reads(may="policy.read")
def cell(request: HttpRequest, key: str, field: str, column: str) -> HttpResponse:
    one, known = queries.system(key), queries.field(queries.system(key), field)
    at, found = queries.column_at(one, column)
    choices = queries.choices(request.GET)
    whole = queries.grid(key, tuple((each.name, each.word) for each in choices if each.picked))
    shown = next(row.cells[at] for row in whole.rows if row.field.id == field)
    why = reason(one, known, shown.context)
    return render(
        request,
        "policy/cell.html",
        _page(one, "grid")
        | {
            "field": known,
            "column": found,
            "cell": shown,
            "why": why,
            "scene": queries.scene(shown.context),
            "rules": queries.rules_named(key, shown.rules or why.rules),
            "ask": f"{reverse('policy:explain', args=[key])}?{urlencode(_codes(shown.context))}",
        },
    )


@reads(may="policy.read")
def visible(request: HttpRequest, key: str) -> HttpResponse:
    one = queries.system(key)
    boxes = queries.boxes(key)
    return render(
        request,
        "policy/visible.html",
        _page(one, "visible")
        | {
            "boxes": boxes,
            "shown": sum(box.contexts for box in boxes),
            "contexts": queries.contexts(one),
        },
    )


@reads(may="policy.read")
def rules(request: HttpRequest, key: str) -> HttpResponse:
    one = queries.system(key)
    return render(
        request, "policy/rules.html", _page(one, "rules") | {"rules": queries.spoken(key)}
    )


@reads(may="policy.read")
def screens(request: HttpRequest, key: str) -> HttpResponse:
    one = queries.system(key)
    return render(
        request, "policy/screens.html", _page(one, "screens") | {"screens": queries.screens(key)}
    )


@reads(may="policy.read")
def explain(request: HttpRequest, key: str) -> HttpResponse:
    """Ask the table one question. It is an address, so that an answer can be shown to others."""
    one = queries.system(key)
    form = Context(request.GET or None, attributes=queries.policy().attributes)
    answer = queries.answer(one, form.context()) if form.is_valid() else None
    status = 422 if form.is_bound and answer is None else 200
    page = _page(one, "explain") | {"form": form, "answer": answer}
    return render(request, "policy/explain.html", page, status=status)


def _page(one: System, here: str) -> dict[str, object]:
    return {
        "system": one,
        "classes": one.table.classes,
        "tabs": [
            {"words": words, "url": reverse(f"policy:{name}", args=[one.key]), "on": name == here}
            for words, name in TABS
        ],
    }


def _codes(context: Mapping[str, str]) -> dict[str, str]:
    attributes = queries.policy().attributes
    return {
        attributes[name].code: attributes[name].by_word[word].code
        for name, word in context.items()
        if name in attributes
    }
