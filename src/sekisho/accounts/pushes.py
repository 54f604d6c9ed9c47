"""How an answer of ours reaches another system (反映): planned, sent, acknowledged, verified.

Only `verified` counts. A push that fails is tried again for ever: neither age nor silence makes
it green, and a person closes it only with evidence and a second person (A14).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sekisho.terms.days import day_in_japan, jst_day
from sekisho.terms.refusals import Refusal

TRIES = tuple(timedelta(seconds=seconds) for seconds in (0, 10, 20, 40, 80, 150))  # from the plan
LIMIT = timedelta(minutes=5)  # from the plan until it is escalated
AGAIN = timedelta(minutes=15)  # between two tries after that, for ever
ASK_AGAIN = timedelta(days=1)  # what is done by hand cannot be tried, only asked for again
LEASE = timedelta(seconds=60)  # a worker that has not said more by then is taken for dead
SHORTEST_EVIDENCE = 8  # signs
SATURDAY = 5


class State(StrEnum):
    PLANNED = "planned"  # 予定
    SENT = "sent"  # 送信
    ACKNOWLEDGED = "acknowledged"  # 受領
    VERIFIED = "verified"  # 確認済み
    FAILED = "failed"  # 失敗
    ESCALATED = "escalated"  # 上申
    CLOSED = "closed"  # 手で閉じた
    SUPERSEDED = "superseded"  # 新しい反映に替わった

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self in {State.VERIFIED, State.CLOSED, State.SUPERSEDED}


class Way(StrEnum):
    """How a target is reached."""

    DIRECT = "direct"  # we write it and read it back
    BY_HAND = "by_hand"  # a work order (作業票) to a person
    LOG_ONLY = "log_only"  # we only read its log, afterwards


class Light(StrEnum):
    """What a page says of a push at a time."""

    GREEN = "green"  # verified in the target
    WAITING = "waiting"  # on its way, within its limit
    RED = "red"  # failed, escalated, or over its limit
    GREY = "grey"  # closed by two people, or replaced: no target has confirmed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One answer on its way to one target.

    planned_at: when the wanted state became so; every time below is not before it.
    limit_at:   when it is escalated. due_at: when it is taken up next.
    seen_at:    when the target was read whose reading is the evidence.
    """

    state: State
    way: Way
    planned_at: datetime
    limit_at: datetime
    due_at: datetime
    attempts: int = 0
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    verified_at: datetime | None = None
    escalated_at: datetime | None = None
    seen_at: datetime | None = None
    evidence: str = ""
    failure: str = ""


class NotSo(ValueError):
    """A step that a push cannot take from where it is. A bug of the caller, never of a target."""


def planned(
    *,
    now: datetime,
    way: Way = Way.DIRECT,
    rhythm: timedelta | None = None,
    days_off: Collection[date] = (),
) -> Push:
    """Return a push that begins at `now`.

    rhythm:   how often the log of a system comes in that only its log shows (LOG_ONLY).
    days_off: days in Japan, besides Saturday and Sunday, on which nobody works by hand.
    """
    match way:
        case Way.DIRECT:
            limit, due = now + LIMIT, now
        case Way.BY_HAND:
            limit, due = a_business_day_after(now, days_off=days_off), now
        case Way.LOG_ONLY:
            limit = now + (rhythm or timedelta(days=1))
            due = limit
    return Push(state=State.PLANNED, way=way, planned_at=now, limit_at=limit, due_at=due)


def sending(push: Push, *, now: datetime) -> Push:
    """Return `push` as it is written *before* anything goes out: taken, until the lease ends.

    Whoever takes it up after a lease that ended does not know what went out: the same step, and
    the target is read first. Once escalated it stays so until it is verified.
    """
    _must_run(push)
    state = push.state if push.state is State.ESCALATED else State.SENT
    return replace(push, state=state, attempts=push.attempts + 1, sent_at=now, due_at=now + LEASE)


def acknowledged(push: Push, *, now: datetime) -> Push:
    """Return `push` after the target, or the person, said that it was done. It proves nothing."""
    _must_run(push)
    if push.sent_at is None:
        raise NotSo("nothing was sent")
    state = push.state if push.state is State.ESCALATED else State.ACKNOWLEDGED
    return replace(push, state=state, acknowledged_at=now)


def verified(push: Push, *, seen_at: datetime, evidence: str, now: datetime) -> Push:
    """Return `push` as verified by a reading of the target.

    seen_at:  when the target was read; not before the push was sent, nor after `now`.
    evidence: what was read. Never empty.
    Raises NotSo where the reading is older than what it should prove.
    """
    _must_run(push)
    if not evidence.strip():
        raise NotSo("verified without evidence")
    if push.sent_at is None:
        raise NotSo("verified, but never sent")
    if not max(push.planned_at, push.sent_at) <= seen_at <= now:
        raise NotSo("the reading is older than the push")
    return replace(
        push, state=State.VERIFIED, seen_at=seen_at, verified_at=now, evidence=evidence.strip(),
        failure="",
    )  # fmt: skip


