"""Clearing up after an emergency (後始末): laid out, counted, signed for, complete, reviewed.

Nothing here can be skipped: what is counted is counted again at every step, and the database
refuses a review while anything is open.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sekisho.grants import closing as rule
from sekisho.grants import emergencies
from sekisho.grants.closing import Item
from sekisho.grants.declarations import Attested
from sekisho.grants.emergencies import State
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import ClosingItem, Dossier, Emergency, Grant
from sekisho_web.grants.operations.declaring import OTHER_WORDS, VALID
from sekisho_web.grants.queries import closing as queries
from sekisho_web.grants.queries import emergencies as facts
from sekisho_web.ledger import operations as ledger
from sekisho_web.ledger import queries as looks

AFTER = timedelta(days=1)  # for so long after the end a late record of a look is waited for
SHORTEST_REVIEW = 10


class CannotClose(Refused):
    """The item, the closing or the review stays open."""


@transaction.atomic
def begin(*, emergency: Emergency, now: datetime) -> Sequence[ClosingItem]:
    """Lay out the list of an emergency that has ended, and return its rows; once is enough.

    Of one that has not ended: nothing.
    """
    one = _locked(emergency)
    if emergencies.state_of(facts.as_rule(one), now) is State.ENDED:
        one.begun_at = now
        one.save(update_fields=["begun_at"])
        _enter("後始末の開始", one, by=None, now=now)
    return refresh(emergency=one, now=now)


@transaction.atomic
def refresh(*, emergency: Emergency, now: datetime) -> Sequence[ClosingItem]:
    """Count everything again, write what is done and what is not any more, and return the rows.

    After the review nothing is written: what is found open then is a finding.
    """
    one = _locked(emergency)
    if one.begun_at is None or one.reviewed_at is not None:
        return list(one.items.order_by("due_at", "pk"))
    rows = {(row.kind, row.subject): row for row in one.items.select_for_update()}
    for line in queries.checklist(one, now=now):
        row = rows.get((line.item.value, line.subject))
        if row is None:
            ClosingItem.objects.create(
                emergency=one,
                kind=line.item.value,
                subject=line.subject,
                due_at=line.due_at,
                done_at=now if line.is_done else None,
            )
        elif (row.done_at is not None) != line.is_done:
            if one.closed_at is not None and not line.is_done:
                _reopened(one, line, now=now)
            row.done_at = now if line.is_done else None
            row.save(update_fields=["done_at"])
    return list(one.items.order_by("due_at", "pk"))


@transaction.atomic
def reconcile(*, emergency: Emergency, by: Person, hat: Hat, now: datetime) -> tuple[int, int]:
    """Compare every recorded look of the helpers with their grants; return looks, and outside.

    Each look outside the grant it names (its time, its person) is a finding, to be answered by
    the second line. The reading itself is recorded in the ledger.
    """
    one = _locked(emergency)
    if refusal := _refusal_of_owner(one, by=by, hat=hat):
        raise CannotClose(refusal)
    said = facts.as_rule(one)
    begins, ended = emergencies.begins_at(said, now), emergencies.ends_at(said, now)
    if begins is None or ended is None or ended > now:
        raise CannotClose(
            Refusal(reason="まだ終わっていません", remedy="終了した後に突合してください")
        )
    grants = {
        grant.pk: grant
        for grant in Grant.objects.filter(emergency=one).select_related("person").order_by("pk")
    }
    people = sorted({*(grant.person_id for grant in grants.values()),
                     *one.supporters.values_list("person_id", flat=True)})  # fmt: skip
    total = outside = 0
    for system in one.systems if people else ():
        for look in looks.tried(
            system=system, people=people, since=begins, until=ended + AFTER, reader=by, now=now
        ):
            if look.is_refused or look.grant not in grants:
                continue  # nothing was shown, or it was made in another matter
            total += 1
            if not _is_within(grants[look.grant], look):
                outside += 1
                _outside(one, look, system=system, now=now)
    row = one.items.filter(kind=Item.RECONCILED).first()
    if row is not None and not row.proof:
        row.evidence = json.dumps(
            {"at": now.isoformat(), "looks": total, "outside": outside, "by": by.code}
        )
        row.save(update_fields=["evidence"])
    _enter("閲覧の突合", one, by=by, now=now, looks=total, outside=outside)
    refresh(emergency=one, now=now)
    return total, outside


@transaction.atomic
def sign(
    *,
    item: ClosingItem,
    attested: Attested,
    proof: signing.Proof,
    by: Person,
    hat: Hat,
    now: datetime,
) -> ClosingItem:
    """Let `by` sign for `item` what they have read, and return it.

    Raises CannotClose where it is counted and not signed, where something is missing, where `by`
    speaks for another company, or where other words were signed.
    """
    one = _locked(item.emergency)
    row = one.items.select_for_update().get(pk=item.pk)
    if refusal := refusal_to_sign(one, row, by=by, hat=hat, now=now):
        raise CannotClose(refusal)
    if refusal := fault(one, row, attested):
        raise CannotClose(refusal)
    _check(one, row, attested, proof, by=by, hat=hat, now=now)
    row.done_by = by
    row.evidence = attested.text.decode()
    row.evidence_sha256 = hashlib.sha256(attested.text).hexdigest()
    row.proof = proof
    row.save()
    _enter("後始末の署名", one, by=by, now=now, item=row.kind, of=row.subject,
           digest=attested.digest.hex())  # fmt: skip
    refresh(emergency=one, now=now)
    row.refresh_from_db()
    return row


def fault(one: Emergency, row: ClosingItem, attested: Attested) -> Refusal | None:
    """Return what is wrong with what somebody is about to sign for `row`, or None."""
    evidence = rule.Evidence(
        by=attested.by,
        quantity=attested.quantity,
        method=attested.method,
        witness=attested.witness,
        document=attested.document,
        none=attested.none,
    )
    if refusal := rule.fault(Item(row.kind), evidence, kind=emergencies.Kind(one.kind)):
        return refusal
    if attested.witness and not Person.objects.filter(code=attested.witness).exists():
        return Refusal(
            reason="立ち会った人の番号が見つかりません", remedy="個人番号を確かめてください"
        )
    return None


def refusal_to_sign(
    one: Emergency, row: ClosingItem, *, by: Person, hat: Hat, now: datetime
) -> Refusal | None:
    """Return why `by` may not sign for `row`, or None where they may."""
    state = emergencies.state_of(facts.as_rule(one), now)
    if state is not State.CLOSING:
        return Refusal(
            reason=f"いまは「{emergencies.STATE_WORDS[state]}」で、後始末の署名はできません",
            remedy="画面を開き直してください",
        )
    if row.proof:
        return Refusal(reason="もう署名されています", remedy="画面を開き直してください")
    if Item(row.kind) not in rule.SIGNED:
        return rule.fault(
            Item(row.kind), rule.Evidence(by=by.code), kind=emergencies.Kind(one.kind)
        )
    speaks_for = row.subject or one.owner.code
    if hat.company_code != speaks_for:
        return Refusal(
            reason="ほかの会社のことは署名できません",
            remedy="その会社の長または責任者に署名を頼んでください",
        )
    if not hat.permissions & {"grants.declare", "grants.decide"}:
        return Refusal(
            reason="署名できるのは、長、責任者と行為規制の部署だけです",
            remedy="所属の長に署名を頼んでください",
        )
    if row.kind == Item.RECONCILED and not row.evidence:
        return Refusal(
            reason="閲覧の突合がまだです", remedy="先に「閲覧を突合する」を押してください"
        )
    return None


@transaction.atomic
def close(*, emergency: Emergency, by: Person, hat: Hat, now: datetime) -> Emergency:
    """Call the closing complete, and return it. Raises CannotClose, naming every open item."""
    one = _locked(emergency)
    refresh(emergency=one, now=now)
    if refusal := refusal_to_close(one, by=by, hat=hat, now=now):
        raise CannotClose(refusal)
    one.closed_at, one.closed_by = now, by
    one.save(update_fields=["closed_at", "closed_by"])
    _enter("後始末の完了", one, by=by, now=now)
    return one


def refusal_to_close(one: Emergency, *, by: Person, hat: Hat, now: datetime) -> Refusal | None:
    """Return why `by` may not call the closing complete, or None where they may."""
    return emergencies.refusal_to_close(
        facts.as_rule(one),
        open_items=queries.open_words(one, now=now),
        by=facts.signer_of(hat, by),
        at=now,
    )


@transaction.atomic
def seal(
    *,
    emergency: Emergency,
    content: bytes,
    data_sha256: str,
    by: Person,
    hat: Hat,
    now: datetime,
) -> Dossier:
    """Keep the record of the emergency (災害対応記録) as it was printed, its digest in the ledger.

    Raises CannotClose before the closing is complete, and after the review.
    """
    one = _locked(emergency)
    if refusal := _refusal_of_owner(one, by=by, hat=hat):
        raise CannotClose(refusal)
    if one.closed_at is None or one.reviewed_at is not None:
        raise CannotClose(
            Refusal(
                reason="災害対応記録を封じるのは、後始末の完了から検証までの間です",
                remedy="後始末を完了してから封じてください",
            )
        )
    made = Dossier.objects.create(
        emergency=one,
        made_at=now,
        made_by=by,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        data_sha256=data_sha256,
    )
    _enter("災害対応記録", one, by=by, now=now, sha256=made.sha256, data_sha256=data_sha256)
    refresh(emergency=one, now=now)
    return made


@transaction.atomic
def review(*, emergency: Emergency, note: str, by: Person, hat: Hat, now: datetime) -> Emergency:
    """Let the second line review it, and return it: nothing new can name it from then on.

    Raises CannotClose where `by` declared, confirmed or closed it, or where anything is open.
    """
    one = _locked(emergency)
    refresh(emergency=one, now=now)
    if refusal := refusal_to_review(one, by=by, hat=hat, now=now):
        raise CannotClose(refusal)
    if len(note.strip()) < SHORTEST_REVIEW:
        raise CannotClose(
            Refusal(
                reason="検証の所見が短すぎます",
                remedy=f"何を確かめたかを {SHORTEST_REVIEW} 字以上で書いてください",
            )
        )
    one.reviewed_at, one.reviewed_by, one.review = now, by, note.strip()
    one.save(update_fields=["reviewed_at", "reviewed_by", "review"])
    _enter("検証", one, by=by, now=now, note=one.review)
    return one


def refusal_to_review(one: Emergency, *, by: Person, hat: Hat, now: datetime) -> Refusal | None:
    """Return why `by` may not review it, or None where they may."""
    return emergencies.refusal_to_review(
        facts.as_rule(one),
        open_items=queries.open_words(one, now=now, at_review=True),
        closed_by=one.closed_by.code if one.closed_by else None,
        by=facts.signer_of(hat, by),
        at=now,
    )


def _check(
    one: Emergency,
    row: ClosingItem,
    attested: Attested,
    proof: signing.Proof,
    *,
    by: Person,
    hat: Hat,
    now: datetime,
) -> None:
    """Raise CannotClose where `proof` is not the signature of `by` over what is attested here."""
    about = (attested.code, attested.item, attested.subject, attested.by, attested.appointment)
    if about != (one.code, row.kind, row.subject, by.code, str(hat.post)):
        raise CannotClose(OTHER_WORDS)
    laid_at = datetime.fromisoformat(attested.at)
    if not laid_at <= now + timedelta(seconds=2) < laid_at + VALID:
        raise CannotClose(OTHER_WORDS)
    try:
        signing.verify(proof, attested.digest)
    except signing.NotSigned as error:
        raise CannotClose(OTHER_WORDS) from error
    if not signing.is_bound(proof, by, at=now):
        raise CannotClose(OTHER_WORDS)


def _refusal_of_owner(one: Emergency, *, by: Person, hat: Hat) -> Refusal | None:
    signer = facts.signer_of(hat, by)
    if signer.may_declare and signer.company == one.owner.code:
        return None
    return Refusal(
        reason="発動した会社の責任者の仕事です", remedy="発動した会社の責任者に頼んでください"
    )


def _is_within(grant: Grant, look: looks.Tried) -> bool:
    ends = min(grant.valid_to, grant.revoked_at) if grant.revoked_at else grant.valid_to
    return grant.person_id == look.person and grant.valid_from <= look.at < ends


def _outside(one: Emergency, look: looks.Tried, *, system: str, now: datetime) -> None:
    tell(
        "finding",
        kind="outside_time",
        key=f"{one.code} {look.grant} {look.at:%Y-%m-%dT%H}",
        sentence=f"{one.code} の利用許可の時間または人の外で、{system} の閲覧がありました"
        f"（{look.at:%Y-%m-%d %H}時台、協定世界時）。",
        subject=one.code,
        at=now,
    )


def _reopened(one: Emergency, line: rule.Line, *, now: datetime) -> None:
    tell(
        "finding",
        kind="closing_overdue",
        key=f"{one.code} {line.item} {line.subject}".strip(),
        sentence=f"{one.code} の後始末の「{rule.WORDS[line.item]}」が、完了の後に開き直りました"
        f"（{line.said}）。",
        subject=one.code,
        at=now,
    )


def _locked(emergency: Emergency) -> Emergency:
    Emergency.objects.select_for_update().get(pk=emergency.pk)
    return facts.with_terms().select_related("closed_by").get(pk=emergency.pk)


def _enter(act: str, one: Emergency, *, by: Person | None, now: datetime, **details: Any) -> None:  # noqa: ANN401
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=one,
        at=now,
        details={"act": act, "emergency": one.code, **details},
    )
