"""勤務: helpers are to use systems for some hours; all of them are asked for at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from sekisho.accounts.classes import RELIEF_PURPOSE
from sekisho.accounts.issuing import IN_USE
from sekisho.grants import roster as rule
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, System, in_force
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import Emergency, Request, Supporter
from sekisho_web.grants.operations import requesting, wishes
from sekisho_web.grants.queries import desk as queries
from sekisho_web.grants.queries.mobilising import call_of

MODE = "period"
LONGEST_USE = timedelta(hours=8)  # then the person says anew what they are at
MINUTE = timedelta(minutes=1)


class CannotAsk(Refused):
    """No shift was asked for."""


@transaction.atomic
def ask_for_shift(
    *,
    emergency: Emergency,
    supporters: Sequence[Supporter],
    shift: Period,
    reason: str,
    by: Person,
    appointment: int,
    now: datetime,
) -> list[Request]:
    """Ask that `supporters` may use the systems of `emergency` during `shift`; return the requests.

    One request for each system and two hundred helpers; each party answers it once, and each
    helper gets a grant. Raises CannotAsk or CannotRequest where a rule refuses; then none is made.
    """
    emergency = Emergency.objects.select_related("owner").get(pk=emergency.pk)
    call = call_of(emergency, now=now)
    people = [one.person_id for one in supporters]
    if not people:
        raise CannotAsk(
            Refusal(reason="だれも選ばれていません", remedy="勤務に就く人を選んでください")
        )
    called = set(
        Supporter.objects.filter(
            in_force(now, starts="starts_at", ends="ends_at"),
            emergency=emergency,
            person__in=people,
        ).values_list("person_id", flat=True)
    )
    shifts = queries.shifts_of(emergency, people, now=now)
    for one in supporters:
        if one.person_id not in called:
            raise CannotAsk(
                Refusal(
                    reason="この非常災害に招集されている人ではない人がいます",
                    remedy="一覧を開き直して、選び直してください",
                )
            )
        others = shifts.get(one.person_id, ())
        if refusal := rule.refusal_of_shift(shift, call, others=others, at=now):
            raise CannotAsk(refusal)
    ends = shift.ends
    if ends is None:
        raise LookupError("a shift that was not refused has an end")
    window = ends - max(shift.starts, now)
    return [
        requesting.submit(
            wish=wishes.Wish(
                system=system,
                purpose=RELIEF_PURPOSE,
                mode=MODE,
                reason=reason,
                window_minutes=window // MINUTE,
                use_minutes=min(window, LONGEST_USE) // MINUTE,
                role=emergency.roles[0] if emergency.roles else "",
                areas=tuple(emergency.areas),
                starts_at=shift.starts if shift.starts > now else None,
                emergency=emergency,
                helpers=tuple(one.appointment for one in chunk if one.appointment is not None),
            ),
            by=by,
            appointment=appointment,
            now=now,
        )
        for system in _systems(emergency)
        for chunk in _chunks(supporters)
    ]


def _systems(emergency: Emergency) -> list[System]:
    found = System.objects.filter(key__in=emergency.systems, state=IN_USE, owner=emergency.owner_id)
    if not (systems := list(found.order_by("key"))):
        raise CannotAsk(
            Refusal(
                reason="この非常災害のシステムは、いま利用中ではありません",
                remedy="対象システムの台帳で、状態を確かめてください",
            )
        )
    return systems


def _chunks(supporters: Sequence[Supporter]) -> list[Sequence[Supporter]]:
    return [
        supporters[n : n + rule.MOST_AT_ONCE] for n in range(0, len(supporters), rule.MOST_AT_ONCE)
    ]
