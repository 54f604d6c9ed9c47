"""The year of the logs (2025-04-01 to 2026-03-31, JST), its days off and the hours people work.

Times are whole seconds since 1970 in UTC; a period is half open, [starts, ends).
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np

from sekisho.world.chance import Array, Chance, pick, whole

HOUR = 3600
DAY = 86_400
JST = 9 * HOUR
FOREVER = 2**31 - 1  # the end of a period that is still running


def at(text: str) -> int:
    """Return the second of a JST time written as 2025-04-01 or 2025-04-01T09:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) - JST


FIRST_DAY = date(2025, 4, 1)
STARTS = at("2025-04-01")
ENDS = at("2026-04-01")
DAYS = (ENDS - STARTS) // DAY
MONTHS = tuple(f"{2025 + (m + 3) // 12}-{(m + 3) % 12 + 1:02d}" for m in range(12))
EDGES = (*(at(f"{month}-01") for month in MONTHS), ENDS)  # EDGES[m] <= t < EDGES[m + 1]
TRANSFERS = at("2025-07-01")  # the yearly round of appointments
AUTUMN = at("2025-10-01")

DAYS_OFF = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2025-04-29", "2025-05-03", "2025-05-04", "2025-05-05", "2025-05-06", "2025-07-21"),
        *("2025-08-11", "2025-08-13", "2025-08-14", "2025-08-15", "2025-09-15", "2025-09-23"),
        *("2025-10-13", "2025-11-03", "2025-11-23", "2025-11-24", "2025-12-29", "2025-12-30"),
        *("2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-12", "2026-02-11"),
        *("2026-02-23", "2026-03-20"),
    )
)

# The share of each hour of the day, 0 to 23.
_OFFICE = [0, 0, 0, 0, 0, 0, 0.2, 1, 6, 12, 13, 11, 4, 10, 12, 12, 10, 6, 2.5, 1, 0.4, 0.1, 0, 0]
_FIELD = [0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 2, 6, 11, 12, 11, 9, 3, 10, 11, 9, 6, 3, 2, 1, 1, 0.5, 0.3]
_ROUND = [1, 0.7, 0.6, 0.5, 0.6, 1, 2, 4, 7, 9, 9, 8, 7, 8, 8, 8, 8, 7, 7, 6, 5, 4, 2.5, 1.5]
HOURS = {
    "office": np.array(_OFFICE),
    "field": np.array([*_FIELD, 0.1]),
    "round": np.array(_ROUND),
}
# The share of a day off, beside a working day.
REST = {"office": 0.02, "field": 0.15, "round": 0.8}


@cache
def _weights(month: int, rhythm: str) -> tuple[float, ...]:
    first = (EDGES[month] - STARTS) // DAY
    length = (EDGES[month + 1] - EDGES[month]) // DAY
    days = [FIRST_DAY + timedelta(days=first + n) for n in range(length)]
    return tuple(REST[rhythm] if day.weekday() >= 5 or day in DAYS_OFF else 1.0 for day in days)


def weight(month: int, rhythm: str) -> float:
    """Return how many working days of `rhythm` the month holds."""
    return sum(_weights(month, rhythm))


def seconds_of_day(chance: Chance, rhythm: str, size: int) -> Array:
    """Return `size` seconds since midnight, at the hours of `rhythm`."""
    return pick(chance, HOURS[rhythm], size) * HOUR + whole(chance, 0, HOUR, size)


def moments(chance: Chance, month: int, rhythm: str, size: int) -> Array:
    """Return `size` times in `month`, on the days and at the hours of `rhythm`."""
    days = pick(chance, np.array(_weights(month, rhythm)), size)
    return EDGES[month] + days * DAY + seconds_of_day(chance, rhythm, size)


def moments_within(
    chance: Chance, rhythm: str, starts: Array, ends: Array, *, tries: int = 4
) -> Array:
    """Return a time in each [starts, ends), at the hours of `rhythm` where that can be met."""
    size = len(starts)
    found: Array = starts + (chance.random(size) * np.maximum(ends - starts, 1)).astype(np.int64)
    missing = np.arange(size)
    for _ in range(tries):
        span = np.maximum((ends[missing] - starts[missing] + DAY - 1) // DAY, 1)
        midnight = (starts[missing] + JST) // DAY * DAY - JST
        day = (chance.random(len(missing)) * span).astype(np.int64)
        tried = midnight + day * DAY + seconds_of_day(chance, rhythm, len(missing))
        good = (tried >= starts[missing]) & (tried < ends[missing])
        found[missing[good]] = tried[good]
        missing = missing[~good]
    return found
