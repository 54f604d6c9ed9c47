"""応援者名簿: the list that is kept in peace, and its renewal by the file of a company."""

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from sekisho.grants import roster as rule
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_links.grants import roster as files
from sekisho_web.accounts.models import Company
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.grants.forms import roster as forms
from sekisho_web.grants.operations import roster as operations
from sekisho_web.grants.queries import roster as queries

UNPROCESSABLE = 422
SEALED = "grants.roster"  # what a sealed list is for: it opens nowhere else
MINUTES = 60  # how long a difference may be looked at
MOST_FAULTS = 200


@reads(may="grants.desk")
def roster(request: HttpRequest) -> HttpResponse:
    """The roster: who may be called, and what keeps the others from it."""
    owner, now = _owner(request), timezone.now()
    company = request.GET.get("company", "")
    page = Paginator(queries.listed(owner.code, company=company), queries.PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "lines": queries.in_peace(page, now=now),
        "companies": queries.companies(owner.code),
        "company": company,
        "query": f"{urlencode({'company': company})}&" if company else "",
    }
    return render(request, "grants/desk/roster.html", context)


@asks(may="grants.desk")
def roster_import(request: HttpRequest) -> HttpResponse:
    """Take the list of a company. Nothing changes yet: what it would change is shown."""
    owner, now = _owner(request), timezone.now()
    companies = {one.code: one for one in queries.companies(owner.code)}
    form = forms.RosterFile(
        request.POST or None,
        request.FILES or None,
        companies=[(code, one.name) for code, one in companies.items()],
    )
    if not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        context = {"form": form, "headings": files.HEADINGS}
        return render(request, "grants/desk/roster_import.html", context, status=status)
    company = companies[form.cleaned_data["company"]]
    reading = files.read(
        form.cleaned_data["file"].read(),
        today=day_in_japan(now),
        encoding=form.cleaned_data["encoding"],
    )
    lines, faults = queries.resolved(reading, company=company, now=now)
    change = rule.change(queries.as_rules(queries.listed(owner.code, company=company.code)), lines)
    may_apply = reading.opens and not any(fault.refused for fault in faults)
    context = {
        "company": company,
        "name": form.cleaned_data["file"].name,
        "sha256": reading.sha256,
        "change": change,
        "parts": _parts(change),
        "faults": faults[:MOST_FAULTS],
        "more_faults": max(0, len(faults) - MOST_FAULTS),
        "may_apply": may_apply and not change.is_empty,
        "is_whole": may_apply,
        "seen": forms.Seen(
            initial={
                "sealed": _sealed(request, company, lines),
                "digest": queries.digest_of(change),
            }
        ),
    }
    return render(request, "grants/desk/roster_change.html", context)


@writes(may="grants.desk", fresh=True)
def roster_apply(request: HttpRequest) -> HttpResponse:
    """Make the list that was looked at the roster of that company."""
    form = forms.Seen(request.POST)
    opened = _opened(request, form.cleaned_data["sealed"]) if form.is_valid() else None
    if opened is None:
        return _refused(
            request,
            Refusal(
                reason=f"見ていた名簿が確かめられないか、{MINUTES}分を過ぎています",
                remedy="もう一度ファイルを選んでください",
            ),
        )
    company, lines = opened
    try:
        change = operations.renew(
            owner=_owner(request),
            company=company,
            lines=lines,
            expected=form.cleaned_data["digest"],
            by=person_of(request),
            now=timezone.now(),
        )
    except operations.CannotRenew as error:
        return _refused(request, error.refusal)
    messages.success(
        request,
        f"{company.name}の名簿を改めました（新しく {len(change.new)} 人、"
        f"変更 {len(change.changed)} 人、抹消 {len(change.gone)} 人）。",
    )
    return redirect("grants:roster")


@reads(may="grants.desk")
def roster_sample(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """A file with the headings and one invented line, to be filled."""
    line = ("100001", "架空 花子", "R000-03", "電話受付、現場確認", "いいえ", "2026-06-01")
    text = "\r\n".join(",".join(cells) for cells in (files.HEADINGS, line)) + "\r\n"
    return HttpResponse(
        text.encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="roster.csv"'},
    )


def _parts(change: rule.Change) -> list[tuple[str, list[tuple[object, rule.Line | None]]]]:
    """Return the difference in its three parts: the words, and each person with their line."""
    people = queries.named(change)
    return [
        ("新しく載る人", [(people.get(line.person), line) for line in change.new]),
        ("変わる人", [(people.get(line.person), line) for line in change.changed]),
        ("抹消される人", [(people.get(key), change.was[key]) for key in change.gone]),
    ]


def _sealed(request: HttpRequest, company: Company, lines: list[rule.Line]) -> str:
    """Return the list as one text that only this server can have made, for this person."""
    said = [
        [
            line.person,
            line.unit,
            list(line.skills),
            line.is_sales,
            line.trained_on.isoformat() if line.trained_on else None,
        ]
        for line in lines
    ]
    return signing.dumps([person_of(request).pk, company.pk, said], salt=SEALED, compress=True)


def _opened(request: HttpRequest, sealed: str) -> tuple[Company, list[rule.Line]] | None:
    try:
        person, company, said = signing.loads(sealed, salt=SEALED, max_age=MINUTES * 60)
    except signing.BadSignature:
        return None
    if person != person_of(request).pk:
        return None
    lines = [
        rule.Line(
            person=key,
            unit=unit,
            skills=tuple(skills),
            is_sales=is_sales,
            trained_on=rule.day_of(trained),
        )
        for key, unit, skills, is_sales, trained in said
    ]
    return Company.objects.get(pk=company), lines


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    owner = _owner(request)
    form = forms.RosterFile(
        companies=[(one.code, one.name) for one in queries.companies(owner.code)]
    )
    context = {"form": form, "headings": files.HEADINGS, "refusal": refusal}
    return render(request, "grants/desk/roster_import.html", context, status=UNPROCESSABLE)


def _owner(request: HttpRequest) -> Company:
    return Company.objects.get(code=_worn(request).company_code)


def _worn(request: HttpRequest) -> Hat:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat
