"""What every answer carries, and who may reach a demo at all."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from sekisho_web.frame.addresses import came_by_a_proxy, client_address

GetResponse = Callable[[HttpRequest], HttpResponse]
PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(),"
    " publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


def headers(get_response: GetResponse) -> GetResponse:
    """Pages are never stored anywhere, and ask for no device but the authenticator."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
            patch_vary_headers(response, ("Cookie", "HX-Request"))
        return response

    return middleware


def with_camera(response: HttpResponse) -> HttpResponse:
    """Return `response` as a page that may ask for the camera: one that reads labels."""
    response.headers["Permissions-Policy"] = PERMISSIONS.replace("camera=()", "camera=(self)")
    return response


def loopback_only(get_response: GetResponse) -> GetResponse:
    """In demo mode, refuse whoever is not on this machine, wherever the server listens.

    What a proxy passes on comes from this machine too, and from anybody: it is refused.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        nearest = request.META.get("REMOTE_ADDR", "")
        if settings.SEKISHO_DEMO and (not _loopback(nearest) or came_by_a_proxy(request)):
            raise PermissionDenied
        return get_response(request)

    return middleware


def from_its_client(get_response: GetResponse) -> GetResponse:
    """Let REMOTE_ADDR be the client's, for all that record or count: not that of our proxy."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(request)
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
