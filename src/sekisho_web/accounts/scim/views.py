"""The one address of SCIM. The library speaks; the key says whose people it speaks about."""

import json

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from scim2_models import SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from sekisho_web.accounts.machines import feed_key, opened_by_feed
from sekisho_web.accounts.scim.dialects import put_right, without_passwords
from sekisho_web.accounts.scim.handling import Handler
from sekisho_web.accounts.scim.schemas import SERVICE
from sekisho_web.accounts.scim.storage import Documents
from sekisho_web.frame.doors import machine

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ROOT = "scim/v2"
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
RETRY = "5"
APPOINTMENTS = b'"appointments"'
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def refused(status: int, problem: str, remedy: str) -> HttpResponse:
    """Return a refusal at the door, in the shape of SCIM."""
    body = {"schemas": [ERROR], "status": str(status), "detail": f"{problem}。{remedy}"}
    return _json(body, status=status)


@machine(methods=METHODS, opened_by=opened_by_feed(refused))
def scim(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer one SCIM request about the people of the company of the key."""
    method, now = request.method or "", timezone.now()
    body = put_right(request.body) if method in WITH_BODY else b""
    asked = ScimRequest(
        method="GET" if method == "HEAD" else method,
        base_url=f"{request.scheme}://{request.get_host()}/{ROOT}",
        path=f"/{path}",
        query=request.GET.dict(),
        headers=dict(request.headers),
        body=body,
    )
    feed = feed_key(request).feed
    silent = method == "PUT" and APPOINTMENTS not in body.lower()
    documents = Documents(feed, now=now, silent=silent, received=_received(request))
    try:
        answer = Handler(SERVICE, documents).handle(asked)
    except SCIMException as error:
        answer = SERVICE.error_response(error)
    except OperationalError:  # somebody else is at the same person, or the database is away
        answer_later = refused(503, "いまは受け取れません", "少し待ってから、送り直してください")
        answer_later.headers["Retry-After"] = RETRY
        return answer_later
    return _answer(answer)


def _received(request: HttpRequest) -> bytes:
    """Return what is kept of a change: how it was asked for, and its body byte by byte.

    But no password: a directory may send one, and nobody here may have it.
    """
    asked = f"{request.method} {request.path}\n\n".encode()
    return asked + without_passwords(request.body)


def _answer(answer: ScimResponse) -> HttpResponse:
    if answer.body is None:
        response = HttpResponse(status=int(answer.status))
        del response.headers["Content-Type"]
    else:
        response = _json(answer.body, status=int(answer.status))
    for name, value in answer.headers.items():
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _json(body: object, *, status: int) -> HttpResponse:
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type="application/scim+json; charset=utf-8",
    )
