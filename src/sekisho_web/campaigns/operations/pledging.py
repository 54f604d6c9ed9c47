"""A pledge is signed, taken on paper, or refused. Each is one row and one entry, for good."""

import secrets
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from sekisho.campaigns.findings import Kind as Finding
from sekisho.campaigns.pledges import (
    Answer,
    Method,
    Statement,
    Template,
    filled,
    refusal_of_paper,
    refusal_to_sign,
    text_digest,
    valid_until,
)
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Hold, Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.operations.stopping import lift
from sekisho_web.campaigns.models import Pledge
from sekisho_web.campaigns.operations.findings import open_finding
from sekisho_web.campaigns.operations.unpledged import accounts_of, overdue
from sekisho_web.campaigns.queries.pledges import Subject
from sekisho_web.campaigns.queries.wanted import wanted
from sekisho_web.ledger import operations as ledger

SHORTEST_REASON = 4
OTHER_WORDS = Refusal(
    reason="表示した文面と署名する文面が違います",
    remedy="全文を開き直して、もう一度署名してください",
)


class CannotPledge(Refused):
    """Nothing was signed or taken."""


def statement_of(
    *,
    person: Person,
    template: Template,
    subject: Subject,
    now: datetime,
    answer: Answer = Answer.SIGNED,
) -> Statement:
    """Return what `person` is to sign now, with a new nonce.

    Raises CannotPledge where a place of the words has nothing to fill it.
    """
    until = valid_until(template, signed_at=now) if answer is Answer.SIGNED else None
    return Statement(
        template=template.code,
        version=template.version,
        text=text_digest(text_of(template, subject)),
        clauses=len(template.clauses),
        person=person.code,
        appointment=str(subject.appointment or ""),
        subject_type=subject.kind,
        subject=subject.code,
        answer=answer.value,
        valid_until=until.isoformat() if until else "",
        at=now.isoformat(),
        nonce=secrets.token_urlsafe(32),
    )


def text_of(template: Template, subject: Subject) -> str:
    """Return the whole words as they are laid. Raise CannotPledge where one is missing."""
    try:
        return filled(template, subject.places)
    except LookupError as error:
        raise CannotPledge(
            Refusal(reason=str(error), remedy="行為規制担当（第2線）に連絡してください")
        ) from error


@transaction.atomic
def sign(
    *,
    person: Person,
    template: Template,
    subject: Subject,
    statement: Statement,
    proof: signing.Proof,
    ticked: int,
    read: bool,
    now: datetime,
) -> Pledge:
    """Keep what `person` signed by passkey, let go what waited for it, and return the pledge.

    statement: as it was laid before them (`statement_of`); proof: `signing.signed` over its digest.
    read, ticked: the end of the words was reached, and how many clauses were ticked one by one.

    Raises CannotPledge where the words are not wholly read, are others than today's, or the
    signature is not theirs over them.
    """
    if refusal := refusal_to_sign(template=template, ticked=ticked, read=read):
        raise CannotPledge(refusal)
    _is_about(statement, person=person, template=template, subject=subject, answer=Answer.SIGNED)
    try:
        signing.verify(proof, statement.digest)
    except signing.NotSigned:
        raise CannotPledge(OTHER_WORDS) from None
    if not signing.is_bound(proof, person, at=now):
        raise CannotPledge(OTHER_WORDS)
    pledge = _kept(
        person, template, subject, statement, by=person, method=Method.PASSKEY, proof=proof, now=now
    )
    _let_go(person, now=now)
    return pledge


@transaction.atomic
def take_on_paper(
    *,
    person: Person,
    template: Template,
    subject: Subject,
    scan: str,
    witness: Person,
    now: datetime,
    signed_at: datetime | None = None,
) -> Pledge:
    """Keep that `person`, who has no authenticator, signed on paper before `witness`.

    scan: SHA-256 of the scanned sheet, in hexadecimal; the sheet itself is filed elsewhere.
    Raises CannotPledge where the rule refuses.
    """
    if refusal := refusal_of_paper(
        person=str(person.pk),
        witness=str(witness.pk),
        scan=scan,
        has_key=signing.has_passkey(person),
    ):
        raise CannotPledge(refusal)
    statement = statement_of(
        person=person, template=template, subject=subject, now=signed_at or now
    )
    pledge = _kept(
        person, template, subject, statement,
        by=witness, method=Method.PAPER, scan=scan, witness=witness, now=now,
    )  # fmt: skip
    _let_go(person, now=now)
    return pledge


