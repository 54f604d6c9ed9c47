from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from sekisho.errors import SekishoError
from sekisho.ledger.leaves import OwnerClass
from sekisho.ledger.shards import HOUSE
from sekisho.policy.masks import mask
from sekisho.policy.treatment import Treatment
from sekisho.reports.incidents import APART, Window, report_of
from sekisho.reports.shapes import digest
from sekisho.terms.refusals import Refusal
from sekisho_links.reports.excel import TooLong, excel_of
from sekisho_links.reports.extra import ReportsNotInstalled
from sekisho_links.reports.pdf import NotPrinted, pdf_of
from sekisho_web.accounts.signed_in import hat_of
from sekisho_web.frame.doors import reads
from sekisho_web.frame.errors import refused as refused_page
from sekisho_web.ledger.doors import shows
from sekisho_web.ledger.look import look_of
from sekisho_web.ledger.words import ACTS
from sekisho_web.ledger.words import system as system_name
from sekisho_web.trace import printing, queries
from sekisho_web.trace.forms import WindowForm
from sekisho_web.trace.models import Investigation

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SCREEN = "trace:accesses"
LAST4 = "下4桁"  # 地点の番号 is shown no further, also to those who investigate


@reads(may="trace.investigate")
def incidents(request: HttpRequest) -> HttpResponse:
    found = queries.latest()
    if found is None:
        return render(request, "trace/empty.html")
    return _page(request, found)


@reads(may="trace.investigate")
def investigation(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, queries.one(pk))


@shows(may="trace.investigate")
def accesses(request: HttpRequest, pk: int, incident: str) -> HttpResponse:
    """Show the accesses behind a number. Who looks at them is recorded like any other look."""
    found, kind = queries.one(pk), queries.class_named(incident)
    form, window = _window(request, found)
    if form.is_bound and not form.is_valid():
        said = "".join(str(error) for errors in form.errors.values() for error in errors)
        return refused_page(Refusal(reason="この期間では調べられません", remedy=said.rstrip("。")))
    if window is None:
        raise Http404
    paginator = Paginator(range(_total(found, incident, window)), queries.PAGE)
    page = paginator.get_page(request.GET.get("page"))
    rows = queries.accesses(found, incident=incident, window=window, page=page.number)
    look, hat = look_of(request), hat_of(request)
    look.about(
        system=HOUSE,
        screen=SCREEN,
        purpose=hat.purpose if hat else None,
        table=found.table_hash,
        viewer_class=hat.viewer_class if hat else None,
    )
    lines = []
    for row in rows:
        subject = look.subject(row["record"], owner_class=_owner(row), keys=(row["contract"],))
        lines.append(
            dict(row)
            | {
                "shown": subject.govern("record", mask(LAST4, row["record"]), Treatment.PART),
                "retailer_name": subject.govern(
                    "retailer_name", row["retailer_name"] or "－", Treatment.SHOW
                ),
                "system_name": system_name(row["system"]),
                "action_word": ACTS.get(row["action"], row["action"]),
            }
        )
    return render(
        request,
        "trace/accesses.html",
        {
            "investigation": found,
            "kind": kind,
            "window": window,
            "page": page,
            "rows": lines,
            "query": f"{_days(window)}&",
            "back": f"{reverse('trace:investigation', args=[pk])}?{_days(window)}",
        },
    )


