"""The feeds of a company, and how long each has been silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from sekisho.accounts.silence import is_silent, refusal_for_new
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Company, Feed, FeedBatch
from sekisho_web.accounts.queries.personnel import feeds_of
from sekisho_web.accounts.signed_in import Hat


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    feed: Feed
    silent: bool
    closed: Refusal | None  # nothing new is given to the company's people
    waiting: int
    takes_files: bool


def company_of(hat: Hat) -> Company:
    """Return the company of the post that is worn (one query)."""
    return Company.objects.get(code=hat.company_code)


def lines(company: Company, *, now: datetime) -> Sequence[Line]:
    """Return the feeds that `company` keeps, with what is to be said of each (one query)."""
    waiting = Count("batches", filter=Q(batches__state=FeedBatch.State.STAGED))
    return [
        Line(
            feed=feed,
            silent=_silent(feed, now=now),
            closed=_closed(feed, now=now),
            waiting=feed.waiting,
            takes_files=feed.kind == Feed.Kind.FILE,
        )
        for feed in feeds_of(company).filter(ended_at=None).annotate(waiting=waiting)
    ]


def batches(company: Company) -> QuerySet[FeedBatch]:
    """Return the deliveries by files to `company`, the newest first, without their bytes."""
    return (
        FeedBatch.objects.filter(feed__in=feeds_of(company), feed__kind=Feed.Kind.FILE)
        .select_related("feed__company", "company", "received_by", "applied_by")
        .defer("data")
        .order_by("-received_at", "-pk")
    )


def silent_feeds(*, now: datetime) -> Sequence[Feed]:
    """Return the feeds from which news is overdue (one query)."""
    feeds = Feed.objects.filter(ended_at=None).select_related("company").order_by("pk")
    return [feed for feed in feeds if _silent(feed, now=now)]


def _silent(feed: Feed, *, now: datetime) -> bool:
    return is_silent(
        heard_at=feed.heard_at or feed.began_at, rhythm_hours=feed.rhythm_hours, now=now
    )


def _closed(feed: Feed, *, now: datetime) -> Refusal | None:
    return refusal_for_new(
        company=feed.company.name,
        heard_at=feed.heard_at or feed.began_at,
        rhythm_hours=feed.rhythm_hours,
        now=now,
    )
