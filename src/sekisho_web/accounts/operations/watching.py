"""The watch over personnel (人事の見張り): silence, and deliveries that wait too long."""

from datetime import datetime

from django.db import transaction

from sekisho.accounts.brake import is_overdue
from sekisho.accounts.plan import Change, ChangeKind
from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import FeedBatch, Hold, Person
from sekisho_web.accounts.operations.personnel import HELD
from sekisho_web.accounts.operations.stopping import suspend
from sekisho_web.accounts.queries.deliveries import delivery_of
from sekisho_web.accounts.queries.feeds import silent_feeds
from sekisho_web.frame.follows import tell

EXPLICIT = frozenset(
    {ChangeKind.LEFT, ChangeKind.MOVED}
)  # somebody ordered it; absence is no order


def personnel_watch(*, now: datetime) -> tuple[int, int]:
    """Open the findings of silence, stop who should have moved, and return how many of each.

    Called every night; what waits too long is looked for every few minutes besides.
    """
    silent = silent_feeds(now=now)
    for feed in silent:
        heard = feed.heard_at or feed.began_at
        tell(
            "finding",
            kind="personnel_silent",
            key=f"feed:{feed.pk}",
            subject=feed.name,
            sentence=f"{feed.name}から {day_in_japan(heard):%Y-%m-%d} のあと知らせが届いていません"
            f"（届く間隔は {feed.rhythm_hours} 時間）",
            at=now,
        )
    return len(silent), hold_all_overdue(now=now)


def hold_all_overdue(*, now: datetime) -> int:
    """Stop whom unconfirmed deliveries should have moved by now, and return how many."""
    waiting = FeedBatch.objects.filter(state=FeedBatch.State.STAGED).defer("data").order_by("pk")
    return sum(hold_overdue(batch, now=now) for batch in waiting)


@transaction.atomic
def hold_overdue(batch: FeedBatch, *, now: datetime) -> int:
    """Stop whoever was to leave or move four hours ago by a delivery that nobody confirmed.

    Returns how many are stopped now that were not. Who is only missing is never stopped so.
    """
    batch = (
        FeedBatch.objects.select_for_update(of=("self",))
        .select_related("feed__company")
        .get(pk=batch.pk)
    )
    if batch.state != FeedBatch.State.STAGED:
        return 0
    plan = delivery_of(batch, now=now).plan
    due = [change for change in plan.changes if _is_due(change, batch, now=now)]
    held = list(batch.report.get(HELD, ()))
    stopped = set(Hold.objects.filter(pk__in=held).values_list("person_id", flat=True))
    people = Person.objects.in_bulk([int(change.person) for change in due if change.person])
    open_holds = Hold.objects.filter(person__in=people, reason=Hold.Reason.FEED, ends_at=None)
    stopped |= set(open_holds.values_list("person_id", flat=True))
    note = f"受信 {batch.pk} の確認が四時間遅れている"
    held += [
        suspend(target=people[pk], reason=Hold.Reason.FEED, by=None, now=now, note=note).pk
        for pk in sorted(people.keys() - stopped)
    ]
    added = len(held) - len(batch.report.get(HELD, ()))
    if added:
        batch.report = {**batch.report, HELD: held}
        batch.save(update_fields=["report"])
        tell(
            "finding",
            kind="personnel_mass",
            key=f"batch:{batch.pk}",
            subject=batch.feed.name,
            sentence=f"{batch.feed.name}の受信 {batch.pk} が確認されないまま発令を四時間過ぎ、"
            f"{len(held)} 人を止めました",
            at=now,
        )
    return added


def _is_due(change: Change, batch: FeedBatch, *, now: datetime) -> bool:
    return (
        change.kind in EXPLICIT
        and bool(change.lines)
        and any(
            is_overdue(effective_at=one.at, received_at=batch.received_at, now=now)
            for one in change.endings
        )
    )
