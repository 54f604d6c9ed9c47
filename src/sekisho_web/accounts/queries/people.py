"""人: one person's posts, IDs, keys, terminals, stops, grants and looks on one axis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404

from sekisho.reports.pictures.person import Bar, Tick, drawn
from sekisho.terms.days import JST, jst_day
from sekisho_web.accounts.models import (
    Account,
    AccountUse,
    AppointmentTerm,
    Authenticator,
    Hold,
    Person,
    in_force,
)
from sekisho_web.accounts.queries.accounts import Line, lines
from sekisho_web.accounts.queries.scope import is_known, is_own, own_people
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.frame.follows import ask

PAGE = 30
GROUPS = ("発令", "ID", "認証器", "端末", "停止", "利用許可")
BEFORE, AFTER = timedelta(days=730), timedelta(days=120)

# What was believed on the day of knowledge: the terms of today that were known, and the past.
_POSTS = """
with t as (
    select appointment_id, unit_id, title, flags, valid_from, valid_to
    from accounts_appointmentterm
    where person_id = %(person)s and (%(known)s::timestamptz is null or known_from <= %(known)s)
    union all
    select appointment_id, unit_id, title, flags, valid_from, valid_to
    from accounts_appointmentpast
    where person_id = %(person)s and known @> %(known)s::timestamptz)
select c.name, u.name, t.title, a.kind, w.name, t.valid_from, t.valid_to,
    'on_leave' = any(t.flags)
from t join accounts_appointment a on a.id = t.appointment_id
join accounts_unit u on u.id = t.unit_id join accounts_company c on c.id = u.company_id
join accounts_company w on w.id = a.works_for_id
order by t.valid_from, t.appointment_id
"""
_KINDS = {
    "main": "本務",
    "concurrent": "兼務",
    "seconded": "出向",
    "dispatched": "派遣",
    "contract": "委託",
    "support": "応援",
    "substitute": "代理",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as it was believed. runs: whether it holds on the day that is asked about."""

    words: str
    kind: str
    works_for: str
    starts: datetime
    ends: datetime | None
    on_leave: bool
    runs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What `may_use` says of one ID and purpose on the day that is asked about."""

    system: str
    account: str
    purpose: str
    may: bool
    reason: str
    remedy: str


def listed(hat: Hat, *, words: str = "") -> QuerySet[Person]:
    """Return the people whom the company of `hat` sees, by number."""
    seen = Person.objects.filter(
        own_people(hat) | Q(accounts__system__owner__code=hat.company_code)
    )
    found = Person.objects.filter(pk__in=seen.values("pk"))
    if words:
        found = found.filter(
            Q(name__icontains=words)
            | Q(kana__icontains=words)
            | Q(code__iexact=words)
            | Q(numbers__number__iexact=words)
        ).distinct()
    return found.order_by("code")


def posts_in_force(people: Sequence[Person], *, now: datetime) -> dict[int, list[AppointmentTerm]]:
    """Return the posts in force of each person (one query)."""
    found: dict[int, list[AppointmentTerm]] = {}
    for term in (
        AppointmentTerm.objects.in_force(now=now)
        .filter(person__in=people)
        .select_related("unit__company", "appointment")
        .order_by("pk")
    ):
        found.setdefault(term.person_id, []).append(term)
    return found


def one(hat: Hat, code: str) -> tuple[Person, bool]:
    """Return a person and whether their whole history may be seen. Raise 404 for a stranger."""
    person = Person.objects.filter(code=code).first()
    if person is None:
        raise Http404
    if is_own(hat, person):
        return person, True
    if is_known(hat, person):
        return person, False
    raise Http404


def posts(person: Person, *, at: datetime, as_known_on: datetime | None) -> list[Post]:
    """Return the posts of `person` as they were believed on `as_known_on` (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTS, {"person": person.pk, "known": as_known_on})
        rows = cursor.fetchall()
    return [
        Post(
            words=" ".join(part for part in (company, unit, title) if part),
            kind=_KINDS.get(kind, kind),
            works_for=works_for,
            starts=starts,
            ends=ends,
            on_leave=on_leave,
            runs=starts <= at and (ends is None or at < ends),
        )
        for company, unit, title, kind, works_for, starts, ends, on_leave in rows
    ]


