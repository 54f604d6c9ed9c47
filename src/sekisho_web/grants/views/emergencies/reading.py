"""非常災害: the list, the open exceptions, and one page each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from sekisho.grants import emergencies as rule
from sekisho.grants.declarations import said_in
from sekisho.grants.emergencies import Kind, State
from sekisho.reports.pictures import districts as tiles
from sekisho.reports.pictures import timeline
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.signed_in import Hat, person_of
from sekisho_web.accounts.views.registers import UNPROCESSABLE, worn
from sekisho_web.accounts.views.registers import page_of as numbered
from sekisho_web.frame.doors import reads
from sekisho_web.grants.models import Emergency, EmergencyTerm
from sekisho_web.grants.operations import closing as clearing
from sekisho_web.grants.operations import declaring
from sekisho_web.grants.queries import board as boards
from sekisho_web.grants.queries import closing as closings
from sekisho_web.grants.queries import emergencies as queries
from sekisho_web.grants.queries import mobilising as facts
from sekisho_web.grants.views.emergencies.shared import emergency_at

HELPERS = 50  # on one page of the list
LANE, PEOPLE, DEVICES = "発動", "応援者", "貸与端末"


@reads(may="grants.use")
def emergencies(request: HttpRequest) -> HttpResponse:
    """Every emergency that is an affair of one's own company, the newest first."""
    hat, now = worn(request), timezone.now()
    kind = request.GET.get("kind", "")
    found = queries.visible(hat)
    if kind in {one.value for one in Kind}:
        found = found.filter(kind=kind)
    page = numbered(request, found, size=queries.PAGE)
    here = reverse("grants:emergencies")
    told = {
        "page": page,
        "lines": [queries.line_of(one, now=now) for one in page],
        "exceptions": queries.open_exceptions(company=hat.company_code, now=now),
        "query": f"kind={kind}&" if kind else "",
        "may_declare": request.user.has_perm("grants.declare"),
        "choices": [
            {"words": "すべて", "url": here, "on": not kind},
            *(
                {"words": words, "url": f"{here}?kind={one.value}", "on": kind == one.value}
                for one, words in rule.KIND_WORDS.items()
            ),
        ],
    }
    return render(request, "grants/emergencies/emergencies.html", told)


@reads(may="grants.use")
def exceptions(request: HttpRequest) -> HttpResponse:
    """The provisional uses (暫定利用) that are open, and nothing else."""
    hat, now = worn(request), timezone.now()
    lines = queries.open_exceptions(company=hat.company_code, now=now)
    told = {"lines": lines, "may_declare": request.user.has_perm("grants.declare")}
    return render(request, "grants/emergencies/exceptions.html", told)


