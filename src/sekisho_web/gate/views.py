"""照会: every screen is one of two doors, one without a record in its address and one with.

Each walks the same way: who and what → rows under a ticket → duties → the whole page in memory →
(the door) record → release. What may not be seen and what is not there take the same steps and
give the same bytes.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from time import monotonic, sleep
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.gate.views import key_field
from sekisho.grants.use import Permit
from sekisho.ledger.leaves import Act
from sekisho.policy.attributes import PROFILE, PURPOSE, VIEWER_CLASS
from sekisho.policy.system import Policy
from sekisho.policy.treatment import Treatment
from sekisho_links.gate import NotReadable
from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.accounts.middleware import is_fresh, prove_again
from sekisho_web.accounts.operations.uses import note_use
from sekisho_web.accounts.signed_in import hat_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import reads
from sekisho_web.gate import (
    drills,
    duties,
    exports,
    forms,
    handles,
    looking,
    misses,
    reading,
    strangers,
)
from sekisho_web.gate.cells import Cell, Line, lines_of
from sekisho_web.gate.deciding import by_one_version, unreadable
from sekisho_web.gate.linking import links_of, next_of, token_of, word_of
from sekisho_web.gate.pages import (
    EXPORTS,
    OF_A_FRESH_PROOF,
    OF_ONE_RECORD,
    REPORT,
    SEARCH,
    SENSITIVE,
    Page,
    entrances,
    page_at,
)
from sekisho_web.gate.visits import Visit, visit_of
from sekisho_web.ledger.doors import shows
from sekisho_web.ledger.look import Look, look_of

FLOOR = 0.03  # seconds that an answer about one record takes at least, whether there is one or not
OPEN_SECONDS = 120  # a screen of 要配慮 closes by itself
NOT_SHOWN = "表示できる記録がない"
_ACTS = {SEARCH: Act.SEARCH, REPORT: Act.PRINT, **dict.fromkeys(EXPORTS, Act.EXPORT)}


@reads(may="gate.look")
def start(request: HttpRequest) -> HttpResponse:
    """Choose the system, and where to begin in it."""
    hat = hat_of(request)
    try:
        policy = reading.live(timezone.now())
    except NotReadable as error:
        return unreadable(request, error)
    begin = entrances(policy, hat.viewer_class if hat else "")
    systems = [{"system": policy.systems[key], "pages": pages} for key, pages in begin.items()]
    return render(request, "gate/start.html", {"systems": systems, "hat": hat})


@misses.counted
@drills.told
@strangers.told
@shows(may="gate.look", posts=True)
@by_one_version
def screen(
    request: HttpRequest, policy: Policy, now: datetime, /, *, code: str, number: str
) -> HttpResponse:
    """A search, a list or an export."""
    page = _page(request, policy, code, number)
    if page.kind in OF_ONE_RECORD:
        raise _absent(request)
    visit = _visit(request, page, now)
    if refused := _refused(request, visit):
        return refused
    if not visit.is_intended:
        raise _absent(request)
    if _is_stale(request, visit):
        return prove_again(request)
    if _is_closed(visit):
        return _closed(request, visit)
    if asking := _asked(request, visit, visit.duties, handle=""):
        return asking
    match page.kind:
        case "検索":
            return _search(request, visit)
        case "一覧":
            return _list(request, visit)
        case _:
            return _export(request, visit)


@drills.told
@strangers.told
@shows(may="gate.look", posts=True)
@by_one_version
def record(
    request: HttpRequest, policy: Policy, now: datetime, /, *, code: str, number: str, handle: str
) -> HttpResponse:
    """One record: detail, 要配慮, or a report. Whether refused or absent, the same 404."""
    until = monotonic() + FLOOR
    page = _page(request, policy, code, number)
    visit = _visit(request, page, now)
    if refused := _refused(request, visit):
        return refused
    if visit.is_intended and _is_stale(request, visit):  # asked of a record that is not there too
        return prove_again(request)
    system, internal = handles.record_of(request, handle)
    found = looking.one(visit, system=system, number=internal)
    row = next(iter(found.rows), None)
    if (
        row is None
        or page.kind not in OF_ONE_RECORD
        or not visit.is_intended
        or duties.is_undoable(visit, row.duties)
    ):
        sleep(max(0.0, until - monotonic()))
        raise _absent(request)
    _tell(request, visit, duty=row.duties, level=found.level)
    if asking := _asked(request, visit, row.duties, handle=handle):
        return asking
    (line,) = lines_of(
        look_of(request),
        page.system,
        [row],
        fields=page.fields,
        context=visit.context,
        key=key_field(page.system),
    )
    word = handles.handle_of(request, system=page.system.key, record=row.id)
    response = render(
        request,
        "gate/report.html" if page.kind == REPORT else "gate/record.html",
        {
            "page": page,
            "visit": visit,
            "line": line,
            "no_copy": duties.NO_COPY in row.duties,
            "duties": sorted(row.duties),
            "links": links_of(visit, word, token=token_of(request)),
            "look": look_of(request),
        },
    )
    if page.kind == SENSITIVE:
        response.headers["Refresh"] = f"{OPEN_SECONDS}; url=/look/"
    sleep(max(0.0, until - monotonic()))
    return response


def _search(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the form; what was typed is kept in the session, and the list decides again."""
    page, target = visit.page, visit.page.lists(visit.viewer)
    usable = {field.id for field in visit.keys}
    finders = {
        name: finder
        for name, finder in page.finders.items()
        if name in usable and (finder.second is None or finder.second in usable)
    }
    if misses.are_too_many(visit):
        return _too_many_misses(request, visit)
    data = request.POST if request.method == "POST" else None
    form = forms.Search(data, fields=page.keys, finders=finders)
    if form.is_valid() and target is not None:
        look_of(request).searched(**form.cleaned_data)
        kept = {looking.SCREEN: page.screen.id, **form.cleaned_data}
        token = handles.keep_conditions(request, kept)
        return redirect(f"{target.address()}?c={token}")
    status = 422 if form.is_bound else 200
    told = {
        "page": page,
        "visit": visit,
        "form": form if form.fields else None,
        "links": [link for link in links_of(visit, None) if link["url"]],
        "extraction": visit.use if page.is_extraction or not page.keys else None,
    }
    return render(request, "gate/search.html", told, status=status)


