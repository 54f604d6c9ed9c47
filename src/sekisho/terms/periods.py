"""Half-open periods `[starts, ends)`: the start lies in them, the end does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open period: its start lies in it, its end does not. ends None: open."""

    starts: datetime
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Return whether `at` lies in the period."""
        return self.starts <= at and (self.ends is None or at < self.ends)


def stretch(periods: Iterable[Period], at: datetime) -> Period | None:
    """Return the unbroken stretch of `periods` that holds `at`.

    Where none does: the last that was, else the first to come; None: there is no period at all.
    """
    known = sorted(periods, key=lambda period: period.starts)
    past = [period for period in known if period.starts <= at]
    if not past:
        return known[0] if known else None
    holding = next((period for period in past if period.holds(at)), None)
    if holding is None:
        return max(past, key=lambda period: period.ends or at)
    return Period(starts=holding.starts, ends=lasts_until(known, at))


def lasts_until(periods: Iterable[Period], at: datetime) -> datetime | None:
    """Return the first instant from `at` on that none of `periods` holds; None: there is none.

    Periods that follow one another without a gap are one. What holds nothing at `at` lasts
    until `at` itself.
    """
    known = list(periods)
    while True:
        ends = [period.ends for period in known if period.holds(at)]
        if not ends:
            return at
        if None in ends:
            return None
        at = max(end for end in ends if end is not None)
