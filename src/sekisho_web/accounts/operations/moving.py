"""A plan written into the registers: people, posts, and everything that rests on a post.

In bulk: 3,000 people move in seconds. The caller's transaction holds it all, or nothing of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from sekisho.accounts.known import Known, Member
from sekisho.accounts.orders import OrderLine
from sekisho.accounts.plan import Change, ChangeKind, Plan
from sekisho.accounts.timelines import Post, Term
from sekisho_web.accounts.models import (
    NO_PASSWORD,
    Appointment,
    AppointmentTerm,
    Company,
    FeedBatch,
    Person,
    PersonNumber,
    Unit,
    period,
)
from sekisho_web.accounts.models import OrderLine as Line
from sekisho_web.accounts.queries.personnel import said_of
from sekisho_web.frame.follows import tell

CHUNK = 2_000

_CUT_OFFICES = """
with ends as (select * from unnest(%s::bigint[], %s::timestamptz[]) as e(appointment, at))
update accounts_officer o set valid = tstzrange(lower(o.valid), e.at) from ends e
    where o.appointment_id = e.appointment and lower(o.valid) < e.at
        and (upper(o.valid) is null or upper(o.valid) > e.at)
"""
_DROP_OFFICES = """
with ends as (select * from unnest(%s::bigint[], %s::timestamptz[]) as e(appointment, at))
delete from accounts_officer o using ends e
    where o.appointment_id = e.appointment and lower(o.valid) >= e.at
"""
_RESHAPE = """
with wanted as (
    select * from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[])
        as w(id, starts, ends, title, flags)
)
update accounts_appointmentterm t
    set valid = tstzrange(w.starts, w.ends), title = w.title, flags = string_to_array(w.flags, ',')
    from wanted w where t.id = w.id
