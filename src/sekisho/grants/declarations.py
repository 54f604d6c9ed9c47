"""What people sign about an emergency: its declaration, and that something was cleared up after it.

The one who declares signs the whole of it; the one who confirms signs the same, and the digest of
what the first signed. A confirmation can stand under no other declaration.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

import rfc8785

TYPE = "sekisho.emergency/1"
CLOSING = "sekisho.closing/1"


class Part(StrEnum):
    """In what capacity somebody signs."""

    DECLARE = "declare"  # 発動
    CONFIRM = "confirm"  # 確認


PART_WORDS = {Part.DECLARE: "発動", Part.CONFIRM: "確認"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is signed. Moments are UTC with seconds; people and posts are their numbers.

    term:     1 for the declaration, 2 and so on for its extensions.
    answers:  of a confirmation, the digest that the first person signed; else empty.
    nonce:    chosen by the site when the statement is laid before the person.
    """

    code: str
    term: int
    part: str
    kind: str
    owner: str
    cause: str
    reason: str
    areas: tuple[str, ...]
    systems: tuple[str, ...]
    roles: tuple[str, ...]
    commander: str
    conduct_officer: str
    starts_at: str
    ends_at: str
    by: str
    appointment: str
    answers: str
    at: str
    nonce: str

    @property
    def text(self) -> bytes:
        """The canonical text (RFC 8785) of the statement."""
        said = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
        return rfc8785.dumps({"type": TYPE, **said})

    @property
    def digest(self) -> bytes:
        """What the passkey signs over, as its challenge: 32 bytes, of this type and no other."""
        return digest_of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What somebody signs for when they say that something was cleared up (後始末).

    subject: the company for which they speak, where each answers for itself; else empty.
    witness: another person's number. none: there was nothing of the kind.
    """

    code: str
    item: str
    subject: str
    quantity: str
    method: str
    witness: str
    document: str
    none: bool
    by: str
    appointment: str
    at: str
    nonce: str

    @property
    def text(self) -> bytes:
        """The canonical text (RFC 8785) of what is attested."""
        return rfc8785.dumps({"type": CLOSING, **asdict(self)})

    @property
    def digest(self) -> bytes:
        """What the passkey signs over, as its challenge: 32 bytes, of this type and no other."""
        return digest_of(self.text, type_=CLOSING)


def digest_of(text: bytes, *, type_: str = TYPE) -> bytes:
    """Return the digest of a canonical text of the type `type_`."""
    return sha256(type_.encode() + b"\n" + text).digest()


def said_in(text: bytes) -> Statement:
    """Return the statement of a canonical text. Raise ValueError where it is none of this type."""
    found: dict[str, Any] = json.loads(text)
    if found.pop("type", None) != TYPE:
        raise ValueError("no declaration of an emergency")
    for name, value in found.items():
        found[name] = tuple(value) if isinstance(value, list) else value
    return Statement(**found)


def instant(at: datetime) -> str:
    """Return a moment as it stands in a statement: 2027-01-12T01:05:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
