"""利用許可: who may use what until when; to revoke; approvals that nobody used."""

from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.grants import uses as rule
from sekisho.terms.days import day_in_japan, jst_day, months_on
from sekisho_web.accounts.models import System
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import page_of, query_of, worn
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms import uses as forms
from sekisho_web.grants.models import Grant
from sekisho_web.grants.operations import ending
from sekisho_web.grants.queries import grants as queries
from sekisho_web.grants.views.acts import asked

MONTHS = 12
RANGES = (("now", "いま使えるもの"), ("counted", "回数のあるもの"), ("all", "すべて"))


@reads(may="grants.read")
def grants(request: HttpRequest) -> HttpResponse:
    now, hat = timezone.now(), worn(request)
    words = request.GET.get("words", "").strip()
    system, only = request.GET.get("system", ""), request.GET.get("only", "now")
    found = queries.listed(hat, words=words, system=system, only=only, now=now)
    page = page_of(request, found, size=queries.PAGE)
    told = {
        "page": page,
        "lines": queries.lines(list(page), now=now),
        "words": words,
        "system": system,
        "only": only,
        "ranges": RANGES,
        "systems": System.objects.order_by("name").values_list("key", "name"),
        "query": query_of(request, "words", "system", "only"),
    }
    return render(request, "grants/uses/grants.html", told)


@reads(may="grants.use")
def grant(request: HttpRequest, code: str) -> HttpResponse:
    """One grant with its uses: for its holder, and for who may see those of the company."""
    now, found = timezone.now(), _seen(request, code)
    told = {
        "line": queries.lines([found], now=now)[0],
        "uses": queries.uses_of(found),
        "may_revoke": _may_revoke(request, found, now=now) is None,
        "now": now,
    }
    return render(request, "grants/uses/grant.html", told)


@asks(may="grants.use", fresh=True)
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    found = _seen(request, code)
    form = forms.Revoke(request.POST or None)

    def act() -> HttpResponse:
        ending.revoke(
            grant=found,
            by=person_of(request),
            hat=worn(request),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
        messages.success(request, f"利用許可 {found.code} を取り消しました。")
        return redirect("grants:grant", found.code)

    return asked(
        request,
        form,
        act,
        title="利用許可を取り消す",
        lead="取り消すと、続いている利用もその時に終わります。元には戻せません。",
        button="取り消す",
        back=reverse("grants:grant", args=[found.code]),
        note=(
            ("番号", found.code),
            ("持つ人", f"{found.person.name}（{found.person.code}）"),
            ("目的", found.purpose),
        ),
    )


@reads(may="grants.read")
def unused(request: HttpRequest) -> HttpResponse:
    """The approvals of one month that nobody used."""
    now = timezone.now()
    months = _months(now)
    asked_for = request.GET.get("month", "")
    first = next((one for one in months if f"{one:%Y-%m}" == asked_for), months[0])
    since, until = jst_day(first), jst_day(months_on(first, 1))
    told = {
        "month": first,
        "months": months,
        "lines": queries.unused(worn(request), since=since, until=until, now=now),
    }
    return render(request, "grants/uses/unused.html", told)


def _months(now: datetime) -> list[date]:
    today = day_in_japan(now)
    first = today.replace(day=1)
    return [months_on(first, -n) for n in range(MONTHS)]


def _seen(request: HttpRequest, code: str) -> Grant:
    """Return a grant that who asks may see: their own, or one of the company. Raise Http404."""
    person, hat = person_of(request), worn(request)
    found = Grant.objects.filter(code=code).select_related(
        "person", "works_for", "request", "revoked_by", "emergency", "account"
    )
    own = found.filter(person=person).first()
    if own is not None:
        return own
    if not request.user.has_perm("grants.read"):
        raise Http404
    one = found.filter(pk__in=queries.seen_by(hat, now=timezone.now()).values("pk")).first()
    if one is None:
        raise Http404
    return one


def _may_revoke(request: HttpRequest, found: Grant, *, now: datetime) -> object:
    by = ending.revoker(person_of(request), worn(request), found.system, now=now)
    return rule.refusal_to_revoke(queries.as_rule(found), by=by, reason="理由は後で", at=now)
