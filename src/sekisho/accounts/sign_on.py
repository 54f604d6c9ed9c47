"""What the sign-on of a company (会社のサインオン, OpenID Connect) says, and what it is worth here.

An ID token is believed after its signature was verified and everything below holds. It makes
nobody known: it only says which registered person is there, and how well that was checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sekisho.terms.refusals import Refusal

# Signatures that only the issuer can make: with HS256, whoever knows our secret could.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                        "ES256", "ES384", "ES512", "EdDSA"})  # fmt: skip
SKEW = timedelta(seconds=60)  # between two clocks
OLDEST = timedelta(minutes=10)  # of a token: it is used as soon as it is made
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One sign-on that a company has set up.

    mfa_acr, mfa_amr: values of the claims `acr` and `amr`, one of which says that a second factor
                      was shown there. Without any, a sign-on is worth a password.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    mfa_acr: frozenset[str] = field(default_factory=frozenset)
    mfa_amr: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """Who is there, as the issuer calls them, and how they proved it.

    proved_at: when they last did; None where the issuer does not say, which is never fresh.
    """

    issuer: str
    subject: str
    multi_factor: bool
    proved_at: datetime | None


def assertion(
    claims: Mapping[str, Any], *, provider: Provider, nonce: str, now: datetime
) -> Assertion | Refusal:
    """Return what the verified `claims` of an ID token assert, or why nothing follows from them.

    nonce: the one that this browser was sent away with; an empty one equals nothing.
    """
    if claims.get("iss") != provider.issuer:
        return _not_for_us("発行者が違います")
    if not _is_for(claims, provider.client_id):
        return _not_for_us("宛先が違います")
    if not nonce or claims.get("nonce") != nonce:
        return _not_for_us("この画面から始めたサインオンではありません")
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if expires is None or expires <= now - SKEW:
        return _not_for_us("期限を過ぎています")
    if issued is None or not now - OLDEST <= issued <= now + SKEW:
        return _not_for_us("作られた時刻が、いまと合いません")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        return _not_for_us("だれのものかが書かれていません")
    proved = _time(claims, "auth_time")
    return Assertion(
        issuer=provider.issuer,
        subject=subject,
        multi_factor=_is_multi_factor(claims, provider),
        proved_at=proved if proved is None or proved <= now + SKEW else None,
    )


def unknown_refusal() -> Refusal:
    """Return the words for somebody whom the issuer knows and who is not registered here."""
    return Refusal(
        reason="会社のサインオンのこの人は、登録されていません",
        remedy="責任者に、会社のサインオンの登録を頼んでください。自動では登録されません",
    )


def failed_refusal() -> Refusal:
    """Return the words for a sign-on that was broken off, replayed, or could not be read."""
    return Refusal(
        reason="会社のサインオンで本人を確かめられませんでした",
        remedy="本人認証の画面から、もう一度始めてください",
    )


def _is_multi_factor(claims: Mapping[str, Any], provider: Provider) -> bool:
    methods = claims.get("amr")
    named = {m for m in methods if isinstance(m, str)} if isinstance(methods, list) else set()
    context = claims.get("acr")
    return bool(named & provider.mfa_amr) or (
        isinstance(context, str) and context in provider.mfa_acr
    )


def _is_for(claims: Mapping[str, Any], client: str) -> bool:
    """Return whether the token is for `client`, and for nobody else beside it."""
    audience = claims.get("aud")
    party = claims.get("azp", client)
    return audience in (client, [client]) and party == client


def _time(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _not_for_us(because: str) -> Refusal:
    return Refusal(
        reason=f"会社のサインオンの答えを使えません（{because}）",
        remedy="本人認証の画面から、もう一度始めてください",
    )
