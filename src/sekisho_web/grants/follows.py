"""What the apps below ask about grants (利用許可), and what they tell."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from sekisho.reports.pictures.person import Bar
from sekisho.terms.days import JST
from sekisho_web.accounts.models import Account, Hold, Person
from sekisho_web.grants.asking import entitled, facts_of, in_words, purposes_of
from sekisho_web.grants.models import Grant, Use
from sekisho_web.grants.operations import conflicts, rechecking
from sekisho_web.grants.operations.ending import cut_uses
from sekisho_web.grants.queries import emergencies, occasions, pledged

_CUT = """
with ends as (select * from unnest(%s::bigint[], %s::timestamptz[]) as e(appointment, at))
update grants_grant g set revoked_at = e.at from ends e
    where g.appointment_id = e.appointment and g.valid_to > e.at
        and (g.revoked_at is null or g.revoked_at > e.at)
"""
_LET_LAST = """
with was as (
    select * from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
        as w(appointment, at, until)
)
update grants_grant g set revoked_at = case when w.until < g.valid_to then w.until end from was w
    where g.appointment_id = w.appointment and g.revoked_at = w.at and w.at > %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """A grant that ends with a post."""

    appointment: int
    code: str
    system: str
    kind: str
    purpose: str
    at: datetime


def post_ended(*, appointment: int, at: datetime, now: datetime) -> None:
    """Let the grants that rest on one post end with it."""
    posts_ended(endings={appointment: at}, now=now)


def posts_ended(*, endings: Mapping[int, datetime], now: datetime) -> None:
    """Let the grants that rest on posts end with them, at that moment, and the uses that run."""
    with connection.cursor() as cursor:
        cursor.execute(_CUT, [list(endings), list(endings.values())])
    over = [appointment for appointment, at in endings.items() if at <= now]
    cut_uses(Use.objects.filter(grant__appointment__in=over), why=Use.End.REVOKED, now=now)


def stopped(*, hold: Hold) -> None:
    """Let the uses that rest on what was stopped end: of the person, ID, key, terminal or grant."""
    rests = {
        "person": hold.person_id or (hold.authenticator and hold.authenticator.person_id),
        "grant__account": hold.account_id,
        "device": hold.device_id,
        "grant": hold.grant_id,
    }
    for field, key in rests.items():
        if key:
            why = Use.End.DEVICE if field == "device" else Use.End.STOPPED
            cut_uses(Use.objects.filter(**{field: key}), why=why, now=hold.starts_at)


def posts_last(
    *, appointments: Mapping[int, tuple[datetime, datetime | None]], now: datetime
) -> None:
    """Let grants go on that would have ended with a post that now lasts longer.

    appointments: with the end that is none any more, and the new one. What is over by now stays.
    """
    ends = appointments.values()
    with connection.cursor() as cursor:
        cursor.execute(
            _LET_LAST,
            [list(appointments), [was for was, _ in ends], [until for _, until in ends], now],
        )


def endings_of(*, endings: Mapping[int, datetime]) -> list[Ends]:
    """Return the grants that end with posts: which, and when (one query)."""
    found = Grant.objects.filter(appointment__in=endings).order_by("appointment_id", "code")
    return [
        Ends(
            appointment=grant.appointment_id,
            code=grant.code,
            system=grant.system,
            kind=grant.get_kind_display(),
            purpose=grant.purpose,
            at=endings[grant.appointment_id],
        )
        for grant in found
        if grant.valid_to > endings[grant.appointment_id]
        and (grant.revoked_at is None or grant.revoked_at >= endings[grant.appointment_id])
    ]


MOST = 60  # bars of one person's picture


def grants_of(*, accounts: Collection[Account], at: datetime) -> list[tuple[int, str]]:
    """Return the grants that run at `at` under each account, in words (one query)."""
    people: Mapping[tuple[int, str], list[int]] = _by_holder(accounts)
    found = Grant.objects.usable(now=at).filter(person__in={person for person, _ in people})
    return [
        (account, f"{grant.get_kind_display()} {grant.purpose}（{_day(grant.valid_to)}まで）")
        for grant in found.order_by("pk")
        for account in people.get((grant.person_id, grant.system), ())
    ]


def bars_of(*, person: Person, starts: datetime, ends: datetime) -> list[Bar]:
    """Return the grants of `person` as bars of their picture (one query)."""
    found = Grant.objects.filter(person=person, valid_from__lt=ends, valid_to__gt=starts)
    return [
        Bar(
            group="利用許可",
            words=f"{grant.system} {grant.purpose}（{grant.get_kind_display()}）",
            starts=grant.valid_from,
            ends=min(grant.valid_to, grant.revoked_at or grant.valid_to),
        )
        for grant in found.order_by("valid_from", "pk")[:MOST]
        if grant.revoked_at is None or grant.revoked_at > grant.valid_from
    ]


def answers_of(
    *, person: Person, at: datetime, as_known_on: datetime | None
) -> Iterator[tuple[str, str, str, bool, str, str]]:
    """Yield for each ID of `person` what `may_use` says at `at`, as it was known then.

    (system, ID, purpose, whether it may be used, reason or grant, remedy or end). A query for
    each system. No session is known there: terminal, sign-in and running use are not asked.
    """
    systems = (
        Account.objects.filter(person=person)
        .order_by("system__key")
        .values_list("system__key", flat=True)
    )
    for system in systems.distinct():
        facts = facts_of(person.pk, system, at=at, as_known_on=as_known_on)
        for account in facts.accounts:
            for purpose in purposes_of(facts):
                answer = entitled(facts, account=account.code, purpose=purpose, at=at)
                yield system, account.code, purpose or "—", *in_words(answer)


def pledge_subject(*, kind: str, code: str, person: int) -> Mapping[str, Any] | None:
    """Return what a pledge of a person about an emergency or an engagement is about, or None."""
    return pledged.subject(kind=kind, code=code, person=person)


def pledges_asked(*, people: Collection[int] | None, now: datetime) -> Iterator[pledged.Asked]:
    """Yield the pledges that helpers and workers of contractors have to give."""
    return pledged.asked(people=people, now=now)


def exceptions(*, company: str, now: datetime) -> Sequence[Any]:
    """Return the provisional uses (暫定利用) of `company` that stand open, for every home."""
    return emergencies.open_exceptions(company=company, now=now)


def occasion_ends(*, code: str, now: datetime) -> datetime | None:
    """Return when the emergency or the engagement `code` ends, where it runs now; else None."""
    return occasions.ends_of(code, now=now)


def night(*, now: datetime) -> None:
    """Look at everybody's posts: what the rules withhold, and who left without leaving.

    And at every approval: whether its signatures still hold.
    """
    conflicts.check_everybody(now=now)
    rechecking.check_every_approval(now=now)


def _by_holder(accounts: Collection[Account]) -> Mapping[tuple[int, str], list[int]]:
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for account in accounts:
        if account.person_id is not None:
            found[account.person_id, account.system_id].append(account.pk)
    return found


def _day(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d}"
