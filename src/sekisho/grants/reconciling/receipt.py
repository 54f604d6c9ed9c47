"""What was received (受領): which days a log speaks of, and of which days nothing is known.

Of a day without a log nothing is said, least of all that nothing happened.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sekisho.terms.days import day_in_japan

SATURDAY = 5
LATE = 3  # half rhythms: a log is missing after one and a half


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days of which a log speaks. last: the last of them."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def days_of(first: date, last: date) -> Sequence[date]:
    """Return every day from `first` to `last`."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def gaps(
    stretch: Stretch, days_with_lines: Collection[date], *, holidays: Collection[date] = ()
) -> Sequence[date]:
    """Return the business days of a log on which it has no line; weekends and `holidays` may."""
    return [
        day
        for day in days_of(stretch.first, stretch.last)
        if day.weekday() < SATURDAY and day not in holidays and day not in days_with_lines
    ]


def unreceived(received: Iterable[Stretch], *, first: date, last: date) -> Sequence[Stretch]:
    """Return the stretches from `first` to `last` of which no log was received, in order."""
    missing: list[Stretch] = []
    day = first
    for one in sorted(received, key=lambda one: (one.first, one.last)):
        if one.first > last:
            break
        if one.first > day:
            missing.append(Stretch(first=day, last=one.first - timedelta(days=1)))
        day = max(day, one.last + timedelta(days=1))
    if day <= last:
        missing.append(Stretch(first=day, last=last))
    return missing


def is_received(received: Iterable[Stretch], *, starts: datetime, ends: datetime) -> bool:
    """Return whether the log of every day of a half-open period was received."""
    known = list(received)
    last = day_in_japan(ends - timedelta(microseconds=1))
    return all(any(day in one for one in known) for day in days_of(day_in_japan(starts), last))


def due_at(received: Iterable[Stretch], *, began: date, rhythm_days: int) -> date:
    """Return the day from which the next log is missing.

    began: the day from which logs are expected, where none was received yet.
    """
    last = max((one.last for one in received), default=began - timedelta(days=1))
    return last + timedelta(days=1 + rhythm_days * LATE // 2)


def is_missing(
    received: Iterable[Stretch], *, began: date, rhythm_days: int, now: datetime
) -> bool:
    """Return whether a log should have come and has not."""
    return day_in_japan(now) >= due_at(received, began=began, rhythm_days=rhythm_days)
