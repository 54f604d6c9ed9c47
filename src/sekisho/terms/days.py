"""Days are Japanese days. Nothing else in the house turns a day into a moment, or back.

Moments are aware; periods are half-open `[from, to)`. What personnel call the last day (終了日)
is inside: the period ends with the day after it.
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
SATURDAY = 5


def jst_day(day: date) -> datetime:
    """Return the moment at which `day` begins in Japan: 1 April is 31 March 15:00Z."""
    return datetime(day.year, day.month, day.day, tzinfo=JST)


def day_in_japan(at: datetime) -> date:
    """Return the day in Japan of a moment; midnight there is 15:00Z of the day before."""
    return at.astimezone(JST).date()


def after(last_day: date) -> datetime:
    """Return the moment at which a period ends whose last day is `last_day`."""
    return jst_day(last_day + timedelta(days=1))


def months_on(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or the last day where it is missing.

    31 August and six months: 28 February, or 29 in a leap year. Months are added to days, never
    to moments: a moment of 31 August in Japan may be the day before elsewhere.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def after_business_days(at: datetime, count: int, *, days_off: Collection[date] = ()) -> datetime:
    """Return the end of the `count`-th business day in Japan after the day of `at`.

    Saturdays, Sundays and `days_off` are none. One on a Friday is the midnight that ends Monday;
    none at all is the end of the day itself.
    """
    day = day_in_japan(at)
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY and day not in days_off
    return after(day)
