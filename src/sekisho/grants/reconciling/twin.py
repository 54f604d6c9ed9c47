"""The rule in plain words, line by line: what the expression for a million lines must say too."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from sekisho.grants.reconciling.classes import Class, Why
from sekisho.grants.reconciling.facts import (
    BREAK,
    SECOND,
    TOLERANCE,
    Facts,
    Grant,
    Line,
    Use,
    Verdict,
)


class _OfAccount(Protocol):
    @property
    def account(self) -> str: ...


T = TypeVar("T", bound=_OfAccount)


def reconcile(
    lines: Sequence[Line], facts: Facts, *, tolerance: int = TOLERANCE
) -> Sequence[Verdict]:
    """Return one verdict for each line, in the order of their numbers.

    tolerance: seconds by which the clock of the other system may differ from ours. It widens a
               use and a grant at both ends, and lets a stop count later; nothing else.

    Of the classes that fit, the gravest speaks: an unknown account, then a stopped one, then
    another person, another place; then whether a use was running, and whether a grant was there.
    """
    given = _Given(facts, tolerance * SECOND)
    session = sessions(lines)
    odd = _odd(lines, session, given)
    chosen = {line.number: given.use_of(line) for line in lines}
    over = _over(lines, session, chosen, given)
    ordered = sorted(lines, key=lambda line: line.number)
    return [
        _verdict(line, given, odd.get(session[line.number]), chosen[line.number],
                 over=line.number in over)
        for line in ordered
    ]  # fmt: skip


def sessions(lines: Iterable[Line]) -> Mapping[int, tuple[str, int]]:
    """Return the session of each line by its number: its account and when the session began.

    A line half an hour or more after the one before it begins a session.
    """
    found: dict[int, tuple[str, int]] = {}
    last: dict[str, tuple[int, int]] = {}  # account -> when its session began, its last line
    for line in sorted(lines, key=lambda line: (line.at, line.number)):
        began, before = last.get(line.account, (line.at, line.at - BREAK))
        if line.at - before >= BREAK:
            began = line.at
        last[line.account] = (began, line.at)
        found[line.number] = (line.account, began)
    return found


class _Given:
    """The facts by account."""

    def __init__(self, facts: Facts, slack: int) -> None:
        self.slack = slack
        self.accounts = frozenset(facts.accounts)
        self.lives, self.stops = _by_account(facts.lives), _by_account(facts.stops)
        self.away = _by_account(facts.away)
        self.grants, self.uses = _by_account(facts.grants), _by_account(facts.uses)
        self.grant = {grant.grant: grant for grant in facts.grants}
        self.sites = {place.ip: place for place in facts.places}
        self.objects: dict[str, set[str]] = defaultdict(set)
        for reference in facts.references:
            self.objects[reference.use].add(reference.object)

    def use_of(self, line: Line) -> Use | None:
        """Return the use that speaks for a line: one for this object first, then the nearest."""
        running = [
            use
            for use in self.uses.get(line.account, ())
            if use.starts - self.slack <= line.at < use.ends + self.slack
        ]
        return min(
            running,
            key=lambda use: (not self.fits(use, line), _beside(use, line.at), use.use),
            default=None,
        )

    def fits(self, use: Use, line: Line) -> bool:
        objects = self.objects.get(use.use)
        return not line.object or not objects or line.object in objects

    def grant_of(self, line: Line) -> Grant | None:
        """Return the first grant on the account at that time."""
        covering = [
            grant
            for grant in self.grants.get(line.account, ())
            if grant.starts - self.slack <= line.at < grant.ends + self.slack
        ]
        return min(covering, key=lambda grant: grant.grant, default=None)


def _verdict(line: Line, given: _Given, odd: Why | None, use: Use | None, *, over: bool) -> Verdict:
    grant = use.grant if use else ""
    if line.account not in given.accounts:
        return Verdict(line.number, Class.UNKNOWN_ID, Why.NONE, "", "")
    if (why := _stopped(line, given)) is not None:
        return Verdict(line.number, Class.STOPPED, why, "", "")
    place = given.sites.get(line.ip)
    if any(
        one.starts <= line.at < one.ends
        and (not one.site or (place is not None and place.site != one.site))
        for one in given.away.get(line.account, ())
    ):
        return Verdict(line.number, Class.WRONG_PERSON, Why.AWAY, "", "")
    if odd is not None:
        return Verdict(line.number, Class.WRONG_PERSON, odd, "", "")
    if place is not None and not place.ours:
        return Verdict(line.number, Class.WRONG_PLACE, Why.NONE, "", "")
    if use is not None and over:
        return Verdict(line.number, Class.OUTSIDE, Why.SESSIONS, use.use, grant)
    if use is not None:
        found = Class.MATCHED if given.fits(use, line) else Class.OFF_PURPOSE
        return Verdict(line.number, found, Why.NONE, use.use, grant)
    allowed = given.grant_of(line)
    if allowed is not None:
        return Verdict(line.number, Class.OUTSIDE, Why.NONE, "", allowed.grant)
    return Verdict(line.number, Class.NO_GRANT, Why.NONE, "", "")


def _stopped(line: Line, given: _Given) -> Why | None:
    """Return why the account could not be used. A clock that is ahead makes no stop earlier."""
    slack = given.slack
    if any(one.starts + slack <= line.at < one.ends for one in given.stops.get(line.account, ())):
        return Why.STOPPED
    lives = given.lives.get(line.account, ())
    if any(one.starts - slack <= line.at < one.ends + slack for one in lives):
        return None
    return Why.NOT_OPEN


def _odd(
    lines: Iterable[Line], session: Mapping[int, tuple[str, int]], given: _Given
) -> Mapping[tuple[str, int], Why]:
    """Return the sessions that one person cannot have had: two devices, or two places."""
    devices: dict[tuple[str, int], set[str]] = defaultdict(set)
    sites: dict[tuple[str, int], set[str]] = defaultdict(set)
    for line in lines:
        at = session[line.number]
        if line.device:
            devices[at].add(line.device)
        if (place := given.sites.get(line.ip)) is not None:
            sites[at].add(place.site)
    two_places = {at: Why.TWO_PLACES for at, found in sites.items() if len(found) > 1}
    two_devices = {at: Why.TWO_DEVICES for at, found in devices.items() if len(found) > 1}
    return two_places | two_devices


def _over(
    lines: Iterable[Line],
    session: Mapping[int, tuple[str, int]],
    chosen: Mapping[int, Use | None],
    given: _Given,
) -> frozenset[int]:
    """Return the lines in sessions beyond the number for which their grant was given."""
    of_grant: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        use = chosen[line.number]
        if use is not None:
            of_grant[use.grant].add(session[line.number][1])
    over = set()
    for line in lines:
        use = chosen[line.number]
        grant = given.grant.get(use.grant) if use else None
        if use is None or grant is None or not grant.uses:
            continue
        began = session[line.number][1]
        if sum(one <= began for one in of_grant[use.grant]) > grant.uses:
            over.add(line.number)
    return frozenset(over)


def _beside(use: Use, at: int) -> int:
    """Return how far a moment lies beside a use; 0: inside."""
    return max(use.starts - at, at - use.ends + 1, 0)


def _by_account(rows: Iterable[T]) -> Mapping[str, Sequence[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[row.account].append(row)
    return found
