"""起動: what a person may open now, and the one-time handle by which it is opened.

A launch is recorded before anything opens. Its handle lasts a minute, works once, and only where
it was given: in the same session, at the same terminal, for the same system.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.grants.refusals import NO_DEVICE, NO_USE, NOT_BEGUN, NOT_FRESH
from sekisho.terms.refusals import Refusal

LASTS = timedelta(seconds=60)  # from the launch to the arrival
TOKEN = timedelta(seconds=120)  # from the launch to the token: a minute to arrive, one to redeem

NO_HANDLE = Refusal(
    reason="起動ページを通らずに開こうとしました",
    remedy="起動ページからシステムを選び直してください",
)
OVER = Refusal(
    reason="起動から1分が過ぎました", remedy="起動ページからシステムを選び直してください"
)
SPENT = Refusal(
    reason="この起動は、もう使われています", remedy="起動ページからシステムを選び直してください"
)
CLOSED = Refusal(
    reason="起動ページから開く先が、登録されていません",
    remedy="システムの担当に、起動のしかたの登録を求めてください",
)


class Tile(StrEnum):
    """What the launcher shows of a system."""

    RUNNING = "running"  # 利用中
    READY = "ready"  # 使えます
    PROVE = "prove"  # 本人認証をしてから使えます
    CLOSED = "closed"  # 使えません


# What starting the use itself settles, and what the person settles on the way.
_BY_STARTING = (NO_USE, NOT_BEGUN)
_BY_PROVING = (NOT_FRESH,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One system with one purpose on the launcher. refusal: the first that stands in the way."""

    tile: Tile
    refusal: Refusal | None = None
    can_ask: bool = False  # whether a request could help


def offer(refusals: Sequence[Refusal], *, askable: Sequence[Refusal] = ()) -> Offer:
    """Return what the launcher offers where `may_use` has these refusals, in their order.

    refusals: every one of them; empty: it may be used, and a use runs.
    askable:  the refusals that a request (利用申請) could settle.
    """
    if not refusals:
        return Offer(tile=Tile.RUNNING)
    left = [one for one in refusals if one not in _BY_STARTING]
    if not left:
        return Offer(tile=Tile.READY)
    if all(one in _BY_PROVING for one in left):
        return Offer(tile=Tile.PROVE)
    first = next(one for one in left if one not in _BY_PROVING)
    return Offer(tile=Tile.CLOSED, refusal=first, can_ask=first in askable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A launch whose handle was given out. `session` and `device` as they were then."""

    system: str
    session: str
    device: str
    expires_at: datetime
    arrived_at: datetime | None = None


def refusal_to_arrive(
    given: Given | None, *, system: str, session: str, device: str, now: datetime
) -> Refusal | None:
    """Return why an arrival at `system` is refused, or None where it came from the launcher.

    given: the launch of the handle; None where nobody was given such a handle.
    """
    if not session or not device:
        return NO_DEVICE if session else NO_HANDLE
    if given is None:
        return NO_HANDLE
    if (given.system, given.session, given.device) != (system, session, device):
        return NO_HANDLE
    if given.arrived_at is not None:
        return SPENT
    return OVER if now >= given.expires_at else None


def refusal_to_redeem(
    *, arrived_at: datetime | None, asked_at: datetime, now: datetime
) -> Refusal | None:
    """Return why no token is given for a launch, or None where it may be: it arrived just now."""
    if arrived_at is None:
        return NO_HANDLE
    return OVER if now >= asked_at + TOKEN else None
