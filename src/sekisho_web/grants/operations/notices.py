"""知らせ: who is written to, written down first and mailed afterwards, in batches, once each.

A letter that could not leave is tried again, later each time, and given up after a day. The hand
that sends may be killed between the letter and its row: then it is sent twice, and never lost.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from sekisho.grants import notices as rules
from sekisho.grants.notices import Kind
from sekisho.ledger.leaves import Kind as Entry
from sekisho.terms.days import JST
from sekisho_web.accounts.models import Person
from sekisho_web.grants.models import Notice
from sekisho_web.grants.queries import notices as queries
from sekisho_web.ledger import operations as ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one round came to: letters that left, and people whose letter did not."""

    letters: int = 0
    failed: int = 0


def write(*, people: Iterable[int], kind: Kind, about: str, due_at: datetime) -> None:
    """Write down that `people` are to be told, each once of the same thing at the same moment."""
    Notice.objects.bulk_create(
        (Notice(person_id=one, kind=kind.value, about=about, due_at=due_at) for one in people),
        ignore_conflicts=True,
    )


def write_what_is_due(*, now: datetime) -> None:
    """Write down everything that time alone makes due: calls, answers and the morning's letter."""
    waiting = queries.waiting(now=now)
    for one in waiting:
        moments = rules.calls(one.submitted_at, one.due_at)
        come = rules.called(one.submitted_at, one.due_at, now=now)
        if come:
            write(
                people=one.deciders,
                kind=Kind.WAITING if come == 1 else Kind.DUE,
                about=one.code,
                due_at=moments[come - 1],
            )
    for code, asker, settled_at in queries.answered(since=now - rules.STALE):
        write(people=[asker], kind=Kind.ANSWERED, about=code, due_at=settled_at)
    day = rules.digest_day(now)
    if day is not None:
        morning = datetime.combine(day, rules.DIGEST, tzinfo=JST)
        people = {person for one in waiting for person in one.deciders}
        write(people=people, kind=Kind.DIGEST, about=day.isoformat(), due_at=morning)


def send_due(*, now: datetime) -> Sent:
    """Send everybody the one letter about all that is due for them. Nothing without a server.

    What became void meanwhile (the request is settled, somebody else decided) is not told.
    """
    if not settings.SEKISHO_MAIL:
        return Sent()
    letters = failed = 0
    open_until = {one.code: one for one in queries.waiting(now=now)}
    with get_connection() as server:
        for person in queries.people_to_tell(now=now):
            done = _tell(person, open_until, server, now=now)
            letters, failed = letters + (done is True), failed + (done is False)
    if letters or failed:
        ledger.append(
            kind=Entry.APPROVAL,
            actor=None,
            subject="grants.Notice",
            at=now,
            details={"did": "知らせを送った", "letters": letters, "failed": failed},
        )
    return Sent(letters=letters, failed=failed)


@transaction.atomic
def _tell(
    person: Person,
    waiting: Mapping[str, queries.Waiting],
    server: BaseEmailBackend,
    *,
    now: datetime,
) -> bool | None:
    """Return whether the letter of `person` left; None where there is nothing to say any more."""
    rows = queries.due_of(person, now=now)
    counts: Counter[str] = Counter()
    ends = []
    for row in rows:
        one = waiting.get(row.about)
        if row.kind in (Kind.WAITING, Kind.DUE):
            if one is None or person.pk not in one.deciders:
                continue
            ends.append(one.due_at)
        counts[row.kind] += 1
    if counts.pop(Kind.DIGEST, 0):
        mine = [one for one in waiting.values() if person.pk in one.deciders]
        counts[Kind.DIGEST] = len(mine)
        ends += [one.due_at for one in mine]
    told = [row.pk for row in rows]
    if not +counts:
        Notice.objects.filter(pk__in=told).update(sent_at=now)
        return None
    text = rules.letter(+counts, until=min(ends, default=None), site=settings.SEKISHO_SITE)
    mail = EmailMessage(
        subject=text.subject, body=text.body, to=[person.mail], connection=server,
        headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    try:
        mail.send()
    except (SMTPException, OSError):  # its words may hold the address
        for row in rows:
            row.failed = min(row.failed + 1, queries.MOST_FAILED)
        Notice.objects.bulk_update(rows, ["failed"])
        return False
    Notice.objects.filter(pk__in=told).update(sent_at=now)
    return True
