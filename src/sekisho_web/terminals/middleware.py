"""No door but the first ones opens to a terminal that is not in the register."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sekisho_web.accounts.models import in_force
from sekisho_web.frame.doors import Needs
from sekisho_web.terminals.cookies import claimed
from sekisho_web.terminals.models import Device


class KnownTerminal:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.device = SimpleLazyObject(lambda: device_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Sequence[Any],  # noqa: ARG002  # Django's signature
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        if getattr(view, "needs", Needs.USE) == Needs.NOTHING:
            return None
        request.device = device_of(request)  # type: ignore[attr-defined]
        if request.device is None:  # type: ignore[attr-defined]
            if settings.SEKISHO_DEMO and getattr(view, "needs", Needs.USE) > Needs.TERMINAL:
                return redirect("world:people")
            return render(request, "terminals/unknown.html", status=403)
        return None


def device_of(request: HttpRequest) -> Device | None:
    """Return the terminal of the register that asks, or None (未登録端末)."""
    known = claimed(request)
    if known is None:
        return None
    number, serial = known
    now = timezone.now()
    return Device.objects.filter(in_force(now), number=number, serial=serial).first()