def ids(person: Person, *, now: datetime) -> list[Line]:
    """Return the IDs of `person` with their standing (five queries)."""
    found = (
        Account.objects.filter(person=person)
        .select_related("system", "person", "works_for", "custodian")
        .order_by("system__name", "pk")
    )
    return lines(list(found), now=now)


def answers(person: Person, *, at: datetime, as_known_on: datetime | None) -> list[Answer]:
    """Return what may be used on the day asked about, as it was known then."""
    found = ask("answers_of", person=person, at=at, as_known_on=as_known_on)
    return [
        Answer(
            system=system, account=account, purpose=purpose, may=may, reason=reason, remedy=remedy
        )
        for told in found
        for system, account, purpose, may, reason, remedy in told
    ]


def picture(
    person: Person,
    *,
    held: Sequence[Post],
    at: datetime,
    as_known_on: datetime | None,
    now: datetime,
) -> str:
    """Return the picture of the two years before `at` and the months after it (SVG)."""
    starts, ends = at - BEFORE, at + AFTER
    bars = [
        *(
            Bar(
                group="発令",
                words=f"{post.words}（{post.kind}）",
                starts=post.starts,
                ends=post.ends,
            )
            for post in held
        ),
        *_own_bars(person),
        *(bar for told in ask("bars_of", person=person, starts=starts, ends=ends) for bar in told),
    ]
    marks = [(at, "この日")] if at.astimezone(JST).date() != now.astimezone(JST).date() else []
    marks.append((now, "今日"))
    if as_known_on is not None:
        marks.append((as_known_on, "この日の認識"))
    return drawn(
        starts=starts,
        ends=ends,
        groups=GROUPS,
        bars=bars,
        ticks=list(_ticks(person, starts=starts, ends=ends)),
        marks=[mark for mark in marks if starts <= mark[0] < ends],
        words=f"{person.name}の発令、ID、認証器、停止、利用許可、閲覧",
    )


def _own_bars(person: Person) -> Iterator[Bar]:
    accounts = Account.objects.filter(person=person).select_related("system").order_by("issued_at")
    for account in accounts:
        ends = [end for end in (account.closed_at, account.ends_at) if end is not None]
        yield Bar(
            group="ID",
            words=f"{account.system.name} {account.code}",
            starts=account.issued_at,
            ends=min(ends, default=None),
        )
    for key in Authenticator.objects.filter(person=person).order_by("bound_at"):
        yield Bar(group="認証器", words=key.name, starts=key.bound_at, ends=key.revoked_at)
    stops = Hold.objects.filter(
        Q(person=person) | Q(account__person=person) | Q(authenticator__person=person)
    )
    for hold in stops.order_by("starts_at"):
        yield Bar(
            group="停止",
            words=str(hold.get_reason_display()),
            starts=hold.starts_at,
            ends=hold.ends_at,
        )


def _ticks(person: Person, *, starts: datetime, ends: datetime) -> Iterator[Tick]:
    found = AccountUse.objects.filter(
        account__person=person,
        day__gte=starts.astimezone(JST).date(),
        day__lt=ends.astimezone(JST).date(),
    ).select_related("account")
    for use in found.order_by("day", "pk"):
        yield Tick(
            words=f"{use.account.system_id} {use.account.code}",
            at=jst_day(use.day) + timedelta(hours=12),
            count=use.uses,
        )


def holds_of(person: Person, *, now: datetime) -> QuerySet[Hold]:
    """Return the open stops of `person`."""
    return Hold.objects.filter(
        in_force(now, starts="starts_at", ends="ends_at"), person=person
    ).order_by("pk")
