"""The silence of a feed (人事連携の途絶): new authority cannot rest on news that does not come."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sekisho.terms.days import day_in_japan, jst_day
from sekisho.terms.refusals import Refusal

PATIENCE = 3  # business days
SATURDAY = 5


def due_at(*, heard_at: datetime, rhythm_hours: int) -> datetime:
    """Return when news is overdue: one and a half rhythms after the last."""
    return heard_at + timedelta(hours=rhythm_hours) * 3 / 2


def is_silent(*, heard_at: datetime, rhythm_hours: int, now: datetime) -> bool:
    return now > due_at(heard_at=heard_at, rhythm_hours=rhythm_hours)


def closes_at(
    *, heard_at: datetime, rhythm_hours: int, holidays: Collection[date] = frozenset()
) -> datetime:
    """Return when nothing new is given to the company's people any more.

    Three business days in Japan after the day on which the news was due; Saturdays, Sundays and
    `holidays` are none.
    """
    day, left = day_in_japan(due_at(heard_at=heard_at, rhythm_hours=rhythm_hours)), PATIENCE
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY and day not in holidays
    return jst_day(day + timedelta(days=1))


def refusal_for_new(
    *,
    company: str,
    heard_at: datetime,
    rhythm_hours: int,
    now: datetime,
    holidays: Collection[date] = frozenset(),
) -> Refusal | None:
    """Return why nobody of `company` gets a new account or grant, or None where they may.

    What was given goes on: silence stops nothing that stands.
    """
    if now < closes_at(heard_at=heard_at, rhythm_hours=rhythm_hours, holidays=holidays):
        return None
    return Refusal(
        reason=f"{company}の人事の知らせが {day_in_japan(heard_at):%Y-%m-%d} から届いていません",
        remedy="人事連携を直し、知らせが届いてから、もう一度手続をしてください",
    )
