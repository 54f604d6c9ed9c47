"""The label of a terminal (端末の札): what its QR code says, and what was meant by what was read.

A label says the number of the register and two digits that catch a misread or mistyped one. It is
no secret: who copies it has copied a number, and a number opens nothing.
"""

import re
import unicodedata
from dataclasses import dataclass

from sekisho.terms.refusals import Refusal

MARK = "SKT"  # the separators are keys that stand alike on Japanese and American keyboards
BETWEEN = "."
PRIME = 97
LONGEST = 80
_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a reader, or a hand, gave: the number that is meant, or why it is none.

    is_label: a whole label was read; else a bare number was typed.
    """

    number: str
    is_label: bool
    fault: Refusal | None = None


def is_number(text: str) -> bool:
    """Return whether a new terminal, or place, may have this number: letters, and a digit.

    It stands on labels and in addresses, where other signs would not.
    """
    return _NUMBER.fullmatch(text) is not None


def text_of(number: str) -> str:
    """Return what the QR code of a terminal says."""
    return BETWEEN.join((MARK, number, check_of(number)))


def check_of(number: str) -> str:
    """Return the two digits that go with `number`.

    Any one wrong character, and any two neighbours that changed places, give other digits:
    97 is a prime, and neither a place nor the difference of two ASCII characters is a multiple.
    """
    total = sum(place * ord(sign) for place, sign in enumerate(number, start=1))
    return f"{total % PRIME:02d}"


def read(text: str) -> Read:
    """Return what `text` means, from a camera, a hand scanner that types, or a hand.

    Full-width letters of an input method that was left on are the same letters.
    """
    plain = unicodedata.normalize("NFKC", text).strip()[:LONGEST]
    mark, first, rest = plain.partition(BETWEEN)
    if not plain:
        return Read(number="", is_label=False, fault=_EMPTY)
    if mark.upper() != MARK or not first:
        return Read(number=plain, is_label=False)
    number, _, check = rest.rpartition(BETWEEN)
    if not number or check_of(number) != check:
        return Read(number=number or rest, is_label=True, fault=_MISREAD)
    return Read(number=number, is_label=True)


_EMPTY = Refusal(reason="何も読めていません", remedy="札をもう一度読ませてください")
_MISREAD = Refusal(
    reason="札を正しく読めませんでした",
    remedy="もう一度読ませるか、札に書いてある端末番号を入れてください",
)