def failed(push: Push, *, why: str, now: datetime) -> Push:
    """Return `push` after a try that did not hold: failed, or escalated from its limit on."""
    _must_run(push)
    late = push.escalated_at is not None or now >= push.limit_at
    return replace(
        push,
        state=State.ESCALATED if late else State.FAILED,
        escalated_at=(push.escalated_at or now) if late else None,
        due_at=next_try(push, now=now),
        failure=why.strip() or "理由なし",
        evidence="",
    )


def escalated(push: Push, *, now: datetime) -> Push:
    """Return `push` as escalated where its limit has passed, and else as it is.

    Also where nothing was ever tried: a worker that stands still must not look like patience.
    """
    if push.state.is_over or push.escalated_at is not None or now < push.limit_at:
        return push
    return replace(push, state=State.ESCALATED, escalated_at=now)


def next_try(push: Push, *, now: datetime) -> datetime:
    """Return when a push that failed at `now` is taken up next: always after `now`."""
    match push.way:
        case Way.DIRECT:
            times = [push.planned_at + wait for wait in TRIES] + [push.limit_at]
            return next((at for at in times if at > now), now + AGAIN)
        case Way.BY_HAND:
            return push.limit_at if now < push.limit_at else now + ASK_AGAIN
        case Way.LOG_ONLY:
            pace = max(push.limit_at - push.planned_at, AGAIN)
            return push.limit_at if now < push.limit_at else now + pace


def light(push: Push, *, now: datetime) -> Light:
    """Return what a page shows at `now`. Green is verified, and nothing else is."""
    if push.state is State.VERIFIED:
        return Light.GREEN
    if push.state.is_over:
        return Light.GREY
    if push.state in {State.FAILED, State.ESCALATED} or now >= push.limit_at:
        return Light.RED
    return Light.WAITING


def a_business_day_after(at: datetime, *, days_off: Collection[date] = ()) -> datetime:
    """Return the end of the first business day in Japan that begins after `at`.

    Friday 10:00 gives the midnight that ends Monday: whoever gets a work order has one whole day.
    """
    day = day_in_japan(at) + timedelta(days=1)
    while day.weekday() >= SATURDAY or day in days_off:
        day += timedelta(days=1)
    return jst_day(day + timedelta(days=1))


def refusal_to_attest(push: Push, *, evidence: str, by: int, holder: int | None) -> Refusal | None:
    """Return why `by` may not say, with `evidence`, that what was wanted is done.

    holder: whose account it is; nobody attests the stop of their own.
    """
    if push.state.is_over:
        return Refusal(reason="この反映はもう終わっています", remedy="一覧を開き直してください")
    if by == holder:
        return Refusal(
            reason="自分のアカウントの反映は、自分では確かめられません",
            remedy="ほかの担当者に依頼してください",
        )
    if len(evidence.strip()) < SHORTEST_EVIDENCE:
        return Refusal(
            reason="証拠が書かれていません",
            remedy="いつ、どの画面や一覧で、何を確かめたかを書いてください",
        )
    return None


def refusal_to_confirm(
    push: Push, *, attested_by: int | None, by: int, holder: int | None
) -> Refusal | None:
    """Return why `by` may not be the second person, or None where they may."""
    if push.state.is_over:
        return Refusal(reason="この反映はもう終わっています", remedy="一覧を開き直してください")
    if attested_by is None:
        return Refusal(
            reason="まだ証拠が出ていません",
            remedy="先に、作業をした人が証拠を書いてください",
        )
    if by == attested_by:
        return Refusal(
            reason="証拠を出した人は、確かめる人になれません",
            remedy="ほかの担当者に、対象システムを見て確かめてもらってください",
        )
    if by == holder:
        return Refusal(
            reason="自分のアカウントの反映は、自分では確かめられません",
            remedy="ほかの担当者に依頼してください",
        )
    return None


def closed(push: Push, *, evidence: str) -> Push:
    """Return `push` as closed by hand. Who may is asked before, by the two refusals."""
    _must_run(push)
    if not evidence.strip():
        raise NotSo("closed without evidence")
    return replace(push, state=State.CLOSED, evidence=evidence.strip())


def superseded(push: Push) -> Push:
    """Return `push` as replaced by a newer one of the same account, which must be verified anew."""
    _must_run(push)
    return replace(push, state=State.SUPERSEDED)


def _must_run(push: Push) -> None:
    if push.state.is_over:
        raise NotSo(f"already {push.state}")
