"""代理: an approver who is away lets somebody of their own company decide, for a while."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import worn
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.grants.forms import policies as forms
from sekisho_web.grants.models import Delegation
from sekisho_web.grants.operations import delegating
from sekisho_web.grants.queries import policy_pages as pages
from sekisho_web.grants.views.acts import asked

NOT_THERE = Refusal(
    reason="この番号の人の発令が、この会社にありません", remedy="個人番号を確かめてください"
)


@reads(may="grants.decide")
def delegations(request: HttpRequest) -> HttpResponse:
    """What one handed over, and what was handed to one."""
    lines = pages.delegated(person_of(request), now=timezone.now())
    return render(request, "grants/requests/delegations.html", {"lines": lines})


@asks(may="grants.decide", fresh=True)
def delegate(request: HttpRequest) -> HttpResponse:
    """Hand over one's role of this hat."""
    hat, now = worn(request), timezone.now()
    form = forms.Delegate(request.POST or None, systems=pages.companies_systems(hat))

    def act() -> HttpResponse:
        said = form.cleaned_data
        deputy = pages.post_of(said["person"], hat, now=now)
        if deputy is None:
            raise Refused(NOT_THERE)
        starts, ends = form.period(now=now)
        delegating.delegate(
            delegator=hat.post,
            deputy=deputy.appointment_id,
            party=said["role"],
            system=said["system"],
            starts=starts,
            ends=ends,
            reason=said["reason"],
            by=person_of(request),
            now=now,
        )
        messages.success(request, f"{deputy.person.name}さんを代理にしました。")
        return redirect("grants:delegations")

    return asked(
        request,
        form,
        act,
        title="代理を決める",
        lead="任された人は、あなたの代わりと分かる形で、自分の認証器で署名します。",
        button="代理にする",
        back=reverse("grants:delegations"),
    )


@writes(may="grants.decide")
def end_delegation(request: HttpRequest, pk: int) -> HttpResponse:
    """End it before its time, by either of the two."""
    one = get_object_or_404(Delegation.objects.select_related("delegator", "deputy"), pk=pk)
    try:
        delegating.end(delegation=one, by=person_of(request), now=timezone.now())
    except Refused as error:
        messages.error(request, str(error.refusal))
    return redirect("grants:delegations")
