"""What a plan rests on: people with their posts, believed and given, and the news taken before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from sekisho.accounts.chart import UnitFact
from sekisho.accounts.known import Known, Member
from sekisho.accounts.orders import Correction, OrderKind, OrderLine, PostKind
from sekisho.accounts.plan import Mode
from sekisho.accounts.timelines import Post, Seat, Term
from sekisho_web.accounts.models import (
    AppointmentTerm,
    Company,
    Feed,
    Hold,
    Person,
    PersonNumber,
    Unit,
    UnitMapping,
    in_force,
)
from sekisho_web.accounts.models import OrderLine as Line

ABSENT = "在籍者の一覧にない"  # the note of a hold that a snapshot placed

# The terms of an appointment that no order made, as they were before the first change of them.
_GIVEN = """
with past as (
    select appointment_id, unit_id, title, flags, valid, known from accounts_appointmentpast
    where appointment_id = any(%(appointments)s)
), first as (
    select appointment_id, min(upper(known)) as at from past group by appointment_id
)
select appointment_id, unit_id, title, flags, lower(valid), upper(valid) from past
    join first using (appointment_id) where lower(known) < first.at and upper(known) >= first.at
union all
select t.appointment_id, t.unit_id, t.title, t.flags, lower(t.valid), upper(t.valid)
    from accounts_appointmentterm t join first using (appointment_id) where t.known_from < first.at