def _list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show one page of rows. No total, no position, and no word on what is not among them."""
    page = visit.page
    token = token_of(request)
    conditions = handles.conditions_of(request, token) if token else None
    if conditions is None and not page.is_direct and not page.is_extraction:
        source = page.searched_from(visit.viewer)
        return redirect(source.address() if source else "gate:start")
    if conditions is not None and misses.are_too_many(visit):
        return _too_many_misses(request, visit)
    _, after = handles.record_of(request, request.GET.get("after", ""))
    found = looking.listed(visit, conditions, after=after)
    _tell(request, visit, duty=_owed(request, visit, conditions, found), level=found.level)
    lines = lines_of(
        look_of(request),
        page.system,
        found.rows,
        fields=page.fields,
        context=visit.context,
        key=key_field(page.system),
    )
    heads = [
        field
        for n, field in enumerate(page.fields)
        if not lines or any(not line.cells[n].is_absent for line in lines)
    ]
    shown = {field.id for field in heads}
    told = {
        "page": page,
        "visit": visit,
        "heads": heads,
        "lines": [
            {
                "cells": [cell for cell in line.cells if cell.field.id in shown],
                "links": [
                    link
                    for link in links_of(visit, word_of(request, page, line.row.id), token=token)
                    if link["one"]
                ],
            }
            for line in lines
        ],
        "whys": _whys(lines),
        "links": [link for link in links_of(visit, None, token=token) if link["url"]],
        "found": found,
        "limit": page.screen.limit,
        "next": next_of(request, page, token, found),
        "no_copy": duties.NO_COPY in visit.duties,
        "look": look_of(request),
    }
    return render(request, "gate/list.html", told)


def _export(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what will leave; the file comes by POST, and every chunk of it is recorded."""
    token = token_of(request)
    conditions = handles.conditions_of(request, token) if token else None
    told: dict[str, Any] = {"page": visit.page, "visit": visit, "token": token}
    if conditions is not None and misses.are_too_many(visit):
        return _too_many_misses(request, visit)
    if request.method == "POST":
        found = looking.exported(visit, conditions)
        _tell(request, visit, duty=_owed(request, visit, conditions, found), level=found.level)
        if not found.too_many:
            try:
                return exports.exported(request, look_of(request), visit, found.rows)
            except NotRecorded as error:
                return errors.not_recorded(seconds=error.retry_after)
        told["too_many"] = visit.page.screen.limit
        return render(request, "gate/export.html", told, status=422)
    return render(request, "gate/export.html", told)


def _asked(
    request: HttpRequest, visit: Visit, owed: frozenset[str], *, handle: str
) -> HttpResponse | None:
    """Return the page that asks for the reason, or None where it was given (or none is owed)."""
    if not duties.asks_before(owed):
        return None
    look = look_of(request)
    if said := duties.said(request, visit, handle=handle):
        look.because(said.words)
        return None
    asks_consent = duties.CONSENT in owed
    is_answer = request.method == "POST" and request.POST.get("step") == "reason"
    form = forms.Reason(request.POST if is_answer else None, asks_consent=asks_consent)
    if form.is_valid():
        duties.keep(request, visit, handle=handle, words=form.words, consent=asks_consent)
        look.because(form.words)
        return redirect(request.get_full_path())
    told = {"page": visit.page, "visit": visit, "form": form}
    return render(request, "gate/reason.html", told, status=422 if form.is_bound else 200)


def _page(request: HttpRequest, policy: Policy, code: str, number: str) -> Page:
    page = page_at(policy, code, number)
    if page is None:
        raise _absent(request)
    return page


