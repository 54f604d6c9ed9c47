"""紛失: anybody with two factors stops a terminal; what it showed is told to who answers for it."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.terminals.losses import clock
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import Needs, asks, reads
from sekisho_web.frame.limits import is_over
from sekisho_web.terminals.forms import acts as forms
from sekisho_web.terminals.models import Loss
from sekisho_web.terminals.operations import losses as operations
from sekisho_web.terminals.queries import losses as queries
from sekisho_web.terminals.queries.registers import seen_by
from sekisho_web.terminals.views.around import asked, device_with, page_of, worn

TRIES, SECONDS = 20, 3600


@reads(may="terminals.read")
def losses(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    is_open = request.GET.get("closed") != "1"
    page = page_of(request, queries.listed(hat, is_open=is_open), size=queries.PAGE)
    here = reverse("terminals:losses")
    told = {
        "page": page,
        "lines": [(loss, clock(loss.reported_at, now=now)) for loss in page],
        "is_open": is_open,
        "query": "" if is_open else "closed=1&",
        "choices": [
            {"words": "続いているもの", "url": here, "on": is_open},
            {"words": "終わったもの", "url": f"{here}?closed=1", "on": not is_open},
        ],
    }
    return render(request, "terminals/losses.html", told)


@reads(may="terminals.read")
def loss(request: HttpRequest, pk: int) -> HttpResponse:
    """One loss: its clock, its steps, and whether what it showed may be looked at here."""
    found = _loss(request, pk)
    told = {
        "loss": found,
        "clock": clock(found.reported_at, now=timezone.now()),
        "holders": queries.users_of(found),
        "may_keep": request.user.has_perm("terminals.keep"),
        "may_see": request.user.has_perm("ledger.read"),
    }
    return render(request, "terminals/loss.html", told)


@reads(may="ledger.read")
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """What the terminal showed in the days before; the reading itself is recorded."""
    found = _loss(request, pk)
    receipt, seen = queries.shown_on(found, reader=person_of(request), now=timezone.now())
    told = {"loss": found, "seen": seen, "record_number": receipt.id}
    return render(request, "terminals/shown.html", told)


@asks(may="", needs=Needs.FACTORS)
def report(request: HttpRequest) -> HttpResponse:
    """One button for anybody, day or night: the terminal is stopped before the page answers."""
    by, now = person_of(request), timezone.now()
    own = queries.own_terminals(by, now=now)
    form = forms.Report(
        request.POST or None, initial={"label": own[0].number if len(own) == 1 else ""}
    )
    if form.is_bound and is_over(request, name="loss", tries=TRIES, seconds=SECONDS):
        return errors.too_many(seconds=SECONDS)

    def act() -> HttpResponse | None:
        device = device_with(form, "label", form.cleaned_data["label"])
        if device is None:
            return None
        holder = queries.holder_of(device, now=now)
        made = operations.report(
            device=device,
            by=by,
            holder=holder,
            circumstances=form.cleaned_data["circumstances"],
            last_had_at=form.cleaned_data["last_had_at"],
            with_keys=form.cleaned_data["with_keys"],
            now=now,
        )
        # not a redirect: whoever stopped their own key has no session any more
        told = {"loss": made, "clock": clock(made.reported_at, now=now)}
        return render(request, "terminals/reported.html", told)

    return asked(
        request,
        form,
        act,
        title="端末の紛失を届け出る",
        lead="届け出ると、その端末はすぐに止まり、開いている利用は終わります。"
        "見つかるかもしれなくても、先に届け出てください。",
        button="紛失を届け出て、止める",
        back=reverse("frame:home"),
        own=own,
        scans=True,
    )


@asks(may="terminals.count")
def find(request: HttpRequest, pk: int) -> HttpResponse:
    found = _loss(request, pk)
    if request.method == "POST":
        try:
            operations.find(loss=found, by=person_of(request), now=timezone.now())
        except operations.CannotReport as error:
            return errors.refused(error.refusal)
        return redirect("terminals:loss", pk)
    return render(request, "terminals/find.html", {"loss": found})


@asks(may="terminals.keep")
def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    found = _loss(request, pk)
    form = forms.Note(request.POST or None)

    def act() -> HttpResponse:
        operations.inspect(
            loss=found, note=form.cleaned_data["note"], by=person_of(request), now=timezone.now()
        )
        return redirect("terminals:loss", pk)

    return asked(
        request,
        form,
        act,
        title=f"見つかった端末 {found.device.number} を点検する",
        lead="届け出た人でも見つけた人でもない人が、開けられた跡と中身を確かめます。"
        "点検が済むと、停止が解け、また使えます。",
        button="点検を終えた",
        back=reverse("terminals:loss", args=[pk]),
    )


@asks(may="terminals.keep", fresh=True)
def write_off(request: HttpRequest, pk: int) -> HttpResponse:
    found = _loss(request, pk)
    form = forms.Note(request.POST or None)

    def act() -> HttpResponse:
        operations.write_off(
            loss=found, note=form.cleaned_data["note"], by=person_of(request), now=timezone.now()
        )
        return redirect("terminals:loss", pk)

    return asked(
        request,
        form,
        act,
        title=f"見つからない端末 {found.device.number} を除却する",
        lead="除却した端末の停止は解けません。見つかっても、もう使えません。",
        button="除却する",
        back=reverse("terminals:loss", args=[pk]),
    )


def _loss(request: HttpRequest, pk: int) -> Loss:
    """Return a loss that `request` may see: of a terminal it sees, or reported by its person."""
    by: Person = person_of(request)
    mine = Q(device__in=seen_by(worn(request))) | Q(reported_by=by)
    found = Loss.objects.filter(mine).select_related(
        "device__owner", "reported_by", "found_by", "closed_by"
    )
    return get_object_or_404(found, pk=pk)
