"""What somebody sees who has guessed too often."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sekisho_web.frame import errors


def tried_as(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Return the ID that was tried: by the form, or by the library under its own name."""
    known = credentials or {}
    return str(known.get("username") or request.POST.get("login", ""))[:64]


def locked_out(
    request: HttpRequest,  # noqa: ARG001  # the signature of django-axes
    response: HttpResponse | None = None,  # noqa: ARG001
    credentials: object = None,  # noqa: ARG001
) -> HttpResponse:
    return errors.too_many(seconds=int(settings.AXES_COOLOFF_TIME.total_seconds()))
