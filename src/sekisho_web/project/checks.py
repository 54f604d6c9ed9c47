"""What must hold before a page is served."""

from collections.abc import Sequence
from typing import Any, cast

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from sekisho.errors import SekishoError
from sekisho.terms.refusals import Refusal
from sekisho_links.postgres import refusal_to_serve

KNOWN_KEYS = ("for-checks-only", "changeme", "secret", "django-insecure")
SHORTEST_KEY = 50


class UnsafeDatabase(SekishoError):
    """The database is older than 18, or its role could see past the row security."""


def refusal() -> Refusal | None:
    connection.ensure_connection()
    return refusal_to_serve(cast("psycopg.Connection[Any]", connection.connection))


def refuse_unsafe_database() -> None:
    """Raise UnsafeDatabase where pages must not be served from the configured database."""
    try:
        if refused := refusal():
            raise UnsafeDatabase(refused.reason, place="DATABASE_URL", remedy=refused.remedy)
    finally:
        connection.close()


@register(Tags.database)
def database_cannot_leak(
    *, databases: Sequence[str] | None = None, **_: object
) -> list[CheckMessage]:
    """Refuse PostgreSQL < 18 and a role that can bypass row security; asked for pages only."""
    if not databases or settings.SEKISHO_ROLE != "app":
        return []
    refused = refusal()
    return [Error(refused.reason, hint=refused.remedy, id="sekisho.E001")] if refused else []


@register(Tags.security, deploy=True)
def key_is_ours(**_: object) -> list[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) >= SHORTEST_KEY and not key.startswith(KNOWN_KEYS):
        return []
    return [
        Error(
            "署名の鍵が短いか、知られたものです",
            hint="SEKISHO_SECRET_KEY を外すと、状態フォルダーに新しい鍵が作られます",
            id="sekisho.E002",
        )
    ]


@register(Tags.security)
def factors_are_not_loosened(**_: object) -> list[CheckMessage]:
    """Refuse the switches of the sign-in library that would let a weaker proof pass."""
    loose = [
        name
        for name in (
            "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
            "MFA_TOTP_INSECURE_BYPASS_CODE",
            "MFA_PASSKEY_LOGIN_ENABLED",
            "MFA_PASSKEY_SIGNUP_ENABLED",
            "MFA_TRUST_ENABLED",
        )
        if getattr(settings, name, None)
    ]
    if not loose and settings.MFA_WEBAUTHN_USER_VERIFICATION == "required":
        return []
    named = "、".join(loose) or "MFA_WEBAUTHN_USER_VERIFICATION"
    return [
        Error(
            f"本人認証を弱める設定があります: {named}",
            hint="設定を外してください",
            id="sekisho.E003",
        )
    ]
