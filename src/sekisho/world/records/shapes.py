"""Shapes of values: words by lot, days, amounts, JSON."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import Array, Chance, pick, whole

_FIRST = date(2000, 1, 1)
_DAYS = np.array([(_FIRST + timedelta(days=n)).isoformat() for n in range(366 * 60)])
_ZERO = (calendar.at("2000-01-01") + calendar.JST) // calendar.DAY


def text(values: Array | Sequence[object]) -> Array:
    return np.asarray(values).astype(str)


def plus(*parts: Array | str) -> Array:
    """Return the parts side by side, as text."""
    whole_text: Array | str = parts[0]
    for part in parts[1:]:
        whole_text = np.char.add(whole_text, part)
    return np.asarray(whole_text)


def one(chance: Chance, words: Sequence[str], size: int, weights: Sequence[float] = ()) -> Array:
    """Return a word by lot for each row."""
    share = np.array(weights or [1.0] * len(words))
    return np.array(words)[pick(chance, share, size)]


def number(chance: Chance, low: int, high: int, size: int, *, digits: int = 0) -> Array:
    """Return whole numbers in [low, high) as text, with leading zeros up to `digits`."""
    values = text(whole(chance, low, high, size))
    return np.char.zfill(values, digits) if digits else values


def decimal(chance: Chance, low: float, high: float, size: int, places: int = 1) -> Array:
    scale = 10**places
    values = whole(chance, int(low * scale), int(high * scale), size)
    return plus(text(values // scale), ".", np.char.zfill(text(values % scale), places))


def day(numbers: Array) -> Array:
    """Return days since 2000-01-01 as 2026-03-31."""
    days: Array = _DAYS[np.clip(numbers, 0, len(_DAYS) - 1)]
    return days


def day_number(seconds: Array) -> Array:
    """Return the days since 2000-01-01 of a time, in Japan."""
    result: Array = (seconds.astype(np.int64) + calendar.JST) // calendar.DAY - _ZERO
    return result


def day_of(seconds: Array) -> Array:
    return day(day_number(seconds))


def month(days: Array) -> Array:
    """Return the first seven signs of a day: 2026-03."""
    return days.astype("U7")


def clock(chance: Chance, size: int, *, seconds: bool = False) -> Array:
    """Return a time of day: 09:12, or 09:12:33."""
    parts: list[Array | str] = [
        number(chance, 7, 21, size, digits=2),
        ":",
        number(chance, 0, 60, size, digits=2),
    ]
    if seconds:
        parts += [":", number(chance, 0, 60, size, digits=2)]
    return plus(*parts)


def mostly(chance: Chance, words: Array, share: float) -> Array:
    """Return `words` where the lot falls so, else nothing."""
    return np.where(chance.random(len(words)) < share, words, "")
