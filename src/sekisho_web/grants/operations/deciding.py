"""承認・却下: the text is laid before the approver, their passkey signs it, and it is final.

The last party's approval makes the grant, in the same transaction and never wider than what was
asked. Two people at once are put in a row by the lock on the request: a denial ends it in either
order, and of two answers for one party the first stands.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sekisho.grants import decisions as rules
from sekisho.grants import requests, verifying
from sekisho.grants.decisions import Decision as Said
from sekisho.grants.organisations import Seat
from sekisho.grants.requests import Verdict
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import ApprovalPolicy, Decision, Delegation, Nonce, Request
from sekisho_web.grants.operations.granting import grant
from sekisho_web.grants.operations.requesting import settle
from sekisho_web.grants.queries import clocks, deciders, look_backs, organisations, policies
from sekisho_web.grants.queries import requests as queries
from sekisho_web.ledger import operations as ledger

NOT_SIGNED = Refusal(
    reason="署名を確かめられませんでした",
    remedy="認証器をつなぎ直して、もう一度署名してください",
)
NOT_A_TEXT = Refusal(
    reason="署名された文が、決まった形ではありません",
    remedy="承認の画面を開き直して、もう一度署名してください",
)


class CannotDecide(Refused):
    """Nothing was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What is laid before the approver: the bytes that they read, and what their passkey signs."""

    text: bytes
    challenge: bytes


@transaction.atomic
def lay(
    *,
    request: Request,
    party: int,
    verdict: str,
    by: Person,
    appointment: int,
    session: str,
    now: datetime,
    starts: datetime | None = None,
    minutes: int | None = None,
    use_minutes: int | None = None,
    uses: int | None = None,
    reason: str = "",
    instead_of: str = "",
) -> Laid:
    """Return the text of the decision, with a number that one signature answers, once.

    What is not said is the widest that may be given. Raises CannotDecide where the rule refuses:
    whoever may not decide has nothing laid before them.
    """
    seat = _seat(
        request, party=party, by=by, appointment=appointment, instead_of=instead_of, now=now
    )
    _refuse_before_looking_back(request, verdict, by, now)
    asked = queries.rule_of(request)
    said = Said(
        request=asked.digest,
        party=party,
        verdict=Verdict(verdict),
        by=rules.By(
            person=seat.person, appointment=seat.appointment, instead_of=seat.instead_of or ""
        ),
        at=now,
        matching_code=requests.matching_code(asked.digest),
        nonce=urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
        reason=requests.tidy(reason),
    )
    if said.verdict is Verdict.APPROVE:
        widest = deciders.bounds(request, now=now)
        if widest is None:
            raise CannotDecide(rules.OVER)
        begins = starts or widest.starts
        ends = widest.ends if minutes is None else begins + timedelta(minutes=minutes)
        said = replace(
            said,
            valid=(begins, ends),
            use_minutes=widest.use_minutes if use_minutes is None else use_minutes,
            uses=widest.uses if uses is None else uses,
        )
    if refusal := rules.refusal_of_text(
        said, asked, _approvals(request), party=party, laid_at=now, fresh=_fresh(request), at=now
    ):
        raise CannotDecide(refusal)
    Nonce.objects.create(
        nonce=said.nonce,
        request=request,
        person=by,
        session_digest=_digest(session),
        issued_at=now,
        expires_at=now + rules.NONCE_LIVES,
    )
    return Laid(text=said.text, challenge=said.challenge)


@transaction.atomic
def decide(
    *,
    request: Request,
    text: bytes,
    proof: signing.Proof,
    by: Person,
    session: str,
    opened_at: datetime | None,
    now: datetime,
) -> Request:
    """Take the signed answer of `by`, and return the request as it then stands.

    text:      what was laid before them, byte for byte; proof: what their passkey answered.
    opened_at: when they opened the request; None: when its text was laid.

    Raises CannotDecide: another request's text, a number that was answered already, a page that
    lay too long, another session, a post that was left meanwhile, a key that is not theirs.
    """
    if (refusal := clocks.refusal()) is not None:
        raise CannotDecide(refusal)
    row = Request.objects.select_for_update().get(pk=request.pk)
    try:
        said = rules.read(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotDecide(NOT_A_TEXT) from error
    laid_at = _spend(said, row, by, session, now)
    _seat(
        row,
        party=said.party,
        by=by,
        appointment=organisations.appointment_pk(said.by.appointment),
        instead_of=said.by.instead_of,
        now=now,
    )
    _refuse_before_looking_back(row, said.verdict, by, now)
    asked = queries.rule_of(row)
    if refusal := rules.refusal_of_text(
        said, asked, _approvals(row), party=said.party, laid_at=laid_at, fresh=_fresh(row), at=now
    ):
        raise CannotDecide(refusal)
    if said.verdict is Verdict.APPROVE:
        _refuse_past_its_end(said, row, now)
    _verify(said, proof, by, now)
    decision = Decision.objects.create(
        request=row,
        asked_by=row.asked_by,
        digest=said.request,
        party=said.party,
        verdict=said.verdict.value,
        decided_by=by,
        appointment_id=organisations.appointment_pk(said.by.appointment),
        delegation=_delegation(said, now),
        body=text,
        proof=proof,
        nonce=said.nonce,
        valid=DateTimeTZRange(*said.valid, "[)") if said.valid else None,
        note=said.reason[:200],
        opened_at=opened_at or laid_at,
        decided_at=now,
    )
    ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=decision,
        at=now,
        details={
            "act": str(Decision.Verdict(said.verdict.value).label),
            "request": row.code,
            "party": policies.rule_of(row.policy).parties[said.party - 1].words,
            "decision": sha256(text).hexdigest(),
            "instead_of": said.by.instead_of,
        },
    )
    return _settled(row, said, by, now)


def _settled(row: Request, said: Said, by: Person, now: datetime) -> Request:
    if said.verdict is Verdict.DENY:
        return settle(row, Request.Outcome.DENIED, now=now, by=by, why=said.reason[:200])
    answered = queries.said(row)
    if len(answered) < len(row.policy.parties):
        return row
    evidence = queries.approval_of(row)
    if not verifying.is_approved(evidence):  # what cannot be shown later is not granted now
        raise CannotDecide(NOT_SIGNED)
    settle(row, Request.Outcome.APPROVED, now=now, by=by)
    grant(row, said, now=now)
    return row


# What has to be so ------------------------------------------------------------------------------


def _seat(
    request: Request, *, party: int, by: Person, appointment: int, instead_of: str, now: datetime
) -> Seat:
    found = deciders.refusal(
        request,
        party=party,
        person=by,
        appointment=appointment,
        now=now,
        instead_of=instead_of,
    )
    if isinstance(found, Refusal):
        raise CannotDecide(found)
    return found


def _refuse_before_looking_back(request: Request, verdict: str, by: Person, now: datetime) -> None:
    """Raise where `by` has not yet looked at what their last approvals were used for.

    They may always deny; in a declared emergency it is said elsewhere, and stops nothing.
    """
    if request.mode != ApprovalPolicy.Mode.PER_USE or verdict != Verdict.APPROVE:
        return
    in_emergency = request.emergency is not None
    if refusal := look_backs.refusal_to_decide(by, in_emergency=in_emergency, now=now):
        raise CannotDecide(refusal)


def _spend(said: Said, row: Request, by: Person, session: str, now: datetime) -> datetime:
    """Spend the number of the text, and return when it was laid. Raise where it answers nothing."""
    number = Nonce.objects.select_for_update().filter(nonce=said.nonce).first()
    if number is None or number.request_id != row.pk or said.request != bytes(row.digest):
        raise CannotDecide(rules.OTHER_REQUEST)
    mine = (number.person_id, number.session_digest) == (by.pk, _digest(session))
    if not mine or said.by.person != by.code:
        raise CannotDecide(rules.OTHER_REQUEST)
    if number.used_at is not None or now >= number.expires_at or said.at != number.issued_at:
        raise CannotDecide(rules.STALE)
    number.used_at = now
    number.save(update_fields=["used_at"])
    return number.issued_at


def _refuse_past_its_end(said: Said, row: Request, now: datetime) -> None:
    """Raise where the window goes beyond the post or the emergency, as they are now."""
    until = deciders.until(row, now=now)
    if said.valid and until is not None and said.valid[1] > until:
        raise CannotDecide(rules.WIDER)


def _verify(said: Said, proof: signing.Proof, by: Person, now: datetime) -> None:
    """Raise where `proof` is not an answer of `by`'s own key to this text."""
    try:
        problems = list(verifying.signature_problems(queries.proof_of(proof), said.challenge))
    except (ValueError, KeyError, TypeError, Refused) as error:
        raise CannotDecide(NOT_SIGNED) from error
    if problems or not signing.is_bound(proof, by, at=now):
        raise CannotDecide(NOT_SIGNED)


def _approvals(request: Request) -> Sequence[Said]:
    return [one for one in queries.said(request).values() if one.verdict is Verdict.APPROVE]


def _fresh(request: Request) -> int:
    return int(request.policy.fresh_seconds)


def _digest(session: str) -> str:
    return sha256(session.encode()).hexdigest()


def _delegation(said: Said, now: datetime) -> Delegation | None:
    if not said.by.instead_of:
        return None
    return (
        Delegation.objects.filter(
            delegator=organisations.appointment_pk(said.by.instead_of),
            deputy=organisations.appointment_pk(said.by.appointment),
            valid_from__lte=now,
            valid_to__gt=now,
            ended_at=None,
        )
        .order_by("-pk")
        .first()
    )
