"""Who may answer which request: the organisation as it is now, and the queue of each approver."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.grants import decisions, parties, requests
from sekisho.grants.decisions import Bounds
from sekisho.grants.organisations import Matter, Organisation, Seat
from sekisho.grants.policies import Party
from sekisho.grants.requests import State, open_parties
from sekisho.terms.periods import Period, lasts_until
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Appointment,
    AppointmentTerm,
    Person,
    System,
)
from sekisho_web.grants.models import (
    Decision,
    EmergencyTerm,
    Engagement,
    Request,
)
from sekisho_web.grants.queries import policies
from sekisho_web.grants.queries import requests as asked_for
from sekisho_web.grants.queries.organisations import (
    appointment_code,
    organisation,
    owner_in,
    watching,
)


def matter(
    *,
    system: System,
    asker: Person,
    appointment: Appointment,
    now: datetime,
    emergency_commander: int | None = None,
    for_whom: Iterable[str] = (),
) -> Matter:
    """Return what is asked, as far as it says who may answer (three queries)."""
    about = _About.of([appointment.pk], now=now)
    return about.matter(
        system=system,
        asker=asker.code,
        appointment=appointment.pk,
        commander=emergency_commander,
        for_whom=for_whom,
    )


def matter_of(request: Request, *, now: datetime) -> Matter:
    """Return what `request` asks, as far as it says who may answer."""
    return matters_of([request], now=now)[request.pk]


def matters_of(rows: Sequence[Request], *, now: datetime) -> Mapping[int, Matter]:
    """Return what each of them asks, by its key (three queries, however many there are)."""
    about = _About.of([one.appointment_id for one in rows], now=now)
    return {
        one.pk: about.matter(
            system=one.system,
            asker=one.asked_by.code,
            appointment=one.appointment_id,
            commander=one.emergency.commander_id if one.emergency else None,
            for_whom=[helper.person for helper in asked_for.rule_of(one).helpers],
        )
        for one in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What is known of the posts in which something is asked."""

    terms: Mapping[int, AppointmentTerm]
    watching: Mapping[str, str]  # of a system of the state: whose officers watch over its use
    engagements: Sequence[Engagement]

    @classmethod
    def of(cls, appointments: Sequence[int], *, now: datetime) -> "_About":
        terms = (
            AppointmentTerm.objects.in_force(now=now)
            .select_related("unit__company__principal")
            .filter(appointment__in=appointments)
        )
        engaged = Engagement.objects.filter(closed_at=None, suspended_at=None)
        return cls(
            terms={one.appointment_id: one for one in terms},
            watching=watching(now=now),
            engagements=list(engaged.order_by("pk")),
        )

    def matter(
        self,
        *,
        system: System,
        asker: str,
        appointment: int,
        commander: int | None,
        for_whom: Iterable[str],
    ) -> Matter:
        term = self.terms.get(appointment)
        company = term.unit.company if term is not None else None
        principal = company.principal if company is not None else None
        owners = {
            appointment_code(one.owner_id)
            for one in self.engagements
            if company is not None
            and principal is not None
            and (one.contractor_id, one.entruster_id) == (company.pk, principal.pk)
            and system.key in one.systems
            and one.owner_id is not None
        }
        return Matter(
            system=system.key,
            owner=owner_in(system, self.watching),
            asker=asker,
            unit=term.unit.code if term is not None else "",
            entruster=principal.code if principal is not None else "",
            for_whom=frozenset(for_whom),
            commanders=frozenset({appointment_code(commander)} if commander else ()),
            engagement_owners=frozenset(owners),
        )


def parties_of(request: Request) -> Sequence[Party]:
    return policies.rule_of(request.policy).parties


# The queue --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One request that somebody may answer now, for one party of it."""

    request: Request
    party: int
    words: str
    seat: Seat
    open_parties: Sequence[int]


def waiting(*, person: Person, appointment: int | None, now: datetime) -> Sequence[Waiting]:
    """Return what `person` may answer now, the newest first; of one post where it is named.

    One request may be there twice: once for each party that they could answer for.
    """
    rows = list(
        asked_for.pending(now=now)
        .exclude(asked_by=person)
        .select_related("system__owner", "appointment", "emergency")
    )
    if not rows:
        return []
    house = organisation(now=now, people=[row.asked_by_id for row in rows])
    mine = appointment_code(appointment) if appointment is not None else None
    matters = matters_of(rows, now=now)
    found = []
    for row in rows:
        standing, about = asked_for.standing(row), matters[row.pk]
        if any(one.person == person.code for one in standing.answers.values()):
            continue
        numbers = open_parties(standing, at=now)
        wanted = parties_of(row)
        for number in numbers:
            for seat in parties.seats(wanted[number - 1], about, house, at=now):
                if seat.person == person.code and mine in (None, seat.appointment):
                    found.append(
                        Waiting(
                            request=row,
                            party=number,
                            words=wanted[number - 1].words,
                            seat=seat,
                            open_parties=numbers,
                        )
                    )
                    break
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLine:
    """One party of a request: who answered, or who could."""

    number: int
    words: str
    decision: Decision | None
    people: Sequence[Person]


