"""権限棚卸: what each ID was used for, and whether it is still needed. Silence stops it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.days import after
from sekisho_web.accounts.forms import registers as forms
from sekisho_web.accounts.models import AccountReview, System
from sekisho_web.accounts.operations import reviews as operations
from sekisho_web.accounts.queries import reviews as queries
from sekisho_web.accounts.queries.scope import own_ids
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import asked, page_of, query_of, worn
from sekisho_web.frame.doors import asks, reads


@reads(may="accounts.read")
def reviews(request: HttpRequest) -> HttpResponse:
    now, done = timezone.now(), request.GET.get("done") == "1"
    mine = request.GET.get("mine") == "1"
    found = queries.listed(
        scope=own_ids(worn(request), to="account__"),
        mine=person_of(request).pk if mine else None,
        done=done,
    )
    page = page_of(request, found, size=queries.PAGE)
    here = reverse("accounts:reviews")
    told = {
        "page": page,
        "lines": [(one, one.due_at <= now) for one in page],
        "done": done,
        "query": query_of(request, "done", "mine"),
        "may_open": request.user.has_perm("accounts.systems"),
        "choices": [
            {"words": "答えを待つもの", "url": here, "on": not done and not mine},
            {"words": "自分の番のもの", "url": f"{here}?mine=1", "on": mine and not done},
            {"words": "答えたもの", "url": f"{here}?done=1", "on": done},
        ],
    }
    return render(request, "accounts/registers/reviews.html", told)


@asks(may="accounts.read", fresh=True)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    now, found = timezone.now(), _seen(request, pk)
    form = forms.AnswerReview(request.POST or None)

    def act() -> HttpResponse:
        operations.answer_review(
            review=found,
            answer=form.cleaned_data["answer"],
            keep_until=form.keep_until(),
            roles=form.roles_of(),
            note=form.cleaned_data["note"],
            by=person_of(request),
            now=timezone.now(),
        )
        return redirect(reverse("accounts:reviews") + "?mine=1")

    account = found.account
    return asked(
        request,
        form,
        act,
        title=f"{account.system.name}のID {account.code}",
        lead="期限までに答えがなければ、このIDは期限の時刻に止まります。",
        button="答える",
        back=reverse("accounts:reviews"),
        review=found,
        is_over=found.due_at <= now,
    )


@asks(may="accounts.systems", fresh=True)
def open_reviews(request: HttpRequest) -> HttpResponse:
    hat = worn(request)
    owned = System.objects.filter(owner__code=hat.company_code).order_by("name", "key")
    form = forms.OpenReviews(request.POST or None, systems=[(one.key, one.name) for one in owned])

    def act() -> HttpResponse:
        operations.open_reviews(
            systems=form.cleaned_data["systems"],
            due_at=after(form.cleaned_data["last"]),
            by=person_of(request),
            now=timezone.now(),
        )
        return redirect("accounts:reviews")

    return asked(
        request,
        form,
        act,
        title="権限棚卸を始める",
        lead="いま廃止していないIDのすべてが対象になり、後から増えも減りもしません。",
        button="棚卸を始める",
        back=reverse("accounts:reviews"),
    )


def _seen(request: HttpRequest, pk: int) -> AccountReview:
    scope = own_ids(worn(request), to="account__")
    keys = AccountReview.objects.filter(scope, pk=pk).values("pk")
    found = (
        AccountReview.objects.filter(pk__in=keys)
        .select_related("account__system", "account__person", "assignee", "answered_by")
        .first()
    )
    if found is None:
        raise Http404
    return found
