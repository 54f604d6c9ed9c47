"""What a line is laid beside. Moments are microseconds since 1970 (UTC), periods half-open.

They are numbers and not moments so that the engine and the twin compare the very same thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
BREAK = 30 * 60 * SECOND  # lines of one account this far apart are two sessions
TOLERANCE = 120  # seconds by which two clocks may differ
NEVER = 1 << 62  # the end of a period that is open


def moment(at: datetime) -> int:
    """Return a moment as its number."""
    return (at - EPOCH) // MICROSECOND


def at_moment(number: int) -> datetime:
    """Return the moment of a number."""
    return EPOCH + number * MICROSECOND


class Line(NamedTuple):
    """One line of the log. number: unique. What the log does not say is empty."""

    number: int
    account: str
    at: int
    object: str = ""
    ip: str = ""
    device: str = ""


class Life(NamedTuple):
    """A time in which an account of the register was open, its post held."""

    account: str
    starts: int
    ends: int = NEVER


class Stop(NamedTuple):
    """A time in which an account was held or dormant."""

    account: str
    starts: int
    ends: int = NEVER


class Away(NamedTuple):
    """A time in which the holder cannot have been at it: on leave, or seen elsewhere.

    site: where they were seen; a line from there is no contradiction. Empty: on leave.
    """

    account: str
    starts: int
    ends: int = NEVER
    site: str = ""


class Grant(NamedTuple):
    """A grant on an account. uses: how often it may be used; 0: as often as wanted."""

    grant: str
    account: str
    starts: int
    ends: int
    uses: int = 0


class Use(NamedTuple):
    """One use that was begun under a grant."""

    use: str
    grant: str
    account: str
    starts: int
    ends: int


class Reference(NamedTuple):
    """An object that a use was approved for. A use without any is not narrowed."""

    use: str
    object: str


class Place(NamedTuple):
    """Where an address is. Only addresses that could be judged have a row."""

    ip: str
    site: str
    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one system. accounts: every account that ever was in the register."""

    accounts: Sequence[str] = ()
    lives: Sequence[Life] = ()
    stops: Sequence[Stop] = ()
    away: Sequence[Away] = ()
    grants: Sequence[Grant] = ()
    uses: Sequence[Use] = ()
    references: Sequence[Reference] = ()
    places: Sequence[Place] = ()


class Verdict(NamedTuple):
    """What was found of one line. use, grant: empty where none is meant."""

    number: int
    found: str
    why: str
    use: str
    grant: str


# The same as tables: name -> columns with their types.
_SPAN = {"account": "string", "starts": "int64", "ends": "int64"}
TABLES: Mapping[str, Mapping[str, str]] = {
    "lines": {
        "number": "int64",
        "account": "string",
        "at": "int64",
        "object": "string",
        "ip": "string",
        "device": "string",
    },
    "accounts": {"account": "string"},
    "lives": _SPAN,
    "stops": _SPAN,
    "away": _SPAN | {"site": "string"},
    "grants": {"grant": "string"} | _SPAN | {"uses": "int64"},
    "uses": {"use": "string", "grant": "string"} | _SPAN,
    "references": {"use": "string", "object": "string"},
    "places": {"ip": "string", "site": "string", "ours": "boolean"},
}
