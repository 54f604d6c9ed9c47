"""停止: what is stopped, who may let it go; and to stop somebody, which is quickly done."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.accounts.holds import WHO_LIFTS, Reason
from sekisho_web.accounts.forms import registers as forms
from sekisho_web.accounts.models import Hold
from sekisho_web.accounts.operations import holding as operations
from sekisho_web.accounts.queries import accounts as ids
from sekisho_web.accounts.queries import holds as queries
from sekisho_web.accounts.queries import people
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import asked, page_of, query_of, worn
from sekisho_web.frame.doors import asks, reads


@reads(may="accounts.read")
def holds(request: HttpRequest) -> HttpResponse:
    now, is_open = timezone.now(), request.GET.get("lifted") != "1"
    reason = request.GET.get("reason", "")
    reason = reason if reason in Hold.Reason else ""
    found = queries.listed(worn(request), now=now, is_open=is_open, reason=reason)
    page = page_of(request, found, size=queries.PAGE)
    here = reverse("accounts:holds")
    told = {
        "page": page,
        "lines": queries.lines(list(page)),
        "is_open": is_open,
        "may_confirm": request.user.has_perm("accounts.hold"),
        "query": query_of(request, "lifted", "reason"),
        "choices": [
            {"words": "止まっているもの", "url": here, "on": is_open and not reason},
            *(
                {"words": one.label, "url": f"{here}?reason={one.value}", "on": reason == one}
                for one in Hold.Reason
            ),
            {"words": "解除したもの", "url": f"{here}?lifted=1", "on": not is_open},
        ],
    }
    return render(request, "accounts/registers/holds.html", told)


@asks(may="accounts.read", fresh=True)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    hold = queries.one(hat, pk, now=now)
    target, person = queries.target_of(hold)
    form = forms.Reason(
        request.POST or None,
        label="解除する事情",
        hint="休眠と異動は、使う目的を書きます",
    )

    def act() -> HttpResponse:
        operations.lift_by_hand(
            hold=hold, note=form.cleaned_data["note"], by=person_of(request), hat=hat, now=now
        )
        return redirect("accounts:holds")

    return asked(
        request,
        form,
        act,
        title="停止を解除する",
        lead=f"{target}{f'（{person.name}）' if person else ''}。"
        f"解除できるのは、{WHO_LIFTS[Reason(hold.reason)]}です。"
        "解除しても、セッションと利用許可は戻りません。",
        button="解除する",
        back=reverse("accounts:holds"),
    )


@asks(may="accounts.hold", fresh=True)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    hold = queries.one(hat, pk, now=now)
    target, person = queries.target_of(hold)
    form = forms.Reason(request.POST or None, label="確かめたこと")

    def act() -> HttpResponse:
        operations.confirm_lift(
            hold=hold, note=form.cleaned_data["note"], by=person_of(request), hat=hat, now=now
        )
        return redirect("accounts:holds")

    return asked(
        request,
        form,
        act,
        title="解除してよいことを確かめる",
        lead=f"{target}{f'（{person.name}）' if person else ''}。"
        "確かめの後に、システム管理責任者が解除します。",
        button="確かめた",
        back=reverse("accounts:holds"),
    )


@asks(may="accounts.hold", fresh=True)
def stop_person(request: HttpRequest, code: str) -> HttpResponse:
    hat = worn(request)
    person, whole = people.one(hat, code)
    if not whole:
        raise Http404
    form = forms.PlaceHold(request.POST or None)

    def act() -> HttpResponse:
        operations.place(
            target=person,
            reason=Hold.Reason(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
            by=person_of(request),
            hat=hat,
            now=timezone.now(),
        )
        return redirect("accounts:person", code)

    return asked(
        request,
        form,
        act,
        title=f"{person.name}のすべての利用を止める",
        lead="開いているセッションは、すぐに終わります。",
        button="止める",
        back=reverse("accounts:person", args=[code]),
    )


@asks(may="accounts.hold", fresh=True)
def stop_id(request: HttpRequest, pk: int) -> HttpResponse:
    hat = worn(request)
    account = ids.one(hat, pk)
    form = forms.PlaceHold(request.POST or None)

    def act() -> HttpResponse:
        operations.place(
            target=account,
            reason=Hold.Reason(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
            by=person_of(request),
            hat=hat,
            now=timezone.now(),
        )
        return redirect("accounts:id", pk)

    return asked(
        request,
        form,
        act,
        title=f"ID {account.code} を止める",
        lead="このIDによる利用は、すぐに終わります。",
        button="止める",
        back=reverse("accounts:id", args=[pk]),
    )
