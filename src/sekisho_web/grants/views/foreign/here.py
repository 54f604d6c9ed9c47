"""Whose page this is, and how a report leaves the house."""

from collections.abc import Callable, Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from sekisho.errors import SekishoError
from sekisho.reports.shapes import Report
from sekisho.terms.refusals import Refusal
from sekisho_links.reports.excel import excel_of
from sekisho_links.reports.pdf import pdf_of
from sekisho_web.accounts.models import System
from sekisho_web.accounts.signed_in import Hat, hat_of
from sekisho_web.frame import errors
from sekisho_web.grants.queries.foreign import logs as queries

UNPROCESSABLE = 422
FORMS: Mapping[str, tuple[Callable[[Report], bytes], str]] = {
    "xlsx": (excel_of, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (pdf_of, "application/pdf"),
}


def hat_here(request: HttpRequest) -> Hat:
    """Return the hat that is worn. Every door of these pages asks for one."""
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat


def system_here(request: HttpRequest, key: str) -> System:
    return queries.system_at(hat_here(request), key)


def as_file(report: Report, form: str, *, name: str) -> HttpResponse:
    """Return a report as a file to keep; 404 for a form that there is not."""
    if form not in FORMS:
        raise Http404
    make, kind = FORMS[form]
    try:
        data = make(report)
    except SekishoError as error:
        return errors.refused(Refusal(reason=error.problem, remedy=error.remedy))
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def page(
    request: HttpRequest, template: str, context: Mapping[str, object], *, wrong: bool = False
) -> HttpResponse:
    return render(
        request,
        f"grants/foreign/{template}.html",
        dict(context),
        status=UNPROCESSABLE if wrong else 200,
    )