"""


Lasting = tuple[datetime, datetime | None]  # the former end of a post, and its new one


@dataclass(slots=True, kw_only=True)
class Moved:
    """What was written. people: by the number of the employee."""

    people: dict[str, Person] = field(default_factory=dict)
    endings: dict[int, datetime] = field(default_factory=dict)
    lasting: dict[int, Lasting] = field(default_factory=dict)
    posts: dict[str, list[int]] = field(default_factory=dict)  # number -> touched appointments


@dataclass(slots=True)
class _Terms:
    """Rows of terms that are to go, to be otherwise, or to come."""

    gone: list[int] = field(default_factory=list)
    shorter: list[tuple[int, Term]] = field(default_factory=list)
    longer: list[tuple[int, Term]] = field(default_factory=list)
    fresh: list[AppointmentTerm] = field(default_factory=list)


def carry_out(plan: Plan, *, known: Known, batch: FeedBatch, now: datetime) -> Moved:
    """Write `plan` into the registers, and let what rests on ended posts end with them."""
    members = {member.key: member for member in known.members}
    moved = Moved(people=_people(plan, members, company=batch.company))
    _write_posts(plan, moved, batch=batch)
    _write_lines(plan.taken, batch=batch)
    for change in plan.changes:
        moved.endings |= {one.appointment: one.at for one in change.endings}
        moved.lasting |= _lasting(change)
    cut(moved.endings, now=now)
    if moved.lasting:
        tell("posts_last", appointments=moved.lasting, now=now)
    return moved


def cut(endings: Mapping[int, datetime], *, now: datetime) -> None:
    """End what rests on posts that end: offices here, grants and the like above.

    endings: the moment at which each appointment is over.
    """
    if not endings:
        return
    arguments: list[Any] = [list(endings), list(endings.values())]
    with connection.cursor() as cursor:
        cursor.execute(_DROP_OFFICES, arguments)
        cursor.execute(_CUT_OFFICES, arguments)
    tell("posts_ended", endings=endings, now=now)


def _people(plan: Plan, members: Mapping[str, Member], *, company: Company) -> dict[str, Person]:
    """Return the person of each change: found, linked, or new; with names and numbers written."""
    found = Person.objects.in_bulk([int(change.person) for change in plan.changes if change.person])
    people: dict[str, Person] = {}
    fresh: list[Person] = []
    renamed: list[Person] = []
    for change in plan.changes:
        if change.person is None:
            code = f"{company.code}-{change.number}"
            person = Person(
                code=change.group_id or code,
                login=code.lower(),
                name=change.name,
                kana=change.kana,
                password=NO_PASSWORD,
            )
            fresh.append(person)
        else:
            person = found[int(change.person)]
            if (change.name, change.kana) != (person.name, person.kana) and change.lines:
                person.name, person.kana = change.name, change.kana
                renamed.append(person)
        people[change.number] = person
    Person.objects.bulk_create(fresh, batch_size=CHUNK)
    Person.objects.bulk_update(renamed, ["name", "kana"], batch_size=CHUNK)
    _number(plan.changes, members, people, company=company)
    return people


def _number(
    changes: Iterable[Change],
    members: Mapping[str, Member],
    people: Mapping[str, Person],
    *,
    company: Company,
) -> None:
    fresh, over, again = [], [], []
    for change in changes:
        person = people[change.number]
        member = members.get(change.person or "")
        had = member.numbers if member else frozenset()
        if (company.code, change.number) not in had:
            fresh.append(
                PersonNumber(
                    company=company, person=person, number=change.number, valid_from=change.at
                )
            )
        elif change.kind is ChangeKind.LEFT:
            over.append((change.number, change.at))
        elif change.kind in (ChangeKind.RESTORED, ChangeKind.JOINED):
            again.append(change.number)
    PersonNumber.objects.bulk_create(fresh, batch_size=CHUNK)
    PersonNumber.objects.filter(company=company, number__in=again).update(valid_to=None)
    with connection.cursor() as cursor:
        cursor.execute(
            """update accounts_personnumber n set valid_to = e.at
            from unnest(%s::text[], %s::timestamptz[]) as e(number, at)
            where n.company_id = %s and n.number = e.number and n.valid_from < e.at""",
            [[number for number, _ in over], [at for _, at in over], company.pk],
        )


def _write_posts(plan: Plan, moved: Moved, *, batch: FeedBatch) -> None:
    wanted = [(change, post) for change in plan.changes for post in change.wanted]
    orders = {line.number: line for line in plan.taken}
    units = dict(Unit.objects.values_list("code", "pk"))
    companies = dict(Company.objects.values_list("code", "pk"))
    begun = [
        Appointment(
            person=moved.people[change.number],
            employer_id=companies[post.seat.employer],
            works_for_id=companies[post.seat.works_for],
            kind=post.seat.kind,
            feed_id=batch.feed_id,
            order_no=_order_of(change, post, orders),
        )
        for change, post in wanted
        if post.appointment is None
    ]
    numbers = iter(Appointment.objects.bulk_create(begun, batch_size=CHUNK))
    stands: dict[int, dict[datetime, int]] = {}
    touched = [post.appointment for _, post in wanted if post.appointment is not None]
    rows = AppointmentTerm.objects.filter(appointment__in=touched)
    ends: dict[int, datetime | None] = {}
    for pk, appointment, starts, over in rows.values_list(
        "pk", "appointment_id", "valid_from", "valid_to"
    ):
        stands.setdefault(appointment, {})[starts] = pk
        ends[pk] = over
    terms = _Terms()
    for change, post in wanted:
        appointment = post.appointment or next(numbers).pk
        moved.posts.setdefault(change.number, []).append(appointment)
        there = dict(stands.get(appointment, {}))
        for term in post.terms:
            if (pk := there.pop(term.starts, 0)) == 0:
                terms.fresh.append(
                    AppointmentTerm(
                        appointment_id=appointment,
                        person=moved.people[change.number],
                        unit_id=units[post.seat.unit],
                        title=term.title,
                        flags=sorted(term.flags),
                        valid=period(term.starts, term.ends),
                    )
                )
            elif _reaches_further(term.ends, ends[pk]):
                terms.longer.append((pk, term))
            else:
                terms.shorter.append((pk, term))
        terms.gone += there.values()
    _write_terms(terms)


def _write_terms(terms: _Terms) -> None:
    """Write terms in an order in which no two of one person ever stand in each other's way."""
    with connection.cursor() as cursor:
        if terms.gone:
            cursor.execute("delete from accounts_appointmentterm where id = any(%s)", [terms.gone])
        for part in (terms.shorter, terms.longer):
            if part:
                cursor.execute(
                    _RESHAPE,
                    [
                        [pk for pk, _ in part],
                        [term.starts for _, term in part],
                        [term.ends for _, term in part],
                        [term.title for _, term in part],
                        [",".join(sorted(term.flags)) for _, term in part],
                    ],
                )
    AppointmentTerm.objects.bulk_create(terms.fresh, batch_size=CHUNK)


def _reaches_further(ends: datetime | None, was: datetime | None) -> bool:
    return was is not None and (ends is None or ends > was)


def _order_of(change: Change, post: Post, orders: Mapping[int, OrderLine]) -> str:
    lines = [orders[number] for number in change.lines if number in orders]
    fits = [line for line in lines if line.unit == post.seat.unit] or lines
    return fits[0].order_no if fits else ""


def _write_lines(lines: Sequence[OrderLine], *, batch: FeedBatch) -> None:
    last = max((line.number for line in lines), default=0)
    rows = []
    for line in lines:
        last += not line.number  # an order that nobody gave stands behind the file
        rows.append(
            Line(
                batch=batch,
                feed_id=batch.feed_id,
                company_id=batch.company_id,
                line=line.number or last,
                order_no=line.order_no,
                branch=line.branch,
                number=line.employee_number,
                said=said_of(line),
                raw=dict(line.raw),
            )
        )
    Line.objects.bulk_create(rows, batch_size=CHUNK)


def _lasting(change: Change) -> dict[int, Lasting]:
    """Return the posts that last longer than was believed, with the former end and the new."""
    after = {post.appointment: post for post in change.after}
    return {
        post.appointment: (post.ends, now.ends)
        for post in change.before
        if post.appointment is not None
        and post.ends is not None
        and (now := after.get(post.appointment)) is not None
        and _reaches_further(now.ends, post.ends)
    }
