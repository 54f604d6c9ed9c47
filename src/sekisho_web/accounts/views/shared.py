"""共有ID: handed out, brought back, their secret changed. Their number is to become nought."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.days import after
from sekisho_web.accounts.forms import registers as forms
from sekisho_web.accounts.models import Checkout, Rotation, System
from sekisho_web.accounts.operations import shared as operations
from sekisho_web.accounts.queries import shared as queries
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import asked, page_of, person_with, worn
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes

FORM = "accounts/registers/form.html"


@reads(may="accounts.read")
def shared(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.listed(worn(request)), size=queries.PAGE)
    told = {
        "page": page,
        "lines": queries.lines(list(page), now=timezone.now()),
        "may_register": request.user.has_perm("accounts.systems"),
        "query": "",
    }
    return render(request, "accounts/registers/shared.html", told)


@reads(may="accounts.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    now, account = timezone.now(), queries.one(worn(request), pk)
    by = person_of(request)
    told = {
        "account": account,
        "line": queries.lines([account], now=now)[0],
        "checkouts": [
            (one, by.pk in (one.person_id, account.custodian_id)) for one in account.checkouts.all()
        ],
        "rotations": account.rotations.all(),
        "is_custodian": account.custodian_id == by.pk,
    }
    return render(request, "accounts/registers/shared_one.html", told)


@asks(may="accounts.systems", fresh=True)
def register(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    systems = {
        one.key: one
        for one in System.objects.filter(owner__code=hat.company_code).select_related("owner")
    }
    form = forms.Share(
        request.POST or None, systems=[(key, one.name) for key, one in sorted(systems.items())]
    )
    words = {
        "title": "共有IDを登録する",
        "lead": "なくすまでの間だけ登録します。預かる人、理由、期限が要ります。",
        "button": "登録する",
        "back": reverse("accounts:shared"),
    }

    def act() -> HttpResponse:
        custodian = person_with(form, "custodian", form.cleaned_data["custodian"])
        if custodian is None:
            return render(request, FORM, {"form": form, "refusal": None, **words}, status=422)
        system = systems[form.cleaned_data["system"]]
        if system.owner is None:
            raise LookupError("listed by its owner")
        account = operations.register_shared(
            system=system,
            code=form.cleaned_data["code"].strip(),
            works_for=system.owner,
            custodian=custodian,
            reason=form.cleaned_data["reason"],
            ends_at=after(form.cleaned_data["last"]),
            by=person_of(request),
            now=now,
        )
        return redirect("accounts:shared_one", account.pk)

    return asked(request, form, act, **words)


@asks(may="accounts.read", fresh=True)
def check_out(request: HttpRequest, pk: int) -> HttpResponse:
    account, form = queries.one(worn(request), pk), forms.CheckOut(request.POST or None)
    words = {
        "title": f"共有ID {account.code} を渡す",
        "lead": "渡せるのは、預かる人だけです。持っている間の利用は、その人の利用になります。",
        "button": "渡す",
        "back": reverse("accounts:shared_one", args=[pk]),
    }

    def act() -> HttpResponse:
        now = timezone.now()
        person = person_with(form, "person", form.cleaned_data["person"])
        if person is None:
            return render(request, FORM, {"form": form, "refusal": None, **words}, status=422)
        operations.check_out(
            account=account,
            person=person,
            purpose=form.cleaned_data["purpose"],
            until=now + timedelta(hours=form.cleaned_data["hours"]),
            by=person_of(request),
            now=now,
        )
        return redirect("accounts:shared_one", pk)

    return asked(request, form, act, **words)


@writes(may="accounts.read")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    checkout = get_object_or_404(Checkout, pk=pk)
    queries.one(worn(request), checkout.account_id)
    try:
        operations.bring_back(checkout=checkout, by=person_of(request), now=timezone.now())
    except operations.CannotShare as error:
        return errors.refused(error.refusal)
    return redirect("accounts:shared_one", checkout.account_id)


@asks(may="accounts.read", fresh=True)
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    rotation = get_object_or_404(Rotation, pk=pk)
    account = queries.one(worn(request), rotation.account_id)
    form = forms.Reason(
        request.POST or None,
        label="交換したことの証拠",
        hint="作業票の番号など、後から確かめられるもの。秘密そのものは書かないでください",
    )

    def act() -> HttpResponse:
        operations.rotate(
            rotation=rotation,
            said=form.cleaned_data["note"],
            by=person_of(request),
            now=timezone.now(),
        )
        return redirect("accounts:shared_one", account.pk)

    return asked(
        request,
        form,
        act,
        title=f"共有ID {account.code} の秘密を交換した",
        lead="待っている交換が、すべて済みになります。",
        button="交換を記録する",
        back=reverse("accounts:shared_one", args=[account.pk]),
    )
