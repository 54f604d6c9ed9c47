"""Days and times as another office writes them: 令和8年4月1日 10時02分, R8.4.1, 午後3時5分."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from sekisho.terms.days import jst_day
from sekisho.terms.written import written

_TIME = re.compile(
    r"(午前|午後|AM|PM)?\s*(\d{1,2})\s*[:時]\s*(\d{1,2})(?:\s*[:分]\s*(\d{1,2})(?:\.\d+)?\s*秒?|分)?\s*(AM|PM)?",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s+|T(?=\d)")
_AFTERNOON = ("午後", "PM")
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


@lru_cache(maxsize=4096)
def day_in(text: str) -> date | None:
    """Return the day that is written, or None; a day under an era that was over is none."""
    found = written(text.removesuffix(" 00:00:00"))  # a whole day of a workbook
    if found is None or found.outlived or not FIRST <= found.day <= LAST:
        return None
    return found.day


@lru_cache(maxsize=90_000)
def time_in(text: str) -> timedelta | None:
    """Return how long after midnight a written time is, or None where it is none."""
    found = _TIME.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    half = (found[1] or found[5] or "").upper()
    hours, minutes, seconds = int(found[2]), int(found[3]), int(found[4] or 0)
    if half:
        if hours > 12:
            return None
        hours = hours % 12 + (12 if half in _AFTERNOON else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def moment_in(text: str) -> datetime | None:
    """Return the moment in Japan of a day and a time in one cell, or None."""
    plain = unicodedata.normalize("NFKC", text).strip()
    parts = _SPLIT.split(plain, maxsplit=1)
    if len(parts) != 2:
        found = re.fullmatch(r"(.+?日)(.+)", plain)
        if not found:
            return None
        parts = [found[1], found[2]]
    day, time = day_in(parts[0]), time_in(parts[1])
    return None if day is None or time is None else jst_day(day) + time


def utc_in(day: str, time: str) -> datetime | None:
    """Return the moment of a W3C log, which writes UTC, or None."""
    on, after = day_in(day), time_in(time)
    return (
        None
        if on is None or after is None
        else datetime(on.year, on.month, on.day, tzinfo=UTC) + after
    )
