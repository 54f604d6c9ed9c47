"""What is known of the people whom a directory speaks of."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from sekisho_web.accounts.models import (
    Appointment,
    Company,
    Feed,
    FeedBatch,
    Hold,
    Movement,
    OrderLine,
    Person,
    PersonNumber,
    ScimResource,
)
from sekisho_web.accounts.queries.personnel import feeds_of

OFFER = "offered_holds"  # in the report of a delivery: since when two people may lift its stops


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """Stops that two people may lift together: how many stand, and how many people confirmed."""

    offer: FeedBatch
    held: int
    confirmed: int


def offers(company: Company) -> list[OfferLine]:
    """Return the masses of stops of the feeds that `company` keeps, the newest first."""
    return [offer_line(offer) for offer in open_offers(company).order_by("-pk")]


def offer_line(offer: FeedBatch) -> OfferLine:
    return OfferLine(
        offer=offer, held=offered(offer).count(), confirmed=offer.confirmations.count()
    )


def open_offers(company: Company) -> QuerySet[FeedBatch]:
    return FeedBatch.objects.filter(
        feed__in=feeds_of(company), state=FeedBatch.State.RECEIVED, report__has_key=OFFER
    ).select_related("feed")


def open_offers_of(feed: Feed) -> QuerySet[FeedBatch]:
    return FeedBatch.objects.filter(
        feed=feed, state=FeedBatch.State.RECEIVED, report__has_key=OFFER
    )


def offered(offer: FeedBatch) -> QuerySet[Hold]:
    """Return the open stops that the feed placed since the window of `offer` began."""
    of_this_feed = Movement.objects.filter(
        batch__feed=offer.feed_id,
        kind=Movement.Kind.HELD,
        person=OuterRef("person"),
        applied_at=OuterRef("starts_at"),
    )
    return (
        Hold.objects.filter(
            reason=Hold.Reason.FEED, ends_at=None, starts_at__gte=offer.report[OFFER]["since"]
        )
        .filter(Exists(of_this_feed))
        .order_by("pk")
    )
