"""The shape of a report: sentences and tables, fixed before any template sees them.

PDF and Excel are made of this shape and compute nothing; its canonical form is what is hashed,
attached to the PDF and made again byte by byte.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import rfc8785


class Look(StrEnum):
    """What stands in a column, where that is more than words."""

    WORDS = "words"
    TREATMENT = "treatment"  # a sign and a word (○ 表示), in the colour of the treatment
    VERDICT = "verdict"  # left empty: 合 or 否 is chosen by hand
    BLANK = "blank"  # left empty, to be filled in by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """numeric: its cells are numbers, printed to the right."""

    name: str
    numeric: bool = False
    width: int = 1  # its share of the line
    look: Look = Look.WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it is printed: every cell is text, numbers with their commas."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """picture: the name of a picture handed over with the report, or empty.

    joined: its tables, all of the same columns, are one in Excel, where a filter does what the
            captions do on paper.
    """

    heading: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    picture: str = ""
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report, complete: nothing is added by the template but page numbers.

    made_at:  the moment of the data, in UTC as 2026-04-01T00:00:00Z. It is also the date of the
              file, so that a report made again has the same bytes.
    position: the ledger position that the numbers were read at; empty where there is none.
    numbers:  what the tables were made of, for machines.
    """

    kind: str
    title: str
    subtitle: str
    made_at: str
    made_on: str
    position: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    numbers: Mapping[str, Any]
    handling: str = "社外秘"


def canonical(report: Report) -> bytes:
    """Return the report as canonical JSON (RFC 8785)."""
    return rfc8785.dumps(_plain(asdict(report)))


def digest(report: Report) -> str:
    """Return the SHA-256 of the canonical form, as it stands at the foot of every page."""
    return hashlib.sha256(canonical(report)).hexdigest()


def counted(number: int) -> str:
    """Return a number as reports print it: with commas."""
    return f"{number:,}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a report may hold
    """Return `value` with tuples as lists: what JSON gives back when it is read."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value
