"""Keys of programs: issued, shown once, kept as digests, revoked."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from sekisho.accounts.keys import refusal_to_issue
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import ApiToken, Company, Feed, FeedToken, Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.ledger import operations as ledger

BYTES = 32
OF_FEED, OF_API = "sks_", "ska_"  # so that a key that strayed into a file is known for one


class NoKey(Refused):
    """A key may not be issued so."""


@transaction.atomic
def issue_feed_key(
    *, feed: Feed, days: int, by: Person | None, now: datetime
) -> tuple[FeedToken, str]:
    """Return a new key of `feed` and its text, which is shown now and never again.

    Raises NoKey where the feed does not speak SCIM or is over, or the days are too many.
    """
    refusal = refusal_to_issue(days=days)
    if feed.kind != Feed.Kind.SCIM or feed.ended_at is not None:
        refusal = Refusal(
            reason=f"「{feed.name}」は SCIM で届く人事連携ではありません",
            remedy="方式が SCIM で、終わっていない人事連携を選んでください",
        )
    if refusal:
        raise NoKey(refusal)
    text = OF_FEED + secrets.token_urlsafe(BYTES)
    key = FeedToken.objects.create(
        feed=feed,
        code_hash=digest(text),
        issued_by=by,
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    _enter("連携の鍵の発行", key, by=by, now=now, of=feed.name)
    return key, text


@transaction.atomic
def issue_api_key(
    *,
    company: Company,
    name: str,
    scopes: Sequence[str],
    days: int,
    by: Person | None,
    now: datetime,
) -> tuple[ApiToken, str]:
    """Return a new key for a program of `company` and its text, shown now and never again.

    Raises NoKey where a scope is unknown or the days are too many.
    """
    if refusal := refusal_to_issue(days=days, scopes=scopes):
        raise NoKey(refusal)
    text = OF_API + secrets.token_urlsafe(BYTES)
    key = ApiToken.objects.create(
        company=company,
        name=name,
        scopes=sorted(set(scopes)),
        code_hash=digest(text),
        issued_by=by,
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    _enter("API の鍵の発行", key, by=by, now=now, of=f"{company.code} {name}")
    return key, text


@transaction.atomic
def revoke_key(*, key: FeedToken | ApiToken, by: Person | None, now: datetime) -> None:
    """End `key` now. A key that was revoked stays revoked."""
    changed = type(key)._default_manager.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)
    if changed:
        _enter("鍵の取消し", key, by=by, now=now, of=str(key))


def note_use(key: FeedToken | ApiToken, *, now: datetime) -> None:
    """Keep when `key` was last used, to the minute: a row that all wrote would make all wait."""
    if key.used_at is None or now - key.used_at >= timedelta(minutes=1):
        type(key)._default_manager.filter(pk=key.pk).update(used_at=now)


def digest(text: str) -> str:
    """Return what is kept of a key: it has 256 bits by chance, so that no salt is needed."""
    return sha256(text.encode()).hexdigest()


def _enter(
    act: str, key: FeedToken | ApiToken, *, by: Person | None, now: datetime, of: str
) -> None:
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=f"{key._meta.label}:{key.pk}",
        at=now,
        details={"act": act, "of": of, "until": key.expires_at.isoformat()},
    )
