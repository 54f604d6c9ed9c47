"""Which pledges are still wanted, of whom, since when, and when they stop something."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from sekisho.campaigns import pledges as rule
from sekisho.campaigns.pledges import State, Template
from sekisho.terms.days import jst_day
from sekisho_web.accounts.models import Account, Appointment, AppointmentTerm, Person, in_force
from sekisho_web.accounts.queries.scope import own_people
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.campaigns.queries.pledges import every_pledge
from sekisho_web.campaigns.wording import template as template_of
from sekisho_web.frame.follows import ask

STAFF = ("main", "seconded", "dispatched")
SIDES = ("network", "affiliate")
NOTICE = timedelta(days=120)  # a leaving pledge is asked for so long before the last day at most
LATE = timedelta(days=90)  # and stays on the list for so long after it
ADMINISTERS = "it"  # 組織区分 of those who run systems
FOREIGN = "government"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One pledge that somebody has to give. ref: what an address calls the subject."""

    person: int
    template: Template
    subject: str
    ref: str
    said: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One that is not valid. since: of an expired one, its end. stops_at: None: never."""

    asked: Asked
    state: State
    since: datetime
    stops_at: datetime | None


def wanted(people: Collection[int] | None, *, now: datetime) -> Sequence[Wanted]:
    """Return what is wanted and not valid, the longest wanted first.

    people: whose; None: everybody's. Five queries, and what the apps above ask for themselves.
    """
    every = [one for one in asked(people, now=now) if one.since <= now]
    pledges = every_pledge({one.person for one in every})
    found = []
    for one in every:
        mine = pledges[one.person]
        state = rule.pledge_state(mine, template=one.template.code, subject=one.subject, at=now)
        if state is State.VALID:
            continue
        since = _since(one, mine, state)
        days = one.template.notice_days
        stops = None if days is None else since + timedelta(days=days)
        found.append(Wanted(asked=one, state=state, since=since, stops_at=stops))
    return sorted(found, key=lambda one: (one.since, one.asked.person, one.asked.template.code))


def wanted_at(hat: Hat, *, now: datetime) -> Sequence[Wanted]:
    """Return what is wanted of the people of the hat's company (six queries, and the others')."""
    own = set(Person.objects.filter(own_people(hat)).values_list("pk", flat=True))
    return wanted(own, now=now)


def with_people(found: Iterable[Wanted]) -> Sequence[tuple[Wanted, Person]]:
    """Return each with whose it is (one query): for one page of them."""
    some = list(found)
    people = Person.objects.in_bulk({one.asked.person for one in some})
    return [(one, people[one.asked.person]) for one in some]


def asked(people: Collection[int] | None, *, now: datetime) -> Iterator[Asked]:
    """Yield every pledge that some people have to have given, valid or not, by no order."""
    yield from _of_posts(people, now=now)
    yield from _of_leavers(people, now=now)
    yield from _of_accounts(people, now=now)
    for told in ask("pledges_asked", people=people, now=now):
        for person, code, subject, said, since in told:
            if template := template_of(code):
                yield Asked(
                    person=person,
                    template=template,
                    subject=subject,
                    ref=subject,
                    said=said,
                    since=max(since, jst_day(template.asked_from)),
                )


def _since(one: Asked, mine: Iterable[rule.Pledge], state: State) -> datetime:
    if state is not State.EXPIRED:
        return one.since
    ends = [
        pledge.valid_until
        for pledge in mine
        if (pledge.template, pledge.subject) == (one.template.code, one.subject)
        and pledge.valid_until is not None
    ]
    return max([one.since, *ends])


def _of(people: Collection[int] | None) -> Q:
    return Q() if people is None else Q(person__in=list(people))


def _made(code: str, *, since: datetime, **more: object) -> Iterator[Asked]:
    if (template := template_of(code)) is not None:
        begins = max(since, jst_day(template.asked_from))
        yield Asked(template=template, since=begins, **more)  # type: ignore[arg-type]


def _of_posts(people: Collection[int] | None, *, now: datetime) -> Iterator[Asked]:
    """Yield the pledge of who takes up a post, at the network company or at the affiliate."""
    terms = AppointmentTerm.objects.filter(
        _of(people),
        in_force(now),
        appointment__kind__in=STAFF,
        unit__company__kind__in=SIDES,
    )
    first = _firsts(terms.values_list("appointment_id", flat=True))
    for person, appointment, company, unit, starts in terms.values_list(
        "person_id", "appointment_id", "unit__company__name", "unit__name", "valid_from"
    ):
        yield from _made(
            "onboarding",
            since=first.get(appointment, starts),
            person=person,
            subject=str(appointment),
            ref=str(appointment),
            said=f"{company} {unit}",
        )


def _firsts(appointments: Iterable[int]) -> Mapping[int, datetime]:
    """Return when each appointment began: its first term, whatever titles followed."""
    rows = AppointmentTerm.objects.filter(appointment__in=list(appointments)).order_by(
        "-valid_from"
    )
    return dict(rows.values_list("appointment_id", "valid_from"))


def _of_leavers(people: Collection[int] | None, *, now: datetime) -> Iterator[Asked]:
    """Yield the pledge of who leaves the network company, from the notice to the last day.

    Whoever goes on in another post for it leaves nothing.
    """
    goes_on = AppointmentTerm.objects.filter(
        person=OuterRef("person"),
        appointment__works_for=OuterRef("appointment__works_for"),
        valid__contains=OuterRef("valid_to"),
    )
    terms = (
        AppointmentTerm.objects.filter(
            _of(people),
            valid_to__gt=now - LATE,
            valid_to__lte=now + NOTICE,
            appointment__works_for__kind="network",
        )
        .exclude(appointment__kind=Appointment.Kind.SUBSTITUTE)
        .exclude(Exists(goes_on))
    )
    for person, appointment, company, unit, known in terms.values_list(
        "person_id", "appointment_id", "unit__company__name", "unit__name", "known_from"
    ):
        yield from _made(
            "transfer_out",
            since=min(known, now),
            person=person,
            subject=str(appointment),
            ref=str(appointment),
            said=f"{company} {unit}",
        )


def _of_accounts(people: Collection[int] | None, *, now: datetime) -> Iterator[Asked]:
    """Yield the pledge of who has an ID: of its user, its administrator, or the ministry's."""
    runs = AppointmentTerm.objects.filter(
        in_force(now), appointment=OuterRef("appointment"), unit__kind=ADMINISTERS
    )
    rows = Account.objects.filter(
        _of(people), person__isnull=False, closed_at=None, issued_at__lte=now
    ).annotate(administers=Exists(runs))
    for pk, person, system, name, code, issued, owner_kind, owner, works_for, administers in (
        rows.values_list(
            "pk", "person_id", "system__key", "system__name", "code", "issued_at",
            "system__owner_kind", "system__owner_id", "works_for_id", "administers",
        )
    ):  # fmt: skip
        kind = "administrator" if administers else "system_user"
        if owner_kind == FOREIGN and owner != works_for:
            kind = "ministry_system_user"
        yield from _made(
            kind,
            since=issued,
            person=person,
            subject=f"{system} {code}",
            ref=str(pk),
            said=f"{name} {code}",
        )
