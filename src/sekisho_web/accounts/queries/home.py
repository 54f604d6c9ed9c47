"""How people and IDs stand now, in six numbers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sekisho_web.accounts.models import Account, AccountReview, FeedBatch, Hold, Push, in_force
from sekisho_web.accounts.signed_in import Hat


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What waits or should not be, among what `hat` may see."""

    alive: int  # open personal IDs
    shared: int  # open shared IDs: the goal is none
    holds: int  # open stops
    batches: int  # deliveries of personnel that wait for a look
    reviews: int  # IDs whose review nobody has answered yet
    red: int  # states that a target has not been seen to hold


def standing(hat: Hat, *, now: datetime) -> Standing:
    """Return the numbers of the company of `hat` (six queries).

    The owner of the systems sees the IDs of everybody in them; others see their own people's.
    """
    ids = Account.objects.filter(Q(closed_at=None) | Q(closed_at__gt=now))
    batches = FeedBatch.objects.filter(state=FeedBatch.State.STAGED)
    if hat.company_kind != "network":
        ids = ids.filter(works_for__code=hat.company_code)
        batches = batches.filter(company__code=hat.company_code)
    stopped = Hold.objects.filter(in_force(now, starts="starts_at", ends="ends_at"))
    return Standing(
        alive=ids.filter(kind=Account.Kind.PERSONAL).count(),
        shared=ids.filter(kind=Account.Kind.SHARED).count(),
        holds=stopped.filter(
            Q(account__in=ids) | Q(person__accounts__in=ids) | Q(person__isnull=True)
        )
        .distinct()
        .count(),
        batches=batches.count(),
        reviews=AccountReview.objects.filter(answer="", account__in=ids).count(),
        red=Push.objects.filter(
            state__in=[Push.State.FAILED, Push.State.ESCALATED], account__in=ids
        ).count(),
    )
