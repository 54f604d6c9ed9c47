"""登録票: the responsible manager checks who somebody is, and gives them a ticket for a key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.accounts.authenticators import TicketKind
from sekisho_web.accounts.forms import authenticators as forms
from sekisho_web.accounts.operations import authenticators as keys
from sekisho_web.accounts.operations import tickets as operations
from sekisho_web.accounts.queries import authenticators as queries
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.accounts.views.authenticators import typed
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes

UNPROCESSABLE = 422
GROUP = 4  # digits between two spaces, as people read them


@reads(may="accounts.tickets")
def tickets(request: HttpRequest) -> HttpResponse:
    """The tickets and the authenticators of the people for whom the viewer is responsible."""
    by, hat, now = person_of(request), _hat(request), timezone.now()
    context = {
        "tickets": queries.tickets(by=by, hat=hat, now=now),
        "bound": queries.bound(by=by, hat=hat, now=now),
        "now": now,
    }
    return render(request, "accounts/tickets/tickets.html", context)


@asks(may="accounts.tickets", fresh=True)
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a ticket. Its number is shown here, once; nobody can look it up afterwards."""
    form, now = forms.Issue(typed(request)), timezone.now()
    if form.is_valid():
        person = queries.found(form.cleaned_data["person"].strip())
        if person is None:
            form.add_error("person", "この番号の人は見つかりません。番号を確かめてください。")
        else:
            try:
                code = operations.issue_ticket(
                    person=person,
                    by=person_of(request),
                    hat=_hat(request),
                    kind=TicketKind(form.cleaned_data["kind"]),
                    checked=form.cleaned_data["checked"],
                    now=now,
                )
            except operations.CannotIssue as error:
                form.add_error(None, f"{error.refusal}。")
            else:
                context = {"person": person, "code": grouped(code), "now": now}
                return render(request, "accounts/tickets/issued.html", context)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/tickets/issue.html", {"form": form}, status=status)


@writes(may="accounts.tickets")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a ticket that was not used."""
    by, hat, now = person_of(request), _hat(request), timezone.now()
    if all(line.pk != pk for line in queries.tickets(by=by, hat=hat, now=now)):
        raise Http404
    try:
        operations.withdraw_ticket(ticket=pk, by=by, hat=hat, now=now)
    except operations.CannotIssue as error:
        return errors.refused(error.refusal)
    return redirect("accounts:tickets")


@asks(may="accounts.tickets", fresh=True)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke an authenticator of somebody for whom the viewer is responsible."""
    by, hat, now = person_of(request), _hat(request), timezone.now()
    found = next((one for one in queries.bound(by=by, hat=hat, now=now) if one.pk == pk), None)
    if found is None:
        raise Http404
    form = forms.Revoke(typed(request))
    if form.is_valid():
        why = form.cleaned_data["because"]
        try:
            keys.revoke(
                authenticator=pk,
                by=by,
                hat=hat,
                because=dict(form.fields["because"].choices)[why],  # type: ignore[attr-defined]
                lost=why == "lost",
                now=now,
            )
        except keys.CannotRevoke as error:
            return errors.refused(error.refusal)
        return redirect("accounts:tickets")
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "one": found, "own": False}
    return render(request, "accounts/revoke.html", context, status=status)


def grouped(code: str) -> str:
    """Return the number in groups of four, as people read it aloud."""
    return " ".join(code[n : n + GROUP] for n in range(0, len(code), GROUP))


def _hat(request: HttpRequest) -> int | None:
    hat = hat_of(request)
    return hat.post if hat else None
