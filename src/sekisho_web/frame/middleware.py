"""What every answer carries, and who may reach a demo at all."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]
PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(),"
    " publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


def headers(get_response: GetResponse) -> GetResponse:
    """Pages are never stored anywhere, and ask for no device but the authenticator."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
            patch_vary_headers(response, ("Cookie", "HX-Request"))
        return response

    return middleware


def loopback_only(get_response: GetResponse) -> GetResponse:
    """In demo mode, refuse whoever is not on this machine, wherever the server listens."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SEKISHO_DEMO and not _loopback(request.META.get("REMOTE_ADDR", "")):
            raise PermissionDenied
        return get_response(request)

    return middleware


def is_demo() -> bool:
    """Return whether this is the demo; its doors ask again, though they have no other address."""
    return bool(settings.SEKISHO_DEMO)


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
