"""What the header shows of the person."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sekisho_web.accounts import signed_in as who

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
    }
