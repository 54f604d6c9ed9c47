"""Tickets (登録票): without one, nobody binds an authenticator."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, Ticket
from sekisho_web.ledger import operations as ledger

TICKET_HOURS = 72
TICKET_DIGITS = 20


class CannotBind(Exception):
    """No authenticator is bound without a ticket (登録票)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@transaction.atomic
def issue_ticket(*, person: Person, by: Person | None, now: datetime) -> str:
    """Return the number of a new ticket for `person`. It is shown once and kept as a digest."""
    if by is not None and by.pk == person.pk:
        raise CannotBind(
            Refusal(
                reason="自分の登録票は発行できません",
                remedy="ほかの責任者に、本人であることを確かめてもらってください",
            )
        )
    code = "".join(secrets.choice("0123456789") for _ in range(TICKET_DIGITS))
    Ticket.objects.create(
        person=person,
        code_hash=digest(code),
        issued_by=by,
        issued_at=now,
        expires_at=now + timedelta(hours=TICKET_HOURS),
    )
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=person, at=now,
                  details={"act": "登録票の発行"})  # fmt: skip
    return code


def open_ticket(*, person: Person, code: str, now: datetime) -> Ticket:
    """Return the unused ticket of `person` with this number; raise CannotBind without one."""
    ticket = Ticket.objects.filter(
        person=person, code_hash=digest(code), used_at=None, expires_at__gt=now
    ).first()
    if ticket is None:
        raise CannotBind(
            Refusal(
                reason="この番号の登録票は使えません",
                remedy="番号を確かめ、72時間を過ぎたものは責任者に出し直してもらってください",
            )
        )
    return ticket


@transaction.atomic
def use_ticket(*, ticket: int, person: Person, now: datetime) -> None:
    """Mark the ticket as used by the authenticator that was just bound, and end other sessions."""
    used = Ticket.objects.filter(pk=ticket, person=person, used_at=None).update(used_at=now)
    if not used:
        raise CannotBind(
            Refusal(reason="この登録票は使用済みです", remedy="責任者に出し直してもらってください")
        )
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=person, subject=person, at=now,
                  details={"act": "認証器の登録"})  # fmt: skip


def digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
