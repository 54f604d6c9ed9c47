"""設置場所, and the printed labels of the terminals that stand there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from sekisho.terminals import labels as rule
from sekisho_links.terminals.labels import svg_of
from sekisho_web.accounts.models import Company
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks, reads
from sekisho_web.terminals.forms import registers as forms
from sekisho_web.terminals.operations import registers as operations
from sekisho_web.terminals.queries import registers as queries
from sekisho_web.terminals.queries.sites import lines
from sekisho_web.terminals.views.around import asked, page_of, query_of, worn

A_SHEET = 24  # labels on one page of A4


@reads(may="terminals.read")
def sites(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    page = page_of(request, queries.sites_seen_by(worn(request), now=now), size=queries.PAGE)
    told = {
        "page": page,
        "lines": lines(list(page), now=now),
        "query": "",
        "may_keep": request.user.has_perm("terminals.keep"),
    }
    return render(request, "terminals/sites.html", told)


@asks(may="terminals.keep")
def new(request: HttpRequest) -> HttpResponse:
    form = forms.NewSite(request.POST or None, companies=Company.objects.order_by("code"))

    def act() -> HttpResponse:
        operations.open_site(**form.cleaned_data, by=person_of(request), now=timezone.now())
        return redirect("terminals:sites")

    return asked(
        request,
        form,
        act,
        title="設置場所を登録する",
        lead="相手方の会社の場所も登録します。そこから端末が使われたときに、分かるようにするためです。",
        button="場所を登録する",
        back=reverse("terminals:sites"),
    )


@asks(may="terminals.keep")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found = get_object_or_404(queries.sites_seen_by(worn(request), now=now), code=code)
    initial = {
        "name": found.name,
        "address": found.address,
        "floor": found.floor,
        "networks": "\n".join(found.networks),
    }
    form = forms.EditSite(request.POST or None, initial=initial)

    def act() -> HttpResponse:
        operations.edit_site(site=found, changes=form.cleaned_data, by=person_of(request), now=now)
        return redirect("terminals:sites")

    return asked(
        request,
        form,
        act,
        title=f"場所 {found.name} を直す",
        lead="だれの働く場所かは直せません。変わったときは、新しい場所として登録します。",
        button="直す",
        back=reverse("terminals:sites"),
    )


@reads(may="terminals.read")
def labels(request: HttpRequest) -> HttpResponse:
    """A sheet of labels to print: of one place, one kind, or what the words find."""
    words, kind = request.GET.get("words", "").strip(), request.GET.get("kind", "")
    site, now = request.GET.get("site", ""), timezone.now()
    found = queries.listed(worn(request), words=words, kind=kind, site=site, now=now)
    page = page_of(request, found, size=A_SHEET)
    told = {
        "page": page,
        "words": words,
        "query": query_of(request, "words", "kind", "site"),
        "labels": [
            (device, mark_safe(svg_of(rule.text_of(device.number))))  # noqa: S308  # drawn by us
            for device in page
        ],
    }
    return render(request, "terminals/labels.html", told)
