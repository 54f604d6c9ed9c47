"""The life of an account (アカウント): one rule for the gate, the register, replay and the table.

Nothing here waits for a job. An account that ended at an instant is over from that instant on,
because whoever asks is told so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sekisho.terms.days import day_in_japan, jst_day, months_on
from sekisho.terms.periods import Period

DORMANT_AFTER_MONTHS = 6  # where a system names no other: 1 to 6
WARNED_DAYS = (30, 7)  # before an account falls dormant
# Shorter than the shortest month: no silence of so few days is a month of silence.
_LESS_THAN_A_MONTH = timedelta(days=27)


class State(StrEnum):
    """How an account stands at an instant."""

    UNKNOWN = "不明"  # the post it was issued for cannot be told
    NOT_YET = "未開始"
    ACTIVE = "有効"
    DORMANT = "休眠"
    MOVED = "異動済"
    STOPPED = "停止中"
    EXPIRED = "期限切れ"
    CLOSED = "廃止"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Period):
    """A hold (停止) on the account or its holder, with its reason in the words of the register."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The facts of one account. Each end is an instant at which it is over already."""

    issued_at: datetime | None
    last_used_at: datetime | None = None  # None: not used yet
    resumed_at: datetime | None = None  # an officer let it live again: counts as an issue
    closed_at: datetime | None = None
    ends_at: datetime | None = None  # of temporary and shared ones
    review_due_at: datetime | None = None  # of an open review (棚卸し) that nobody has answered
    holds: tuple[Period, ...] = ()
    post: Period | None = None  # the post for which it was issued; None: unknown
    dormancy_months: int = DORMANT_AFTER_MONTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Why an account may live, or why not, and until when that holds.

    reason: a sentence. remedy: empty while nothing has to be done.
    until:  the first instant at which the state is another one; None: by itself, never.
    """

    state: State
    reason: str
    remedy: str = ""
    until: datetime | None = None

    @property
    def lives(self) -> bool:
        return self.state is State.ACTIVE


def state_of(account: Account, at: datetime) -> State:
    """Return how `account` stands at the moment `at`.

    What is final outweighs what can be lifted, that what a new post mends, and dormancy comes
    last: closed, expired, held (or a review unanswered at its deadline), moved, dormant.
    """
    issued_at = account.issued_at
    if issued_at is None or at < issued_at:
        return State.NOT_YET
    if account.closed_at is not None and account.closed_at <= at:
        return State.CLOSED
    if account.ends_at is not None and account.ends_at <= at:
        return State.EXPIRED
    if account.review_due_at is not None and account.review_due_at <= at:
        return State.STOPPED
    for hold in account.holds:
        if hold.holds(at):
            return State.STOPPED
    post = account.post
    if post is None or at < post.starts:
        return State.UNKNOWN
    if not post.holds(at):
        return State.MOVED
    if is_dormant(since=_silent_since(account, issued_at), at=at, months=account.dormancy_months):
        return State.DORMANT
    return State.ACTIVE


def is_dormant(*, since: datetime, at: datetime, months: int = DORMANT_AFTER_MONTHS) -> bool:
    """Return whether an account last used (or issued) at `since` is dormant (休眠) at `at`.

    It is from the same day of the month `months` later on, in Japan, that day included. Nobody
    is exempt: administrators and service accounts fall dormant too.

    Source: 個人情報保護委員会 2024-03-06「再発防止策の実施状況について」p.1, アクセス制御
    (what is not used for six months stops by itself).
    """
    if at - since < _LESS_THAN_A_MONTH:  # nearly every look; spares four conversions of dates
        return False
    return day_in_japan(at) >= months_on(day_in_japan(since), months)


def dormant_on(account: Account) -> date | None:
    """Return the day in Japan at whose beginning `account` falls dormant, if it is not used."""
    if account.issued_at is None:
        return None
    since = _silent_since(account, account.issued_at)
    return months_on(day_in_japan(since), account.dormancy_months)


def _silent_since(account: Account, issued_at: datetime) -> datetime:
    """Return the latest of issue, last use and resumption: from there months are counted."""
    since = issued_at
    if account.last_used_at is not None and account.last_used_at > since:
        since = account.last_used_at
    if account.resumed_at is not None and account.resumed_at > since:
        since = account.resumed_at
    return since


def days_left(account: Account, at: datetime) -> int | None:
    """Return in how many days a living account falls dormant, where that is soon; else None."""
    day = dormant_on(account)
    if day is None or state_of(account, at) is not State.ACTIVE:
        return None
    left = (day - day_in_japan(at)).days
    return left if left <= max(WARNED_DAYS) else None


def ends(account: Account) -> Iterator[datetime]:
    """Yield every instant from which on one of the facts alone ends or stops `account`."""
    for one in (account.closed_at, account.ends_at, account.review_due_at):
        if one is not None:
            yield one
    for hold in account.holds:
        yield hold.starts
    if account.post is not None and account.post.ends is not None:
        yield account.post.ends
    if (day := dormant_on(account)) is not None:
        yield jst_day(day)


def standing(account: Account, at: datetime) -> Standing:
    """Return how `account` stands at `at`, why, what to do, and until when."""
    state = state_of(account, at)
    reason, remedy = _said(account, state, at)
    return Standing(state=state, reason=reason, remedy=remedy, until=_until(account, state, at))


def held(account: Account, holds: tuple[Period, ...]) -> Account:
    """Return `account` with these holds, and no other."""
    return replace(account, holds=holds)


def _until(account: Account, state: State, at: datetime) -> datetime | None:
    edges = set(ends(account))
    edges.update(hold.ends for hold in account.holds if hold.ends is not None)
    if account.issued_at is not None:
        edges.add(account.issued_at)
    if account.post is not None:
        edges.add(account.post.starts)
    later = sorted(edge for edge in edges if edge > at)
    return next((edge for edge in later if state_of(account, edge) is not state), None)


def _said(account: Account, state: State, at: datetime) -> tuple[str, str]:
    """Return the reason and the remedy of a state."""
    match state:
        case State.ACTIVE:
            return _why_alive(account), ""
        case State.NOT_YET:
            return (
                "まだ発行されていません",
                "利用責任者に申請し、システム管理責任者の承認と発行を待ってください",
            )
        case State.CLOSED:
            return "廃止されたIDです", "廃止は戻せません。新しいIDを申請してください"
        case State.EXPIRED:
            return "利用期限が過ぎました", "続ける理由があれば、新しいIDを申請してください"
        case State.STOPPED:
            return _why_stopped(account, at), _REMEDY_OF_A_STOP
        case State.MOVED:
            return (
                "このIDを使う業務の発令が終わりました",
                "いまの業務で要るIDを、利用責任者に申請してください",
            )
        case State.DORMANT:
            return (
                f"最終利用（または発行）から{account.dormancy_months}か月使われていません",
                "使う目的を添えて、システム管理責任者に再開を求めてください",
            )
        case State.UNKNOWN:
            return (
                "このIDを使う業務の発令が確かめられません",
                "人事連携の状態を確かめ、発令を登録してください",
            )


_REMEDY_OF_A_STOP = "停止を解除できる人に、理由がなくなったことを示してください"


def _why_stopped(account: Account, at: datetime) -> str:
    reasons = [
        hold.reason
        for hold in account.holds
        if hold.holds(at) and isinstance(hold, Stop) and hold.reason
    ]
    if account.review_due_at is not None and account.review_due_at <= at:
        reasons.append("棚卸しの期限までに回答がない")
    return f"停止されています（{'、'.join(dict.fromkeys(reasons)) or '理由は台帳にあります'}）"


def _why_alive(account: Account) -> str:
    since = "最終利用" if account.last_used_at is not None else "発行"
    return f"発令があり、{since}から{account.dormancy_months}か月以内です"
