"""代理: an approver lets somebody of their own company decide in their stead, for a while."""

from datetime import datetime

from django.db import transaction

from sekisho.accounts.tickets import leads
from sekisho.grants import delegations as rules
from sekisho.grants.delegations import Giver
from sekisho.grants.policies import ROLE_WORDS
from sekisho.ledger.leaves import Kind
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Appointment,
    AppointmentTerm,
    Hold,
    Officer,
    Person,
    in_force,
    period,
)
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import Delegation, Emergency, Engagement
from sekisho_web.grants.queries import organisations
from sekisho_web.ledger import operations as ledger

DECIDING_UNITS = organisations.DECIDING_UNITS


class CannotDelegate(Refused):
    """Nothing was handed over, or nothing was taken back."""


@transaction.atomic
def delegate(
    *,
    delegator: int,
    deputy: int,
    party: str,
    system: str,
    starts: datetime,
    ends: datetime,
    reason: str,
    by: Person,
    now: datetime,
) -> Delegation:
    """Let the post `deputy` decide in the stead of `delegator` (both appointments), and return it.

    party:  a role of approval; "": all that the delegator has. system: ""; all.

    Raises CannotDelegate: only who has a role hands it over, to the same company, for 30 days.
    """
    giver, taker = _term(delegator, now), _term(deputy, now)
    if giver.person_id != by.pk:
        raise CannotDelegate(
            Refusal(
                reason="代理を決められるのは、本人だけです",
                remedy="本人が自分の業務の帽子で決めてください",
            )
        )
    if party and party not in ROLE_WORDS:
        raise CannotDelegate(Refusal(reason="承認の役が分かりません", remedy="役を選んでください"))
    if refusal := rules.refusal_to_delegate(
        giver=_giver(giver, now),
        taker=_giver(taker, now),
        period=Period(starts=max(starts, now), ends=ends),
        now=now,
    ):
        raise CannotDelegate(refusal)
    one = Delegation.objects.create(
        delegator=giver.appointment,
        deputy=taker.appointment,
        party=party,
        system=system,
        valid=period(max(starts, now), ends),
        reason=reason,
        given_at=now,
    )
    ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=one,
        at=now,
        details={
            "act": "代理を決めた",
            "deputy": taker.person.code,
            "party": party,
            "system": system,
            "until": ends.isoformat(),
            "reason": reason,
        },
    )
    return one


@transaction.atomic
def end(*, delegation: Delegation, by: Person, now: datetime) -> Delegation:
    """End a delegation before its time, by either of the two. Raises CannotDelegate otherwise."""
    one = Delegation.objects.select_for_update().get(pk=delegation.pk)
    mine = by.pk in (one.delegator.person_id, one.deputy.person_id)
    if not mine or one.ended_at is not None:
        raise CannotDelegate(
            Refusal(
                reason="この代理は、もう終わっているか、あなたの代理ではありません",
                remedy="一覧を開き直してください",
            )
        )
    one.ended_at = now
    one.save(update_fields=["ended_at"])
    ledger.append(kind=Kind.APPROVAL, actor=by, subject=one, at=now,
                  details={"act": "代理を終えた"})  # fmt: skip
    return one


def _term(appointment: int, now: datetime) -> AppointmentTerm:
    term = (
        AppointmentTerm.objects.in_force(now=now)
        .select_related("appointment", "unit__company", "person")
        .filter(appointment=appointment)
        .first()
    )
    if term is None:
        raise CannotDelegate(
            Refusal(reason="発令が、いま有効ではありません", remedy="発令を確かめてください")
        )
    return term


def _giver(term: AppointmentTerm, now: datetime) -> Giver:
    stops = in_force(now, starts="starts_at", ends="ends_at")
    return Giver(
        person=term.person.code,
        company=term.unit.company.code,
        decides=_decides(term, now),
        is_substitute=term.appointment.kind == Appointment.Kind.SUBSTITUTE,
        held=Hold.objects.filter(stops, person=term.person_id).exists(),
    )


def _decides(term: AppointmentTerm, now: datetime) -> bool:
    """Return whether this post answers for anything by itself."""
    mine = term.appointment_id
    return (
        leads(term.title)
        or term.unit.kind in DECIDING_UNITS
        or Officer.objects.filter(in_force(now), appointment=mine).exists()
        or Emergency.objects.filter(commander=mine, ends_at__gt=now).exists()
        or Engagement.objects.filter(owner=mine, closed_at=None).exists()
    )
