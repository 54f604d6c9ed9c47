"""The review of rights (権限棚卸): is this ID still needed? Silence at the deadline is no.

One strategy only. Whoever answers sees what was done with the ID; nobody answers for their own;
an answer to keep lasts half a year at most.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.terms.days import JST, day_in_japan, jst_day, months_on
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal

MOST_MONTHS = 6  # that an answer to keep lasts, and that uses are counted
OFF_FROM, OFF_TO = 22, 5  # hours in Japan: outside of every shift of an office
RUBBER = timedelta(seconds=3)  # a decision faster than this was not read


class Answer(StrEnum):
    """What a reviewer may answer."""

    KEEP = "keep"
    REDUCE = "reduce"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a reviewer has to know of one ID, as it was when the review was opened (as_of)."""

    account: str
    as_of: str
    last_used_on: str | None  # day in Japan; None: never used
    uses: int  # in the six months before
    off_hours: int  # of them, at night
    concurrent: int  # posts of the holder that ran at once
    moved: bool  # a post of the holder ended or began in the period
    dormant_on: str | None
    is_shared: bool
    grants: tuple[str, ...]
    target: str  # state in the target, in words
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One ID of the population under review."""

    account: str
    holder: str | None
    kind: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The IDs to be reviewed, frozen: nothing joins or leaves after the start."""

    as_of: datetime
    lines: tuple[Line, ...]
    digest: str  # SHA-256 of the canonical text


def review_population(lines: Iterable[Line], *, as_of: datetime) -> Population:
    """Return the population of a review, in a fixed order and with its hash."""
    ordered = tuple(sorted(lines, key=lambda line: line.account))
    said = json.dumps(
        [as_of.astimezone(JST).isoformat(), [asdict(line) for line in ordered]],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return Population(as_of=as_of, lines=ordered, digest=hashlib.sha256(said.encode()).hexdigest())


def review_facts(
    *,
    account: str,
    as_of: datetime,
    last_used_at: datetime | None,
    uses: int,
    off_hours: int,
    posts: Sequence[Period],
    dormant_on: str | None,
    is_shared: bool = False,
    grants: Collection[str] = (),
    target: str = "",
) -> Evidence:
    """Return the evidence of one ID, with the flags that a reviewer is shown first.

    uses, off_hours: counts in the six months before `as_of`. posts: every post of the holder.
    """
    since = jst_day(months_on(day_in_japan(as_of), -MOST_MONTHS))
    concurrent = sum(1 for post in posts if post.holds(as_of))
    moved = any(
        since < edge <= as_of
        for post in posts
        for edge in (post.starts, post.ends)
        if edge is not None
    )
    flags = [
        word
        for word, is_so in (
            ("一度も使われていない", last_used_at is None),
            ("6か月使われていない", last_used_at is not None and last_used_at < since),
            ("夜間の利用", off_hours > 0),
            ("兼務", concurrent > 1),
            ("発令なし", concurrent == 0 and not is_shared),
            ("期間中の異動", moved),
            ("共有ID", is_shared),
            ("利用許可なし", not grants),
        )
        if is_so
    ]
    return Evidence(
        account=account,
        as_of=as_of.astimezone(JST).isoformat(),
        last_used_on=day_in_japan(last_used_at).isoformat() if last_used_at else None,
        uses=uses,
        off_hours=off_hours,
        concurrent=concurrent,
        moved=moved,
        dormant_on=dormant_on,
        is_shared=is_shared,
        grants=tuple(sorted(grants)),
        target=target,
        flags=tuple(flags),
    )


def is_off_hours(at: datetime) -> bool:
    """Return whether `at` lies between 22:00 and 5:00 in Japan."""
    hour = at.astimezone(JST).hour
    return hour >= OFF_FROM or hour < OFF_TO


def review_assignee(
    *,
    holder: str | None,
    superiors: Sequence[str],
    officers: Sequence[str],
    substitutes: Sequence[str] = (),
    barred: Collection[str] = (),
) -> str | None:
    """Return who answers for an ID, or None where nobody can: then it is not left standing.

    The holder's superior knows best, then the officers of the system, then who stands in for
    them (the second line). Never the holder, and nobody who is stopped or away (`barred`).
    """
    for person in (*superiors, *officers, *substitutes):
        if person != holder and person not in barred:
            return person
    return None


def latest_end(at: datetime) -> datetime:
    """Return the last instant until which an answer given at `at` may keep an ID."""
    return jst_day(months_on(day_in_japan(at), MOST_MONTHS))


def refusal_to_answer(
    *,
    answer: Answer,
    holder: str | None,
    assignee: str,
    by: str,
    due_at: datetime,
    is_answered: bool,
    at: datetime,
    keep_until: datetime | None = None,
    roles: Collection[str] = (),
    held_roles: Collection[str] = (),
) -> Refusal | None:
    """Return why `by` may not give this answer at `at`, or None where they may.

    To stop is never too late; to keep is, once the deadline has stopped it.
    """
    if is_answered:
        return Refusal(
            reason="この棚卸しには、もう答えがあります", remedy="一覧を開き直してください"
        )
    if by == holder:
        return Refusal(
            reason="自分のIDの棚卸しには答えられません", remedy="割り当てられた人に任せてください"
        )
    if by != assignee:
        return Refusal(
            reason="この棚卸しは、ほかの人に割り当てられています",
            remedy="割り当てられた人に連絡してください",
        )
    if answer is Answer.STOP:
        return None
    if due_at <= at:
        return Refusal(
            reason="期限が過ぎ、IDは止まっています",
            remedy="続けるには、停止の解除を求めてください",
        )
    if answer is Answer.REDUCE and not set(roles) < set(held_roles):
        return Refusal(
            reason="減らす答えでは、残す権限がいまより少なくなければなりません",
            remedy="残す権限を選び直してください",
        )
    if keep_until is None or not at < keep_until <= latest_end(at):
        return Refusal(
            reason=f"続けられるのは{MOST_MONTHS}か月までです", remedy="続ける期限を早めてください"
        )
    return None


def silence_stops_at(reviews: Iterable[tuple[datetime, datetime | None]]) -> datetime | None:
    """Return the earliest deadline of a review that nobody answered, passed or to come.

    reviews: (deadline, time of the answer or None). This is `life.Account.review_due_at`: the
             account stops in that instant, whether or not a job ever runs.
    """
    return min((due for due, answered in reviews if answered is None), default=None)
