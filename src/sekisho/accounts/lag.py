"""How late an order (発令) is true in another system: a measured fact, not a promise.

Four times of one movement in one system: effective (発令), received, applied, verified in the
target. The lag is `verified - effective`; what is verified before the order takes effect (an end
date that the target holds) has none. What is not verified yet is late by now, and growing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

ON_TIME = timedelta(minutes=5)
NONE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What one order changes in one system.

    person, account: ours. kind: 異動, 退職 … in words.
    received, applied, verified: None until it is so.
    """

    person: int
    account: int
    system: str
    effective: datetime
    received: datetime | None
    applied: datetime | None
    verified: datetime | None
    kind: str = ""
    key: int = 0  # of the record that it was read from


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Where the lag was spent; the three add up to it."""

    news: timedelta  # until personnel told us
    ours: timedelta  # until we applied it
    target: timedelta  # until the target was verified

    @property
    def whole(self) -> timedelta:
        return self.news + self.ours + self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemLag:
    """The lags of one system.

    median, worst: of all movements, those not yet verified as they stand now ("at least").
    """

    system: str
    movements: int
    verified: int
    on_time: int  # verified within five minutes
    median: timedelta
    worst: timedelta
    worst_is_open: bool
    shares: Shares  # summed over all movements

    @property
    def waiting(self) -> int:
        return self.movements - self.verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One access by an account. Only when and by which: no detail of what was looked at."""

    account: int
    at: datetime


def lag(movement: Movement, *, now: datetime) -> timedelta:
    """Return how late `movement` is, or was: never below zero."""
    return max((movement.verified or now) - movement.effective, NONE)


def shares(movement: Movement, *, now: datetime) -> Shares:
    """Return where the lag of `movement` went. What happened before the order took no time."""
    start = movement.effective
    end = max(movement.verified or now, start)

    def at(moment: datetime | None, *, least: datetime) -> datetime:
        return least if moment is not None and moment < least else min(moment or end, end)

    received = at(movement.received, least=start)
    applied = at(movement.applied, least=received)
    return Shares(news=received - start, ours=applied - received, target=end - applied)


def by_system(movements: Iterable[Movement], *, now: datetime) -> tuple[SystemLag, ...]:
    """Return the lag of each system that has a movement in effect at `now`, the worst first."""
    groups: dict[str, list[Movement]] = defaultdict(list)
    for movement in movements:
        if movement.effective <= now:
            groups[movement.system].append(movement)
    found = [_of_one(system, group, now=now) for system, group in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.worst, one.system)))


def inside(movement: Movement, uses: Iterable[Use], *, now: datetime) -> tuple[Use, ...]:
    """Return the uses of the account inside the gap, in order: from the order, until verified.

    At the moment of the order it is inside; at the moment of verification it is not.
    """
    end = movement.verified or now
    return tuple(
        sorted(
            (
                use
                for use in uses
                if use.account == movement.account and movement.effective <= use.at < end
            ),
            key=lambda use: use.at,
        )
    )


def _of_one(system: str, group: Sequence[Movement], *, now: datetime) -> SystemLag:
    lags = [lag(one, now=now) for one in group]
    worst = max(range(len(group)), key=lambda place: (lags[place], group[place].verified is None))
    parts = [shares(one, now=now) for one in group]
    return SystemLag(
        system=system,
        movements=len(group),
        verified=sum(one.verified is not None for one in group),
        on_time=sum(
            one.verified is not None and late <= ON_TIME
            for one, late in zip(group, lags, strict=True)
        ),
        median=timedelta(seconds=median(late.total_seconds() for late in lags)),
        worst=lags[worst],
        worst_is_open=group[worst].verified is None,
        shares=Shares(
            news=sum((one.news for one in parts), NONE),
            ours=sum((one.ours for one in parts), NONE),
            target=sum((one.target for one in parts), NONE),
        ),
    )


def words(late: timedelta) -> str:
    """Return a lag as a page says it: 12 秒, 4 分, 3 時間 20 分, 4 日 2 時間."""
    seconds = int(late.total_seconds())
    if seconds < 60:
        return f"{seconds} 秒"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} 分"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} 時間 {minutes} 分" if minutes else f"{hours} 時間"
    days, hours = divmod(hours, 24)
    return f"{days} 日 {hours} 時間" if hours else f"{days} 日"
