"""The grammar of a cell: － any, `A、B` one of, `以外:A、B` none of. Nothing else."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

from sekisho.errors import SekishoError

ANY = "－"
NONE_OF = "以外:"
UNKNOWN = "？"  # 不明, in 試験例 only; never a value

_LONE_DASH = re.compile("[-‐‑‒–—―−－ーｰ]+")
_SEPARATORS = re.compile("[、,\n]")


class EmptyCell(SekishoError):
    """A cell without anything in it: forgotten, and so not to be read as `any`."""


class UnknownValue(SekishoError):
    """A word that its list does not have."""


class UnreadableDate(SekishoError):
    """A day that is not written YYYY-MM-DD."""


def plain(text: str) -> str:
    """Return `text` as it is compared: NFKC (full and half width are one), a lone dash as －."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text == "?":
        return UNKNOWN
    return ANY if _LONE_DASH.fullmatch(text) else text


def filled(cell: str, *, name: str, place: str) -> str:
    """Return `cell` as it is compared. Raises EmptyCell where nothing stands in it."""
    if text := plain(cell):
        return text
    raise EmptyCell(
        f"「{name}」が空欄です",
        place=place,
        remedy="すべての値に当てるとき、または何も言わないときは「－」と書いてください",
    )


def words_of(cell: str) -> tuple[str, ...]:
    """Return the words of a list cell, in its order; － and an empty cell are no word."""
    text = plain(cell)
    if text in ("", ANY):
        return ()
    return tuple(word for part in _SEPARATORS.split(text) if (word := part.strip()))


def values_of(cell: str, *, name: str, domain: Sequence[str], place: str) -> frozenset[str]:
    """Return the values of the attribute `name` that `cell` accepts.

    Raises EmptyCell, or UnknownValue with the words that could have been meant.
    """
    text = filled(cell, name=name, place=place)
    if text == ANY:
        return frozenset(domain)
    words = frozenset(known(word, name=name, domain=domain, place=place) for word in _listed(text))
    accepted = frozenset(domain) - words if text.startswith(NONE_OF) else words
    if not words or not accepted:
        raise EmptyCell(
            f"「{name}」の「{text}」に当たる値が一つもありません",
            place=place,
            remedy="値を一つ以上書くか、すべての値に当てるときは「－」と書いてください",
        )
    return accepted


def known(word: str, *, name: str, domain: Sequence[str], place: str) -> str:
    """Return `word`, which is one of `domain`. Raises UnknownValue with the likely words."""
    if word in domain:
        return word
    near = get_close_matches(word, domain, n=3, cutoff=0.4)
    also = f"（近い語: {'、'.join(near)}）" if near else ""
    raise UnknownValue(
        f"「{name}」の「{word}」は一覧にありません{also}",
        place=place,
        remedy=f"次のいずれかに直してください: {'、'.join(domain)}",
    )


def day_of(cell: str, *, name: str, place: str) -> date | None:
    """Return the day in `cell`; None where it is － (open)."""
    text = filled(cell, name=name, place=place)
    if text == ANY:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UnreadableDate(
        f"「{name}」の「{text}」は日付として読めません",
        place=place,
        remedy="2026-04-01 の形で書くか、期限がないときは「－」と書いてください",
    )


def _listed(text: str) -> list[str]:
    return [
        word for part in _SEPARATORS.split(text.removeprefix(NONE_OF)) if (word := part.strip())
    ]
