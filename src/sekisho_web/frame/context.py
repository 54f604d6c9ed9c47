"""What every template knows without asking."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from sekisho_web.frame import menu


def page(request: HttpRequest) -> Mapping[str, object]:
    """Return the menu (worked out when a page shows it) and whether this is the demo."""
    return {
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "home": SimpleLazyObject(lambda: menu.home(request) if _known(request) else "/"),
        "demo": settings.SEKISHO_DEMO,
        "record_number": getattr(request, "record_number", None),  # of a look, by the ledger
    }


def _known(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def _menu(request: HttpRequest) -> list[menu.Line]:
    return menu.lines(request) if _known(request) else []
