"""What the program of a company may see: its own people, and the IDs on its own systems.

Each list is read by number: a page is the rows after the last number of the page before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from sekisho.accounts import lag
from sekisho_web.accounts.models import (
    Account,
    Appointment,
    AppointmentPast,
    AppointmentTerm,
    Company,
    Hold,
    Movement,
    Officer,
    Person,
    PersonNumber,
    Push,
    Reconciliation,
    System,
    in_force,
)

Term = AppointmentTerm | AppointmentPast
WITH = ("unit", "appointment__employer", "appointment__works_for")


def own_people(company: Company) -> QuerySet[Person]:
    """Return everybody whom `company` employs, employed, or will employ."""
    return Person.objects.filter(_employed("pk", company))


def is_own(person: int | None, company: Company) -> bool:
    return person is not None and own_people(company).filter(pk=person).exists()


def own_among(people: Collection[int], company: Company) -> set[int]:
    """Return which of `people` are the company's own (one query)."""
    return set(own_people(company).filter(pk__in=people).values_list("pk", flat=True))


def numbers_of(people: Collection[int], company: Company) -> dict[int, list[str]]:
    """Return the employee numbers under which `company` knows them (one query)."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = PersonNumber.objects.filter(person__in=people, company=company).order_by("-valid_from")
    for person, number in rows.values_list("person_id", "number"):
        found[person].append(number)
    return found


def posts_in_force(
    people: Collection[int], *, now: datetime, employer: Company | None = None
) -> dict[int, list[AppointmentTerm]]:
    """Return the posts of people at `now` (one query); of one employer where it is given."""
    terms = AppointmentTerm.objects.in_force(now=now).filter(person__in=people)
    if employer is not None:
        terms = terms.filter(appointment__employer=employer)
    found: dict[int, list[AppointmentTerm]] = defaultdict(list)
    for term in terms.select_related(*WITH).order_by("valid_from", "pk"):
        found[term.person_id].append(term)
    return found


def posts_as_known(
    person: Person, *, employer: Company, on: datetime | None, known: datetime
) -> list[tuple[Term, datetime, datetime | None]]:
    """Return the posts of `person` as they were known at `known`, each with when it was believed.

    on: only those in force at that moment; None: all of them. Two queries.
    """
    now = AppointmentTerm.objects.filter(
        person=person, appointment__employer=employer, known_from__lte=known
    ).select_related(*WITH)
    past = AppointmentPast.objects.filter(
        person=person, appointment__employer=employer, known__contains=known
    ).select_related(*WITH)
    if on is not None:
        now, past = now.filter(valid__contains=on), past.filter(valid__contains=on)
    found: Iterable[tuple[Term, datetime, datetime | None]] = chain(
        ((term, term.known_from, None) for term in now),
        ((term, term.known.lower, term.known.upper) for term in past),
    )
    return sorted(found, key=lambda one: (one[0].valid.lower, one[0].appointment_id, one[1]))


def open_stops(people: Collection[int], accounts: Collection[int] = ()) -> list[Hold]:
    """Return the open stops of people and of IDs (one query)."""
    return list(
        Hold.objects.filter(Q(person__in=people) | Q(account__in=accounts), ends_at=None)
        .filter(starts_at__lte=Now())
        .order_by("pk")
    )


def systems(company: Company) -> QuerySet[System]:
    """Return the systems that `company` owns, and those in which its people have an ID."""
    mine = Account.objects.filter(system=OuterRef("key")).filter(
        _employed("person_id", company) | Q(works_for=company)
    )
    return System.objects.filter(Q(owner=company) | Exists(mine)).select_related("owner")


def with_officers(found: QuerySet[System], *, company: Company, now: datetime) -> QuerySet[System]:
    """Return the systems with who answers for them now: the owner's officers, and `company`'s."""
    officers = (
        Officer.objects.filter(in_force(now))
        .filter(Q(company=company) | ~Q(role=Officer.Role.USE_OFFICER))
        .select_related("company", "appointment__person")
        .order_by("role", "pk")
    )
    return found.prefetch_related(Prefetch("officers", officers, to_attr="answering"))


def accounts(company: Company) -> QuerySet[Account]:
    """Return the IDs on the company's own systems, and those of its own people anywhere."""
    return Account.objects.filter(
        Q(system__owner=company) | _employed("person_id", company)
    ).select_related("system__owner", "person", "works_for")


def pushes(company: Company) -> QuerySet[Push]:
    return Push.objects.filter(
        Q(account__system__owner=company) | _employed("account__person_id", company)
    ).select_related("account")


def reconciliations(company: Company) -> QuerySet[Reconciliation]:
    """Return the comparisons of the company's own systems: they speak of everybody's IDs."""
    return Reconciliation.objects.filter(target__system__owner=company).select_related(
        "target__system"
    )


def lags(
    company: Company, *, since: datetime, until: datetime, now: datetime
) -> Sequence[lag.SystemLag]:
    """Return how late the orders between two moments were, or are, in each system (one query)."""
    rows = (
        Push.objects.filter(
            movement__isnull=False,
            movement__effective_at__gte=since,
            movement__effective_at__lt=until,
        )
        .filter(Q(account__system__owner=company) | _employed("account__person_id", company))
        .exclude(state=Push.State.SUPERSEDED)
        .select_related("movement", "account")
    )
    return lag.by_system(
        (
            lag.Movement(
                person=push.movement.person_id,
                account=push.account_id,
                system=push.account.system_id,
                effective=push.movement.effective_at,
                received=push.movement.received_at,
                applied=push.movement.applied_at,
                verified=push.verified_at,
                kind=str(Movement.Kind(push.movement.kind).label),
                key=push.pk,
            )
            for push in rows
            if push.movement is not None
        ),
        now=now,
    )


def _employed(person: str, company: Company) -> Exists | Q:
    """Return the condition that the person under the column `person` is of `company`."""
    numbered = PersonNumber.objects.filter(person=OuterRef(person), company=company)
    posted = Appointment.objects.filter(person=OuterRef(person), employer=company)
    return Q(Exists(numbered)) | Q(Exists(posted))
