"""How the company's sign-on calls a person: said by who answers for them, never guessed."""

from datetime import datetime

from django.db import IntegrityError, transaction

from sekisho.accounts.sign_on import LONGEST_SUBJECT, Provider
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, PersonIdentity, SignIn
from sekisho_web.accounts.operations.sessions import end_sessions
from sekisho_web.ledger import operations as ledger


class CannotRegister(Exception):
    """A person may not be registered with a sign-on so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@transaction.atomic
def register(
    *, person: Person, provider: Provider, subject: str, by: Person, now: datetime
) -> PersonIdentity:
    """Let `subject` of the company's sign-on be `person`, and enter it in the ledger.

    Raises CannotRegister for oneself, an empty subject, and one that is somebody's already.
    """
    subject = subject.strip()
    if refusal := _refusal(person, subject, by=by):
        raise CannotRegister(refusal)
    try:
        with transaction.atomic():
            identity = PersonIdentity.objects.create(
                person=person,
                issuer=provider.issuer,
                subject=subject,
                registered_by=by,
                registered_at=now,
            )
    except IntegrityError as error:
        raise CannotRegister(
            Refusal(
                reason="この符号は、すでにだれかに登録されています",
                remedy="会社のサインオンの担当に、符号を確かめてください",
            )
        ) from error
    _enter("会社のサインオンの登録", identity, by=by, now=now)
    return identity


@transaction.atomic
def remove(*, identity: PersonIdentity, by: Person, now: datetime) -> None:
    """End that somebody may come by the company's sign-on; their sessions are over."""
    if identity.person_id == by.pk:
        raise CannotRegister(_own())
    _enter("会社のサインオンの取消し", identity, by=by, now=now)
    end_sessions(person=identity.person_id, because=SignIn.End.FACTOR, now=now)
    identity.delete()


def _refusal(person: Person, subject: str, *, by: Person) -> Refusal | None:
    if person.pk == by.pk:
        return _own()
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        return Refusal(
            reason="会社のサインオンの符号がありません",
            remedy=f"{LONGEST_SUBJECT}文字までで入れてください",
        )
    return None


def _own() -> Refusal:
    return Refusal(
        reason="自分の登録は、自分では変えられません",
        remedy="ほかの責任者に、本人であることを確かめてもらってください",
    )


def _enter(act: str, identity: PersonIdentity, *, by: Person, now: datetime) -> None:
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=identity.person,
        at=now,
        details={"act": act, "issuer": identity.issuer, "of": identity.subject},
    )
