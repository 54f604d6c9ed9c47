"""The numbers by which a log names a record: 供給地点特定番号, 受電地点特定番号, 設備ID."""

import re
import unicodedata
from dataclasses import dataclass

from sekisho.trace.refusals import Reason

POINT = r"(0[1-9]|10)[0-9]{20}"  # 22 digits, the first two are the supply area
FACILITY = r"[A-Z][0-9A-Z]{9,10}"  # 設備ID

_EATEN_ZERO = re.compile(r"[1-9][0-9]{20}")
_EXPONENT = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_DASHES = re.compile(r"[\s‐-―−ー－-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a cell of a log names.

    key:      the number in its one form, or None where there is none to use.
    repaired: the zero that a spreadsheet ate was put back.
    refused:  why the cell cannot be used, or None.
    """

    key: str | None = None
    repaired: bool = False
    refused: Reason | None = None


def record_of(text: str) -> Record:
    """Return the record that `text` names.

    Width and hyphens do not matter; an empty cell names no record. Of 21 digits that begin with
    1 to 9 the leading zero was eaten by a spreadsheet: it is put back, and counted. A number in
    exponent notation has lost its last digits for good: it is refused, never completed.
    """
    text = unicodedata.normalize("NFKC", text).strip().upper()
    if text in ("", "-"):
        return Record()
    if _EXPONENT.fullmatch(text):
        return Record(refused=Reason.EXPONENT)
    key = _DASHES.sub("", text)
    if re.fullmatch(POINT, key) or re.fullmatch(FACILITY, key):
        return Record(key=key)
    if _EATEN_ZERO.fullmatch(key):
        return Record(key=f"0{key}", repaired=True)
    return Record(refused=Reason.RECORD)
