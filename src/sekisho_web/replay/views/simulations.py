"""試算: a version tried on recorded traffic, its result, and the looks behind each number."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe

from sekisho.policy.life import WORDS, State
from sekisho.replay.simulated import Counts
from sekisho.reports.pictures import comparison
from sekisho.reports.shapes import Report
from sekisho.reports.simulations import (
    FEW,
    LOOSER,
    STRICTER,
    csv_of,
    effects,
    example_words,
    number,
    period,
    report_of,
    sentence,
)
from sekisho.terms.refusals import Refusal
from sekisho_links.reports.excel import TooLong, excel_of
from sekisho_links.reports.extra import ReportsNotInstalled
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks, reads
from sekisho_web.policy import operations as policy
from sekisho_web.policy.models import Change
from sekisho_web.replay import simulating
from sekisho_web.replay import simulations as queries
from sekisho_web.replay.forms import TrialForm
from sekisho_web.replay.models import Simulation
from sekisho_web.replay.simulations import Reading

UNPROCESSABLE = 422
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON_PAGE = 200  # cells; Excel and CSV hold all of them


@asks(may="replay.simulate")
def simulate(request: HttpRequest, change: str) -> HttpResponse:
    """Choose what to try the draft on, and try it: some seconds, in this request."""
    found = get_object_or_404(Change.objects.select_related("head", "author"), number=change)
    shelf = queries.investigations()
    form = TrialForm(request.POST if request.method == "POST" else None, shelf=shelf)
    refusal = simulating.refusal_to_simulate(found)
    if refusal is None and form.is_valid():
        first, until = form.days
        try:
            kept = simulating.simulate(
                change=found,
                investigation=form.chosen,
                first=first,
                until=until,
                by=person_of(request),
                now=timezone.now(),
                moves=request.user.has_perm("policy.edit"),
            )
        except simulating.CannotSimulate as error:
            refusal = error.refusal
        else:
            return redirect("replay:result", kept.pk)
    return render(
        request,
        "replay/simulate.html",
        {
            "change": found,
            "state": WORDS[State(found.state)],
            "content": policy.content_of(found),
            "form": form,
            "shelf": shelf,
            "refusal": refusal,
            "earlier": queries.simulations_of(found),
        },
        status=UNPROCESSABLE if form.is_bound else 200,
    )


@reads(may="replay.simulate")
def simulation(request: HttpRequest, change: str) -> HttpResponse:  # noqa: ARG001 - a door
    """Lead to the last simulation of the present draft of a change."""
    found = get_object_or_404(Change.objects.select_related("head"), number=change)
    kept = queries.simulation_of(policy.content_of(found))
    if kept is None:
        raise Http404
    return redirect("replay:result", kept.pk)


@reads(may="replay.simulate")
def result(request: HttpRequest, pk: int) -> HttpResponse:
    kept = queries.one(pk)
    reading, whole = queries.reading(kept), _whole(request)
    found = reading.result
    bars = reading.bars(whole=whole)
    return render(
        request,
        "replay/simulation.html",
        {
            "kept": kept,
            "result": found,
            "sentence": sentence(found),
            "period": period(found),
            "ways": [
                (LOOSER, _counts(found.looser, whole=whole), bool(found.looser.accesses)),
                (STRICTER, _counts(found.stricter, whole=whole), False),
            ],
            "effects": [(words, number(count, whole=whole)) for words, count in effects(found)],
            "picture": mark_safe(comparison.drawn(bars)) if bars else "",  # noqa: S308 - escaped where it is drawn
            "lines": [
                (line, line.numbers(whole=whole), line.may_show_examples(whole=whole))
                for line in reading.lines[:ON_PAGE]
            ],
            "more": max(len(reading.lines) - ON_PAGE, 0),
            "systems": [
                (_system(reading, key), count, found.days.get(key, 0))
                for key, count in found.accesses.items()
            ],
            "without": found.without[:31],
            "without_more": max(len(found.without) - 31, 0),
            "present": policy.content_of(kept.change) == kept.version_id,
            "may_read_log": request.user.has_perm("trace.investigate"),
        },
    )


@reads(may="replay.simulate")
def examples(request: HttpRequest, pk: int, cell: int) -> HttpResponse:
    """Show ten looks of one cell. People and contracts are numbers that name nobody."""
    reading, whole = queries.reading(queries.one(pk)), _whole(request)
    line = reading.line(cell)
    allowed = line.may_show_examples(whole=whole)
    return render(
        request,
        "replay/simulation_examples.html",
        {
            "kept": reading.kept,
            "line": line,
            "numbers": line.numbers(whole=whole),
            "allowed": allowed,
            "examples": [
                (one, example_words(one.context, line.met.cell)) for one in line.met.examples
            ]
            if allowed
            else [],
        },
    )


@reads(may="replay.simulate")
def as_csv(request: HttpRequest, pk: int) -> HttpResponse:
    kept = queries.one(pk)
    content = csv_of(list(queries.reading(kept).lines), whole=_whole(request))
    return _file(content, kind="text/csv; charset=utf-8", name=_name(kept, "csv"))


@reads(may="replay.simulate")
def excel(request: HttpRequest, pk: int) -> HttpResponse:
    kept = queries.one(pk)
    try:
        made = excel_of(_report(queries.reading(kept), whole=_whole(request)))
    except (ReportsNotInstalled, TooLong) as error:
        refusal = Refusal(reason=error.problem, remedy=error.remedy)
        page = {"kept": kept, "refusal": refusal}
        return render(request, "replay/simulation_not_made.html", page, status=503)
    return _file(made, kind=EXCEL, name=_name(kept, "xlsx"))


def _report(reading: Reading, *, whole: bool) -> Report:
    kept = reading.kept
    tried = kept.investigation
    return report_of(
        reading.result,
        list(reading.lines),
        change=f"{kept.change}",
        traffic=f"{tried.question}（sha256:{tried.digest[:12]}）" if tried else "なし",
        made_at=kept.made_at,
        whole=whole,
    )


def _whole(request: HttpRequest) -> bool:
    """Whether somebody may see counts of fewer than three: only who may look at the people."""
    return request.user.has_perm("trace.investigate")


def _counts(counts: Counts, *, whole: bool) -> list[str]:
    """Return accesses, contracts, people and retailers as the page prints them."""
    return [
        *(number(one, whole=whole) for one in (counts.accesses, counts.contracts, counts.people)),
        FEW if counts.few and not whole else f"{len(counts.retailers)}",
    ]


def _system(reading: Reading, key: str) -> str:
    for version in (reading.kept.version_id, reading.kept.base_id):
        if (policy := queries.readable(version)) and key in policy.systems:
            return policy.systems[key].name
    return key


def _name(kept: Simulation, suffix: str) -> str:
    return f"simulation-{kept.digest[:12]}.{suffix}"


def _file(content: bytes, *, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