def party_lines(request: Request, *, now: datetime) -> Sequence[PartyLine]:
    """Return every party of `request`, with the people who could answer while it is pending."""
    answered = {one.party: one for one in request.decisions.select_related("decided_by")}
    is_open = asked_for.state(request, at=now) is State.PENDING
    people: dict[int, set[str]] = {}
    if is_open:
        house = organisation(now=now, people=[request.asked_by_id])
        about = matter_of(request, now=now)
        people = {
            number: parties.people(parties.seats(one, about, house, at=now))
            for number, one in enumerate(parties_of(request), start=1)
            if number not in answered
        }
    codes = {code for each in people.values() for code in each}
    known = {one.code: one for one in Person.objects.filter(code__in=codes)}
    return [
        PartyLine(
            number=number,
            words=one.words,
            decision=answered.get(number),
            people=sorted((known[code] for code in people.get(number, ())), key=lambda p: p.code),
        )
        for number, one in enumerate(parties_of(request), start=1)
    ]


def refusal(
    request: Request,
    *,
    party: int,
    person: Person,
    appointment: int,
    now: datetime,
    instead_of: str = "",
) -> Seat | Refusal:
    """Return the seat in which `person` may answer for `party` now, or why they may not."""
    house = organisation(now=now, people=[request.asked_by_id, person.pk])
    about, wanted = matter_of(request, now=now), parties_of(request)
    mine = appointment_code(appointment)
    seat = Seat(person=person.code, appointment=mine, instead_of=instead_of or None)
    if not instead_of and 1 <= party <= len(wanted):
        fitting = [
            one
            for one in parties.seats(wanted[party - 1], about, house, at=now)
            if (one.person, one.appointment) == (person.code, mine)
        ]
        seat = fitting[0] if fitting else seat
    said = decisions.refusal_to_decide(
        asked_for.standing(request),
        about,
        house,
        parties_of=wanted,
        party=party,
        seat=seat,
        at=now,
    )
    return said if said is not None else seat


def unfilled(
    request: Request,
    *,
    now: datetime,
    about: Matter | None = None,
    house: Organisation | None = None,
) -> Sequence[int]:
    """Return the parties of `request` that nobody of their own can answer for any more."""
    standing = asked_for.standing(request)
    return parties.unfilled(
        parties_of(request),
        about or matter_of(request, now=now),
        house or organisation(now=now, people=[request.asked_by_id]),
        at=now,
        answered={number: one.person for number, one in standing.answers.items()},
    )


def bounds(request: Request, *, now: datetime) -> Bounds | None:
    """Return the widest that may be approved now; None: no time is left of what was asked."""
    earlier = [
        one for one in asked_for.said(request).values() if one.verdict is requests.Verdict.APPROVE
    ]
    return decisions.bounds(
        asked_for.rule_of(request), earlier, at=now, until=until(request, now=now)
    )


def until(request: Request, *, now: datetime) -> datetime | None:
    """Return when the post of the asker, or the emergency, ends; None: neither has an end.

    Of a request for helpers, each grant is cut at the end of the helper's own post.
    """
    asked = asked_for.rule_of(request)
    start = max(now, asked.starts_at or now)
    ends = []
    if not asked.helpers:
        ends.append(post_ends(request.appointment_id, at=start))
    if request.emergency is not None:
        ends.append(emergency_ends(request.emergency_id, at=start))
    return min((end for end in ends if end is not None), default=None)


def post_ends(appointment: int, *, at: datetime) -> datetime | None:
    """Return the end of the unbroken post that holds `at`; `at` itself where none does."""
    return posts_end([appointment], at=at).get(appointment, at)


def posts_end(appointments: Sequence[int], *, at: datetime) -> dict[int, datetime | None]:
    """Return for each appointment what `post_ends` says; none without a term (one query)."""
    terms: dict[int, list[Period]] = {}
    for key, starts, ends in AppointmentTerm.objects.filter(
        appointment__in=appointments
    ).values_list("appointment_id", "valid_from", "valid_to"):
        terms.setdefault(key, []).append(Period(starts=starts, ends=ends))
    return {key: lasts_until(each, at) for key, each in terms.items()}


def emergency_ends(emergency: int | None, *, at: datetime) -> datetime | None:
    """Return the end of the unbroken stretch in effect that holds `at`; `at` where none does."""
    found = EmergencyTerm.objects.filter(emergency=emergency, valid__isnull=False)
    terms = found.values_list("valid", flat=True)
    return lasts_until((Period(starts=one.lower, ends=one.upper) for one in terms), at)
