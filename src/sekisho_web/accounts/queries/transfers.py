"""これからの異動: the posts that end and begin on days to come, and what ends with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from sekisho.terms.days import after, day_in_japan, jst_day
from sekisho_web.accounts.models import AppointmentTerm, Company
from sekisho_web.accounts.queries.differences import ending

MOST = 20_000  # terms


@dataclass(slots=True, kw_only=True)
class Day:
    """One day of transfers. ends: the moment of each post that is over then, by appointment."""

    day: date
    ends: dict[int, datetime] = field(default_factory=dict)
    begins: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    grants: int = 0
    accounts: int = 0


@dataclass(slots=True, kw_only=True)
class Mover:
    """One person on one day: posts that are over, posts that begin, and what ends."""

    name: str
    code: str
    ends: list[str] = field(default_factory=list)
    begins: list[str] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)


def days_to_come(company: Company, *, now: datetime) -> Sequence[Day]:
    """Return the days on which posts of the company's people end or begin (four queries)."""
    days: dict[date, Day] = {}
    for term in _ending(company, after_=now).values("appointment_id", "person_id", "valid_to"):
        at: datetime = term["valid_to"]
        day = days.setdefault(day_in_japan(at), Day(day=day_in_japan(at)))
        day.ends[term["appointment_id"]] = at
        day.people.add(term["person_id"])
    begins = _beginning(company, after_=now)
    for begun in begins.values("appointment_id", "person_id", "valid_from"):
        on = day_in_japan(begun["valid_from"])
        day = days.setdefault(on, Day(day=on))
        day.begins.add(begun["appointment_id"])
        day.people.add(begun["person_id"])
    grants, accounts = ending({k: at for day in days.values() for k, at in day.ends.items()})
    for day in days.values():
        day.grants = sum(len(grants.get(one, ())) for one in day.ends)
        day.accounts = sum(len(accounts.get(one, ())) for one in day.ends)
    return [days[on] for on in sorted(days)]


def movers(company: Company, *, day: date, now: datetime) -> Sequence[Mover]:
    """Return who moves on `day` and what ends with it, by name (four queries)."""
    span = (max(jst_day(day), now), after(day))
    ends = _ending(company, after_=now).filter(valid_to__gte=span[0], valid_to__lt=span[1])
    begins = _beginning(company, after_=now).filter(valid_from__gte=span[0], valid_from__lt=span[1])
    found: dict[int, Mover] = {}
    over: dict[int, tuple[int, datetime]] = {}
    for term in ends.select_related("person", "unit")[:MOST]:
        mover = found.setdefault(term.person_id, _mover(term))
        mover.ends.append(_words(term))
        over[term.appointment_id] = term.person_id, term.valid_to
    for term in begins.select_related("person", "unit")[:MOST]:
        found.setdefault(term.person_id, _mover(term)).begins.append(_words(term))
    grants, accounts = ending({one: at for one, (_, at) in over.items()})
    for appointment, (person, _) in over.items():
        found[person].grants += grants.get(appointment, ())
        found[person].accounts += accounts.get(appointment, ())
    return sorted(found.values(), key=lambda mover: (mover.name, mover.code))


def _mover(term: AppointmentTerm) -> Mover:
    return Mover(name=term.person.name, code=term.person.code)


def _words(term: AppointmentTerm) -> str:
    return f"{term.unit.name} {term.title}".strip()


def _of(company: Company) -> Q:
    """Return the condition that the company may see a post: of its people or its contractors'."""
    return Q(appointment__employer=company) | Q(appointment__employer__principal=company)


def _ending(company: Company, *, after_: datetime) -> QuerySet[AppointmentTerm]:
    """Return the last terms of posts that will be over."""
    goes_on = AppointmentTerm.objects.filter(
        appointment=OuterRef("appointment"), valid_from=OuterRef("valid_to")
    )
    return (
        AppointmentTerm.objects.filter(_of(company), valid_to__gt=after_)
        .exclude(Exists(goes_on))
        .order_by("valid_to", "pk")
    )


def _beginning(company: Company, *, after_: datetime) -> QuerySet[AppointmentTerm]:
    """Return the first terms of posts that will begin."""
    goes_on = AppointmentTerm.objects.filter(
        appointment=OuterRef("appointment"), valid_to=OuterRef("valid_from")
    )
    return (
        AppointmentTerm.objects.filter(_of(company), valid_from__gt=after_)
        .exclude(Exists(goes_on))
        .order_by("valid_from", "pk")
    )
