"""突合結果: a record is received, and every line of it stands under one class."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho.grants.reconciling.classes import ABOUT
from sekisho.reports.documents.foreign import reconciliation_report
from sekisho.terms.days import JST
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.grants.forms.foreign import Receive
from sekisho_web.grants.models import ForeignLog, Reconciliation, Verdict
from sekisho_web.grants.operations.foreign import receiving, running
from sekisho_web.grants.queries.foreign import logs as queries
from sekisho_web.grants.views.foreign.here import as_file, hat_here, page, system_here

CHANGED = 30  # lines with another class than before, on the page
PRINTED = 5_000  # lines of a workbook


@asks(may="grants.foreign")
def receive(request: HttpRequest, key: str) -> HttpResponse:
    """Take a record as it came. What it says is laid beside the grants at once."""
    system = system_here(request, key)
    form, refusal = Receive(request.POST or None, request.FILES or None), None
    if form.is_valid():
        said = form.cleaned_data
        try:
            run = receiving.receive(
                system=system,
                data=said["file"].read(),
                name=said["file"].name or "",
                first_on=said["first_on"],
                last_on=said["last_on"],
                manual=said["kind"] == ForeignLog.Kind.MANUAL,
                encoding=said["encoding"],
                said_lines=said["said_lines"],
                by=person_of(request),
                now=timezone.now(),
            )
        except Refused as error:
            refusal = error.refusal
        except SekishoError as error:
            refusal = Refusal(reason=error.problem, remedy=error.remedy)
        else:
            messages.success(request, f"{run.log.lines:,} 行を受け取り、突合しました。")
            return redirect("grants:foreign_log", pk=run.log_id)
    context = {"system": system, "form": form, "refusal": refusal}
    return page(request, "receive", context, wrong=form.is_bound)


@reads(may="grants.foreign")
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """One record: what was received, its classes, and the lines of one of them."""
    one = queries.log_at(hat_here(request), pk)
    runs = queries.runs_of(one)
    run = next((each for each in runs if str(each.pk) == request.GET.get("run", "")), runs[0])
    before = next((each for each in runs if each.pk < run.pk), None)
    kind = request.GET.get("kind", "")
    kind = kind if kind in ABOUT else ""
    lines = queries.verdicts(run, kind=kind)
    found = Paginator(lines, queries.PAGE).get_page(request.GET.get("page"))
    about = next((each for each in queries.counted(run, before) if each.code == kind), None)
    return page(
        request,
        "log",
        {
            "log": one,
            "system": one.system,
            "run": run,
            "runs": runs,
            "before": before,
            "counted": queries.counted(run, before),
            "about": about,
            "kind": kind,
            "page": found,
            "rows": [(verdict, queries.why(verdict)) for verdict in found],
            "changed": queries.changed(run, before, most=CHANGED) if before else [],
            "unused": queries.unused(run)[:CHANGED],
            "not_yet": run.of_uses.get("not_yet", 0),
        },
    )


@writes(may="grants.foreign")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Go through a record once more, with what is known now. The runs before it stay."""
    one = queries.log_at(hat_here(request), pk)
    try:
        source = receiving.source_for(one.system)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("grants:foreign_log", pk=pk)
    run = running.reconcile(
        log=one,
        knowing=Reconciliation.Knowing.NOW,
        tolerance=source.tolerance,
        by=person_of(request),
        now=timezone.now(),
    )
    messages.success(request, f"{run.log.lines:,} 行を、いま知っていることで突合しました。")
    return redirect("grants:foreign_log", pk=pk)


@reads(may="grants.foreign")
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The result of the newest run as a workbook: the classes, and the lines that do not match."""
    one = queries.log_at(hat_here(request), pk)
    run = queries.runs_of(one)[0]
    wrong = queries.verdicts(run).exclude(kind="matched")[:PRINTED]
    report = reconciliation_report(
        system=one.system.name,
        log=_said(one, run),
        classes=[
            (each.word, each.means, each.goes_to, f"{each.lines:,}")
            for each in queries.counted(run, None)
        ],
        lines=[_row(verdict) for verdict in wrong],
        now=timezone.now(),
    )
    return as_file(report, "xlsx", name=f"reconciliation-{one.system_id}-{one.first_on}")


def _row(verdict: Verdict) -> tuple[str, ...]:
    line = verdict.line
    at = f"{line.at.astimezone(JST):%Y-%m-%d %H:%M:%S}" if line.at else "－"
    word = str(verdict.get_kind_display())
    return str(line.no), at, line.code, line.thing, line.address, word, queries.why(verdict)


def _said(one: ForeignLog, run: Reconciliation) -> dict[str, str]:
    """Return what a report says of a record and its run."""
    skew = "推定できない（組が少ない）" if run.skew_seconds is None else f"{run.skew_seconds:+d} 秒"
    return {
        "期間": f"{one.first_on} から {one.last_on}",
        "SHA-256": one.sha256,
        "行数": f"{one.lines:,}",
        "持ち主の言う行数": "－" if one.said_lines is None else f"{one.said_lines:,}",
        "読めない行": f"{one.unread:,}",
        "行のない営業日": "、".join(one.gaps) or "ない",
        "許した時計のずれ": f"±{run.tolerance_seconds} 秒",
        "推定した時計のずれ": skew,
        "場所": "照らした" if run.places_judged else "網の範囲の登録がないため、照らしていない",
    }
