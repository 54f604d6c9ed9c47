"""Leavers and joiners in one group who may be one human: proposed, never merged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.accounts.names import kana_key

NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Somebody leaves or joins a company at a moment. person: key in the registers."""

    person: str
    company: str
    kana: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    left: Passage
    joined: Passage


def unlinked(leavers: Iterable[Passage], joiners: Iterable[Passage]) -> Iterator[Pair]:
    """Yield who left one company and joined another within 14 days, under one reading.

    The same person in the registers is linked already. Who has no reading matches nobody.
    """
    left: dict[str, list[Passage]] = {}
    for one in leavers:
        if key := kana_key(one.kana):
            left.setdefault(key, []).append(one)
    for joined in joiners:
        for one in left.get(kana_key(joined.kana), ()):
            if (
                one.company != joined.company
                and one.person != joined.person
                and abs(one.at - joined.at) <= NEAR
            ):
                yield Pair(left=one, joined=joined)