@shows(may="trace.investigate")
def refused(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the lines that could not be read: their words may name a customer's number."""
    found = queries.one(pk)
    conservation = queries.conservation(found)
    page = Paginator(range(conservation.quarantined), queries.PAGE).get_page(
        request.GET.get("page")
    )
    look, hat = look_of(request), hat_of(request)
    look.about(
        system=HOUSE,
        screen="trace:refused",
        purpose=hat.purpose if hat else None,
        viewer_class=hat.viewer_class if hat else None,
    )
    lines = [
        {
            "file": row["file"],
            "line": row["line"],
            "reason": queries.reason_words(row["reason"]),
            "sentence": look.govern(
                "sentence",
                row["sentence"],
                Treatment.SHOW,
                record=f"{row['file']}:{row['line']}",
                owner_class=OwnerClass.UNKNOWN,
            ),
        }
        for row in queries.refused_lines(found, page=page.number)
    ]
    return render(
        request,
        "trace/refused.html",
        {"investigation": found, "conservation": conservation, "page": page, "rows": lines},
    )


@reads(may="trace.investigate")
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.one(pk)
    data = printing.findings(found)
    report = report_of(data)
    try:
        made = pdf_of(report, pictures=printing.pictures(found, data))
    except (ReportsNotInstalled, NotPrinted) as error:
        return _not_made(request, found, error)
    return _file(made, kind="application/pdf", name=f"incidents-{digest(report)[:12]}.pdf")


@reads(may="trace.investigate")
def excel(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.one(pk)
    report = report_of(printing.findings(found))
    try:
        made = excel_of(report)
    except (ReportsNotInstalled, TooLong) as error:
        return _not_made(request, found, error)
    return _file(made, kind=EXCEL, name=f"incidents-{digest(report)[:12]}.xlsx")


def _not_made(request: HttpRequest, found: Investigation, error: SekishoError) -> HttpResponse:
    page = {"investigation": found, "refusal": Refusal(reason=error.problem, remedy=error.remedy)}
    return render(request, "trace/not_made.html", page, status=503)


def _page(request: HttpRequest, found: Investigation) -> HttpResponse:
    form, window = _window(request, found)
    data = printing.findings(found)
    here = reverse("trace:investigation", args=[found.pk])
    counts = queries.counts_in(found, window) if window else ()
    apart = queries.apart_in(found, window) if window else {}
    return render(
        request,
        "trace/incidents.html",
        {
            "investigation": found,
            "form": form,
            "window": window,
            "windows": [
                {
                    "words": f"{one.name} {one.first}〜{one.last}",
                    "url": f"{here}?{_days(one)}",
                    "on": one == window,
                }
                for one in queries.windows(found)
            ],
            "query": f"?{_days(window)}" if window else "",
            "lines": list(zip(queries.classes(), counts, strict=False)),
            "accesses": sum(count.accesses for count in counts),
            "apart": [(words, apart[key]) for key, words in APART.items() if key in apart],
            "verdicts": queries.verdicts(found),
            "read": sum(count for _, _, count in queries.verdicts(found)),
            "conservation": data.conservation,
            "months": mark_safe(printing.by_month(data)),  # noqa: S308 - escaped where it is drawn
            "month_table": next(
                table
                for section in report_of(data).sections
                if section.heading == "月ごとの推移"
                for table in section.tables
            )
            if data.months
            else None,
            "score": queries.score(found) if settings.SEKISHO_DEMO else [],
            "shelf": [one for one in queries.on_the_shelf() if one != found],
        },
        status=422 if form.is_bound and not form.is_valid() else 200,
    )


def _window(request: HttpRequest, found: Investigation) -> tuple[WindowForm, Window | None]:
    """Return the form of the period and the window looked at; a wrong one changes nothing."""
    asked = {"first", "last"} & request.GET.keys()
    form = WindowForm(request.GET if asked else None, auto_id="window-%s")
    first: date | None = None
    last: date | None = None
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    return form, queries.window_of(found, first=first, last=last)


def _days(window: Window) -> str:
    return urlencode({"first": window.first, "last": window.last})


def _total(found: Investigation, incident: str, window: Window) -> int:
    return next(
        count.accesses for count in queries.counts_in(found, window) if count.incident == incident
    )


def _owner(row: queries.Row) -> OwnerClass:
    """Return whose customer it was, seen from the company of the person who looked."""
    if row["retailer"] is None:
        return OwnerClass.LAST_RESORT if row["class"] == "last_resort_seen" else OwnerClass.UNKNOWN
    return OwnerClass.OWN if row["retailer"] == row["company"] else OwnerClass.RIVAL


def _file(content: bytes, *, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
