"""What the key of a program opens: the bearer token of a request, looked up by its digest."""

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from sekisho_web.accounts.models import ApiToken, FeedToken
from sekisho_web.accounts.operations.keys import OF_API, OF_FEED, digest, note_use
from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.limits import is_over
from sekisho_web.ledger import operations as ledger

TRIES, SECONDS = 30, 60
Answer = Callable[[int, str, str], HttpResponse]  # status, problem, remedy

REMEDY = (
    "期限内の鍵を Authorization: Bearer に付けてください。鍵は sekisho accounts token で出します"
)


def opened_by_feed(answer: Answer) -> Callable[[HttpRequest], HttpResponse | None]:
    """Return the opener for keys of feeds, which refuses with what `answer` makes of it."""

    def opener(request: HttpRequest) -> HttpResponse | None:
        now = timezone.now()
        text = bearer(request, OF_FEED)
        found = (
            FeedToken.objects.select_related("feed__company")
            .filter(code_hash=digest(text), revoked_at=None, expires_at__gt=now)
            .filter(feed__ended_at=None)
            .first()
            if text
            else None
        )
        if found is None:
            return _refused(request, answer, now=now)
        note_use(found, now=now)
        request.key = found  # type: ignore[attr-defined]  # read by feed_key
        return None

    return opener


def opened_by_client(answer: Answer) -> Callable[[HttpRequest], HttpResponse | None]:
    """Return the opener for keys of programs of a company."""

    def opener(request: HttpRequest) -> HttpResponse | None:
        now = timezone.now()
        text = bearer(request, OF_API)
        found = (
            ApiToken.objects.select_related("company")
            .filter(code_hash=digest(text), revoked_at=None, expires_at__gt=now)
            .first()
            if text
            else None
        )
        if found is None:
            return _refused(request, answer, now=now)
        note_use(found, now=now)
        request.key = found  # type: ignore[attr-defined]  # read by api_key
        return None

    return opener


def feed_key(request: HttpRequest) -> FeedToken:
    """Return the key with which `request` came through a door of feeds."""
    return cast("FeedToken", request.key)  # type: ignore[attr-defined]


def api_key(request: HttpRequest) -> ApiToken:
    """Return the key with which `request` came through a door of the API."""
    return cast("ApiToken", request.key)  # type: ignore[attr-defined]


def bearer(request: HttpRequest, prefix: str) -> str:
    """Return the bearer token of `request` where it is one of this kind, else "".

    Of the header only: an address stands in logs and histories.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    text = text.strip()
    return text if scheme.lower() == "bearer" and text.startswith(prefix) else ""


def _refused(request: HttpRequest, answer: Answer, *, now: datetime) -> HttpResponse:
    """Return the refusal of a request without a good key. It is recorded, and counted."""
    if is_over(request, name="key", tries=TRIES, seconds=SECONDS):
        response = answer(
            429, "鍵の誤りが多すぎます", "1分待ってから、正しい鍵でやり直してください"
        )
        response.headers["Retry-After"] = str(SECONDS)
        return response
    ledger.record_failed_sign_in(
        login="(鍵)", at=now, reason="使える鍵ではない", address=client_address(request)
    )
    response = answer(401, "使える鍵がありません", REMEDY)
    response.headers["WWW-Authenticate"] = 'Bearer realm="sekisho", error="invalid_token"'
    return response


def problem(status: int, title: str, remedy: str) -> HttpResponse:
    """Return a refusal as RFC 9457 has it: what is wrong (title), and what to do (detail)."""
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": remedy},
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
