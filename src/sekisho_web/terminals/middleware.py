"""No door but the first ones opens to a terminal that is not in the register, or is elsewhere."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.doors import Needs
from sekisho_web.terminals.cookies import claimed
from sekisho_web.terminals.models import Device
from sekisho_web.terminals.operations import moves
from sekisho_web.terminals.queries.here import Here, asking


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
        needs = getattr(view, "needs", Needs.USE)
        if needs == Needs.NOTHING:
            return None
        here = _here(request)
        if here is not None:
            note(request, here)
        request.device = here.device if here and not here.refusal else None  # type: ignore[attr-defined]
        if request.device is None:  # type: ignore[attr-defined]
            if here is None and settings.SEKISHO_DEMO and needs > Needs.TERMINAL:
                return redirect("world:people")
            told = {"refusal": here.refusal if here else None}
            return render(request, "terminals/unknown.html", told, status=403)
        return None


def device_of(request: HttpRequest) -> Device | None:
    """Return the terminal of the register that asks, or None (未登録端末)."""
    here = _here(request)
    return here.device if here and not here.refusal else None


def note(request: HttpRequest, here: Here) -> None:
    """Keep where the terminal is, once an hour; where it may not be, its sessions end at once."""
    if not here.must_be_noted or not request.user.is_authenticated:
        return
    moves.seen(
        device=here.device,
        site=here.site,
        person=request.user,
        source="gate",
        now=timezone.now(),
        is_elsewhere=here.is_elsewhere,
    )


def _here(request: HttpRequest) -> Here | None:
    known = claimed(request)
    if known is None:
        return None
    number, serial = known
    return asking(number=number, serial=serial, address=client_address(request), now=timezone.now())
