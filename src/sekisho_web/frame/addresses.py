"""Where a request comes from. Behind a proxy of ours it is not the proxy."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

FORWARDED = "HTTP_X_FORWARDED_FOR"
BY_A_PROXY = ("HTTP_X_FORWARDED", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def client_address(request: HttpRequest) -> str:
    """Return the address that asks.

    Behind the declared proxy (SEKISHO_PROXY) it is the last entry of X-Forwarded-For, which the
    proxy itself wrote; what stands before it was written by the client. Else no header counts.
    """
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.SEKISHO_PROXY:
        return nearest
    last = request.META.get(FORWARDED, "").rpartition(",")[2].strip()
    return last if is_address(last) else nearest


def came_by_a_proxy(request: HttpRequest) -> bool:
    """Return whether any header says that the request was passed on."""
    return any(name.startswith(BY_A_PROXY) for name in request.META)


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
