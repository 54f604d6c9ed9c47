"""The steps before a door opens: terminal, sign-in, second factor, hat and purpose, fresh proof.

A door says how far one must have come (`Needs`); a view that says nothing needs all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sekisho.accounts.levels import Level
from sekisho.accounts.sessions import Over, over
from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Hold, SignIn, in_force
from sekisho_web.accounts.operations import sessions
from sekisho_web.accounts.queries import authenticators as queries
from sekisho_web.accounts.sessions import ADDRESS, BEGAN, PASSWORD_DUE, SEEN, TERMINAL
from sekisho_web.accounts.signed_in import (
    came_by_sign_on,
    came_by_the_demo,
    hat_of,
    level_of,
    person_of,
)
from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.doors import Needs

# The doors that open below password and card, by name: the list is short, and a test walks all
# others. Enrolment asks for a ticket; the demo's doors exist in the demo alone.
EARLY = frozenset(
    {
        "account_login", "mfa_authenticate", "lost", "account_logout", "account_inactive",
        "accounts:factors", "accounts:ticket", "accounts:bind_card", "accounts:revoke_own",
        "openid_connect_login", "openid_connect_callback", "accounts:first_password",
        "mfa_add_webauthn", "mfa_index",
        "terminals:register", "frame:accessibility", "frame:health",
        "world:people", "world:become",
    }
)  # fmt: skip
SEEN_EVERY = timedelta(seconds=60)
# Doors that open though the password must be changed first: to change it, and to prove who asks.
BEFORE_A_NEW_PASSWORD = frozenset(
    {
        "accounts:change_password",
        "accounts:again_in_demo",
        "accounts:again_by_sign_on",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)


class Steps:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Sequence[Any],  # noqa: ARG002  # Django's signature
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        needs = asked_of(view, request)
        if needs == Needs.NOTHING:
            return None
        now = timezone.now()
        if request.user.is_authenticated and (because := session_is_over(request, now=now)):
            operations.end_own(request, because=SignIn.End(because), now=now)
            logout(request)
        if needs >= Needs.PASSWORD and not request.user.is_authenticated:
            return send(request, reverse(entrance()), keep=not settings.SEKISHO_DEMO)
        if needs >= Needs.FACTORS and level_of(request, now=now) < Level.CARD:
            return self.to_second_factor(request, now=now)
        if needs >= Needs.FACTORS and password_is_due(request):
            return send(request, reverse("accounts:change_password"), keep=True)
        if needs >= Needs.FACTORS:
            hat = hat_of(request)
            person_of(request).permissions = hat.permissions if hat else frozenset()
            if needs >= Needs.USE and hat is None:
                return send(request, reverse("grants:start"), keep=True)
        if getattr(view, "fresh", False) and not is_fresh(request, now=now):
            return send(request, reverse(proof_page(request)), keep=True)
        return None

    def to_second_factor(self, request: HttpRequest, *, now: datetime) -> HttpResponse:
        """Send to enrolment who has no authenticator; sign out who has one and did not use it."""
        if queries.in_use(person_of(request), now=now).exists():
            logout(request)
            return send(request, reverse(settings.LOGIN_URL), keep=True)
        return send(request, reverse("accounts:factors"), keep=False)


def asked_of(view: Callable[..., Any], request: HttpRequest) -> Needs:
    """Return how far one must have come for `view`: less than the card for doors of EARLY only.

    A view that calls itself early and is not on the list needs everything, as one that says
    nothing does. Doors of machines ask for a key of their own, and for no session.
    """
    needs = Needs(getattr(view, "needs", Needs.USE))
    if needs >= Needs.FACTORS or getattr(view, "kind", "") == "machine":
        return needs
    match = request.resolver_match
    return needs if match and match.view_name in EARLY else Needs.USE


def entrance() -> str:
    """Return the page to which a stranger is led: sign-in, or the invented people of the demo."""
    return "world:people" if settings.SEKISHO_DEMO else settings.LOGIN_URL


def session_is_over(request: HttpRequest, *, now: datetime) -> Over | None:
    """Return why the session in hand has ended, or None where it goes on.

    As a side, note once a minute that it is in use, and at once that its address changed. (The
    epoch is compared by Django itself.)
    """
    device = getattr(request, "device", None)
    lent = device is not None and device.terminal_class == "lent"
    idle = settings.SEKISHO_IDLE_SECONDS_LENT if lent else settings.SEKISHO_IDLE_SECONDS
    open_hold = in_force(now, starts="starts_at", ends="ends_at")
    seen = _time(request, SEEN)
    ended = over(
        began_at=_time(request, BEGAN),
        seen_at=seen,
        now=now,
        idle=timedelta(seconds=idle),
        began_on=request.session.get(TERMINAL, ""),
        on=device.number if device else "",
        held=Hold.objects.filter(open_hold, person=person_of(request)).exists(),
    )
    if ended is None and seen is not None and now >= seen + SEEN_EVERY:
        sessions.note_use(request, now=now)
    known = request.session.get(ADDRESS)
    if ended is None and known is not None and known != client_address(request):
        sessions.note_address(request, now=now)
    return ended


def password_is_due(request: HttpRequest) -> bool:
    """Return whether a new password must be chosen before the door at hand opens."""
    match = request.resolver_match
    named = match.view_name if match else ""
    return PASSWORD_DUE in request.session and named not in BEFORE_A_NEW_PASSWORD


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    return level_of(request, now=now) >= Level.FRESH


def prove_again(request: HttpRequest) -> HttpResponse:
    """Return the answer that asks for a fresh proof and then leads back to the page at hand.

    What was to be done there by POST is asked for again: nothing is done on the way back.
    """
    return send(request, reverse(proof_page(request)), keep=True, back=request.get_full_path())


def proof_page(request: HttpRequest) -> str:
    """Return the page on which this person can prove anew who they are.

    Whom the demo let in has no card at hand, and is asked by the demo; who came by the company's
    sign-on and has no card of ours is asked there.
    """
    if came_by_the_demo(request):
        return "accounts:again_in_demo"
    person, now = person_of(request), timezone.now()
    if came_by_sign_on(request) and not queries.in_use(person, now=now).exists():
        return "accounts:again_by_sign_on"
    return "mfa_reauthenticate_webauthn"


def send(request: HttpRequest, url: str, *, keep: bool, back: str = "") -> HttpResponse:
    """Return the answer that leads to `url`; a fragment's request leads its whole page there.

    keep: whether to lead back afterwards: to `back`, else to the page that was asked for.
    """
    back = back or (request.get_full_path() if request.method == "GET" else "")
    if getattr(request, "htmx", False):
        back = getattr(request, "htmx").current_url_abs_path or ""  # noqa: B009  # no stubs
    if keep and back:
        url = f"{url}?{urlencode({'next': back})}"
    if getattr(request, "htmx", False):
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _time(request: HttpRequest, name: str) -> datetime | None:
    value = request.session.get(name)
    return parse_datetime(value) if isinstance(value, str) else None
