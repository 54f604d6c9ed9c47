"""Helpers (応援者) come into an emergency, and go: posts, temporary IDs, and their end.

In bulk: five hundred come and go in seconds. What rests on a support post ends with it; nobody
has to remember it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from sekisho.accounts.issuing import IN_USE
from sekisho.grants import roster as rule
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Account,
    Appointment,
    AppointmentTerm,
    Person,
    SignIn,
    System,
    Unit,
    period,
)
from sekisho_web.accounts.operations import moving, pushes, sessions
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import Emergency, Supporter
from sekisho_web.grants.queries import mobilising as facts
from sekisho_web.grants.queries import roster as queries
from sekisho_web.ledger import operations as ledger

CHUNK = 1_000
TITLE = "応援者"
INSTANT = timedelta(microseconds=1)

_CUT_POSTS = """
update accounts_appointmentterm t set valid = tstzrange(lower(t.valid), %s)
    from grants_supporter s
    where s.emergency_id = %s and s.appointment_id = t.appointment_id
        and lower(t.valid) < %s and (upper(t.valid) is null or upper(t.valid) > %s)
    returning t.appointment_id
"""
_DROP_POSTS = """
delete from accounts_appointmentterm t using grants_supporter s
    where s.emergency_id = %s and s.appointment_id = t.appointment_id and lower(t.valid) >= %s
    returning t.appointment_id
"""
_LENGTHEN_POSTS = """
update accounts_appointmentterm t set valid = tstzrange(lower(t.valid), %s)
    from grants_supporter s
    where s.emergency_id = %s and s.appointment_id = t.appointment_id
        and upper(t.valid) = s.ends_at and upper(t.valid) < %s
    returning t.appointment_id
"""


class CannotCall(Refused):
    """Nobody was called. refusals: of each person who may not be, by their key."""

    def __init__(self, refusal: Refusal, refusals: Mapping[int, Refusal] | None = None) -> None:
        super().__init__(refusal)
        self.refusals = refusals or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodDown:
    """What ended with an emergency."""

    posts: int
    accounts: int
    sessions: int


@transaction.atomic
def call_out(
    *,
    emergency: Emergency,
    people: Sequence[Person],
    unit: Unit,
    by: Person,
    now: datetime,
) -> list[Supporter]:
    """Call `people` of the roster into `emergency`, and return them as its helpers.

    unit: of the company that declared it, where they help. Each gets a support post that ends
    with the emergency, and a temporary ID in each of its systems, which the targets are told of.
    Some twenty queries, however many people. All of them, or nobody: raises CannotCall with what
    refuses each (two hats, no training, not on the roster …).
    """
    emergency = Emergency.objects.select_for_update().select_related("owner").get(pk=emergency.pk)
    call = facts.call_of(emergency, now=now)
    keys = sorted({person.pk for person in people})
    list(Person.objects.select_for_update().filter(pk__in=keys).order_by("pk"))  # one call a time
    if refusal := _refusal_of_the_whole(emergency, call, unit, keys, now=now):
        raise CannotCall(refusal)
    helpers = queries.helpers_of(keys, owner=call.owner, emergency=emergency, now=now)
    refusals = {
        key: refusal
        for key in keys
        if (refusal := rule.refusal_to_call(helpers[key], call, at=now)) is not None
    }
    there = Supporter.objects.filter(emergency=emergency, person__in=keys)
    refusals |= dict.fromkeys(there.values_list("person_id", flat=True), ALREADY)
    if refusals:
        raise CannotCall(next(iter(refusals.values())), refusals)
    ends = call.runs.ends if call.runs is not None else None
    if ends is None:
        raise LookupError("an emergency in effect has an end")
    starts = max(now, call.runs.starts if call.runs is not None else now)
    made = _supporters(emergency, keys, unit, starts=starts, ends=ends, now=now)
    issued = _issue_ids(emergency, made, now=now)
    ledger.append_all(
        kind=Kind.GOVERNANCE,
        actor=by,
        entries=[
            (one, {"person": one.person_id, "until": one.ends_at.isoformat()}) for one in made
        ],
        at=now,
        details={
            "act": "応援者の招集",
            "emergency": emergency.code,
            "unit": unit.code,
            "ids": len(issued),
        },
    )
    return made


@transaction.atomic
def prolong(*, emergency: Emergency, until: datetime, by: Person, now: datetime) -> int:
    """Let the helpers who are there stay until `until`, and return how many there are.

    For a term that was added. Who was sent home before is not brought back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LENGTHEN_POSTS, [until, emergency.pk, until])
        longer = [pk for (pk,) in cursor.fetchall()]
    Supporter.objects.filter(emergency=emergency, appointment__in=longer).update(ends_at=until)
    accounts = Account.objects.filter(
        appointment__in=longer, kind=Account.Kind.TEMPORARY, closed_at=None, ends_at__lt=until
    )
    told = list(accounts)
    accounts.update(ends_at=until)
    pushes.plan_all(told, because="非常災害の延長", now=now)
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=emergency,
        at=now,
        details={
            "act": "応援者の延長",
            "people": len(longer),
            "ids": len(told),
            "until": until.isoformat(),
        },
    )
    return len(longer)


