"""Signals that an ID was lent (貸与の兆候): what cannot be so if only its holder used it.

A signal is a question to be asked, no verdict. It is worked out from when, on which terminal and
from where somebody signed in; what they did is not looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from itertools import combinations

from sekisho.terms.days import day_in_japan

AWAY = timedelta(minutes=5)  # nobody leaves one terminal and signs in at another within it
TRAVEL = timedelta(minutes=30)  # between two places that the company names
UNKNOWN = ""


class Sign(StrEnum):
    """What was seen. Kept in findings: one may be added, none renamed."""

    TWO_DEVICES = "two_devices"
    TWO_PLACES = "two_places"
    OVERLAP = "overlap"
    OTHERS_DEVICE = "others_device"
    ON_LEAVE = "on_leave"


WORDS: Mapping[Sign, str] = {
    Sign.TWO_DEVICES: "同じIDが、間をおかずに2台の端末で使われています",
    Sign.TWO_PLACES: "同じIDが、移動できない短い間に2つの場所で使われています",
    Sign.OVERLAP: "同じIDの2つの利用が、同じ時間に重なっています",
    Sign.OTHERS_DEVICE: "ほかの人が持つか借りている端末で使われています",
    Sign.ON_LEAVE: "休職中の人のIDが使われています",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One session of one person, from signing in to its end.

    key:      names the record of it.
    seen_at:  when it was last in use; the same as `began_at` where nothing followed.
    ended_at: None where it is open.
    device:   number of the terminal, empty where it is unknown.
    place:    as `place_of` names it; empty where the company names none.
    holder:   who keeps or has borrowed the terminal (as `person` is named), None where nobody.
    on_leave: whether the person was on leave in every post they had then.
    """

    key: int
    person: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    device: str
    place: str = UNKNOWN
    holder: str | None = None
    on_leave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One sign, at one sign-in. stays: the records that it was seen in, the later one last."""

    sign: Sign
    person: str
    at: datetime
    stays: tuple[int, ...]

    @property
    def day(self) -> date:
        return day_in_japan(self.at)

    @property
    def sentence(self) -> str:
        """What was seen, without personal data: it stays readable for good."""
        return WORDS[self.sign]


def place_of(address: str, *, places: Mapping[IPv4Network | IPv6Network, str]) -> str:
    """Return the place of `address`: of the narrowest network that holds it, or UNKNOWN."""
    try:
        known = ip_address(address)
    except ValueError:
        return UNKNOWN
    holding = [net for net in places if net.version == known.version and known in net]
    return places[max(holding, key=lambda net: net.prefixlen)] if holding else UNKNOWN


def signals(stays: Iterable[Stay]) -> Sequence[Signal]:
    """Return the signals in the sessions `stays`, each pair and each sign once, oldest first.

    Free of order. Sessions of different people are never compared. What is unknown (the terminal,
    the place) gives no signal: it is another control's affair that it is known.
    """
    by_person: dict[str, list[Stay]] = {}
    for stay in stays:
        by_person.setdefault(stay.person, []).append(stay)
    found = [signal for own in by_person.values() for signal in _of_one(own)]
    return sorted(found, key=lambda signal: (signal.at, signal.stays, signal.sign))


def a_day_and_person(found: Iterable[Signal]) -> Mapping[tuple[str, date], Sequence[Signal]]:
    """Return the signals by person and Japanese day: one finding each."""
    days: dict[tuple[str, date], list[Signal]] = {}
    for signal in found:
        days.setdefault((signal.person, signal.day), []).append(signal)
    return days


def _of_one(stays: list[Stay]) -> Iterator[Signal]:
    stays.sort(key=lambda stay: (stay.began_at, stay.key))
    for stay in stays:
        if stay.holder not in (None, stay.person):
            yield _signal(Sign.OTHERS_DEVICE, stay)
        if stay.on_leave:
            yield _signal(Sign.ON_LEAVE, stay)
    for before, after in combinations(stays, 2):
        gap = after.began_at - before.seen_at
        if before.device and after.device and before.device != after.device and gap < AWAY:
            yield _signal(Sign.TWO_DEVICES, before, after)
        if before.place and after.place and before.place != after.place and gap < TRAVEL:
            yield _signal(Sign.TWO_PLACES, before, after)
        if before.seen_at > after.began_at:
            yield _signal(Sign.OVERLAP, before, after)


def _signal(sign: Sign, *stays: Stay) -> Signal:
    return Signal(
        sign=sign,
        person=stays[-1].person,
        at=stays[-1].began_at,
        stays=tuple(stay.key for stay in stays),
    )
