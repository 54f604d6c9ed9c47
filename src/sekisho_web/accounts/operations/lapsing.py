"""What silence has stopped gets its hold: an ID that fell dormant, a review nobody answered.

Nobody waits for it: whether an ID may be used is worked out from the facts, and silence stops it
at its instant whether this ever runs. The hold makes the stop visible, ends what sessions the
holder has, and is what an officer lifts.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from sekisho.accounts.life import State, state_of
from sekisho_web.accounts.models import Account, AccountReview, Hold
from sekisho_web.accounts.operations.stopping import suspend
from sekisho_web.accounts.queries.wanted import lives_of

BATCH = 5_000
SHORTEST = timedelta(days=27)  # no silence of so few days is a month of silence


def stop_what_lapsed(*, now: datetime) -> int:
    """Place the holds of everything that silence has stopped by `now`; return how many."""
    return _stop_dormant(now=now) + _stop_unanswered(now=now)


def _stop_dormant(*, now: datetime) -> int:
    placed = 0
    for accounts in _silent(now=now):
        lives = lives_of(accounts)
        for account in accounts:
            if state_of(lives[account.pk], now) is State.DORMANT:
                suspend(target=account, reason=Hold.Reason.DORMANT, by=None, now=now)
                placed += 1
    return placed


def _silent(*, now: datetime) -> Iterator[list[Account]]:
    """Yield, batch by batch, the open IDs that nobody used for so long that they may be dormant."""
    before = now - SHORTEST
    silent = (
        Account.objects.filter(closed_at=None, issued_at__lte=before)
        .filter(Q(last_used_at=None) | Q(last_used_at__lte=before))
        .exclude(holds__reason=Hold.Reason.DORMANT, holds__ends_at=None)
        .select_related("system")
        .order_by("pk")
    )
    last = 0
    while batch := list(silent.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        yield batch


def _stop_unanswered(*, now: datetime) -> int:
    over = AccountReview.objects.filter(answer="", due_at__lte=now).values_list("pk", flat=True)
    return sum(_stop_unanswered_one(pk, now=now) for pk in list(over.order_by("pk")))


@transaction.atomic
def _stop_unanswered_one(pk: int, *, now: datetime) -> int:
    """Close a review as one that was met with silence; the hold in its place can be lifted."""
    review = (
        AccountReview.objects.select_for_update(of=("self",)).select_related("account").get(pk=pk)
    )
    if review.answer:  # somebody answered in this moment
        return 0
    review.answer, review.answered_at = AccountReview.Answer.SILENT, now
    review.save(update_fields=["answer", "answered_at"])
    if review.account.closed_at is not None:
        return 0
    note = "棚卸しの期限までに回答がない"
    suspend(target=review.account, reason=Hold.Reason.REVIEW, by=None, now=now, note=note)
    return 1
