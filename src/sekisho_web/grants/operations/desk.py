"""貸出窓口: with a terminal, a helper puts on one hat; with its return, the hat comes off."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sekisho.grants import roster as rule
from sekisho.terminals.loans import Statement
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, SignIn
from sekisho_web.accounts.operations import sessions
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import Emergency
from sekisho_web.grants.queries import desk as queries
from sekisho_web.grants.queries.mobilising import call_of
from sekisho_web.terminals.models import Device, Loan
from sekisho_web.terminals.operations import loans

NOTE = "貸出窓口：応援の間は、ほかの業務では使わない"


class CannotHandOut(Refused):
    """No terminal is handed out."""


def to_hand_out(
    *, emergency: Emergency, person: Person, device: Device, by: Person, now: datetime
) -> Statement:
    """Return the text that the desk and the helper sign: until the end of the helper's shift.

    Raises CannotHandOut where the helper may not get a terminal now.
    """
    shift = _shift_of(emergency, [person], now=now)[person.pk]
    return loans.to_lend(
        device=device,
        person=person,
        by=by,
        due=shift,
        occasion=emergency.code,
        now=now,
    )


@transaction.atomic
def hand_out(*, emergency: Emergency, signed: loans.Signed, by: Person, now: datetime) -> Loan:
    """Hand out one terminal to a helper, and return its loan."""
    return hand_out_all(emergency=emergency, all_signed=[signed], by=by, now=now)[0]


@transaction.atomic
def hand_out_all(
    *, emergency: Emergency, all_signed: Sequence[loans.Signed], by: Person, now: datetime
) -> list[Loan]:
    """Hand out terminals to helpers, all of them or none; return the loans in their order.

    From here on each wears the hat of relief alone: their other sessions are over. What a rule
    refuses raises CannotHandOut, or CannotLend of the terminals; then nothing was done.
    """
    codes = [one.statement.person for one in all_signed]
    people = list(Person.objects.filter(code__in=codes).order_by("pk"))
    if any(one.statement.occasion != emergency.code for one in all_signed):
        raise CannotHandOut(OTHER)
    _shift_of(emergency, people, now=now)
    call = call_of(emergency, now=now)
    made = loans.lend_all(
        all_signed=all_signed, by=by, now=now, ends_with=call.runs.ends if call.runs else now
    )
    sessions.end_sessions_of(
        [one.person_id for one in made], because=SignIn.End.ENDED, by=by, note=NOTE, now=now
    )
    return made


OTHER = Refusal(
    reason="別の非常災害のために署名された貸与です", remedy="はじめから読み取り直してください"
)


def _shift_of(
    emergency: Emergency, people: Sequence[Person], *, now: datetime
) -> dict[int, datetime]:
    """Return when the shift of each ends; raise CannotHandOut at the first who may get nothing."""
    call = call_of(emergency, now=now)
    desks = queries.at_desk(emergency, [person.pk for person in people], now=now)
    ends: dict[int, datetime] = {}
    for person in people:
        desk = desks[person.pk]
        if refusal := rule.refusal_to_hand_out(desk, call, at=now):
            raise CannotHandOut(refusal)
        left = rule.cut(desk.shift, call) if desk.shift is not None else None
        if left is None or left.ends is None:
            raise CannotHandOut(
                Refusal(
                    reason="勤務が発動の期間に入っていません", remedy="勤務を申請し直してください"
                )
            )
        ends[person.pk] = left.ends
    return ends
