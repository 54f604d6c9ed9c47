"""The days that logs write: four forms, one of them in the Japanese calendar (和暦)."""

import re
from datetime import date, timedelta
from enum import StrEnum

from sekisho.terms.written import japanese, western


class TimeForm(StrEnum):
    """How a log writes its moments."""

    SLASH = "slash"  # 2025/04/01 09:15:22
    ISO = "iso"  # 2025-04-01T09:15:22+09:00
    WAREKI = "wareki"  # R07.04.01 09:15:22, 令和元年5月1日 09:15:22
    W3C = "w3c"  # 2025-04-01 09:15:22, in two fields


_ZONES = {"Asia/Tokyo": timedelta(hours=9), "UTC": timedelta()}
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")


def day_of(text: str, form: TimeForm) -> date | None:
    """Return the day that `text` writes, or None where it writes none.

    Width does not matter (Ｒ７.４.１). A day that the era does not hold (平成31年5月1日) is none:
    the clock of the writing system is wrong, and to guess would move an access.
    """
    if form is not TimeForm.WAREKI:
        return western(text)
    found = japanese(text)
    return found.day if found and not found.outlived else None


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
