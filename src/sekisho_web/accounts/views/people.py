"""人: one person on one axis, on any day, as it was known on any other day."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sekisho.terms.days import after, jst_day
from sekisho_web.accounts.forms.registers import OnDay
from sekisho_web.accounts.queries import people as queries
from sekisho_web.accounts.queries.accounts import Line
from sekisho_web.accounts.queries.sign_ins import about
from sekisho_web.accounts.views.registers import page_of, query_of, worn
from sekisho_web.frame.doors import reads

NOON = timedelta(hours=12)


@reads(may="accounts.read")
def people(request: HttpRequest) -> HttpResponse:
    words, now = request.GET.get("words", "").strip(), timezone.now()
    page = page_of(request, queries.listed(worn(request), words=words), size=queries.PAGE)
    posts = queries.posts_in_force(list(page), now=now)
    told = {
        "page": page,
        "lines": [(person, posts.get(person.pk, ())) for person in page],
        "words": words,
        "query": query_of(request, "words"),
    }
    return render(request, "accounts/registers/people.html", told)


@reads(may="accounts.read")
def person(request: HttpRequest, code: str) -> HttpResponse:
    """One's own people wholly; of another company's users the posts in force and the IDs here."""
    hat, now = worn(request), timezone.now()
    found, whole = queries.one(hat, code)
    form = OnDay(request.GET if request.GET.get("on") or request.GET.get("known") else None)
    at, known = _days(form, now=now) if whole else (now, None)
    held = queries.posts(found, at=at, as_known_on=known)
    ids = queries.ids(found, now=now)
    if not whole:
        held = [post for post in held if post.runs]
        ids = [line for line in ids if _is_ours(line, hat.company_code)]
    told = {
        "person": found,
        "whole": whole,
        "form": form,
        "at": at,
        "known": known,
        "asked": at != now,
        "posts": held,
        "ids": ids,
        "answers": queries.answers(found, at=at, as_known_on=known) if whole else (),
        "holds": queries.holds_of(found, now=now) if whole else (),
        "picture": queries.picture(found, held=held, at=at, as_known_on=known, now=now)
        if whole
        else "",
        "now": now,
        "may_hold": whole and request.user.has_perm("accounts.hold"),
        "sign_ins": about(found, request, hat=hat, now=now) if whole else None,
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "accounts/registers/person.html", told, status=status)


def _is_ours(line: Line, company: str) -> bool:
    owner = line.account.system.owner
    return owner is not None and owner.code == company


def _days(form: OnDay, *, now: datetime) -> tuple[datetime, datetime | None]:
    """Return noon of the day asked about, and the end of the day of what was known."""
    if not form.is_bound or not form.is_valid():
        return now, None
    on: date | None = form.cleaned_data["on"]
    known: date | None = form.cleaned_data["known"]
    return (jst_day(on) + NOON if on else now), (after(known) if known else None)
