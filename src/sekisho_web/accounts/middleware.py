"""The steps before a door opens: terminal, sign-in, second factor, hat and purpose, fresh proof.

A door says how far one must have come (`Needs`); a view that says nothing needs all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sekisho_web.accounts.models import Hold, in_force
from sekisho_web.accounts.signed_in import (
    came_by_the_demo,
    has_two_factors,
    hat_of,
    person_of,
    proof_age,
)
from sekisho_web.frame.doors import Needs

SEEN_EVERY = timedelta(seconds=60)
ABSOLUTE = timedelta(seconds=settings.SESSION_COOKIE_AGE)


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
        needs = getattr(view, "needs", Needs.USE)
        if needs == Needs.NOTHING:
            return None
        now = timezone.now()
        if request.user.is_authenticated and session_is_over(request, now=now):
            logout(request)
        if needs >= Needs.PASSWORD and not request.user.is_authenticated:
            return send(request, reverse(entrance()), keep=not settings.SEKISHO_DEMO)
        if needs >= Needs.FACTORS and not has_two_factors(request):
            return self.to_second_factor(request)
        if needs >= Needs.FACTORS:
            hat = hat_of(request)
            person_of(request).permissions = hat.permissions if hat else frozenset()
            if needs >= Needs.USE and hat is None:
                return send(request, reverse("grants:start"), keep=True)
        if getattr(view, "fresh", False) and not is_fresh(request, now=now):
            return send(request, reverse(proof_page(request)), keep=True)
        return None

    def to_second_factor(self, request: HttpRequest) -> HttpResponse:
        """Send to enrolment who has no authenticator; sign out who has one and did not use it."""
        if Authenticator.objects.filter(user_id=request.user.pk).exists():
            logout(request)
            return send(request, reverse(settings.LOGIN_URL), keep=True)
        return send(request, reverse("accounts:factors"), keep=False)


def entrance() -> str:
    """Return the page to which a stranger is led: sign-in, or the invented people of the demo."""
    return "world:people" if settings.SEKISHO_DEMO else settings.LOGIN_URL


def session_is_over(request: HttpRequest, *, now: datetime) -> bool:
    """Return whether the session in hand has ended: by time, by a hold, by another terminal.

    As a side, note once a minute that it is in use. (The epoch is compared by Django itself.)
    """
    began, seen = (_time(request, name) for name in ("began_at", "seen_at"))
    if began is None or seen is None or now >= began + ABSOLUTE:
        return True
    device = getattr(request, "device", None)
    lent = device is not None and device.terminal_class == "lent"
    idle = settings.SEKISHO_IDLE_SECONDS_LENT if lent else settings.SEKISHO_IDLE_SECONDS
    if now >= seen + timedelta(seconds=idle):
        return True
    if request.session.get("terminal", "") != (device.number if device else ""):
        return True
    open_hold = in_force(now, starts="starts_at", ends="ends_at")
    if Hold.objects.filter(open_hold, person=person_of(request)).exists():
        return True
    if now >= seen + SEEN_EVERY:
        request.session["seen_at"] = now.isoformat()
    return False


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    age = proof_age(request, now=now)
    return age is not None and age <= settings.SEKISHO_FRESH_SECONDS


def prove_again(request: HttpRequest) -> HttpResponse:
    """Return the answer that asks for a fresh proof and then leads back to the page at hand.

    What was to be done there by POST is asked for again: nothing is done on the way back.
    """
    return send(request, reverse(proof_page(request)), keep=True, back=request.get_full_path())


def proof_page(request: HttpRequest) -> str:
    """Return the page on which this person can prove anew who they are: by key, else by code.

    Whom the demo let in has neither at hand, and is asked by the demo.
    """
    if came_by_the_demo(request):
        return "accounts:again_in_demo"
    keys = Authenticator.objects.filter(
        user_id=request.user.pk, type=Authenticator.Type.WEBAUTHN
    ).exists()
    return "mfa_reauthenticate_webauthn" if keys else "mfa_reauthenticate"


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
