"""What stands in an address instead of a record: an opaque word, good in one session only.

Deterministic authenticated encryption (AES-SIV): the same record has the same address during a
session, nobody can make one up, and a number that does not exist looks like any other.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from secrets import token_urlsafe
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.http import HttpRequest

from sekisho_web.accounts.signed_in import NAMED

CONDITIONS = "gate_conditions"  # in the session: token -> sealed search conditions
KEPT = 20
NOBODY = 0  # an id that no record has


def handle_of(request: HttpRequest, *, system: str, record: int) -> str:
    """Return the word under which this session reaches a record."""
    sealed = _cipher(request).encrypt(f"{system}:{record}".encode(), [b"record"])
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def record_of(request: HttpRequest, handle: str) -> tuple[str, int]:
    """Return the system and id behind `handle`; a word of nobody leads to the id of no record."""
    try:
        sealed = urlsafe_b64decode(handle + "=" * (-len(handle) % 4))
        system, _, record = _cipher(request).decrypt(sealed, [b"record"]).decode().partition(":")
        return system, int(record)
    except (InvalidTag, BadBase64, ValueError):
        return "", NOBODY


def keep_conditions(request: HttpRequest, conditions: dict[str, str]) -> str:
    """Keep what was searched for, sealed in the session, and return the word for the address."""
    token = token_urlsafe(16)
    sealed = _cipher(request).encrypt(json.dumps(conditions).encode(), [token.encode()])
    kept: dict[str, str] = dict(request.session.get(CONDITIONS, {}))
    kept[token] = urlsafe_b64encode(sealed).decode()
    request.session[CONDITIONS] = dict(list(kept.items())[-KEPT:])
    return token


def conditions_of(request: HttpRequest, token: str) -> dict[str, str] | None:
    """Return what was searched for under `token` in this session, or None."""
    sealed = request.session.get(CONDITIONS, {}).get(token)
    if sealed is None:
        return None
    try:
        opened = _cipher(request).decrypt(urlsafe_b64decode(sealed), [token.encode()])
    except (InvalidTag, BadBase64, ValueError):
        return None
    found: dict[str, Any] = json.loads(opened)
    return {str(name): str(value) for name, value in found.items()}


def _cipher(request: HttpRequest) -> AESSIV:
    # a session that was renamed after a fresh proof leads on to what it led to before
    name = request.session.get(NAMED) or request.session.session_key
    key = f"{name}:{request.user.pk}".encode()
    return AESSIV(hmac.digest(settings.SECRET_KEY.encode(), b"gate handle " + key, "sha256"))
