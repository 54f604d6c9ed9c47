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
