"""Publishing: what was asked for is examined anew from the stored bytes, and put live or refused.

Nothing that the application wrote is believed: not that the tables were checked, not that the
signatures were verified, not which lines the signed list had. All of it is worked out again here,
in a process of its own that acts as the owner of the database.
"""

from collections.abc import Iterator
from datetime import datetime
from time import perf_counter
from typing import Any, cast

import psycopg
from django.db import connection, transaction

from sekisho.errors import SekishoError
from sekisho.policy.life import OWNER, SECOND_LINE, Part, Signed, Statement, refusal_to_publish
from sekisho.policy.loosened import digest_of, loosened
from sekisho.policy.read import read
from sekisho.policy.sheets import Unreadable
from sekisho.terms.refusals import Refusal
from sekisho_links.gate import StillRead, installed, put_live
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import AppointmentTerm
from sekisho_web.gate.reading import day_of
from sekisho_web.policy import publishing
from sekisho_web.policy.models import Change, Publication, Signature, Version
from sekisho_web.policy.operations import authors_of
from sekisho_web.policy.versions import NotAsNamed, files_of, live_hash, policy_of


class NotPublished(Exception):
    """What was asked for may not be done. Nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def waiting() -> list[Publication]:
    """Return what is asked for and not answered yet, the oldest first (one query)."""
    return list(Publication.objects.filter(state=Publication.State.ASKED).order_by("pk"))


def publish(publication: Publication, *, now: datetime) -> Publication:
    """Put the version of `publication` live, or refuse it; return it as it then is.

    One transaction: either every look from now on is decided by the new version and the ledger
    says so, or nothing has changed and the publication says why.

    Raises StillRead where readings in flight did not end in time, and OperationalError where the
    database does not answer: it is still asked for, and can be tried again.
    """
    try:
        with transaction.atomic():
            held = _held(publication)
            if held.state == Publication.State.ASKED:
                _publish(held, now=now)
            return held
    except StillRead:
        raise
    except NotPublished as error:
        refusal = error.refusal
    except Unreadable as error:
        first = error.errors[0]
        refusal = Refusal(
            reason=f"読めない表です（{len(error.errors)} 件。{first}）", remedy=first.remedy
        )
    except SekishoError as error:
        refusal = Refusal(reason=f"{error.place}: {error.problem}", remedy=error.remedy)
    except (psycopg.DataError, psycopg.ProgrammingError, psycopg.NotSupportedError) as error:
        refusal = Refusal(
            reason=f"データベースがこの版を受け付けません（{error.sqlstate}）",
            remedy="整理表の項目IDとマスク方式を確かめてください",
        )
    with transaction.atomic():
        return publishing.refused(publication=_held(publication), refusal=refusal, now=now)


def give_up(publication: Publication, *, now: datetime) -> Publication:
    """Refuse a publication that failed in a way nobody foresaw, so that it does not stop others."""
    refusal = Refusal(
        reason="公開の途中で、思いがけない誤りが起きました。何も変わっていません",
        remedy="システム管理責任者に sekisho serve の記録を見せ、直ってから公開し直してください",
    )
    with transaction.atomic():
        return publishing.refused(publication=_held(publication), refusal=refusal, now=now)


def verified(change: Change) -> Iterator[Signed]:
    """Yield the signatures of `change` that hold now: by the person's own passkey, over this text.

    What does not hold is left out, so that it counts as never given: another key, another text,
    another period than the change has now, or a post in which one may not sign.
    """
    for one in change.signatures.select_related("by"):
        if signed := _verified(change, one):
            yield signed


def _publish(publication: Publication, *, now: datetime) -> None:
    began = perf_counter()
    change, live = publication.change, live_hash()
    if change is None:
        raise NotPublished(
            Refusal(
                reason="変更案件のない公開の依頼です",
                remedy="変更案件を起こし、二人の署名を揃えてから公開してください",
            )
        )
    try:
        policy, before = read(files_of(publication.version_id)), policy_of(live)
    except (NotAsNamed, Version.DoesNotExist):
        raise NotPublished(
            Refusal(
                reason="保管してある表が、版の要約と合いません",
                remedy="データベースが書き換えられた疑いがあります。判定表の担当と監査に知らせてください",
            )
        ) from None
    signed, looser = list(verified(change)), loosened(before, policy)
    refusal = refusal_to_publish(
        authors=authors_of(change),
        signed=signed,
        content=publication.version_id,
        base=change.base_id,
        live=live,
        loosened=digest_of(looser),
        starts_on=change.starts_on,
        ends_on=change.ends_on,
        today=day_of(now),
    )
    if refusal:
        raise NotPublished(refusal)
    owner = _owner()
    if not installed(owner):
        raise NotPublished(
            Refusal(
                reason="対象システムの記録が、まだ入っていません",
                remedy="記録を取り込んでから公開してください",
            )
        )
    said = put_live(owner, policy, ends_on=change.ends_on)
    publication.ends_on = change.ends_on
    publishing.done(
        publication=publication,
        previous=live,
        said={
            "seconds": round(perf_counter() - began, 2),
            "rows": said.rows,
            "written": said.written,
            "added": list(said.added),
            "looser": len(looser),
            "loosened": digest_of(looser),
            "signed": sorted(one.statement.digest.hex() for one in signed),
        },
        now=now,
    )


def _verified(change: Change, one: Signature) -> Signed | None:
    try:
        statement = Statement(**one.statement)
        signing.verify(one.proof, statement.digest)
    except (TypeError, signing.NotSigned):
        return None
    part = Part(one.part)
    says_so = (
        statement.change == change.number
        and statement.part == part
        and statement.person == one.by.code
        and statement.reason == change.reason
        and statement.basis == change.basis
        and statement.starts_on == (change.starts_on.isoformat() if change.starts_on else "")
        and statement.ends_on == (change.ends_on.isoformat() if change.ends_on else "")
    )
    if not says_so or not signing.is_bound(one.proof, one.by) or not _may(one, part):
        return None
    return Signed(person=one.by.code, part=part, statement=statement)


def _may(one: Signature, part: Part) -> bool:
    """Return whether the signer had a post, when they signed, in which one may sign as `part`."""
    posts = AppointmentTerm.objects.in_force(now=one.at).filter(
        person_id=one.by_id, unit__company__kind=OWNER
    )
    if part is Part.SECOND_LINE:
        posts = posts.filter(unit__line=SECOND_LINE)
    return bool(posts.exists())


def _held(publication: Publication) -> Publication:
    return (
        Publication.objects.select_for_update(of=("self",))
        .select_related("change", "asked_by")
        .get(pk=publication.pk)
    )


def _owner() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)
