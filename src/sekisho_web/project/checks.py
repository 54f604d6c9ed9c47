"""What must hold before a page is served."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from sekisho.accounts.authenticators import read
from sekisho.errors import SekishoError
from sekisho.terms.refusals import Refusal
from sekisho_links.accounts.certificates import UnreadableAuthority, authority
from sekisho_links.postgres import refusal_to_serve

KNOWN_KEYS = ("for-checks-only", "changeme", "secret", "django-insecure")
SHORTEST_KEY = 50
NEVER_ON = (
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
    "MFA_TOTP_INSECURE_BYPASS_CODE",
    "MFA_PASSKEY_LOGIN_ENABLED",
    "MFA_PASSKEY_SIGNUP_ENABLED",
    "MFA_TRUST_ENABLED",
)
REQUIRED_STEP = "sekisho_web.accounts.middleware.Steps"
WEAKER, UNSET = "本人認証を弱める設定があります: {}", "設定を外してください"


class UnsafeDatabase(SekishoError):
    """The database is older than 18, or its role could see past the row security."""


class LooseFactors(SekishoError):
    """A setting would let less than password and card prove who somebody is."""


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


def loose_factors() -> list[str]:
    """Return the names of settings that would let a weaker proof of identity pass."""
    loose = [name for name in NEVER_ON if getattr(settings, name, None)]
    if settings.MFA_SUPPORTED_TYPES != ["webauthn"]:
        loose.append("MFA_SUPPORTED_TYPES")
    if settings.MFA_WEBAUTHN_USER_VERIFICATION != "required":
        loose.append("MFA_WEBAUTHN_USER_VERIFICATION")
    if REQUIRED_STEP not in settings.MIDDLEWARE:
        loose.append("MIDDLEWARE")
    return loose


def refuse_loose_factors() -> None:
    """Raise LooseFactors where the site must not start, because less would prove who one is."""
    if loose := loose_factors():
        raise LooseFactors(WEAKER.format("、".join(loose)), place="settings", remedy=UNSET)


@register(Tags.security)
def factors_are_not_loosened(**_: object) -> list[CheckMessage]:
    """Refuse the switches of the sign-in library that would let a weaker proof pass."""
    loose = loose_factors()
    if not loose:
        return []
    return [Error(WEAKER.format("、".join(loose)), hint=UNSET, id="sekisho.E003")]


@register(Tags.security)
def cards_come_through_our_proxy(**_: object) -> list[CheckMessage]:
    """Refuse certificates as a factor where anybody could write the header, or none is readable."""
    if not settings.SEKISHO_CARDS:
        return []
    if not settings.SEKISHO_PROXY:
        return [
            Error(
                "カードの証明書は、TLSを終える自分たちのプロキシーの後ろでだけ信じられます",
                hint="SEKISHO_PROXY=1 にするか、SEKISHO_CARDS を外してください",
                id="sekisho.E004",
            )
        ]
    folder = Path(settings.SEKISHO_CARDS)
    try:
        authority(roots=folder / "root.pem", revoked=folder / "revoked.pem")
    except UnreadableAuthority as error:
        return [Error(error.problem, hint=f"{error.place}: {error.remedy}", id="sekisho.E004")]
    return []


@register(Tags.security)
def authenticators_are_listed(**_: object) -> list[CheckMessage]:
    """Refuse a list of authenticators that cannot be read: then nobody could be enrolled."""
    if not settings.SEKISHO_AUTHENTICATORS:
        return []
    path = Path(settings.SEKISHO_AUTHENTICATORS) / "authenticators.csv"
    try:
        read(path.read_text(encoding="utf-8-sig"), place=str(path))
    except SekishoError as error:
        return [Error(error.problem, hint=f"{error.place}: {error.remedy}", id="sekisho.E005")]
    except (OSError, UnicodeDecodeError):
        return [
            Error(
                "認証器の一覧を読めません",
                hint=f"{path} を、UTF-8のCSVとして置いてください",
                id="sekisho.E005",
            )
        ]
    return []
