"""Who stops and lets go by hand: the rule is asked, then the one path is walked."""

from datetime import datetime
from typing import cast

from django.db import models, transaction

from sekisho.accounts import holds, issuing
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Account,
    AppointmentTerm,
    Authenticator,
    Hold,
    LiftConfirmation,
    Officer,
    Person,
    in_force,
)
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.operations.stopping import lift, person_stopped_by, suspend
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.ledger import operations as ledger


class CannotHold(Refused):
    """Nothing is stopped."""


class CannotLift(Refused):
    """The stop stands."""


@transaction.atomic
def place(
    *, target: models.Model, reason: Hold.Reason, note: str, by: Person, hat: Hat, now: datetime
) -> Hold:
    """Stop a person, account, authenticator or device by hand. Raises CannotHold where refused."""
    holder = target.pk if isinstance(target, Person) else getattr(target, "person_id", None)
    actor = actor_of(by, hat, systems=_systems_of(target), now=now)
    said = holds.Reason(reason)
    refusal = holds.refusal_to_place(said, by=actor, holder=str(holder) if holder else None)
    if refusal:
        raise CannotHold(refusal)
    return suspend(target=target, reason=reason, by=by, now=now, note=note, line=hat.line)


@transaction.atomic
def lift_by_hand(
    *,
    hold: Hold,
    note: str,
    by: Person,
    hat: Hat,
    now: datetime,
) -> Hold:
    """Lift `hold`. Raises CannotLift where the rule refuses; no session and no grant comes back."""
    hold = Hold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    refusal = refusal_to_lift(hold, note=note, by=by, hat=hat, now=now)
    if refusal:
        raise CannotLift(refusal)
    return lift(hold=hold, by=by, now=now, note=note)


def refusal_to_lift(
    hold: Hold,
    *,
    note: str,
    by: Person,
    hat: Hat,
    now: datetime,
) -> Refusal | None:
    """Return why `by` may not lift `hold`, or None where they may (at most six queries)."""
    if hold.ends_at is not None:
        return Refusal(reason="この停止は解除されています", remedy="一覧を開き直してください")
    person = person_stopped_by(hold)
    return holds.refusal_to_lift(
        holds.Hold(
            reason=holds.Reason(hold.reason),
            person=str(person) if person else None,
            placed_line=hold.placed_line,
            placed_by=str(hold.placed_by_id) if hold.placed_by_id else None,
        ),
        holds.Lift(
            by=actor_of(by, hat, systems=_systems_stopped_by(hold, person), now=now),
            note=note,
            second=_second(hold),
            has_post=_has_post(person, hold, now=now),
            has_new_key=_has_new_key(person, hold),
        ),
    )


@transaction.atomic
def confirm_lift(*, hold: Hold, note: str, by: Person, hat: Hat, now: datetime) -> LiftConfirmation:
    """Note that the second line finds that a stop of a review may go. It lifts nothing yet.

    Raises CannotLift for any other stop, for one's own, and for whoever is of no watching line.
    """
    hold = Hold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    line = hat.line if hat.company_kind == "network" else None
    person = person_stopped_by(hold)
    refusal = holds.refusal_to_confirm(
        holds.Hold(reason=holds.Reason(hold.reason), person=str(person) if person else None),
        by=holds.Actor(person=str(by.pk), line=line),
        is_open=hold.ends_at is None,
        is_confirmed=LiftConfirmation.objects.filter(hold=hold).exists(),
    )
    if refusal:
        raise CannotLift(refusal)
    said = LiftConfirmation.objects.create(
        hold=hold, person=by, line=cast("int", line), at=now, note=note
    )
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=hold,
        at=now,
        details={"act": "停止の解除の確かめ", "note": note},
    )
    return said


def _second(hold: Hold) -> holds.Actor | None:
    said = LiftConfirmation.objects.filter(hold=hold).first()
    return holds.Actor(person=str(said.person_id), line=said.line) if said else None


def actor_of(person: Person, hat: Hat, *, systems: frozenset[str], now: datetime) -> holds.Actor:
    """Return `person` as the rules of stops see them (one query).

    An officer is one for each of `systems`; of a stop that touches none, for any system.
    """
    offices = Officer.objects.filter(
        in_force(now), appointment=hat.post, role__in=issuing.OF_THE_OWNER
    ).values_list("system__key", flat=True)
    mine = frozenset(offices)
    return holds.Actor(
        person=str(person.pk),
        line=hat.line if hat.company_kind == "network" else None,
        is_officer=bool(mine & systems) if systems else bool(mine),
    )


def _systems_of(target: models.Model) -> frozenset[str]:
    return frozenset({target.system_id}) if isinstance(target, Account) else frozenset()


def _systems_stopped_by(hold: Hold, person: int | None) -> frozenset[str]:
    if hold.account_id is not None:
        account = Account.objects.filter(pk=hold.account_id)
        return frozenset(account.values_list("system__key", flat=True))
    if person is None:
        return frozenset()
    mine = Account.objects.filter(person=person, closed_at=None)
    return frozenset(mine.values_list("system__key", flat=True))


def _has_post(person: int | None, hold: Hold, *, now: datetime) -> bool:
    if person is None or hold.reason not in (Hold.Reason.TRANSFER, Hold.Reason.LEAVE):
        return False
    terms = AppointmentTerm.objects.in_force(now=now).filter(person=person)
    return (
        terms.filter(valid_from__gte=hold.starts_at).exclude(flags__contains=["on_leave"]).exists()
    )


def _has_new_key(person: int | None, hold: Hold) -> bool:
    if person is None or hold.reason != Hold.Reason.LOST:
        return False
    keys = Authenticator.objects.filter(person=person, revoked_at=None)
    return keys.filter(bound_at__gt=hold.starts_at).exists()
