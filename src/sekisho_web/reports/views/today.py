from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe

from sekisho.policy.system import Policy
from sekisho.reports.pictures.flow import Flow, Kind, Mode
from sekisho.reports.pictures.flow_drawing import drawn
from sekisho_web.accounts.signed_in import hat_of
from sekisho_web.campaigns import queries as findings
from sekisho_web.frame.doors import reads
from sekisho_web.grants.queries.emergencies import open_exceptions
from sekisho_web.policy.versions import live
from sekisho_web.proof import queries as proofs
from sekisho_web.reports import queries
from sekisho_web.terminals.queries.loans import overdue_seen_by
from sekisho_web.trace import queries as trace
from sekisho_web.trace.models import Investigation

BARS = 7  # of a column: what is read at a glance
WHO = {"retail": "小売側の人", "all": "すべての人"}


@reads(may="reports.read")
def today(request: HttpRequest) -> HttpResponse:
    found, policy, now, hat = trace.latest(), live(), timezone.now(), hat_of(request)
    certificate = proofs.certificate(policy)
    page = {
        "certificate": certificate,
        "total": certificate.held + certificate.broken,
        "expiring": queries.expiring(now=now),
        "exceptions": open_exceptions(company=hat.company_code, now=now) if hat else (),
        "overdue": overdue_seen_by(hat, now=now) if hat else (),
        "transitions": queries.transitions(policy),
        "investigation": found,
        "findings": findings.open_count(),
        "may_read_findings": request.user.has_perm("campaigns.read"),
    }
    if found is not None:
        page |= _seen(request, found, policy)
    htmx = getattr(request, "htmx", None)  # of its middleware, which has no types
    swapped = found and htmx and not htmx.history_restore_request
    name = "reports/today.html#flow" if swapped else "reports/today.html"
    response = render(request, name, page)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _seen(request: HttpRequest, found: Investigation, policy: Policy) -> dict[str, object]:
    """Return what the last investigation says: numbers, picture, table, grid."""
    mode = Mode.CHECKED if request.GET.get("mode") == Mode.CHECKED else Mode.ACTUAL
    who = "all" if request.GET.get("who") == "all" else "retail"
    traffic = trace.traffic(found, retail_only=who == "retail", most=BARS)
    window = next(iter(trace.windows(found)), None)
    verdicts = {key: count for key, _, count in trace.verdicts(found)}
    return {
        "stopped": verdicts["not_allowed_by_table"],
        "undecidable": verdicts["undecidable"],
        "masked": verdicts["masked"],
        "apart": trace.apart_in(found, window).get("not_allowed_by_table") if window else None,
        "window": window,
        "flow": traffic.flow,
        "left_out": traffic.apart,
        "halves": _halves(traffic.flow, mode=mode),
        "kinds": [(kind, traffic.flow.of_kind(kind)) for kind in Kind],
        "picture": mark_safe(drawn(traffic.flow, mode=mode)),  # noqa: S308 - escaped where drawn
        "modes": [_choice(one.word, mode=one, who=who, on=one is mode) for one in Mode],
        "whom": [_choice(words, mode=mode, who=one, on=one == who) for one, words in WHO.items()],
        "worst": queries.worst(policy, found),
    }


def _halves(
    flow: Flow, *, mode: Mode
) -> list[tuple[str, str, str, list[tuple[str, str, str, int]]]]:
    """Return the numbers of the picture as two tables: caption, two heads, lines."""
    stops = "（止める）" if mode is Mode.CHECKED else ""
    before, behind = (
        [
            (start, end, kind.word + (stops if kind is Kind.STOP else ""), count)
            for (start, end, kind), count in half.items()
        ]
        for half in flow.halves
    )
    return [
        ("見た人からシステムへ", "見た人", "システム", before),
        ("システムからお客さまへ", "システム", "誰のお客さまか", behind),
    ]


def _choice(words: str, *, mode: Mode, who: str, on: bool) -> dict[str, object]:
    return {
        "words": words,
        "url": f"{reverse('reports:today')}?{urlencode({'mode': mode.value, 'who': who})}",
        "on": on,
    }
