"""What a document about a person means here: posts, a stop, the end of one, and nothing more.

Groups, roles and entitlements are kept with the document and grant nothing: what somebody may do
comes from grants alone.
"""

from datetime import datetime

from scim2_models import ForbiddenException, InvalidValueException

from sekisho.accounts import told as rule
from sekisho.accounts.orders import OrderLine
from sekisho.accounts.told import NotUnderstood, Teller, Wish
from sekisho_web.accounts.models import Feed, FeedBatch, Person, ScimResource
from sekisho_web.accounts.operations import directories
from sekisho_web.accounts.queries import directories as known
from sekisho_web.accounts.scim import documents
from sekisho_web.accounts.scim.documents import Document

ELSEWHERE = "この人は、この鍵の会社の人ではありません"


def told(
    row: ScimResource,
    *,
    before: Document,
    wish: Wish,
    feed: Feed,
    received: bytes,
    now: datetime,
) -> None:
    """Let the new document of `row` mean what it means, and note on it whose it is, if anybody's.

    before: the document as it was; {} for a new one.
    Raises ForbiddenException where it speaks of another company's person, and
    InvalidValueException where it cannot be understood: then nothing of it is taken, unless it
    stops somebody. A stop does not wait for the rest to be right.
    """
    _refuse_strangers(row.document, before=before, feed=feed)
    if row.person_id is None:
        row.person = _whose(row, feed=feed)
        if row.document.get("active") is False:
            wish = Wish.STOP  # also where it was said before there was anybody to stop
    batch: FeedBatch | None = None
    try:
        if news := _news(row, before=before, feed=feed, now=now):
            batch = directories.receive(feed=feed, received=received, now=now)
            row.person = directories.take(batch=batch, lines=news, person=row.person, now=now)
    except NotUnderstood as error:
        if wish is not Wish.STOP or row.person_id is None:
            raise InvalidValueException(detail=str(error)) from error
        row.document = documents.with_appointments(row.document, of=before)
    if wish is not Wish.NOTHING and row.person is not None:
        batch = batch or directories.receive(feed=feed, received=received, now=now)
        act = directories.stop if wish is Wish.STOP else directories.release
        act(person=row.person, batch=batch, now=now)
    if batch is None:
        directories.heard(feed, now=now)
    if row.person_id is not None:
        _superior(row, before=before, feed=feed, now=now)


def gone(row: ScimResource, *, feed: Feed, received: bytes, now: datetime) -> None:
    """End what this feed said of the person of `row`: its posts are over now.

    Where it never said anything of posts, to be gone is all that it can say: the person is stopped.
    """
    if row.person is None:
        directories.heard(feed, now=now)
        return
    batch = directories.receive(feed=feed, received=received, now=now)
    told_before = documents.appointments(row.document)
    news = rule.taken_back(told_before, by=_teller(row, before={}, feed=feed), now=now)
    if news:
        directories.take(batch=batch, lines=news, person=row.person, now=now)
    if not told_before:
        directories.stop(person=row.person, batch=batch, now=now)


def _refuse_strangers(document: Document, *, before: Document, feed: Feed) -> None:
    """Raise ForbiddenException where the document says that the person is of another company."""
    own = feed.company
    if rule.strangers(documents.appointments(document), company=own.code):
        raise ForbiddenException(detail=ELSEWHERE)
    named = documents.organization(document)
    if named not in (
        "",
        own.code,
        own.name,
        documents.organization(before),
    ) and known.names_a_company(named):
        raise ForbiddenException(detail=ELSEWHERE)


def _whose(row: ScimResource, *, feed: Feed) -> Person | None:
    """Return whose a document is, or None where they are not known yet.

    By employee number, else by the name they sign in with, else by the number of the group. Each
    must lead to somebody of the feed's company; nobody is found by name.
    """
    document = row.document
    number = documents.employee_number(document)
    if number and (found := known.numbered(number, company=feed.company)):
        return found
    for found in known.called(row.name, group=documents.group_id(document)):
        if known.belongs(found, company=feed.company):
            return found
        if not (found.code == documents.group_id(document) and documents.appointments(document)):
            raise ForbiddenException(detail=ELSEWHERE)  # else they come from there: a new post
    return None


def _news(row: ScimResource, *, before: Document, feed: Feed, now: datetime) -> list[OrderLine]:
    """Return the news of a document: of its posts, and of the name of whoever holds them."""
    was, tells = documents.appointments(before), documents.appointments(row.document)
    renamed = bool(was and tells) and _renamed(before, row.document)
    if was == tells and not renamed:
        return []
    teller = _teller(row, before=before, feed=feed)
    if not teller.employee_number:
        raise NotUnderstood(
            "社員番号（employeeNumber）がありません",
            place=row.name,
            remedy="発令を送る人には社員番号を付けてください",
        )
    known_before = known.orders_told({one.order_no for one in tells}, feed=feed)
    if renamed:  # one order is told again, with the new name
        was = [one for one in was if one.key != tells[-1].key]
    return rule.lines(was, tells, by=teller, now=now, known=known_before)


def _renamed(before: Document, document: Document) -> bool:
    """Return whether a name is told that is another one. A name that is not told is none."""
    return any(
        (told := name(document)) and told != name(before)
        for name in (documents.full_name, documents.kana)
    )


def _teller(row: ScimResource, *, before: Document, feed: Feed) -> Teller:
    """Return who tells of whom. The number stays where a document leaves it out."""
    document = row.document
    number = documents.employee_number(document) or documents.employee_number(before)
    return Teller(
        source=str(feed.pk),
        batch="",
        company=feed.company.code,
        employee_number=number or known.number_of(row.person_id, company=feed.company),
        name=documents.full_name(document),
        kana=documents.kana(document),
        manager=known.number_of_superior(documents.manager(document), feed=feed),
        group_id=documents.group_id(document),
        previous_number=documents.previous_number(document),
    )


def _superior(row: ScimResource, *, before: Document, feed: Feed, now: datetime) -> None:
    """Open a finding where the document names a superior whom nobody knows. It is kept as text."""
    named = documents.manager(row.document)
    if named and named != documents.manager(before) and not known.is_known(named, feed=feed):
        directories.unknown_superior(feed=feed, of=str(row.uid), now=now)