@transaction.atomic
def stand_down(
    *, emergency: Emergency, at: datetime, by: Person | None, now: datetime
) -> StoodDown:
    """End what the helpers of `emergency` have, at the instant `at`, and return how much it was.

    Their posts end, and with them their grants; temporary IDs are closed and the targets told;
    sessions are over. Some twenty queries, however many there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DROP_POSTS, [emergency.pk, at])
        dropped = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_CUT_POSTS, [at, emergency.pk, at, at])
        posts = [*dropped, *(pk for (pk,) in cursor.fetchall())]
    moving.cut(dict.fromkeys(posts, at), now=now)
    Supporter.objects.filter(emergency=emergency, starts_at__lt=at, ends_at__gt=at).update(
        ends_at=at
    )
    closed = close_ids(emergency=emergency, by=by, now=now)
    ended = sessions.end_sessions_of(
        facts.helping_now(emergency), because=SignIn.End.STOPPED, now=now
    )
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=emergency,
        at=now,
        details={
            "act": "応援者の解散",
            "posts": len(posts),
            "ids": closed,
            "sessions": ended,
            "at": at.isoformat(),
        },
    )
    return StoodDown(posts=len(posts), accounts=closed, sessions=ended)


@transaction.atomic
def close_ids(*, emergency: Emergency, by: Person | None, now: datetime) -> int:
    """Close every temporary ID of `emergency` for ever, plan that the targets are told, and count.

    An ID that was issued in this very instant has not lived, and is closed an instant later.
    """
    found = list(
        facts.temporary_ids(emergency)
        .filter(closed_at=None)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    if not found:
        return 0
    keys = [one.pk for one in found]
    Account.objects.filter(pk__in=keys).update(
        closed_at=Greatest(Value(now), F("issued_at") + INSTANT)
    )
    for one in found:
        one.closed_at = max(now, one.issued_at + INSTANT)
    pushes.plan_all(found, because="応援の終わり", now=now)
    ledger.append_all(
        kind=Kind.ACCOUNT_STOP,
        actor=by,
        entries=[(one, {"system": one.system_id}) for one in found],
        at=now,
        details={"act": "一時IDの廃止", "emergency": emergency.code},
    )
    return len(found)


ALREADY = Refusal(reason="この非常災害にもう招集されています", remedy="一覧を開き直してください")


def _refusal_of_the_whole(
    emergency: Emergency, call: rule.Call, unit: Unit, people: Sequence[int], *, now: datetime
) -> Refusal | None:
    if refusal := rule.refusal_of_call(call, at=now):
        return refusal
    if not people:
        return Refusal(reason="だれも選ばれていません", remedy="招集する人を選んでください")
    if unit.company_id != emergency.owner_id or not _stands(unit, now):
        return Refusal(
            reason="応援を受ける組織が、発動した会社のいまの組織ではありません",
            remedy="発動した会社の組織を選んでください",
        )
    return None


def _stands(unit: Unit, now: datetime) -> bool:
    return (unit.valid_from is None or unit.valid_from <= now) and (
        unit.valid_to is None or now < unit.valid_to
    )


def _supporters(
    emergency: Emergency,
    people: Sequence[int],
    unit: Unit,
    *,
    starts: datetime,
    ends: datetime,
    now: datetime,
) -> list[Supporter]:
    """Write the support posts and the lines of the emergency (four queries)."""
    homes = facts.homes_of(people, now=now)
    posts = Appointment.objects.bulk_create(
        [
            Appointment(
                person_id=person,
                employer_id=homes[person],
                works_for_id=emergency.owner_id,
                kind=Appointment.Kind.SUPPORT,
                order_no=emergency.code,
            )
            for person in people
        ],
        batch_size=CHUNK,
    )
    AppointmentTerm.objects.bulk_create(
        [
            AppointmentTerm(
                appointment=post,
                person_id=post.person_id,
                unit=unit,
                title=TITLE,
                valid=period(starts, ends),
            )
            for post in posts
        ],
        batch_size=CHUNK,
    )
    return Supporter.objects.bulk_create(
        [
            Supporter(
                emergency=emergency,
                person_id=post.person_id,
                appointment=post,
                starts_at=starts,
                ends_at=ends,
            )
            for post in posts
        ],
        batch_size=CHUNK,
    )


def _issue_ids(
    emergency: Emergency, helpers: Sequence[Supporter], *, now: datetime
) -> list[Account]:
    """Issue a temporary ID to each helper in each system of the emergency that is in use.

    The number goes on from the last one that was ever given: a name never comes back.
    """
    systems = list(
        System.objects.filter(
            key__in=emergency.systems, state=IN_USE, owner=emergency.owner_id
        ).order_by("key")
    )
    last = facts.last_numbers(emergency)
    made = [
        Account(
            code=rule.temporary_code(emergency.code, last.get(system.key, 0) + number),
            person_id=one.person_id,
            system=system,
            works_for_id=emergency.owner_id,
            kind=Account.Kind.TEMPORARY,
            appointment_id=one.appointment_id,
            roles=list(emergency.roles),
            registered_at=now,
            issued_at=now,
            ends_at=one.ends_at,
        )
        for system in systems
        for number, one in enumerate(helpers, start=1)
    ]
    issued = Account.objects.bulk_create(made, batch_size=CHUNK)
    pushes.plan_all(issued, because="応援の招集", now=now)
    return issued
