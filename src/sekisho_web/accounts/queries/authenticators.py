"""What proves who people are: the authenticators in use, and the tickets for new ones."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from sekisho.accounts.tickets import Holder, Issuer, leads
from sekisho_links.accounts.attestation import Key
from sekisho_web.accounts.models import (
    AppointmentTerm,
    Authenticator,
    Company,
    Hold,
    Officer,
    Person,
    Ticket,
    Unit,
    in_force,
)

NO_MODEL = UUID(int=0)


def in_use(person: Person | int, *, now: datetime) -> QuerySet[Authenticator]:
    """Return the authenticators with which `person` may prove who they are at `now`."""
    return (
        Authenticator.objects.filter(person=person, revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .exclude(holds__in=Hold.objects.filter(_open(now)))
        .order_by("bound_at", "pk")
    )


def passkeys(person: Person | int, *, now: datetime) -> QuerySet[Authenticator]:
    return in_use(person, now=now).filter(kind=Authenticator.Kind.PASSKEY)


def key_of(authenticator: Authenticator) -> Key:
    """Return the key of `authenticator` as the ceremonies need it."""
    return Key(
        credential_id=bytes(authenticator.credential_id),
        aaguid=str(authenticator.aaguid or NO_MODEL),
        public_key=bytes(authenticator.public_key),
    )


def keys_of(person: Person | int, *, now: datetime) -> list[Key]:
    """Return the keys by which `person` can sign now (one query)."""
    return [key_of(authenticator) for authenticator in passkeys(person, now=now)]


def all_of(person: Person) -> QuerySet[Authenticator]:
    """Return every authenticator `person` ever had, the newest first."""
    return (
        Authenticator.objects.filter(person=person)
        .select_related("ticket__issued_by", "revoked_by")
        .order_by("-bound_at", "-pk")
    )


def holder(person: Person, *, now: datetime) -> Holder:
    """Return what the rules of tickets know of `person` (three queries)."""
    return Holder(
        person=person.pk,
        had=Authenticator.objects.filter(person=person).count(),
        open=in_use(person, now=now).count(),
        held=Hold.objects.filter(_open(now), person=person).exists(),
    )


def issuer(*, by: Person, hat: int | None, person: Person, now: datetime) -> Issuer:
    """Return what the rules of tickets know of `by`, who wears the appointment `hat`.

    An officer answers for the people who work for the company of the office; a superior for the
    people of the own unit and of those below it.
    """
    posts = list(
        AppointmentTerm.objects.in_force(now=now)
        .filter(person=person)
        .values_list("appointment__works_for", "unit")
    )
    companies, units = {company for company, _ in posts}, {unit for _, unit in posts}
    is_officer = (
        Officer.objects.filter(in_force(now))
        .filter(appointment=hat, appointment__person=by, company__in=companies)
        .exists()
    )
    own = (
        AppointmentTerm.objects.in_force(now=now).filter(appointment=hat, person=by).first()
        if hat is not None
        else None
    )
    is_superior = own is not None and leads(own.title) and bool(units & _below(own.unit_id))
    return Issuer(person=by.pk, is_officer=is_officer, is_superior=is_superior)


def responsible_for(*, by: Person, hat: int | None, now: datetime) -> QuerySet[Person]:
    """Return the people to whom `by` may issue tickets in this hat, themselves excepted."""
    companies = Officer.objects.filter(in_force(now), appointment=hat, appointment__person=by)
    own = AppointmentTerm.objects.in_force(now=now).filter(appointment=hat, person=by).first()
    units = _below(own.unit_id) if own is not None and leads(own.title) else set()
    posts = AppointmentTerm.objects.in_force(now=now).filter(
        Q(appointment__works_for__in=companies.values("company")) | Q(unit__in=units)
    )
    return Person.objects.filter(pk__in=posts.values("person")).exclude(pk=by.pk)


def found(typed: str) -> Person | None:
    """Return the person whose 個人番号, 利用者ID or 社員番号 was typed; None where not just one."""
    same = Q(code=typed) | Q(login=typed) | Q(numbers__number=typed)
    people = list(Person.objects.filter(same).distinct()[:2])
    return people[0] if len(people) == 1 else None


def administrators(*, now: datetime) -> QuerySet[Person]:
    """Return who keeps the registers (システム管理) in a post of theirs now."""
    posts = AppointmentTerm.objects.in_force(now=now).filter(
        unit__company__kind=Company.Kind.NETWORK, unit__kind="it"
    )
    return Person.objects.filter(pk__in=posts.values("person"))


def who_can_issue(*, now: datetime) -> QuerySet[Person]:
    """Return who could issue tickets on the page now: in charge, free of holds, with a key."""
    posts = AppointmentTerm.objects.in_force(now=now)
    officers = Officer.objects.filter(in_force(now)).values("appointment__person")
    heads = posts.filter(title__endswith="長").exclude(title__startswith="副").values("person")
    keys = Authenticator.objects.filter(revoked_at=None).values("person")
    return (
        Person.objects.filter(Q(pk__in=officers) | Q(pk__in=heads))
        .filter(pk__in=keys)
        .exclude(holds__in=Hold.objects.filter(_open(now)))
    )


def tickets(*, by: Person, hat: int | None, now: datetime, most: int = 100) -> Sequence[Ticket]:
    """Return the newest tickets of the people for whom `by` is responsible."""
    return list(
        Ticket.objects.filter(person__in=responsible_for(by=by, hat=hat, now=now))
        .select_related("person", "issued_by", "authenticator")
        .order_by("-issued_at", "-pk")[:most]
    )


def bound(
    *, by: Person, hat: int | None, now: datetime, most: int = 100
) -> Sequence[Authenticator]:
    """Return the authenticators in use of the people for whom `by` is responsible."""
    return list(
        Authenticator.objects.filter(
            person__in=responsible_for(by=by, hat=hat, now=now), revoked_at=None
        )
        .select_related("person", "ticket__issued_by")
        .order_by("-bound_at", "-pk")[:most]
    )


def _open(now: datetime) -> Q:
    return in_force(now, starts="starts_at", ends="ends_at")


def _below(unit: int) -> set[int]:
    """Return `unit` and every unit below it (one query a level)."""
    known, level = {unit}, {unit}
    while level:
        level = set(Unit.objects.filter(parent__in=level).values_list("pk", flat=True)) - known
        known |= level
    return known
