"""When a session (セッション) is over, whoever holds its cookie."""

from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = timedelta(hours=12)  # from signing in
IDLE = timedelta(minutes=30)  # from its last use; a company may only shorten it
IDLE_LENT = timedelta(minutes=10)  # on a terminal that is lent


class Over(StrEnum):
    """Why a session is over. Kept with the sign-in: one may be added, none renamed."""

    STOPPED = "stopped"  # 停止
    LONGEST = "longest"  # 使える時間の終わり
    IDLE = "idle"  # 使われないまま時間が過ぎた
    TERMINAL = "terminal"  # 端末が変わった


def over(
    *,
    began_at: datetime | None,
    seen_at: datetime | None,
    now: datetime,
    idle: timedelta,
    began_on: str,
    on: str,
    held: bool,
) -> Over | None:
    """Return why the session is over at `now`, or None where it goes on.

    began_at, seen_at: when it began and was last in use; None, where nobody knows: then it is over.
    idle:              the longest time without use. At the limit itself it is over.
    began_on, on:      the terminal on which it began and from which it is used now.
    held:              whether a stop (停止) of the person is in force.
    """
    if held:
        return Over.STOPPED
    if began_at is None or seen_at is None or now >= began_at + LONGEST:
        return Over.LONGEST
    if now >= seen_at + min(idle, IDLE):
        return Over.IDLE
    return Over.TERMINAL if began_on != on else None
