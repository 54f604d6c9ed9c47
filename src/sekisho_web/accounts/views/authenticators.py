"""One's own authenticators (認証器): to bind one with a ticket, and to revoke one at any hour."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from sekisho.terms.refusals import Refusal
from sekisho_links.accounts import attestation
from sekisho_links.accounts.attestation import NotVerified
from sekisho_web.accounts import ceremonies, operations
from sekisho_web.accounts.forms import authenticators as forms
from sekisho_web.accounts.models import Person, SignIn
from sekisho_web.accounts.operations import authenticators as keys
from sekisho_web.accounts.operations.sessions import end_others
from sekisho_web.accounts.operations.tickets import CannotBind
from sekisho_web.accounts.queries import authenticators as queries
from sekisho_web.accounts.signed_in import came_by_the_demo, person_of
from sekisho_web.frame.doors import Needs, asks, reads

TICKET = "ticket"  # in the session: the ticket that lets one authenticator be bound
UNPROCESSABLE = 422
DONE = "認証器を登録しました。次からは、この認証器で本人を確かめます。"


@reads(may="", needs=Needs.PASSWORD)
def factors(request: HttpRequest) -> HttpResponse:
    """The authenticators of the person, and the way to bind one."""
    return render(request, "accounts/factors.html", {"lines": queries.all_of(person_of(request))})


@asks(may="", needs=Needs.PASSWORD)
def ticket(request: HttpRequest) -> HttpResponse:
    """Ask for the ticket (登録票), without which nobody binds an authenticator."""
    demo, person, now = came_by_the_demo(request), person_of(request), timezone.now()
    if demo and request.POST.get("kind") == "demo":  # the demo hands its tickets out by itself
        code = operations.issue_ticket(person=person, by=None, now=now, checked="デモ")
        request.session[TICKET] = operations.open_ticket(person=person, code=code, now=now).pk
        return redirect("mfa_add_webauthn")
    form = forms.TicketNumber(typed(request))
    if form.is_valid():
        try:
            found = operations.open_ticket(person=person, code=form.cleaned_data["code"], now=now)
        except CannotBind as error:
            form.add_error("code", str(error.refusal))
        else:
            request.session[TICKET] = found.pk
            by_card = request.POST.get("kind") == "card" and ceremonies.takes_certificates()
            return redirect("accounts:bind_card" if by_card else "mfa_add_webauthn")
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "demo": demo, "by_card": ceremonies.takes_certificates()}
    return render(request, "accounts/ticket.html", context, status=status)


def _with_ticket(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead who has no ticket to the page that asks for it."""

    def inner(request: HttpRequest) -> HttpResponse:
        if TICKET not in request.session:
            return redirect("accounts:ticket")
        return view(request)

    inner.__module__, inner.__qualname__, inner.__name__ = (
        __name__,
        view.__qualname__,
        view.__name__,
    )
    return inner


def _bind_key(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    form = forms.BindKey(typed(request), initial={"name": "職員証"})
    if form.is_valid():
        answer = form.cleaned_data["credential"]
        try:
            offered = attestation.offered(
                answer if isinstance(answer, dict) else {},
                ceremonies.asked(request, ceremonies.BIND),
                site=ceremonies.site_of(request),
                roots=ceremonies.roots,
                now=now,
            )
            keys.bind(
                ticket=request.session[TICKET],
                person=person,
                offered=offered,
                answer=answer,
                policy=ceremonies.policy(),
                name=form.cleaned_data["name"],
                card_number=form.cleaned_data["card_number"],
                now=now,
            )
        except NotVerified:
            form.add_error(None, f"{keys.NOT_VERIFIED}。")
        except CannotBind as error:
            form.add_error(None, f"{error.refusal}。")
        else:
            return _done(request)
    options, state = attestation.ask_to_bind(
        site=ceremonies.site_of(request),
        handle=_handle(person),
        login=person.login,
        name=person.name,
        known=[bytes(one.credential_id) for one in queries.passkeys(person, now=now)],
    )
    ceremonies.remember(request, ceremonies.BIND, state)
    context = {"form": form, "js_data": {"creation_options": options}}
    return _page(request, "accounts/bind_key.html", context)


def _bind_card(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    card = ceremonies.card_of(request, now=now)
    form = forms.BindCard(typed(request), initial={"name": "職員証"})
    if isinstance(card, Refusal):
        form = forms.BindCard({})
        form.errors.clear()
        form.add_error(None, f"{card}。")
    elif form.is_valid():
        try:
            keys.bind_card(
                ticket=request.session[TICKET],
                person=person_of(request),
                card=card,
                name=form.cleaned_data["name"],
                card_number=form.cleaned_data["card_number"],
                now=now,
            )
        except CannotBind as error:
            form.add_error(None, f"{error.refusal}。")
        else:
            return _done(request)
    context = {"form": form, "card": None if isinstance(card, Refusal) else card}
    return _page(request, "accounts/bind_card.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = UNPROCESSABLE if context["form"].is_bound else 200
    return render(request, template, context, status=status)


def _done(request: HttpRequest) -> HttpResponse:
    """The ticket is gone, and so is every other session: who had them knew the old factors."""
    request.session.pop(TICKET, None)
    end_others(request, because=SignIn.End.FACTOR, now=timezone.now())
    messages.success(request, DONE)
    return redirect("accounts:factors")


def typed(request: HttpRequest) -> QueryDict | None:
    """Return what was typed; a form that came back empty was typed too."""
    return request.POST if request.method == "POST" else None


def _handle(person: Person) -> bytes:
    """Return what a key keeps of its person: always the same, and nobody can read it."""
    return salted_hmac("sekisho_web.accounts.handle", person.code, algorithm="sha256").digest()


bind_key = asks(may="", needs=Needs.PASSWORD)(_with_ticket(_bind_key))
bind_card = asks(may="", needs=Needs.PASSWORD)(_with_ticket(_bind_card))


@asks(may="", needs=Needs.PASSWORD)
def revoke_own(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one's own authenticator: every session ends, this one too."""
    person = person_of(request)
    found = queries.all_of(person).filter(pk=pk, revoked_at=None).first()
    if found is None:
        raise Http404
    form = forms.Revoke(typed(request))
    if form.is_valid():
        why = form.cleaned_data["because"]
        keys.revoke(
            authenticator=found.pk,
            by=person,
            because=dict(form.fields["because"].choices)[why],  # type: ignore[attr-defined]
            lost=why == "lost",
            now=timezone.now(),
        )
        request.session.flush()
        return render(request, "accounts/lost.html", {"done": True})
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "one": found, "own": True}
    return render(request, "accounts/revoke.html", context, status=status)