@reads(may="grants.use")
def emergency(request: HttpRequest, code: str) -> HttpResponse:
    one, _ = emergency_at(request, code)
    return page_of(request, one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that may be done now, or why not."""

    words: str
    url: str
    refusal: Refusal | None = None
    is_first: bool = False
    posts: bool = False  # one press, without a form


def page_of(
    request: HttpRequest, one: Emergency, *, refusal: Refusal | None = None
) -> HttpResponse:
    """Return the page of one emergency, with why something was not done where it was not."""
    hat, now = worn(request), timezone.now()
    line = queries.line_of(one, now=now)
    sees_people = queries.sees_people(one, hat)
    helpers = None
    if sees_people:
        supporters = one.supporters.select_related("person", "appointment__employer")
        helpers = Paginator(supporters.order_by("person__code"), HELPERS).get_page(
            request.GET.get("page")
        )
    told = {
        "line": line,
        "one": one,
        "refusal": refusal,
        "systems": queries.names_of(one.systems),
        "terms": [_term(term, line.rule, now=now) for term in one.terms.all()],
        "acts": acts(request, one, line, hat, now=now),
        "entries": _entries(one, line, hat, now=now),
        "helpers": boards.helpers(one, list(helpers)) if helpers is not None else (),
        "page": helpers,
        "sees_people": sees_people,
        "timeline": _timeline(one, line, now=now) if line.begins_at else None,
        "tiles": _tiles(one) if one.areas else None,
        "dossiers": one.dossiers.select_related("made_by").order_by("-made_at")
        if sees_people
        else (),
    }
    return render(
        request, "grants/emergencies/emergency.html", told, status=UNPROCESSABLE if refusal else 200
    )


def acts(
    request: HttpRequest, one: Emergency, line: queries.Line, hat: Hat, *, now: datetime
) -> Sequence[Act]:
    """Return what comes next for who asks: each thing with its address, or with why it is shut."""
    person = person_of(request)
    found: list[Act] = []

    def offer(words: str, name: str, refusal: Refusal | None, *more: object, **other: bool) -> None:
        url = reverse(f"grants:{name}", args=[one.code, *more])
        found.append(Act(words=words, url=url, refusal=refusal, **other))

    if not request.user.has_perm("grants.declare"):
        return ()
    terms = list(one.terms.all())
    waits = next((term for term in terms if term.confirmed_at is None), None)
    if not terms:
        shut = declaring.refusal_to_declare(one, by=person, hat=hat, now=now)
        offer("発動に署名する", "declare_sign", shut, is_first=True)
    elif waits is not None and line.state in (State.PREPARED, State.DECLARED):
        shut = declaring.refusal_to_confirm(one, waits, by=person, hat=hat, now=now)
        offer("確認に署名する", "confirm_term", shut, waits.no, is_first=True)
    if line.state is State.DECLARED:
        shut = declaring.refusal_to_lift(one, by=person, hat=hat, now=now)
        if waits is None:
            offer("延長する", "extend", shut)
        offer("解除する", "lift", shut)
    if line.state is State.ENDED:
        offer("後始末を始める", "closing_begin", None, is_first=True, posts=True)
    if line.state is State.CLOSING:
        offer("閲覧を突合する", "closing_reconcile", None, posts=True)
        shut = clearing.refusal_to_close(one, by=person, hat=hat, now=now)
        offer("後始末を完了にする", "close", shut, posts=True)
    if line.state is State.CLOSED:
        offer("災害対応記録を封じる", "seal", None, posts=True)
        shut = clearing.refusal_to_review(one, by=person, hat=hat, now=now)
        offer("検証する", "review", shut, is_first=True)
    return found


def _entries(
    one: Emergency, line: queries.Line, hat: Hat, *, now: datetime
) -> Sequence[Mapping[str, Any]]:
    """Return the closing list: all of it for the owner, and for helpers their own company's."""
    if line.state not in (State.CLOSING, State.CLOSED, State.REVIEWED):
        return ()
    return [
        {
            "entry": entry,
            "is_overdue": entry.line.is_overdue(now),
            "may_sign": entry.is_signed_for
            and not entry.item.proof
            and line.state is State.CLOSING
            and (entry.line.subject or one.owner.code) == hat.company_code
            and bool(hat.permissions & {"grants.declare", "grants.decide"}),
        }
        for entry in closings.entries(one, now=now)
        if hat.company_code in (one.owner.code, entry.line.subject)
    ]


def _term(term: EmergencyTerm, said: rule.Emergency, *, now: datetime) -> Mapping[str, Any]:
    shown = next(each for each in said.terms if each.declared_at == term.declared_at)
    if term.confirmed_at is not None:
        state = "有効" if shown.period.holds(now) and rule.runs(said, now) else "署名済"
        if shown.period.ends is not None and shown.period.ends <= now:
            state = "終了"
    else:
        state = "確認待ち" if rule.waiting(said, now) is not None else "確認されなかった"
    return {
        "term": term,
        "state": state,
        "starts": shown.period.starts,
        "ends": shown.period.ends,
        "digest": said_in(bytes(term.body)).digest.hex()[:16] if term.body else "",
    }


def _timeline(one: Emergency, line: queries.Line, *, now: datetime) -> str:
    """Return terms, helpers, terminals and IDs on one axis as SVG."""
    terms = [
        timeline.Span(
            words=f"第{term.no}期", starts=term.valid.lower, ends=term.valid.upper, lane=LANE
        )
        for term in one.terms.all()
        if term.valid is not None
    ]
    helpers = _counted(one.supporters.values_list("starts_at", "ends_at"), lane=PEOPLE, unit="人")
    loans = _counted(
        facts.loans_of(one).values_list("starts_at", "returned_at"),
        lane=DEVICES, unit="台", now=now,
    )  # fmt: skip
    spans = [*terms, *helpers, *loans]
    if not spans:  # lifted before it began
        return ""
    starts = min(span.starts for span in spans)
    drawn = timeline.drawn(
        starts=starts,
        ends=max([span.ends for span in spans] + [line.ends_at or now]),
        lanes=[LANE, *([PEOPLE] if helpers else []), *([DEVICES] if loans else [])],
        spans=spans,
        ticks=(),
        words=f"{one.code} の期間、応援者、貸与端末",
    )
    return mark_safe(drawn)  # noqa: S308 - escaped where drawn


def _counted(
    rows: Any,  # noqa: ANN401 - pairs of moments from a queryset
    *,
    lane: str,
    unit: str,
    now: datetime | None = None,
) -> list[timeline.Span]:
    """Return one span for all that have the same period, with how many they are."""
    found: dict[tuple[datetime, datetime], int] = {}
    for starts, ends in rows:
        until = ends or now
        if until is not None and until > starts:
            found[starts, until] = found.get((starts, until), 0) + 1
    return [
        timeline.Span(words=f"{count}{unit}", starts=starts, ends=ends, lane=lane)
        for (starts, ends), count in sorted(found.items())
    ]


def _tiles(one: Emergency) -> str:
    known = queries.districts()
    drawn = tiles.drawn(
        districts=known, declared=one.areas, words=f"{one.code} の発動の区域（模式図）"
    )
    return mark_safe(drawn)  # noqa: S308 - escaped where drawn
