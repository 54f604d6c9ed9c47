"""これからの異動: the days to come, and what ends on them."""

from datetime import date

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sekisho_web.accounts.queries import transfers as queries
from sekisho_web.accounts.queries.feeds import company_of
from sekisho_web.accounts.signed_in import hat_of
from sekisho_web.frame.doors import reads

PAGE = 100


@reads(may="accounts.read")
def coming(request: HttpRequest) -> HttpResponse:
    """The days on which posts end or begin, with how much ends."""
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    days = queries.days_to_come(company_of(hat), now=timezone.now())
    return render(request, "accounts/personnel/coming.html", {"days": days})


@reads(may="accounts.read")
def coming_day(request: HttpRequest, day: str) -> HttpResponse:
    """One day: who moves, and which grants and IDs end at its first moment."""
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    found = queries.movers(company_of(hat), day=on, now=timezone.now())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "day": on,
        "page": page,
        "grants": sum(len(mover.grants) for mover in found),
        "accounts": sum(len(mover.accounts) for mover in found),
    }
    return render(request, "accounts/personnel/coming_day.html", context)