order by 1, 5
"""


def known_of(
    feed: Feed, lines: Sequence[OrderLine], *, mode: Mode, person: Person | None = None
) -> Known:
    """Return what a plan of `lines` rests on (some fifteen queries, however many lines).

    person: whose the lines are, where the door knows it without a number.
    """
    people = _people(feed, lines, mode=mode) | ({person.pk} if person else set())
    company = feed.company
    numbers = defaultdict(set)
    found = PersonNumber.objects.filter(person__in=people).select_related("company")
    for one in found:
        numbers[one.person_id].add((one.company.code, one.number))
    if person is not None:
        numbers[person.pk] |= {(company.code, line.employee_number) for line in lines}
    posts, given = _posts(company, people)
    told = _told(company, people, numbers)
    absent = set(
        Hold.objects.filter(
            person__in=people, reason=Hold.Reason.FEED, ends_at=None, note__startswith=ABSENT
        ).values_list("person_id", flat=True)
    )
    members = [
        Member(
            key=str(one.pk),
            name=one.name,
            kana=one.kana,
            numbers=frozenset(numbers[one.pk]),
            group_id=one.code,
            given=tuple(given.get(one.pk, ())),
            posts=tuple(posts.get(one.pk, ())),
            lines=tuple(told.get(one.pk, ())),
            absent=one.pk in absent,
        )
        for one in Person.objects.filter(pk__in=people).order_by("pk")
    ]
    superiors = {line.manager for line in lines if line.manager}
    return Known(
        company=company.code,
        companies=frozenset(Company.objects.values_list("code", flat=True)),
        members=members,
        units=units(),
        duties={
            (one.unit.code, one.title): frozenset(one.flags)
            for one in UnitMapping.objects.select_related("unit")
        },
        numbers=frozenset(
            PersonNumber.objects.filter(company=company, number__in=superiors).values_list(
                "number", flat=True
            )
        ),
    )


def units() -> Mapping[str, UnitFact]:
    """Return the units of every company, by their code (one query)."""
    rows = Unit.objects.values_list("code", "company__code", "parent__code", "valid_to")
    return {
        code: UnitFact(company=company, parent=parent, ends=ends)
        for code, company, parent, ends in rows
    }


def staff(company: Company, *, now: datetime) -> int:
    """Return how many people of `company` are in a post at `now` (one query)."""
    rows = AppointmentTerm.objects.filter(in_force(now), appointment__employer=company)
    return int(rows.aggregate(n=Count("person", distinct=True))["n"])


def feeds_of(company: Company) -> QuerySet[Feed]:
    """Return the feeds that `company` keeps: its own, and those of its contractors."""
    own = Q(company=company) | Q(company__principal=company)
    return Feed.objects.filter(own).select_related("company").order_by("company__code", "name")


def _people(feed: Feed, lines: Sequence[OrderLine], *, mode: Mode) -> set[int]:
    """Return everybody whom the lines name or may mean, and those whose orders they correct."""
    company = feed.company
    told = {line.employee_number for line in lines}
    orders = {line.order_no for line in lines}
    told |= set(
        Line.objects.filter(feed=feed, order_no__in=orders).values_list("number", flat=True)
    )
    previous = {line.previous_number for line in lines if line.previous_number}
    groups = {line.group_id for line in lines if line.group_id}
    by_number = PersonNumber.objects.filter(
        Q(company=company, number__in=told) | Q(number__in=previous)
    )
    people = set(by_number.values_list("person_id", flat=True))
    if groups:
        people |= set(Person.objects.filter(code__in=groups).values_list("pk", flat=True))
    if mode is Mode.SNAPSHOT:
        people |= set(
            AppointmentTerm.objects.filter(appointment__employer=company).values_list(
                "person_id", flat=True
            )
        )
    return people


def _posts(
    company: Company, people: Collection[int]
) -> tuple[dict[int, list[Post]], dict[int, list[Post]]]:
    """Return the posts of people at `company` as believed now, and as given before any order."""
    rows = (
        AppointmentTerm.objects.filter(person__in=people, appointment__employer=company)
        .order_by("appointment_id", "valid_from")
        .values_list(
            "appointment_id", "person_id", "appointment__feed_id", "appointment__kind",
            "appointment__works_for__code", "unit__code", "title", "flags", "valid_from",
            "valid_to",
        )
    )  # fmt: skip
    terms: dict[int, list[Term]] = defaultdict(list)
    seats: dict[int, tuple[int, Seat]] = {}
    ordered: set[int] = set()
    for appointment, person, feed, kind, works_for, unit, title, flags, starts, ends in rows:
        terms[appointment].append(_term(title, flags, starts, ends))
        seats[appointment] = (
            person,
            Seat(employer=company.code, works_for=works_for, unit=unit, kind=PostKind(kind)),
        )
        if feed is not None:
            ordered.add(appointment)
    posts, given = defaultdict(list), defaultdict(list)
    untouched = _untouched(company, people, ordered)
    for appointment, (person, seat) in seats.items():
        believed = Post(appointment=appointment, seat=seat, terms=tuple(terms[appointment]))
        posts[person].append(believed)
        if appointment not in ordered and appointment not in untouched:
            given[person].append(believed)
    for appointment, (person, seat, before) in untouched.items():
        given[person].append(Post(appointment=appointment, seat=seat, terms=before))
    return posts, given


def _untouched(
    company: Company, people: Collection[int], ordered: Collection[int]
) -> dict[int, tuple[int, Seat, tuple[Term, ...]]]:
    """Return the given posts that orders have changed since, as they were before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select distinct a.id, a.person_id, a.kind, w.code from accounts_appointment a
            join accounts_company w on w.id = a.works_for_id
            join accounts_appointmentpast p on p.appointment_id = a.id
            where a.employer_id = %s and a.person_id = any(%s) and a.feed_id is null""",
            [company.pk, list(people)],
        )
        changed = {
            one: (person, kind, works_for)
            for one, person, kind, works_for in cursor.fetchall()
            if one not in ordered
        }
        cursor.execute(_GIVEN, {"appointments": list(changed)})
        rows = cursor.fetchall()
    codes = dict(Unit.objects.values_list("pk", "code"))
    terms: dict[int, list[Term]] = defaultdict(list)
    unit_of: dict[int, str] = {}
    for appointment, unit, title, flags, starts, ends in rows:
        terms[appointment].append(_term(title, flags, starts, ends))
        unit_of[appointment] = codes[unit]
    return {
        one: (
            changed[one][0],
            Seat(
                employer=company.code,
                works_for=changed[one][2],
                unit=unit_of[one],
                kind=PostKind(changed[one][1]),
            ),
            tuple(before),
        )
        for one, before in terms.items()
    }


def _term(title: str, flags: Iterable[str], starts: datetime, ends: datetime | None) -> Term:
    return Term(title=title, flags=frozenset(flags), starts=starts, ends=ends)


def _told(
    company: Company,
    people: Collection[int],
    numbers: Mapping[int, Collection[tuple[str, str]]],
) -> dict[int, list[OrderLine]]:
    """Return the lines that were taken before, by whose they are."""
    owner = {
        number: person
        for person in people
        for code, number in numbers.get(person, ())
        if code == company.code
    }
    told: dict[int, list[OrderLine]] = defaultdict(list)
    rows = Line.objects.filter(company=company, number__in=owner).order_by("pk")
    for number, said in rows.values_list("number", "said"):
        told[owner[number]].append(line_of(said))
    return told


_SAID = tuple(one.name for one in fields(OrderLine) if one.name != "raw")


def said_of(line: OrderLine) -> dict[str, Any]:
    """Return a line as it is kept: `line_of` makes it the same line again."""
    said: dict[str, Any] = {name: getattr(line, name) for name in _SAID}
    for name in ("starts", "last_day", "cut_at", "told_at", "received_at"):
        said[name] = said[name].isoformat() if said[name] else None
    said["flags"], said["duties"] = sorted(line.flags), sorted(line.duties)
    return said


def line_of(said: Mapping[str, Any]) -> OrderLine:
    """Return the line that was kept as `said`."""
    kept = dict(said)
    for name in ("starts", "last_day"):
        kept[name] = date.fromisoformat(kept[name]) if kept[name] else None
    for name in ("cut_at", "told_at"):
        if kept.get(name):
            kept[name] = datetime.fromisoformat(kept[name])
    kept["received_at"] = datetime.fromisoformat(kept["received_at"])
    kept["kind"], kept["post"] = OrderKind(kept["kind"]), PostKind(kept["post"])
    kept["correction"] = Correction(kept["correction"])
    kept["flags"], kept["duties"] = frozenset(kept["flags"]), frozenset(kept["duties"])
    return OrderLine(**kept)
