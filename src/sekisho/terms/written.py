"""Days as they are written in logs, files and forms, the Japanese calendar (和暦) among them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

# The first and the last day of each era (元号), by letter and by name.
_ERAS = {
    "R": (date(2019, 5, 1), date.max),
    "H": (date(1989, 1, 8), date(2019, 4, 30)),
    "S": (date(1926, 12, 25), date(1989, 1, 7)),
}
_ERA_LETTER = {"令和": "R", "平成": "H", "昭和": "S", "令": "R", "平": "H", "昭": "S"}
_DIGITS = {word: n for n, word in enumerate("〇一二三四五六七八九")} | {"零": 0}
_IN_WORDS = re.compile("[〇零一二三四五六七八九十]+")
_WESTERN = re.compile(r"(\d{4})([/-])(\d{1,2})\2(\d{1,2})")
_WRITTEN_OUT = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_UNDIVIDED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_JAPANESE = re.compile(
    r"(令和|平成|昭和|令|平|昭|[RHS])\s*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})日?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A day as written. outlived: under an era that was over by then (平成31年5月1日)."""

    day: date
    outlived: bool = False


def western(text: str) -> date | None:
    """Return the day of 2027-04-01 or 2027/4/1 in any width, or None."""
    found = _WESTERN.fullmatch(_plain(text))
    return found and _day(int(found[1]), int(found[3]), int(found[4]))


def japanese(text: str) -> Written | None:
    """Return the day of R9.4.1, 令和9年4月1日 or 令和元年五月一日 in any width, or None.

    A day before its era began is none.
    """
    found = _JAPANESE.fullmatch(_IN_WORDS.sub(_in_figures, _plain(text)))
    if not found:
        return None
    first, last = _ERAS[_ERA_LETTER.get(found[1], found[1])]
    year = first.year - 1 + (1 if found[2] == "元" else int(found[2]))
    day = _day(year, int(found[3]), int(found[4]))
    return Written(day=day, outlived=day > last) if day and day >= first else None


def written(text: str) -> Written | None:
    """Return the day that people write, in any of these forms, or None where it is none.

    Besides the two: 2027年4月1日 and 20270401.
    """
    plain = _plain(text)
    if found := _WRITTEN_OUT.fullmatch(plain) or _UNDIVIDED.fullmatch(plain):
        day = _day(int(found[1]), int(found[2]), int(found[3]))
    else:
        day = western(plain)
    return Written(day=day) if day else japanese(plain)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def _in_figures(found: re.Match[str]) -> str:
    """Return a number of up to two digits in figures: 三十一 as 31, 一〇 as 10."""
    tens, ten, ones = found[0].rpartition("十")
    if not ten:
        return "".join(str(_DIGITS[word]) for word in ones)
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return found[0]  # no number
    return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
