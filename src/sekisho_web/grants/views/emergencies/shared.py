"""What the doors of emergencies share: which one is meant, and the page on which one signs."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sekisho.grants.declarations import Attested, Statement, instant
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat, person_of
from sekisho_web.accounts.views.registers import UNPROCESSABLE, worn
from sekisho_web.grants.models import Emergency
from sekisho_web.grants.queries import emergencies as queries

LAID = "emergency_signing"  # in the session: what was laid before the person, and for what
NOT_PROVED = Refusal(
    reason="署名を確かめられませんでした",
    remedy="認証器をつなぎ直して、もう一度署名してください",
)
Signable = Statement | Attested
Said = TypeVar("Said", Statement, Attested)


def emergency_at(request: HttpRequest, code: str) -> tuple[Emergency, Hat]:
    """Return the emergency of that number and the hat that is worn.

    Raises Http404 where there is none, and where it is no affair of the company of that hat.
    """
    hat = worn(request)
    one = queries.visible(hat).filter(code=code).first()
    if one is None:
        raise Http404
    return one, hat


def new_nonce() -> str:
    return secrets.token_urlsafe(32)


def moment() -> str:
    """Return the moment at which a statement is laid before somebody."""
    return instant(timezone.now())


def laid(request: HttpRequest, what: str) -> Mapping[str, Any]:
    """Return what was laid before the person for `what` in this session; else nothing."""
    kept = request.session.get(LAID, {})
    return kept if kept.get("for") == what else {}


def sign_page(
    request: HttpRequest,
    said: Signable,
    *,
    what: str,
    title: str,
    lead: str,
    pairs: Sequence[tuple[str, str]],
    button: str,
    back: str,
    kept: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Lay `said` before the person: its text, and the options for their passkey.

    what: for which act; an answer to another act is none. kept: what the act needs besides.
    """
    person = person_of(request)
    request.session[LAID] = {"for": what, "said": _plain(said), **(kept or {})}
    return render(
        request,
        "grants/emergencies/sign.html",
        {
            "title": title,
            "lead": lead,
            "pairs": pairs,
            "text": said.text.decode(),
            "button": button,
            "back": back,
            "refusal": refusal,
            "has_passkey": signing.has_passkey(person),
            "js_data": signing.ask(person, said.digest),
        },
        status=UNPROCESSABLE if refusal else 200,
    )


def signed(
    request: HttpRequest,
    said: Signable,
    act: Callable[[signing.Proof], HttpResponse],
) -> HttpResponse | Refusal:
    """Return the answer of `act` to the signature that was posted, or why it was not made.

    What was laid before the person is spent, whatever comes of it.
    """
    request.session.pop(LAID, None)
    try:
        answer = json.loads(request.POST.get("credential", ""))
        proof = signing.signed(person_of(request), said.digest, answer)
    except (ValueError, AttributeError, signing.NotSigned):
        return NOT_PROVED
    try:
        return act(proof)
    except Refused as error:
        return error.refusal


def said_again(kept: Mapping[str, Any], kind: Callable[..., Said]) -> Said:
    """Return what was laid before the person, from the session."""
    return kind(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in kept["said"].items()
        }
    )


def _plain(said: Signable) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name in said.__dataclass_fields__
        for value in [getattr(said, name)]
    }
