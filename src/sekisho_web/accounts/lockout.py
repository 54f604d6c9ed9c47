"""What somebody sees who has guessed too often."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sekisho_web.frame import errors


def locked_out(
    request: HttpRequest,  # noqa: ARG001  # the signature of django-axes
    response: HttpResponse | None = None,  # noqa: ARG001
    credentials: object = None,  # noqa: ARG001
) -> HttpResponse:
    return errors.too_many(seconds=int(settings.AXES_COOLOFF_TIME.total_seconds()))
