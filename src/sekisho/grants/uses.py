"""A grant and its uses (利用): in which state it stands, who may end it, and what was never used.

Nothing here is stored: a state is what the times say. A grant that expired is not one that was
revoked (取消し), and one whose post ended is neither of them anew: it ended.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal

SHORTEST_REASON = 4
STANDING = timedelta(hours=8)  # how long one use of a standing grant may run
SECOND_LINE = 2


class State(StrEnum):
    """Where a grant stands. Derived at every question."""

    WAITING = "waiting"  # 開始前
    USABLE = "usable"  # 使える
    RUNNING = "running"  # 利用中
    USED_UP = "used_up"  # 使い切り
    ENDED = "ended"  # 終了
    REVOKED = "revoked"  # 取消し


WORDS = {
    State.WAITING: "開始前",
    State.USABLE: "使える",
    State.RUNNING: "利用中",
    State.USED_UP: "使い切り",
    State.ENDED: "終了",
    State.REVOKED: "取消し",
}
OVER = frozenset({State.USED_UP, State.ENDED, State.REVOKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A grant as these rules see it.

    cut_at:   when it was cut short, whoever or whatever did it; None: it runs to its end.
    revoked:  whether a person cut it, with a reason.
    uses_max: None where uses are not counted (常時, 期間).
    """

    person: str
    period: Period
    uses_max: int | None = None
    uses: tuple[Period, ...] = ()
    cut_at: datetime | None = None
    revoked: bool = False

    def is_cut(self, at: datetime) -> bool:
        return self.cut_at is not None and self.cut_at <= at


def state_of(grant: Held, at: datetime) -> State:
    """Return in which state `grant` stands at `at`.

    A use that runs counts until its end or the cut, whichever comes first.
    """
    if grant.is_cut(at):
        return State.REVOKED if grant.revoked else State.ENDED
    if at < grant.period.starts:
        return State.WAITING
    if not grant.period.holds(at):
        return State.ENDED
    if any(use.holds(at) for use in grant.uses):
        return State.RUNNING
    if grant.uses_max is not None and len(grant.uses) >= grant.uses_max:
        return State.USED_UP
    return State.USABLE


def ends_at(
    *, now: datetime, minutes: int | None, others: Iterable[datetime | None] = ()
) -> datetime:
    """Return when a use that begins at `now` ends: its length, or whatever carries it, first.

    minutes: of the grant; None: as long as a standing use may run.
    others:  ends of the grant, the post, the emergency, the loan; None: no end of that kind.
    """
    length = STANDING if minutes is None else timedelta(minutes=minutes)
    return min([now + length, *(end for end in others if end is not None)])


def left(use: Period, at: datetime) -> timedelta:
    """Return how long `use` still runs at `at`; nothing where it does not run."""
    if not use.holds(at) or use.ends is None:
        return timedelta()
    return use.ends - at


def refusal_to_end(use: Period, *, person: str, by: str, at: datetime) -> Refusal | None:
    """Return why `by` may not end this use of `person`, or None where they may.

    One's own use alone: whoever else must stop somebody stops the grant or the ID.
    """
    if not use.holds(at):
        return Refusal(
            reason="この利用はもう終わっています", remedy="起動ページを開き直してください"
        )
    if person != by:
        return Refusal(
            reason="ほかの人の利用は終えられません",
            remedy="止める必要があるときは、利用許可を取り消してください",
        )
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoker:
    """Who wants to revoke, by the hat worn. answers_for: whether they are an officer of it."""

    person: str
    line: int | None
    is_owner: bool  # of the company that owns the system
    answers_for: bool


def refusal_to_revoke(grant: Held, *, by: Revoker, reason: str, at: datetime) -> Refusal | None:
    """Return why `by` may not revoke `grant`, or None where they may.

    The officers of the system, on either side, and the second line of its owner. Nobody needs
    to be asked for it, and one's own may be given back: to revoke only ever closes.
    """
    state = state_of(grant, at)
    if state in {State.ENDED, State.REVOKED}:
        return Refusal(reason="この利用許可はもう終わっています", remedy="一覧を開き直してください")
    second_line = by.is_owner and by.line == SECOND_LINE
    if not by.answers_for and not second_line and by.person != grant.person:
        return Refusal(
            reason="利用許可を取り消せるのは、システムの責任者と、行為規制担当（第2線）だけです",
            remedy="システムの台帳で責任者を確かめ、その人に知らせてください",
        )
    if len(reason.strip()) < SHORTEST_REASON:
        return Refusal(
            reason="取り消す理由が書かれていません",
            remedy="なぜ続けられないかを書いてください",
        )
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A grant that somebody approved on request. key: its number. by: who approved it."""

    key: str
    person: str
    system: str
    period: Period
    by: tuple[str, ...] = ()
    cut_at: datetime | None = None


def unused(
    grants: Iterable[Approved], *, used: Collection[str], since: datetime, until: datetime
) -> Sequence[Approved]:
    """Return the approvals that ended in `[since, until)` and that nobody ever used.

    used: keys of grants with a use, a launch or a look. What was cut counts from that moment;
          what was cut before it began was never there to be used.
    """
    found = []
    for grant in grants:
        ends = [end for end in (grant.period.ends, grant.cut_at) if end is not None]
        over = min(ends, default=None)
        if over is None or over <= grant.period.starts or not since <= over < until:
            continue
        if grant.key not in used:
            found.append(grant)
    return sorted(found, key=lambda grant: (grant.system, grant.person, grant.key))