def _visit(request: HttpRequest, page: Page, now: datetime) -> Visit:
    visit = visit_of(request, page, now=now)
    look = _tell(request, visit, duty=frozenset(), level=1)
    look.unchanged = visit.use.unchanged
    if (account := visit.use.account_id) is not None:
        look.then = partial(note_use, account, at=now)
    return visit


def _tell(request: HttpRequest, visit: Visit, *, duty: frozenset[str], level: int) -> Look:
    """Say in the record who looks at what, on what ground, and which duties were carried out."""
    look = look_of(request)
    look.about(
        system=visit.page.system.key,
        screen=visit.page.screen.id,
        act=_ACTS.get(visit.page.kind, Act.VIEW),
        purpose=_code(visit, PURPOSE, visit.use.hat.purpose),
        table=visit.page.policy.hash,
        context=visit.context,
        viewer_class=_code(visit, VIEWER_CLASS, visit.viewer) or None,
        device=visit.use.device,
        grant=visit.use.grant,
        level=level if duties.FOCUS in duty else 1,
    )
    if duty:
        look.details["duties"] = sorted(duty)
    return look


def _code(visit: Visit, attribute: str, word: str) -> str:
    """Return 値の符号 of a word in the very tables that decide; or a word that they do not know."""
    known = visit.page.policy.attributes.get(attribute)
    values = known.values if known else ()
    return next((value.code for value in values if value.word == word), word)


def _owed(
    request: HttpRequest,
    visit: Visit,
    conditions: Mapping[str, str] | None,
    found: looking.Found,
) -> frozenset[str]:
    """Return the duties of a list or an export. A search that finds nothing is counted here.

    The one that reaches the limit is told to the second line, whether or not another follows.
    """
    is_miss = conditions is not None and not found.rows and not found.too_many
    if is_miss and misses.note(request, visit):
        return visit.duties | {duties.SECOND_LINE}
    return visit.duties


def _is_stale(request: HttpRequest, visit: Visit) -> bool:
    """Return whether this screen asks for a fresh proof of who looks (都度認証), and has none."""
    return visit.page.kind in OF_A_FRESH_PROOF and not is_fresh(request, now=visit.now)


def _refused(request: HttpRequest, visit: Visit) -> HttpResponse | None:
    """Return the page of a use that is not allowed, with the reason and the remedy, or None.

    It is about the person, never about a record: it is the same whatever was asked for.
    """
    answer = visit.use.answer
    if isinstance(answer, Permit):
        return None
    look = look_of(request)
    look.refuse(answer.reason)
    strangers.note(request, visit)
    drills.note(request, visit)
    told = {"page": visit.page, "visit": visit, "refusal": answer, "look": look}
    return render(request, "gate/refused.html", told, status=403)


def _absent(request: HttpRequest) -> Http404:
    """Return the answer to what is not there and to what may not be seen."""
    look_of(request).refuse(NOT_SHOWN)
    return Http404()


def _is_closed(visit: Visit) -> bool:
    """Return whether this visit can show nothing at all on this screen, whatever the record."""
    if not visit.shown or duties.is_undoable(visit, visit.duties):
        return True
    return visit.page.kind == SEARCH and bool(visit.page.keys) and not visit.keys


def _closed(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Say why nothing opens: it is about the circumstances, never about a record."""
    table = visit.page.system.table
    rules = {rule.id: rule for rule in table.rules}
    owed = frozenset(
        duty
        for rule in visit.refusing
        for duty, due in rules[rule].out.items()
        if duty in duties.OF_A_REFUSAL and due
    )
    look = _tell(request, visit, duty=owed, level=1)
    look.refuse(f"この状況の組では表示しない（規則 {'、'.join(visit.refusing) or 'なし'}）")
    told = {
        "page": visit.page,
        "visit": visit,
        "values": [(name, visit.context.get(name)) for name in PROFILE],
        "rules": [rules[rule] for rule in visit.refusing],
        "notified": duties.SECOND_LINE in owed,
    }
    return render(request, "gate/closed.html", told, status=403)


def _too_many_misses(request: HttpRequest, visit: Visit) -> HttpResponse:
    look = _tell(request, visit, duty=frozenset({duties.SECOND_LINE}), level=1)
    look.refuse(f"見つからない検索が {misses.MOST} 回続いた")
    told = {"page": visit.page, "visit": visit, "most": misses.MOST}
    response = render(request, "gate/too_many_misses.html", told, status=429)
    response.headers["Retry-After"] = str(misses.seconds_left(visit.now))
    return response


def _whys(lines: list[Line]) -> list[Cell]:
    """Return one cell per field and treatment that is not the value itself, for the reasons."""
    found: dict[tuple[str, Treatment], Cell] = {}
    for line in lines:
        for cell in line.cells:
            if not cell.is_whole:
                found.setdefault((cell.field.id, cell.treatment), cell)
    return list(found.values())
