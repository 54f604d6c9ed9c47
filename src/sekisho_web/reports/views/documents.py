"""Documents made of a version: for the builder of a system, for its testers, for the file."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sekisho.errors import SekishoError
from sekisho.policy.sheets import Unreadable
from sekisho.reports.documents import completion as completions
from sekisho.reports.documents import specification, test_specification
from sekisho.reports.shapes import Report, digest
from sekisho.terms.refusals import Refusal
from sekisho_links.reports.excel import TooLong, excel_of
from sekisho_links.reports.extra import ReportsNotInstalled, missing
from sekisho_links.reports.word import word_of
from sekisho_web.frame.doors import reads
from sekisho_web.frame.errors import refused
from sekisho_web.policy.queries.reading import Reading
from sekisho_web.reports import editions

KINDS = {
    "specification": ("マスク仕様書", specification.report_of),
    "test-specification": ("試験仕様書", test_specification.report_of),
}
OFFICE = "application/vnd.openxmlformats-officedocument"
FORMS = {
    "xlsx": ("Excel", excel_of, f"{OFFICE}.spreadsheetml.sheet"),
    "docx": ("Word", word_of, f"{OFFICE}.wordprocessingml.document"),
}
DAY = "from"  # in an address: the first day of a stretch, where the version has several
PARTS = ("xlsxwriter", "docx")  # of the extra [reports]


def _here(version: str) -> Reading | HttpResponse:
    """Return the version that an address names, or the page that says why nothing is made of it."""
    try:
        return editions.read(version)
    except Unreadable as error:
        first = error.errors[0]
        reason = f"この下書きは読めないので、文書を作れません（{first.place}: {first.problem}）"
        return refused(Refusal(reason=reason, remedy=first.remedy))


@reads(may="policy.read")
def documents(request: HttpRequest, version: str) -> HttpResponse:
    here = _here(version)
    if isinstance(here, HttpResponse):
        return here
    name = here.asked or editions.LIVE

    def links(page: str, *args: str, day: str = "") -> list[tuple[str, str]]:
        """Return the forms of one document: what it is called, and its address."""
        query = f"?{urlencode({DAY: day})}" if day else ""
        return [
            (words, reverse(f"reports:{page}", args=[name, *args, form]) + query)
            for form, (words, _, _) in FORMS.items()
        ]

    return render(
        request,
        "reports/documents.html",
        {
            "reading": here,
            "missing": missing(*PARTS),
            "completion": links("completion"),
            "lines": [
                (
                    line,
                    [
                        (
                            words,
                            links("document", line.system.key, kind, day=line.stretch.day),
                        )
                        for kind, (words, _) in KINDS.items()
                    ],
                )
                for line in editions.lines(here.policy)
            ],
        },
    )


@reads(may="policy.read")
def document(request: HttpRequest, version: str, key: str, kind: str, form: str) -> HttpResponse:
    if kind not in KINDS or form not in FORMS:
        raise Http404
    here = _here(version)
    if isinstance(here, HttpResponse):
        return here
    _, report_of = KINDS[kind]
    report = report_of(editions.edition(here, key, day=request.GET.get(DAY, "")))
    return _file(request, here, report, form=form, name=f"{kind}-{key}")


@reads(may="policy.read")
def completion(request: HttpRequest, version: str, form: str) -> HttpResponse:
    if form not in FORMS:
        raise Http404
    here = _here(version)
    if isinstance(here, HttpResponse):
        return here
    report = completions.report_of(editions.completion(here))
    return _file(request, here, report, form=form, name="completion")


def _file(
    request: HttpRequest, here: Reading, report: Report, *, form: str, name: str
) -> HttpResponse:
    _, made_by, kind = FORMS[form]
    try:
        made = made_by(report)
    except (ReportsNotInstalled, TooLong) as error:
        return _not_made(request, here, error)
    response = HttpResponse(made, content_type=kind)
    file = f"{name}-{here.policy.hash[:12]}-{digest(report)[:12]}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _not_made(request: HttpRequest, here: Reading, error: SekishoError) -> HttpResponse:
    page = {
        "refusal": Refusal(reason=error.problem, remedy=error.remedy),
        "back": reverse("reports:documents", args=[here.asked or editions.LIVE]),
    }
    return render(request, "reports/not_made.html", page, status=503)
