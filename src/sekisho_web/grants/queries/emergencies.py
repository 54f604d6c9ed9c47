"""Emergencies (非常災害) as rules and pages see them: prepared, in effect, being cleared up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from sekisho.accounts.tickets import leads
from sekisho.grants import emergencies as rule
from sekisho.grants.emergencies import Kind, State
from sekisho.grants.relief import open_to_relief
from sekisho.terms.days import day_in_japan
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import (
    Appointment,
    AppointmentTerm,
    Officer,
    Person,
    System,
    in_force,
)
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import Emergency, EmergencyTerm
from sekisho_web.policy.versions import live

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One emergency as a list shows it."""

    emergency: Emergency
    rule: rule.Emergency
    state: State
    begins_at: datetime | None
    ends_at: datetime | None
    days: int  # for how many days it has lasted, or lasts in total

    @property
    def words(self) -> str:
        return rule.STATE_WORDS[self.state]

    @property
    def is_running(self) -> bool:
        return self.state is State.DECLARED

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has to do something: to confirm it, or to clear up."""
        return self.state in (State.PREPARED, State.ENDED, State.CLOSING, State.CLOSED)


def with_terms() -> QuerySet[Emergency]:
    """Return the emergencies with owner, commander and terms (a fixed number of queries)."""
    terms = EmergencyTerm.objects.select_related("declared_by", "confirmed_by").order_by("no")
    return Emergency.objects.select_related(
        "owner", "commander__person", "conduct_officer__person", "prepared_by"
    ).prefetch_related(Prefetch("terms", queryset=terms))


def as_rule(one: Emergency) -> rule.Emergency:
    """Return `one` as the rules see it (one query, none where its terms are fetched)."""
    return rule.Emergency(
        kind=Kind(one.kind),
        owner=one.owner.code,
        terms=tuple(_term(term) for term in sorted(one.terms.all(), key=lambda t: t.no)),
        ended_at=one.ended_at,
        begun_at=one.begun_at,
        closed_at=one.closed_at,
        reviewed_at=one.reviewed_at,
    )


def line_of(one: Emergency, *, now: datetime) -> Line:
    """Return `one` as a list shows it at `now`."""
    said = as_rule(one)
    begins, ends = rule.begins_at(said, now), rule.ends_at(said, now)
    until = min(ends, now) if ends is not None else now
    return Line(
        emergency=one,
        rule=said,
        state=rule.state_of(said, now),
        begins_at=begins,
        ends_at=ends,
        days=max(0, (until - begins) // timedelta(days=1)) if begins is not None else 0,
    )


def one(code: str) -> Emergency:
    """Return the emergency of that number. Raises Emergency.DoesNotExist."""
    return with_terms().get(code=code)


def visible(hat: Hat) -> QuerySet[Emergency]:
    """Return the emergencies of the company of `hat`, and those in which its people help."""
    mine = Q(owner__code=hat.company_code) | Q(
        supporters__appointment__employer__code=hat.company_code
    )
    return with_terms().filter(mine).distinct().order_by("-starts_at", "-pk")


def sees_people(one: Emergency, hat: Hat) -> bool:
    """Return whether the hat sees who is in it: only some in the company whose emergency it is."""
    may = hat.permissions & {"grants.declare", "grants.read", "grants.desk"}
    return hat.company_code == one.owner.code and bool(may)


def names_of(systems: Collection[str]) -> Sequence[str]:
    """Return what systems are called, in the order of their keys (one query)."""
    names = dict(System.objects.filter(key__in=systems).values_list("key", "name"))
    return [names.get(key, key) for key in sorted(systems)]


def open_exceptions(*, company: str, now: datetime) -> Sequence[Line]:
    """Return the provisional uses (暫定利用) that are not cleared up yet, the oldest first.

    company: code of the one whose they are. Three queries, however many there are. What only
    waits for its confirmation is not open.
    """
    found = (
        with_terms()
        .filter(kind=Kind.FAILURE, closed_at=None, owner__code=company)
        .order_by("starts_at", "pk")
    )
    lines = (line_of(each, now=now) for each in found)
    return [line for line in lines if line.state is not State.PREPARED]


def running(*, now: datetime, kinds: Collection[str] = ()) -> Sequence[Line]:
    """Return the emergencies that are in effect at `now` (two queries)."""
    found = with_terms().filter(terms__valid__contains=now).distinct().order_by("starts_at", "pk")
    if kinds:
        found = found.filter(kind__in=kinds)
    return [line for each in found if (line := line_of(each, now=now)).is_running]


def signer_of(hat: Hat, person: Person) -> rule.Signer:
    """Return `person` as somebody about to sign in the hat that they wear (no query)."""
    return rule.Signer(
        person=person.code,
        company=hat.company_code,
        company_kind=hat.company_kind,
        line=hat.line,
        may_declare="grants.declare" in hat.permissions,
    )


def wanted_of(one: Emergency) -> rule.Wanted:
    """Return what was prepared, as the rule of declaring sees it."""
    return rule.Wanted(
        kind=Kind(one.kind),
        owner=one.owner.code,
        cause=one.cause,
        reason=one.reason,
        areas=frozenset(one.areas),
        systems=frozenset(one.systems),
        commander=one.commander.person.code if one.commander else "",
        conduct_officer=one.conduct_officer.person.code if one.conduct_officer else "",
        period=Period(starts=one.starts_at, ends=one.ends_at),
    )


def relief_systems(*, now: datetime) -> frozenset[str]:
    """Return the systems that the live tables open to helpers at all."""
    return open_to_relief(live(), day=day_in_japan(now))


def districts() -> Sequence[str]:
    """Return the districts in which records stand, as far as they can be read; else none."""
    with connection.cursor() as cursor:
        cursor.execute("""select case when to_regprocedure('rule.areas()') is null then false
            else has_function_privilege(to_regprocedure('rule.areas()'), 'execute') end""")
        (readable,) = cursor.fetchone() or (False,)
        if not readable:
            return ()
        cursor.execute("select unnest(rule.areas()) order by 1")
        return [str(area) for (area,) in cursor.fetchall()]


def commanders(company: str, *, now: datetime) -> Sequence[AppointmentTerm]:
    """Return who may command: whoever leads a unit or answers for a system of `company`."""
    offices = Officer.objects.filter(in_force(now)).values("appointment")
    terms = _in_post(company, now=now)
    leading = [term.pk for term in terms if leads(term.title)]
    return list((terms.filter(pk__in=leading) | terms.filter(appointment__in=offices)).distinct())


def conduct_officers(company: str, *, now: datetime) -> Sequence[AppointmentTerm]:
    """Return the people of the second line of `company`, in post now."""
    return list(_in_post(company, now=now).filter(unit__line=rule.SECOND_LINE))


def appointment(pk: int) -> Appointment:
    return Appointment.objects.select_related("person").get(pk=pk)


def companies_of(one: Emergency) -> Sequence[str]:
    """Return the codes of the owner and of every company whose people helped, the owner first."""
    helping = (
        one.supporters.filter(appointment__isnull=False)
        .order_by("appointment__employer__code")
        .values_list("appointment__employer__code", flat=True)
        .distinct()
    )
    return [one.owner.code, *(code for code in helping if code != one.owner.code)]


def _in_post(company: str, *, now: datetime) -> QuerySet[AppointmentTerm]:
    return (
        AppointmentTerm.objects.in_force(now=now)
        .filter(unit__company__code=company)
        .select_related("person", "unit", "appointment")
        .order_by("unit__code", "person__code", "pk")
    )


def _term(term: EmergencyTerm) -> rule.Term:
    """Return a term as signed, from its confirmation on; what was cut stays within itself."""
    starts, ends = term.signed.lower, term.signed.upper
    if term.confirmed_at is not None:
        starts = max(starts, term.confirmed_at)
    if term.cut_at is not None:
        ends = max(starts, min(ends, term.cut_at))
    return rule.Term(
        period=Period(starts=starts, ends=ends),
        declared_by=term.declared_by.code,
        declared_at=term.declared_at,
        confirmed_by=term.confirmed_by.code if term.confirmed_by else None,
        confirmed_at=term.confirmed_at,
        by_conduct_office=term.by_conduct_office,
    )
