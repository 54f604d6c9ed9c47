"""端末台帳: the register, one terminal, and what its keeper does with it."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import Company, Person
from sekisho_web.accounts.signed_in import Hat, person_of
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.terminals.forms import registers as forms
from sekisho_web.terminals.models import Device
from sekisho_web.terminals.operations import importing, moves, registering, registers
from sekisho_web.terminals.queries import registers as queries
from sekisho_web.terminals.queries.history import history_of
from sekisho_web.terminals.views.around import (
    asked,
    company_of,
    device_with,
    page_of,
    person_with,
    query_of,
    worn,
)


@reads(may="terminals.read")
def devices(request: HttpRequest) -> HttpResponse:
    words, kind = request.GET.get("words", "").strip(), request.GET.get("kind", "")
    kind = kind if kind in Device.Kind else ""
    site, now = request.GET.get("site", ""), timezone.now()
    found = queries.listed(worn(request), words=words, kind=kind, site=site, now=now)
    page = page_of(request, found, size=queries.PAGE)
    here = reverse("terminals:devices")
    told = {
        "page": page,
        "lines": queries.lines(list(page), now=now),
        "words": words,
        "query": query_of(request, "words", "kind", "site"),
        "may_keep": request.user.has_perm("terminals.keep"),
        "choices": [
            {"words": "すべて", "url": here, "on": not kind},
            *(
                {"words": one.label, "url": f"{here}?kind={one.value}", "on": kind == one}
                for one in Device.Kind
            ),
        ],
    }
    return render(request, "terminals/devices.html", told)


@reads(may="terminals.read")
def device(request: HttpRequest, number: str) -> HttpResponse:
    found, now = queries.one(worn(request), number), timezone.now()
    told = {
        "line": queries.lines([found], now=now)[0],
        "device": found,
        "history": history_of(found),
        "may_keep": request.user.has_perm("terminals.keep"),
    }
    return render(request, "terminals/device.html", told)


@asks(may="terminals.keep")
def new(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    form = forms.NewDevice(
        request.POST or None,
        companies=_companies(hat),
        sites=queries.sites_seen_by(hat, now=now),
    )

    def act() -> HttpResponse | None:
        said = dict(form.cleaned_data)
        number = said.pop("keeper").strip()
        keeper = person_with(form, "keeper", number) if number else None
        if number and keeper is None:
            return None
        site = said.pop("site")
        device = Device(**said, keeper=keeper, site=site, site_company=site and site.staff)
        registers.enter(device=device, by=person_of(request), now=now)
        return redirect("terminals:device", device.number)

    return asked(
        request,
        form,
        act,
        title="端末を登録する",
        lead="登録した端末の札を印刷し、端末に貼ってください。",
        button="端末台帳に登録する",
        back=reverse("terminals:devices"),
    )


@asks(may="terminals.keep")
def edit(request: HttpRequest, number: str) -> HttpResponse:
    found, now = queries.one(worn(request), number), timezone.now()
    initial = {
        "kind": found.kind,
        "model": found.model,
        "maker_serial": found.maker_serial,
        "keeper": found.keeper.code if found.keeper else "",
        "can_show_non_public": found.can_show_non_public,
        "certificate_serial": found.certificate_serial,
    }
    form = forms.EditDevice(request.POST or None, initial=initial)

    def act() -> HttpResponse | None:
        changes = dict(form.cleaned_data)
        said = changes["keeper"].strip()
        keeper: Person | None = person_with(form, "keeper", said) if said else None
        if said and keeper is None:
            return None
        registers.edit(
            device=found, changes={**changes, "keeper": keeper}, by=person_of(request), now=now
        )
        return redirect("terminals:device", number)

    return asked(
        request,
        form,
        act,
        title=f"端末 {number} の台帳を直す",
        lead="直す前と後の値が、台帳に残ります。",
        button="台帳を直す",
        back=reverse("terminals:device", args=[number]),
    )


@asks(may="terminals.keep")
def place(request: HttpRequest, number: str) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    found = queries.one(hat, number)
    form = forms.Place(request.POST or None, sites=queries.sites_seen_by(hat, now=now))

    def act() -> HttpResponse:
        moves.place(device=found, site=form.cleaned_data["site"], by=person_of(request), now=now)
        return redirect("terminals:device", number)

    return asked(
        request,
        form,
        act,
        title=f"端末 {number} の場所を登録する",
        lead="相手方の会社の人が働く場所を選ぶと、その端末は使えなくなり、指摘になります。",
        button="この場所に登録する",
        back=reverse("terminals:device", args=[number]),
    )


@asks(may="terminals.keep")
def send(request: HttpRequest, number: str) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    found = queries.one(hat, number)
    form = forms.Send(request.POST or None, sites=queries.sites_seen_by(hat, now=now))

    def act() -> HttpResponse | None:
        said = form.cleaned_data["receiver"].strip()
        receiver = person_with(form, "receiver", said) if said else None
        if said and receiver is None:
            return None
        moves.dispatch(
            device=found,
            to=form.cleaned_data["site"],
            receiver=receiver,
            by=person_of(request),
            now=now,
        )
        return redirect("terminals:device", number)

    return asked(
        request,
        form,
        act,
        title=f"端末 {number} を送る",
        lead="送った時から、届け先の会社の人が札を読むまで、この端末では何も開けません。",
        button="送ったことを記録する",
        back=reverse("terminals:device", args=[number]),
    )


@asks(may="terminals.count")
def receive(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    form = forms.Receive(request.POST or None)

    def act() -> HttpResponse | None:
        found = device_with(form, "label", form.cleaned_data["label"])
        if found is None:
            return None
        device = moves.receive(
            device=found, by=person_of(request), company=company_of(hat), now=now
        )
        place = device.site.name if device.site else ""
        messages.success(request, f"端末 {device.number} を「{place}」で受け取りました。")
        return redirect("terminals:home")

    return asked(
        request,
        form,
        act,
        title="届いた端末を受け取る",
        lead="届いた端末の札を、その場で読んでください。受け取るまで、その端末は使えません。",
        button="受け取る",
        back=reverse("terminals:home"),
        scans=True,
    )


@writes(may="terminals.keep")
def call_back(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.one(worn(request), number)
    try:
        moves.call_back(device=found, by=person_of(request), now=timezone.now())
    except moves.CannotMove as error:
        messages.error(request, f"{error.refusal}。")
    return redirect("terminals:device", number)


@asks(may="terminals.keep", fresh=True)
def dispose(request: HttpRequest, number: str) -> HttpResponse:
    found, now = queries.one(worn(request), number), timezone.now()
    form = forms.Dispose(request.POST or None)

    def act() -> HttpResponse:
        moves.dispose(
            device=found,
            certificate=form.cleaned_data["certificate"],
            by=person_of(request),
            now=now,
        )
        return redirect("terminals:devices")

    return asked(
        request,
        form,
        act,
        title=f"端末 {number} を除却する",
        lead="記憶装置を消去または破壊した証明が要ります。除却した端末は戻せません。",
        button="除却する",
        back=reverse("terminals:device", args=[number]),
    )


@asks(may="terminals.keep", fresh=True)
def number_for(request: HttpRequest, number: str) -> HttpResponse:
    """Issue the number by which a browser becomes this terminal; it is shown once."""
    found = queries.one(worn(request), number)
    told: dict[str, object] = {"device": found}
    if request.method == "POST":
        told["issued"] = registering.issue_number(
            device=found, by=person_of(request), now=timezone.now()
        )
    return render(request, "terminals/number.html", told)


@asks(may="terminals.keep")
def take_over(request: HttpRequest) -> HttpResponse:
    """Read a file; where nothing in it is wrong, and only then, enter all of it."""
    hat, now = worn(request), timezone.now()
    form = forms.File(request.POST or None, request.FILES or None)
    told: dict[str, object] = {"form": form}
    if form.is_valid():
        found = importing.read(
            form.cleaned_data["file"].read(),
            encoding=form.cleaned_data["encoding"],
            company=company_of(hat),
        )
        told["found"] = found
        if found.is_clean and found.devices:
            try:
                made = importing.take_over(found, by=person_of(request), now=now)
            except registers.CannotEnter as error:
                told["refusal"] = error.refusal
            else:
                messages.success(request, f"端末 {len(made)} 台を登録しました。")
                return redirect("terminals:devices")
    status = 422 if form.is_bound else 200
    return render(request, "terminals/take_over.html", told, status=status)


def _companies(hat: Hat) -> QuerySet[Company]:
    """Return the companies whose terminals `hat` may enter: its own, and its contractors."""
    mine = Company.objects.filter(code=hat.company_code)
    return (mine | Company.objects.filter(principal__code=hat.company_code)).order_by("code")
