"""The signed cookie that says which terminal of the register a browser is."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from sekisho_web.terminals.models import Device

SALT = "sekisho_web.terminals"
TEN_YEARS = 315_360_000


def mark(response: HttpResponse, device: Device) -> None:
    """Make the browser that gets `response` the terminal `device`."""
    response.set_cookie(
        settings.SEKISHO_TERMINAL_COOKIE,
        signed(device),
        max_age=TEN_YEARS,
        secure=True,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def signed(device: Device) -> str:
    return signing.dumps([device.number, device.serial], salt=SALT)


def claimed(request: HttpRequest) -> tuple[str, int] | None:
    """Return number and serial of the terminal that the cookie names, or None."""
    cookie = request.COOKIES.get(settings.SEKISHO_TERMINAL_COOKIE)
    if not cookie:
        return None
    try:
        number, serial = signing.loads(cookie, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(number), int(serial)
