"""Pages that say that something did not happen. Nothing personal stands in them, and no cause.

They are rendered without the request's context: they must work when the database does not.
"""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from sekisho.terms.refusals import Refusal

MINUTE = 60


def page(template: str, *, status: int, **context: object) -> HttpResponse:
    return HttpResponse(render_to_string(template, context), status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    return page("frame/403.html", status=403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    """The form came without its token: an old page, or another site."""
    return page("frame/403_form.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    return page("frame/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # Django's signature
    return page("frame/500.html", status=500)


def refused(refusal: Refusal, *, status: int = 422) -> HttpResponse:
    """Return the page of an act that was tried and refused: the reason and the remedy."""
    return page("frame/422.html", status=status, refusal=refusal)


def too_many(*, seconds: int) -> HttpResponse:
    """Return the page that says how long to wait."""
    response = page("frame/429.html", status=429, minutes=-(-seconds // MINUTE))
    response.headers["Retry-After"] = str(seconds)
    return response


def too_often(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # the library's signature
    """The same for the limits that the sign-in library counts by the minute."""
    return too_many(seconds=MINUTE)


def not_recorded(*, seconds: int = 10) -> HttpResponse:
    """Return the page in place of one whose look could not be recorded."""
    response = page("frame/503.html", status=503, seconds=seconds)
    response.headers["Retry-After"] = str(seconds)
    return response
