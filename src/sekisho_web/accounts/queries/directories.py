"""What is known of the people whom a directory speaks of."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import Q

from sekisho_web.accounts.models import (
    Appointment,
    Company,
    Feed,
    OrderLine,
    Person,
    PersonNumber,
    ScimResource,
)


def names_a_company(text: str) -> bool:
    """Return whether `text` is the code or the name of a company of the register."""
    return Company.objects.filter(Q(code=text) | Q(name=text)).exists()


def numbered(number: str, *, company: Company) -> Person | None:
    """Return whom `company` knows, or once knew, under this employee number."""
    found = PersonNumber.objects.filter(company=company, number=number).select_related("person")
    return next((row.person for row in found), None)


def called(login: str, *, group: str) -> Iterator[Person]:
    """Yield who signs in by this name, in whatever case, and who has this number of the group."""
    yield from Person.objects.filter(login__iexact=login)[:2]
    if group:
        yield from Person.objects.filter(code=group)


def belongs(person: Person, *, company: Company) -> bool:
    """Return whether `person` is or was employed by `company`, or will be."""
    return (
        PersonNumber.objects.filter(person=person, company=company).exists()
        or Appointment.objects.filter(person=person, employer=company).exists()
    )


def number_of(person: int | None, *, company: Company) -> str:
    """Return the employee number under which `company` knows a person, the newest; else ""."""
    if person is None:
        return ""
    found = PersonNumber.objects.filter(person=person, company=company).order_by("-valid_from")
    return found.values_list("number", flat=True).first() or ""


def number_of_superior(named: str, *, feed: Feed) -> str:
    """Return the employee number of a superior named by the id of a document, else `named`."""
    row = _document(named, feed=feed)
    return named if row is None else number_of(row.person_id, company=feed.company) or named


def is_known(named: str, *, feed: Feed) -> bool:
    """Return whether a superior is known: by document, employee number or sign-in name."""
    return (
        _document(named, feed=feed) is not None
        or PersonNumber.objects.filter(company=feed.company_id, number=named).exists()
        or ScimResource.objects.filter(feed=feed, kind=ScimResource.Kind.USER, deleted_at=None)
        .filter(Q(name=named.lower()) | Q(external_id=named))
        .exists()
    )


def _document(named: str, *, feed: Feed) -> ScimResource | None:
    try:
        uid = UUID(named)
    except ValueError:
        return None
    return ScimResource.objects.filter(feed=feed, uid=uid, deleted_at=None).first()


def orders_told(order_nos: Collection[str], *, feed: Feed) -> set[tuple[str, str]]:
    """Return which of these orders the feed has told before, in whatever document (one query)."""
    rows = OrderLine.objects.filter(feed=feed, order_no__in=order_nos)
    return set(rows.values_list("order_no", "branch"))