@transaction.atomic
def refuse(
    *, person: Person, template: Template, subject: Subject, reason: str, now: datetime
) -> Pledge:
    """Keep that `person` refuses to sign, with their reason, and tell the second line.

    Raises CannotPledge where no reason is given.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise CannotPledge(
            Refusal(
                reason="拒否の理由が書かれていません",
                remedy=f"理由を{SHORTEST_REASON}文字以上で書いてください。第2線だけが読みます",
            )
        )
    statement = statement_of(
        person=person, template=template, subject=subject, now=now, answer=Answer.REFUSED
    )
    pledge = _kept(
        person, template, subject, statement,
        by=person, method=Method.SCREEN, reason=reason.strip(), now=now,
    )  # fmt: skip
    open_finding(
        kind=Finding.PLEDGE_REFUSED,
        key=f"{template.code}:{person.pk}:{subject.code}"[:200],
        subject=person.code,
        sentence=f"{template.title}の署名が拒否されました",
        at=now,
    )
    return pledge


def _is_about(
    statement: Statement, *, person: Person, template: Template, subject: Subject, answer: Answer
) -> None:
    """Raise CannotPledge where `statement` is not of this person, these words and this thing."""
    fresh = statement_of(
        person=person,
        template=template,
        subject=subject,
        now=datetime.fromisoformat(statement.at),
        answer=answer,
    )
    if replace(fresh, nonce=statement.nonce) != statement:
        raise CannotPledge(OTHER_WORDS)


def _kept(
    person: Person,
    template: Template,
    subject: Subject,
    statement: Statement,
    *,
    by: Person,
    method: Method,
    now: datetime,
    proof: signing.Proof | None = None,
    scan: str = "",
    witness: Person | None = None,
    reason: str = "",
) -> Pledge:
    if Pledge.objects.filter(nonce=statement.nonce).exists():
        raise CannotPledge(
            Refusal(
                reason="この署名はもう受け取っています", remedy="「誓約」の一覧で確かめてください"
            )
        )
    until = statement.valid_until
    entry = ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=person,
        at=now,
        details={
            "act": "誓約の署名" if statement.answer == Answer.SIGNED else "誓約の拒否",
            "template": template.key,
            "text": statement.text,
            "subject": f"{subject.kind}:{subject.code}",
            "method": method.value,
            "digest": statement.digest.hex(),
        },
    )
    return Pledge.objects.create(
        person=person,
        appointment_id=subject.appointment,
        template=template.code,
        version=template.version,
        text=text_of(template, subject),
        text_sha256=statement.text,
        subject_type=subject.kind,
        subject=subject.code,
        subject_said=subject.said[:200],
        answer=statement.answer,
        method=method.value,
        body=statement.body,
        digest=statement.digest,
        nonce=statement.nonce,
        proof=proof,
        scan_sha256=scan,
        witness=witness,
        reason=reason,
        at=datetime.fromisoformat(statement.at),
        valid_until=datetime.fromisoformat(until) if until else None,
        entry=entry,
    )


def _let_go(person: Person, *, now: datetime) -> None:
    """Lift the stops of IDs for which nothing is missing any more: what a rule placed, it lifts."""
    waiting = overdue(wanted([person.pk], now=now), now=now)
    still = {account.pk for one in waiting for account in accounts_of(one)}
    open_ones = Hold.objects.filter(
        account__person=person, reason=Hold.Reason.PLEDGE, ends_at=None
    ).exclude(account__in=still)
    for hold in open_ones.order_by("pk"):
        lift(hold=hold, by=None, now=now, note="誓約の署名")
