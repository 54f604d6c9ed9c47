"""Tickets (登録票): without one, nobody binds an authenticator."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet

from sekisho.accounts import tickets as rule
from sekisho.accounts.authenticators import TicketKind
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, Ticket
from sekisho_web.accounts.queries import authenticators as queries
from sekisho_web.ledger import operations as ledger

TICKET_HOURS = rule.HOURS
TICKET_DIGITS = rule.DIGITS


class CannotBind(Exception):
    """No authenticator is bound without a ticket (登録票)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class CannotIssue(CannotBind):
    """A ticket may not be issued, or not by this person."""


@transaction.atomic
def issue_ticket(
    *,
    person: Person,
    by: Person | None,
    now: datetime,
    hat: int | None = None,
    kind: TicketKind | None = None,
    checked: str = "",
) -> str:
    """Return the number of a new ticket for `person`. It is shown once and kept as a digest.

    by:      None on the console of the server and in the demo.
    hat:     the appointment that `by` wears.
    kind:    None: the one that fits.
    checked: how the identity was checked in person.

    A person has one open ticket: an older one is withdrawn. Raises CannotIssue where the rule
    refuses.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    holder = queries.holder(person, now=now)
    kind = kind or _fitting(holder)
    if by is not None:
        issuer = queries.issuer(by=by, hat=hat, person=person, now=now)
        if refusal := rule.refusal_to_issue(
            issuer=issuer, holder=holder, kind=kind, checked=checked
        ):
            raise CannotIssue(refusal)
    _open_ones(person, now=now).update(withdrawn_at=now, withdrawn_by=by)
    code = "".join(secrets.choice("0123456789") for _ in range(TICKET_DIGITS))
    Ticket.objects.create(
        person=person,
        kind=kind,
        code_hash=digest(code),
        issued_by=by,
        checked=checked.strip(),
        issued_at=now,
        expires_at=now + timedelta(hours=TICKET_HOURS),
    )
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=person,
        at=now,
        details={"act": "登録票の発行", "kind": str(kind), "checked": checked.strip()},
    )
    return code


@transaction.atomic
def withdraw_ticket(*, ticket: int, by: Person, hat: int | None, now: datetime) -> Ticket:
    """Withdraw the ticket, so that its number opens nothing. Raises CannotIssue where refused."""
    held = Ticket.objects.select_for_update(of=("self",)).select_related("person").get(pk=ticket)
    issuer = queries.issuer(by=by, hat=hat, person=held.person, now=now)
    refusal = rule.refusal_to_withdraw(as_rule(held), now=now)
    if not (issuer.is_officer or issuer.is_superior or held.issued_by_id == by.pk):
        refusal = Refusal(
            reason="この登録票を取り消せるのは、発行した人と、本人に責任を持つ人だけです",
            remedy="責任者に依頼してください",
        )
    if refusal:
        raise CannotIssue(refusal)
    held.withdrawn_at, held.withdrawn_by = now, by
    held.save(update_fields=["withdrawn_at", "withdrawn_by"])
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=held.person, at=now,
                  details={"act": "登録票の取消し"})  # fmt: skip
    return held


def open_ticket(*, person: Person, code: str, now: datetime) -> Ticket:
    """Return the unused ticket of `person` with this number; raise CannotBind without one."""
    ticket = Ticket.objects.filter(code_hash=digest(code)).first()
    refusal = rule.refusal_to_use(as_rule(ticket) if ticket else None, person=person.pk, now=now)
    if ticket is None or refusal:
        raise CannotBind(refusal or rule.UNKNOWN)
    return ticket


@transaction.atomic
def use_ticket(*, ticket: int, person: Person, now: datetime) -> Ticket:
    """Use the ticket up, once, and return it. Raises CannotBind where it is not good any more."""
    held = Ticket.objects.select_for_update().filter(pk=ticket).first()
    refusal = rule.refusal_to_use(as_rule(held) if held else None, person=person.pk, now=now)
    if held is None or refusal:
        raise CannotBind(refusal or rule.UNKNOWN)
    held.used_at = now
    held.save(update_fields=["used_at"])
    return held


def as_rule(ticket: Ticket) -> rule.Issued:
    """Return this record as the rules see it."""
    return rule.Issued(
        person=ticket.person_id,
        kind=TicketKind(ticket.kind),
        expires_at=ticket.expires_at,
        used_at=ticket.used_at,
        withdrawn_at=ticket.withdrawn_at,
    )


def digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def _fitting(holder: rule.Holder) -> TicketKind:
    if holder.open:
        return TicketKind.ADDITIONAL
    return TicketKind.REPLACEMENT if holder.had else TicketKind.FIRST


def _open_ones(person: Person, *, now: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(person=person, used_at=None, withdrawn_at=None, expires_at__gt=now)
