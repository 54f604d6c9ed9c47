"""手書きの利用記録: uses noted by hand, and closed into a record that is reconciled."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sekisho_web.accounts.models import Account
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.grants.forms.foreign import ByHand
from sekisho_web.grants.models import ManualUse
from sekisho_web.grants.operations.foreign import by_hand as operations
from sekisho_web.grants.views.foreign.here import hat_here, page, system_here

NEWEST = 100


@reads(may="grants.foreign")
def uses(request: HttpRequest, key: str) -> HttpResponse:
    """What was written by hand, and what of it is not closed yet."""
    system = system_here(request, key)
    found = ManualUse.objects.filter(system=system).select_related("account", "person", "log")
    context = {
        "system": system,
        "uses": found.order_by("-starts_at", "-pk")[:NEWEST],
        "waiting": found.filter(log=None).count(),
    }
    return page(request, "by_hand", context)


@asks(may="grants.foreign")
def write(request: HttpRequest, key: str) -> HttpResponse:
    """Write one use down."""
    system = system_here(request, key)
    accounts = Account.objects.filter(
        system=system, works_for__code=hat_here(request).company_code, person__isnull=False
    )
    form = ByHand(request.POST or None, accounts=accounts.order_by("code"))
    refusal = None
    if form.is_valid():
        said = form.cleaned_data
        try:
            operations.write_down(
                account=said["account"],
                starts_at=said["starts_at"],
                ends_at=said["ends_at"],
                action=said["action"],
                thing=said["thing"],
                application_no=said["application_no"],
                by=person_of(request),
                now=timezone.now(),
            )
        except Refused as error:
            refusal = error.refusal
        else:
            messages.success(request, "利用を一件書きました。締めると突合されます。")
            return redirect("grants:foreign_by_hand", key=key)
    context = {"system": system, "form": form, "refusal": refusal}
    return page(request, "write", context, wrong=form.is_bound)


@writes(may="grants.foreign")
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Close what was written, and reconcile it."""
    system = system_here(request, key)
    try:
        run = operations.close(system=system, by=person_of(request), now=timezone.now())
    except Refused as error:
        return errors.refused(error.refusal)
    messages.success(request, f"{run.log.lines:,} 件を締めて、突合しました。")
    return redirect("grants:foreign_log", pk=run.log_id)
