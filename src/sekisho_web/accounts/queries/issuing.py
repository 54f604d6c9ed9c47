"""What the rules of issue have to know of a system, a person and their company."""

from datetime import datetime

from sekisho.accounts import issuing
from sekisho.accounts.silence import refusal_for_new
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import (
    Account,
    AccountRequest,
    AppointmentTerm,
    Feed,
    Hold,
    Officer,
    Person,
    System,
    in_force,
)

LEAVE = "on_leave"


def officer_as_rule(officer: Officer) -> issuing.Officer:
    """Return an office as the rules see it; appointment and company are selected with it."""
    return issuing.Officer(
        person=str(officer.appointment.person_id),
        role=officer.role,
        company=officer.company.code,
        appointment=str(officer.appointment_id),
        period=Period(starts=officer.valid_from, ends=officer.valid_to),
    )


def system_as_rule(system: System) -> issuing.System:
    """Return a system with its officers (one query, where they are not fetched already)."""
    return issuing.System(
        key=system.key,
        state=system.state,
        owner=system.owner.code if system.owner is not None else None,
        officers=tuple(officer_as_rule(one) for one in system.officers.all()),
        eligible=tuple(system.eligible),
        log_source=system.log_source,
        has_table=has_table(system),
        is_registered=system.registered_at is not None,
        is_controlled=is_controlled(system),
    )


def is_controlled(system: System) -> bool:
    """Return whether its owner's rights are kept here: by the gate or by writing its directory."""
    return bool({System.Control.GATEWAY, System.Control.TARGET} & set(system.controlled_by))


def has_table(system: System) -> bool:
    """Return whether a decision table is asked of this system and named, or none is asked.

    Only what our gate shows is decided by a table; elsewhere the owner's own rights decide.
    """
    return System.Control.GATEWAY not in system.controlled_by or bool(system.data_classes)


def systems() -> "object":
    """Return the systems with owner and officers (three queries, however many there are)."""
    return System.objects.select_related("owner").prefetch_related(
        "officers__appointment__person", "officers__company"
    )


def candidate_of(
    term: AppointmentTerm, *, phone: str, mail: str, purpose: str, now: datetime
) -> issuing.Candidate:
    """Return for whom an ID is asked (one query); unit, company and appointment are selected."""
    person = term.person
    held = Hold.objects.filter(in_force(now, starts="starts_at", ends="ends_at"), person=person)
    return issuing.Candidate(
        person=str(person.pk),
        works_for=term.appointment.works_for.code,
        company_kind=term.unit.company.kind,
        unit=term.unit.code,
        unit_kind=term.unit.kind,
        post_kind=term.appointment.kind,
        post=Period(starts=term.valid_from, ends=term.valid_to),
        on_leave=LEAVE in term.flags,
        name=person.name,
        phone=phone,
        mail=mail,
        purpose=purpose,
        is_held=held.exists(),
    )


def circumstances(
    person: Person, *, employer: int, now: datetime, but: AccountRequest | None = None
) -> issuing.Circumstances:
    """Return what else is so (three queries). but: a request that is itself being looked at."""
    waiting = AccountRequest.objects.filter(person=person, verdict="")
    if but is not None:
        waiting = waiting.exclude(pk=but.pk)
    pairs = ("system_id", "works_for__code")
    return issuing.Circumstances(
        feed_is_silent=feed_is_silent(employer, now=now),
        open_accounts=frozenset(
            Account.objects.filter(
                person=person, closed_at=None, kind=Account.Kind.PERSONAL
            ).values_list(*pairs)
        ),
        waiting=frozenset(waiting.values_list(*pairs)),
    )


def feed_is_silent(company: int, *, now: datetime) -> bool | None:
    """Return whether every feed of `company` is silent too long; None: it has no feed."""
    feeds = Feed.objects.filter(company=company).filter(
        in_force(now, starts="began_at", ends="ended_at")
    )
    found = [
        refusal_for_new(
            company=feed.name,
            heard_at=feed.heard_at or feed.began_at,
            rhythm_hours=feed.rhythm_hours,
            now=now,
        )
        is not None
        for feed in feeds
    ]
    return all(found) if found else None
