"""貸出窓口: who of the helpers stands how, and what the desk has to know of the one before it."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from sekisho.grants import roster as rule
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Account, Hold, Person, in_force
from sekisho_web.campaigns.queries import pledges
from sekisho_web.grants.models import Emergency, EmergencyTerm, Grant, Request, Supporter
from sekisho_web.grants.queries import mobilising as facts
from sekisho_web.grants.queries.mobilising import call_of, loans_of
from sekisho_web.terminals.models import Device, Loan

PAGE = 50
PLEDGE = "disaster_relief"
KINDS = (Emergency.Kind.DISASTER, Emergency.Kind.DRILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One helper at the desk.

    loan:    of the terminal that is out.
    refusal: why none is handed out now.
    waits:   a shift is asked for, and not approved yet.
    """

    supporter: Supporter
    accounts: Sequence[Account]
    shift: Period | None
    pledge: str
    loan: Loan | None
    refusal: Refusal | None
    waits: bool = False

    @property
    def is_in(self) -> bool:
        """Whether the helper is at work: with a terminal in hand."""
        return self.loan is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many of an emergency are where. unverified: closed here, not seen closed elsewhere."""

    called: int
    at_work: int
    out: int
    unwiped: int
    ids_open: int
    ids_unverified: int


def emergencies(owner: str, *, now: datetime) -> Sequence[Emergency]:
    """Return the emergencies and drills of `owner` that helpers are called into, or come back from.

    Those in effect or to begin first, then those whose terminals are still out.
    """
    running = EmergencyTerm.objects.filter(valid__endswith__gt=now).values("emergency")
    out = Loan.objects.filter(returned_at=None).exclude(occasion="").values("occasion")
    return list(
        Emergency.objects.filter(owner__code=owner, kind__in=KINDS)
        .filter(Q(pk__in=running) | Q(code__in=out) | Q(closed_at=None, supporters__isnull=False))
        .select_related("owner")
        .distinct()
        .order_by("-starts_at", "-pk")
    )


def emergency(owner: str, code: str) -> Emergency | None:
    """Return the emergency of `owner` with this code, or None: another company's is not there."""
    return (
        Emergency.objects.filter(owner__code=owner, code=code, kind__in=KINDS)
        .select_related("owner")
        .first()
    )


def supporters(one: Emergency) -> QuerySet[Supporter]:
    """Return the helpers of an emergency, by their number."""
    return (
        Supporter.objects.filter(emergency=one)
        .select_related("person", "appointment__employer", "emergency__owner")
        .order_by("person__code")
    )


def lines(one: Emergency, found: Iterable[Supporter], *, now: datetime) -> list[Line]:
    """Return how each helper stands at the desk (eight queries, however many)."""
    rows = list(found)
    people = [row.person_id for row in rows]
    call, desks = call_of(one, now=now), at_desk(one, people, now=now)
    ids: dict[int | None, list[Account]] = {}
    for account in (
        Account.objects.filter(appointment__in=[row.appointment_id for row in rows])
        .select_related("system")
        .order_by("system__key", "pk")
    ):
        ids.setdefault(account.person_id, []).append(account)
    loans = {
        loan.person_id: loan
        for loan in loans_of(one)
        .filter(person__in=people, returned_at=None)
        .select_related("device")
    }
    waiting = set(
        Request.objects.filter(emergency=one, asked_by__in=people, outcome="").values_list(
            "asked_by_id", flat=True
        )
    )
    return [
        Line(
            supporter=row,
            accounts=ids.get(row.person_id, ()),
            shift=desks[row.person_id].shift,
            pledge=desks[row.person_id].pledge,
            loan=loans.get(row.person_id),
            refusal=rule.refusal_to_hand_out(desks[row.person_id], call, at=now),
            waits=row.person_id in waiting,
        )
        for row in rows
    ]


