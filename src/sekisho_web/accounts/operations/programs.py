"""What a program of a company does to people and IDs: it stops, and ends what it stopped."""

from datetime import datetime

from django.db import transaction

from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Account, ApiToken, Hold, Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.operations.stopping import lift, suspend
from sekisho_web.ledger import operations as ledger

LONGEST = 200


class CannotResume(Refused):
    """The stop stands."""


@transaction.atomic
def stop(*, target: Person | Account, key: ApiToken, reason: str, note: str, now: datetime) -> Hold:
    """Stop `target` by the one path, in the name of the program, and return its hold."""
    said = f"{signature(key)}{note}"[:LONGEST]
    hold = suspend(target=target, reason=Hold.Reason(reason), by=None, now=now, note=said)
    _enter("API による停止", hold, key=key, note=note, now=now)
    return hold


@transaction.atomic
def resume(*, target: Person | Account, key: ApiToken, note: str, now: datetime) -> list[Hold]:
    """Lift what this program stopped on `target`, and return it. Everything else stands.

    A lost key or card is not resumed by a program: an officer does, once there is a new one.
    Raises CannotResume where there is nothing that it may lift.
    """
    holds = [
        hold
        for hold in Hold.objects.select_for_update()
        .filter(**{target._meta.model_name or "": target}, ends_at=None)
        .order_by("pk")
        if is_liftable(hold, key=key)
    ]
    if not holds:
        raise CannotResume(
            Refusal(
                reason="このプログラムが解除できる停止がありません",
                remedy="停止の理由を見て、解除できる人に画面で依頼してください",
            )
        )
    for hold in holds:
        lift(hold=hold, by=None, now=now, note=f"{signature(key)}{note}"[:LONGEST])
        _enter("API による停止の解除", hold, key=key, note=note, now=now)
    return holds


def is_liftable(hold: Hold, *, key: ApiToken) -> bool:
    """Return whether the program of `key` placed `hold`, for a reason that it may take back."""
    return (
        hold.reason == Hold.Reason.INVESTIGATION
        and hold.placed_by_id is None
        and hold.note.startswith(signature(key))
    )


def signature(key: ApiToken) -> str:
    """Return how the program signs its stops: by company and name, which outlive one key."""
    return f"API {key.company.code} {key.name}: "


def _enter(act: str, hold: Hold, *, key: ApiToken, note: str, now: datetime) -> None:
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=None,
        subject=hold,
        at=now,
        details={"act": act, "by": signature(key), "key": f"api-{key.pk}", "note": note},
    )
