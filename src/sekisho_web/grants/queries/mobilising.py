"""Who is called into an emergency, with what: as the operations and the desk have to know it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Q, QuerySet

from sekisho.grants import roster as rule
from sekisho.terms.periods import Period, stretch
from sekisho_web.accounts.models import (
    Account,
    Appointment,
    AppointmentTerm,
    Push,
    Session,
)
from sekisho_web.grants.models import Emergency, EmergencyTerm, Supporter
from sekisho_web.terminals.models import Loan


def call_of(emergency: Emergency, *, now: datetime) -> rule.Call:
    """Return the emergency as the rules of helpers see it (one query); its owner is selected.

    Terms that follow one another without a gap are one stretch; what is not confirmed is none.
    """
    terms = EmergencyTerm.objects.filter(emergency=emergency, valid__isnull=False)
    periods = [
        Period(starts=valid.lower, ends=valid.upper)
        for valid in terms.values_list("valid", flat=True)
    ]
    return rule.Call(
        code=emergency.code,
        owner=emergency.owner.code,
        runs=stretch(periods, now),
        is_closed=emergency.closed_at is not None,
    )


def homes_of(people: Collection[int], *, now: datetime) -> dict[int, int]:
    """Return the key of the company that employs each of `people`, by their main post."""
    found: dict[int, int] = {}
    terms = (
        AppointmentTerm.objects.in_force(now=now)
        .filter(person__in=people)
        .exclude(appointment__kind=Appointment.Kind.SUPPORT)
        .order_by("pk")
        .values_list("person_id", "appointment__employer_id", "appointment__kind")
    )
    for person, employer, kind in terms:
        if kind == Appointment.Kind.MAIN or person not in found:
            found[person] = employer
    return found


def last_numbers(emergency: Emergency) -> Mapping[str, int]:
    """Return the highest number of a temporary ID ever given, by the system (one query)."""
    found: dict[str, int] = {}
    given = Account.objects.filter(
        kind=Account.Kind.TEMPORARY,
        system__key__in=emergency.systems,
        code__startswith=f"{emergency.code}-",
    )
    for system, code in given.values_list("system__key", "code"):
        found[system] = max(found.get(system, 0), rule.number_of(code, emergency.code))
    return found


def temporary_ids(emergency: Emergency) -> QuerySet[Account]:
    """Return every temporary ID of `emergency`, open or not."""
    return Account.objects.filter(
        kind=Account.Kind.TEMPORARY,
        appointment__in=Supporter.objects.filter(emergency=emergency).values("appointment"),
    )


def open_ids(emergency: Emergency) -> QuerySet[Account]:
    return temporary_ids(emergency).filter(closed_at=None)


def unverified_ids(emergency: Emergency) -> QuerySet[Account]:
    """Return the temporary IDs that are closed here, and not yet seen to be closed in the target.

    One whose system has no target is not there: there is nobody to ask.
    """
    verified = Push.objects.filter(
        Q(state=Push.State.VERIFIED) | Q(state=Push.State.CLOSED), wanted__enabled=False
    )
    return (
        temporary_ids(emergency)
        .filter(closed_at__isnull=False, system__target__enabled=True)
        .exclude(pushes__in=verified)
    )


def loans_of(emergency: Emergency) -> QuerySet[Loan]:
    return Loan.objects.filter(occasion=emergency.code)


def loans_out(emergency: Emergency) -> QuerySet[Loan]:
    """Return the loans of terminals that have not come back."""
    return loans_of(emergency).filter(returned_at=None)


def loans_unwiped(emergency: Emergency) -> QuerySet[Loan]:
    """Return the loans of terminals that came back and are not yet wiped and inspected."""
    return loans_of(emergency).filter(returned_at__isnull=False, wiped_at=None)


def helping_now(emergency: Emergency) -> list[int]:
    """Return who of its helpers has a session as such, or at a terminal lent to them for it."""
    helpers = Supporter.objects.filter(emergency=emergency)
    devices = loans_of(emergency).values("device__number")
    return list(
        Session.objects.filter(person__in=helpers.values("person"))
        .filter(Q(hat__in=helpers.values("appointment")) | Q(device__in=devices))
        .values_list("person_id", flat=True)
        .distinct()
        .order_by("person_id")
    )