def at_desk(one: Emergency, people: Collection[int], *, now: datetime) -> Mapping[int, rule.AtDesk]:
    """Return what the rules of the desk know of each of `people` (five queries, however many)."""
    called = set(
        Supporter.objects.filter(
            in_force(now, starts="starts_at", ends="ends_at"), emergency=one, person__in=people
        ).values_list("person_id", flat=True)
    )
    held = set(
        Hold.objects.filter(
            in_force(now, starts="starts_at", ends="ends_at"), person__in=people
        ).values_list("person_id", flat=True)
    )
    accounts = dict(
        Account.objects.filter(
            person__in=people,
            kind=Account.Kind.TEMPORARY,
            closed_at=None,
            ends_at__gt=now,
            appointment__in=Supporter.objects.filter(emergency=one).values("appointment"),
        )
        .values_list("person_id")
        .annotate(count=Count("pk"))
    )
    pledged = pledges.states(people=people, template=PLEDGE, subject=one.code, at=now)
    shifts = shifts_of(one, people, now=now)
    return {
        person: rule.AtDesk(
            is_called=person in called,
            pledge=str(pledged[person]),
            accounts=accounts.get(person, 0),
            shift=next(iter(shifts.get(person, ())), None),
            is_held=person in held,
        )
        for person in people
    }


def shifts_of(
    one: Emergency, people: Collection[int], *, now: datetime
) -> Mapping[int, list[Period]]:
    """Return the approved shifts of each that are not over, the next first (one query).

    A shift in several systems is one: they share their hours.
    """
    found: dict[int, list[Period]] = {}
    grants = (
        Grant.objects.filter(emergency=one, person__in=people, valid_to__gt=now)
        .filter(Q(revoked_at=None) | Q(revoked_at__gt=now))
        .order_by("valid_from", "valid_to", "pk")
        .values_list("person_id", "valid_from", "valid_to", "revoked_at")
    )
    for person, starts, ends, revoked in grants:
        shift = Period(starts=starts, ends=min(ends, revoked) if revoked else ends)
        if shift not in (known := found.setdefault(person, [])):
            known.append(shift)
    return found


def counts(one: Emergency, *, now: datetime) -> Counts:
    """Return how many are where (five queries)."""
    running = in_force(now, starts="starts_at", ends="ends_at")
    out = facts.loans_out(one)
    return Counts(
        called=Supporter.objects.filter(running, emergency=one).count(),
        at_work=out.filter(ends_at__gt=now).count(),
        out=out.count(),
        unwiped=facts.loans_unwiped(one).count(),
        ids_open=facts.open_ids(one).count(),
        ids_unverified=facts.unverified_ids(one).count(),
    )


def helper_with(one: Emergency, typed: str) -> Person | None:
    """Return the helper whose card or number was read; None where it is nobody of this emergency.

    By 個人番号 or 社員番号, never by name: what a scanner types is exact.
    """
    typed = unicodedata.normalize("NFKC", typed).strip()
    same = Q(person__code=typed) | Q(person__numbers__number=typed)
    found = list(
        Supporter.objects.filter(same, emergency=one).select_related("person").distinct()[:2]
    )
    return found[0].person if len(found) == 1 else None


def loan_out_of(device: Device) -> Loan | None:
    """Return the loan by which a terminal is out, or None where it is not."""
    return (
        Loan.objects.filter(device=device, returned_at=None)
        .select_related("device", "person")
        .order_by("-starts_at", "-pk")
        .first()
    )


def device_with(number: str, *, now: datetime) -> Device | None:
    return Device.objects.filter(in_force(now), number=number).first()


def worn_by(person: int, *, now: datetime) -> list[tuple[str, Period]]:
    """Return the reliefs for which a person has a terminal in hand now: (emergency, how long)."""
    return [
        (code, Period(starts=starts, ends=ends))
        for code, starts, ends in Loan.objects.filter(
            in_force(now, starts="starts_at", ends="ends_at"), person=person, returned_at=None
        )
        .filter(occasion__in=Emergency.objects.values("code"))
        .values_list("occasion", "starts_at", "ends_at")
    ]
