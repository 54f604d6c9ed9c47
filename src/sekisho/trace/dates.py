"""The days that logs write: four forms, one of them in the Japanese calendar (和暦)."""

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum


class TimeForm(StrEnum):
    """How a log writes its moments."""

    SLASH = "slash"  # 2025/04/01 09:15:22
    ISO = "iso"  # 2025-04-01T09:15:22+09:00
    WAREKI = "wareki"  # R07.04.01 09:15:22, 令和元年5月1日 09:15:22
    W3C = "w3c"  # 2025-04-01 09:15:22, in two fields


# The first and the last day of each era (元号), by letter and by name.
_ERAS = {
    "R": (date(2019, 5, 1), date.max),
    "H": (date(1989, 1, 8), date(2019, 4, 30)),
    "S": (date(1926, 12, 25), date(1989, 1, 7)),
}
_ERA_LETTER = {"令和": "R", "平成": "H", "昭和": "S", "令": "R", "平": "H", "昭": "S"}
_ZONES = {"Asia/Tokyo": timedelta(hours=9), "UTC": timedelta()}
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")
_WESTERN = re.compile(r"(\d{4})([/-])(\d{1,2})\2(\d{1,2})")
_JAPANESE = re.compile(
    r"(令和|平成|昭和|令|平|昭|[RHS])\s*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})日?"
)


def day_of(text: str, form: TimeForm) -> date | None:
    """Return the day that `text` writes, or None where it writes none.

    Width does not matter (Ｒ７.４.１). A day that the era does not hold (平成31年5月1日) is none:
    the clock of the writing system is wrong, and to guess would move an access.
    """
    text = unicodedata.normalize("NFKC", text).strip().upper()
    if form is not TimeForm.WAREKI:
        found = _WESTERN.fullmatch(text)
        return found and _day(int(found[1]), int(found[3]), int(found[4]))
    found = _JAPANESE.fullmatch(text)
    if not found:
        return None
    first, last = _ERAS[_ERA_LETTER.get(found[1], found[1])]
    year = first.year - 1 + (1 if found[2] == "元" else int(found[2]))
    day = _day(year, int(found[3]), int(found[4]))
    return day if day and first <= day <= last else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shift_of(text: str, timezone: str) -> timedelta | None:
    """Return how far a moment is ahead of UTC, or None where `text` is no offset.

    text: what stands behind the seconds: empty, Z, +09:00. Empty is the declared `timezone`.
    """
    if text == "":
        return _ZONES[timezone]
    if text == "Z":
        return timedelta()
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    shift = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return -shift if found[1] == "-" else shift
