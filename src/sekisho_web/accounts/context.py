"""What the header shows of the person."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import SimpleLazyObject

from sekisho_web.accounts import signed_in as who
from sekisho_web.accounts.sessions import COUNTED

MINUTE = 60


def signed_in(request: HttpRequest) -> Mapping[str, Any]:
    """Return who is signed in, their hat, purpose and the time left; and the demo's way out."""
    return {
        "signed_in": SimpleLazyObject(lambda: _signed_in(request)),
        "demo_people": reverse("world:people") if settings.SEKISHO_DEMO else "",
    }


def _signed_in(request: HttpRequest) -> Mapping[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    hat = who.hat_of(request)
    if hat is None:
        return {"person": user}
    hours, minutes = divmod(int((hat.until - timezone.now()).total_seconds()) // MINUTE, MINUTE)
    return {
        "person": user,
        "hat": hat,
        "issues": user.has_perm("accounts.tickets"),
        "purpose": hat.purpose,
        "until": timezone.localtime(hat.until),
        "left": f"{hours}時間{minutes}分" if hours else f"{minutes}分",
        "counted": _counted(request),
    }


def _counted(request: HttpRequest) -> Mapping[str, Any] | None:
    """Return the counted use that was begun in this session, until its time is over (no query).

    Only what the header counts down: whether it still runs is asked where anything is opened.
    """
    kept = request.session.get(COUNTED)
    until = parse_datetime(kept["until"]) if kept else None
    if not kept or until is None or until <= timezone.now():
        return None
    return {"system": kept["system"], "until": until}
