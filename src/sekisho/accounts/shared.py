"""Shared IDs (共有ID), as long as they last: one custodian, one holder at a time, an end.

Their number is a figure whose goal is nought. Until then every line of their log has one holder,
and the secret changes whenever it comes back, and when somebody who knew it moves away.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.terms.days import day_in_japan, jst_day, months_on
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal

MOST_MONTHS = 12  # from registration to the end
MOST_HOURS = timedelta(hours=12)  # of one check-out


class Because(StrEnum):
    """Why a secret is to be changed."""

    RETURNED = "returned"
    HOLDER_MOVED = "holder_moved"
    SEASON = "season"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """One check-out (持出). returned_at: None while nobody brought it back."""

    person: str
    held: Period
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A change of the secret that was due. done_at: None while it is still due."""

    because: Because
    due_at: datetime
    done_at: datetime | None = None


def refusal_to_share(
    *, custodian: str, reason: str, ends_at: datetime | None, at: datetime
) -> Refusal | None:
    """Return why an ID may not go on being shared, or None where it may, for a time."""
    if not custodian or not reason.strip():
        return Refusal(
            reason="共有IDには、預かる人と続ける理由が要ります",
            remedy="預かる人と理由を書いてください",
        )
    latest = jst_day(months_on(day_in_japan(at), MOST_MONTHS))
    if ends_at is None or not at < ends_at <= latest:
        return Refusal(
            reason=f"共有IDの期限は、登録から{MOST_MONTHS}か月までです",
            remedy="期限を短くし、個人のIDへ替える計画を立ててください",
        )
    return None


def refusal_to_check_out(
    *,
    lives: bool,
    person: str,
    custodian: str,
    given_by: str,
    purpose: str,
    held: Period,
    others: Iterable[Checkout],
    rotations: Iterable[Rotation],
) -> Refusal | None:
    """Return why `person` may not take the shared ID for `held`, or None where they may.

    lives: whether the account is usable at the beginning of `held`.
    """
    if not lives:
        return Refusal(
            reason="この共有IDはいま使えません", remedy="アカウントの状態と理由を確かめてください"
        )
    if given_by != custodian:
        return Refusal(reason="渡せるのは、預かる人だけです", remedy="預かる人に頼んでください")
    if given_by == person:
        return Refusal(
            reason="預かる人が自分に渡すことはできません",
            remedy="別の人が預かる人になってから持ち出してください",
        )
    if not purpose.strip():
        return Refusal(reason="用途がありません", remedy="何に使うかを書いてください")
    if held.ends is None or not timedelta(0) < held.ends - held.starts <= MOST_HOURS:
        return Refusal(reason="持出しは12時間までです", remedy="返す時刻を早めてください")
    if any(_overlap(_really(other), held) for other in others):
        return Refusal(reason="ほかの人が持ち出しています", remedy="返されてから持ち出してください")
    if any(rotation.done_at is None for rotation in rotations):
        return Refusal(
            reason="秘密の交換がまだです", remedy="預かる人が交換してから持ち出してください"
        )
    return None


def rotations_due(
    checkouts: Sequence[Checkout],
    *,
    moved: Collection[tuple[str, datetime]],
    done: Sequence[Rotation] = (),
) -> Sequence[Rotation]:
    """Return the changes of the secret that are due and not done.

    moved: who has left the post for which they held it, and when.
    done:  the changes made so far; one made after the cause answers it.
    """
    causes = [
        (Because.RETURNED, checkout.returned_at)
        for checkout in checkouts
        if checkout.returned_at is not None
    ]
    causes += [
        (Because.HOLDER_MOVED, max(at, checkout.held.starts))
        for checkout in checkouts
        for person, at in moved
        if person == checkout.person
    ]
    last = max((one.done_at for one in done if one.done_at is not None), default=None)
    due: dict[Because, datetime] = {}
    for because, at in causes:
        if last is None or last < at:
            due[because] = min(at, due.get(because, at))
    return [Rotation(because=because, due_at=at) for because, at in due.items()]


def _really(checkout: Checkout) -> Period:
    """Return how long it was really held: until it came back, or until it is due back."""
    ends = checkout.returned_at
    return checkout.held if ends is None else Period(starts=checkout.held.starts, ends=ends)


def _overlap(one: Period, other: Period) -> bool:
    return (one.ends is None or other.starts < one.ends) and (
        other.ends is None or one.starts < other.ends
    )
