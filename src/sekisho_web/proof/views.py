from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe

from sekisho.policy.sheets import Unreadable
from sekisho.policy.system import System
from sekisho.reports.pictures.transitions import drawn, in_words
from sekisho_web.frame.doors import reads
from sekisho_web.proof import queries
from sekisho_web.proof import screens as seen
from sekisho_web.proof.queries import Asked

TABS = (("不変条件", "invariants"), ("画面と閲覧者区分", "grid"), ("画面の遷移", "screens"), ("整理表の網羅", "coverage"))  # fmt: skip  # noqa: E501

P = ParamSpec("P")


def of_version(
    view: Callable[Concatenate[HttpRequest, Asked, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Give the view the version of its address; of a draft that cannot be read, say why."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        version = str(kwargs.pop("version", ""))
        try:
            asked = queries.asked(version)
        except Unreadable as error:
            page = {"version": version, "errors": error.errors}
            return render(request, "proof/unreadable.html", page)
        return view(request, asked, *args, **kwargs)

    return inner


@reads(may="proof.read")
@of_version
def invariants(request: HttpRequest, asked: Asked) -> HttpResponse:
    policy = asked.policy
    system = request.GET.get("system", "")
    system = system if system in policy.systems else ""
    kinds = queries.kinds(policy, system=system)
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    broken = request.GET.get("broken") == "1"
    found = queries.certificate(policy)
    lines = queries.lines(policy, kind=kind, system=system, broken=broken)
    page = Paginator(lines, queries.PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "proof/invariants.html",
        _page(asked, "invariants")
        | {
            "certificate": found,
            "total": found.held + found.broken,
            "later": sum(one.later for line in queries.lines(policy) for one in line.found),
            "invariants": len(policy.invariants),
            "contexts": max((proof.contexts for proof in found.proofs), default=0),
            "page": page,
            "kind": kind,
            "kinds": kinds,
            "system": policy.systems.get(system),
            "broken": broken,
            "query": _query(kind=kind, system=system, broken="1" if broken else ""),
            "lines": [(line, asked.url("invariant", line.invariant.id)) for line in page],
        },
    )


@reads(may="proof.read")
@of_version
def invariant(request: HttpRequest, asked: Asked, invariant: str) -> HttpResponse:
    line = queries.line(asked.policy, invariant)
    return render(
        request,
        "proof/invariant.html",
        _page(asked, "invariants")
        | {
            "line": line,
            "back": asked.url("invariants"),
            "sides": [(one, queries.side(asked.policy, one)) for one in line.broken],
        },
    )


@reads(may="proof.read")
@of_version
def grid(request: HttpRequest, asked: Asked) -> HttpResponse:
    system = seen.system_of(asked.policy, request.GET.get("system", ""))
    found = seen.grid(asked.policy, system.key)
    codes = seen.codes(asked.policy)
    return render(
        request,
        "proof/grid.html",
        _page(asked, "grid", system)
        | {
            "grid": found,
            "rows": [
                {
                    "row": row,
                    "cells": [
                        (
                            asked.url("cell", system.key, row.screen.id, codes[column.viewer]),
                            column,
                            cell,
                        )
                        for column, cell in zip(found.columns, row.cells, strict=True)
                    ],
                }
                for row in found.rows
            ],
        },
    )


@reads(may="proof.read")
@of_version
def cell(request: HttpRequest, asked: Asked, system: str, screen: str, viewer: str) -> HttpResponse:
    one = seen.system_of(asked.policy, system)
    where = seen.screen_of(one, screen)
    who = seen.viewer_of(asked.policy, viewer)
    here = seen.here(asked.policy, one, where, who)
    return render(
        request,
        "proof/cell.html",
        _page(asked, "grid", one)
        | {
            "screen": where,
            "viewer": who,
            "intended": who in where.viewers,
            "here": here,
            "rows": [
                {
                    "field": sides[0][0].field,
                    "uses": sides[0][0].uses,
                    "sides": [(each.group, *side) for each, side in zip(here, sides, strict=True)],
                }
                for sides in zip(*(each.fields for each in here), strict=True)
            ],
            "walks": seen.walks(asked.policy, one, where, who),
            "back": asked.url("grid", system=one.key),
            "invariants": [
                (name, asked.url("invariant", name))
                for name in dict.fromkeys(name for each in here for name in each.broken)
            ],
        },
    )


@reads(may="proof.read")
@of_version
def screens(request: HttpRequest, asked: Asked) -> HttpResponse:
    system = seen.system_of(asked.policy, request.GET.get("system", ""))
    field = request.GET.get("field", "")
    if field and field not in system.fields:
        raise Http404
    found = seen.drawn_map(asked.policy, system.key, field)
    name = system.fields[field].name if field else ""
    picture = drawn(found.places, found.ways, words=f"{system.name}の画面の遷移", field=name)
    names = {place.id: place.name for place in found.places}
    return render(
        request,
        "proof/screens.html",
        _page(asked, "screens", system)
        | {
            "picture": mark_safe(picture),  # noqa: S308 - escaped where drawn
            "words": in_words(found.places, found.ways, field=name),
            "map": found,
            "field": system.fields.get(field),
            "ways": [
                (way, names.get(way.source, way.source), names.get(way.target, way.target))
                for way in system.transitions
            ],
        },
    )


@reads(may="proof.read")
@of_version
def coverage(request: HttpRequest, asked: Asked) -> HttpResponse:
    system = seen.system_of(asked.policy, request.GET.get("system", ""))
    today = timezone.localdate()
    return render(
        request,
        "proof/coverage.html",
        _page(asked, "coverage", system)
        | {
            "measures": seen.coverage(asked.policy, system.key, today=today),
            "today": today,
            "all": [
                (one, asked.url("coverage", system=one.key), each)
                for one in asked.policy.systems.values()
                for each in [seen.coverage(asked.policy, one.key, today=today)]
            ],
        },
    )


def _page(asked: Asked, here: str, system: System | None = None) -> dict[str, object]:
    key = system.key if system else ""
    return {
        "asked": asked,
        "system": system,
        "live_url": Asked(policy=asked.policy, name="").url(here, system=key),
        "tabs": [
            {"words": words, "url": asked.url(name, system=key), "on": name == here}
            for words, name in TABS
        ],
        "systems": [
            {"words": one.name, "url": asked.url(here, system=one.key), "on": one.key == key}
            for one in asked.policy.systems.values()
        ],
    }


def _query(**given: str) -> str:
    """Return what stays in the address when the page is turned, ending in &."""
    return "".join(f"{key}={value}&" for key, value in given.items() if value)
