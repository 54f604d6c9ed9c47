"""How far the clock of a foreign system is from ours (時計のずれ), from sign-ins known here.

It is estimated and shown. It moves no line: who would have it count declares a tolerance, which
stands in every result.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sekisho.grants.reconciling.facts import BREAK, SECOND, Line, Use
from sekisho.grants.reconciling.twin import sessions

FEWEST = 5  # pairs, below which nothing is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """seconds: how far their clock is ahead of ours. spread: half of the pairs lie within it."""

    seconds: int
    spread: int
    pairs: int


def skew(lines: Sequence[Line], uses: Iterable[Use]) -> Skew | None:
    """Return how far the log's clock is ahead, or None where too little is known.

    Each session is paired with the nearest beginning of a use of its account, at most half an
    hour away. The median is taken, so that a few strangers move nothing.
    """
    apart = sorted(_apart(sessions(lines), _starts(uses)))
    if len(apart) < FEWEST:
        return None
    middle = median(apart)
    spread = median(abs(one - middle) for one in apart)
    return Skew(seconds=round(middle / SECOND), spread=round(spread / SECOND), pairs=len(apart))


def beside(line: Line, uses: Iterable[Use]) -> int | None:
    """Return how many seconds a line lies beside the nearest use of its account; 0: inside one.

    More than 0: after its end; less: before its beginning. None: the account has no use.
    """
    found = [
        0 if use.starts <= line.at < use.ends
        else line.at - use.starts if line.at < use.starts
        else line.at - use.ends
        for use in uses
        if use.account == line.account
    ]  # fmt: skip
    nearest = min(found, key=abs, default=None)
    return None if nearest is None else round(nearest / SECOND)


def _starts(uses: Iterable[Use]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for use in uses:
        found.setdefault(use.account, []).append(use.starts)
    for starts in found.values():
        starts.sort()
    return found


def _apart(found: Mapping[int, tuple[str, int]], starts: Mapping[str, list[int]]) -> Iterable[int]:
    for account, began in set(found.values()):
        known = starts.get(account, [])
        place = bisect_left(known, began)
        near = [began - one for one in known[max(0, place - 1) : place + 1]]
        nearest = min(near, key=abs, default=BREAK)
        if abs(nearest) < BREAK:
            yield nearest
