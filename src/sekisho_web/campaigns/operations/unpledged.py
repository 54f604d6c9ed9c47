"""Who was asked for a pledge and let the notice pass is stopped, by a rule and by ID."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sekisho_web.accounts.models import Account, Hold
from sekisho_web.accounts.operations.stopping import suspend
from sekisho_web.campaigns.queries.wanted import Wanted, wanted


def stop_unpledged(*, now: datetime) -> int:
    """Stop the IDs whose pledge is missing after its notice, and return how many are stopped.

    The person is not stopped: to sign, they must get in. Signing lifts the stop.
    """
    stopped = 0
    held = set(
        Hold.objects.filter(
            reason=Hold.Reason.PLEDGE, ends_at=None, account__isnull=False
        ).values_list("account_id", flat=True)
    )
    for one in overdue(wanted(None, now=now), now=now):
        for account in accounts_of(one):
            if account.pk in held:
                continue
            held.add(account.pk)
            suspend(
                target=account,
                reason=Hold.Reason.PLEDGE,
                by=None,
                now=now,
                note=f"{one.asked.template.title}（第{one.asked.template.version}版）",
            )
            stopped += 1
    return stopped


def overdue(found: Iterable[Wanted], *, now: datetime) -> Sequence[Wanted]:
    """Return what has been wanted longer than its notice."""
    return [one for one in found if one.stops_at is not None and one.stops_at <= now]


def accounts_of(one: Wanted) -> Sequence[Account]:
    """Return the open IDs that stop for want of a pledge: the one it is about, or of its post."""
    mine = Account.objects.filter(person=one.asked.person, closed_at=None).order_by("pk")
    if one.asked.template.subject == "account":
        system, _, code = one.asked.subject.partition(" ")
        return list(mine.filter(system__key=system, code=code))
    if one.asked.template.subject == "appointment":
        return list(mine.filter(appointment=int(one.asked.subject)))
    return ()
