"""Grants (利用許可), holds (停止), and the windows in which approved looks are made."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import stream
from sekisho.world.emergencies import Supporter, emergencies
from sekisho.world.ids import RELIEF_SYSTEMS
from sekisho.world.names import TOWNS
from sekisho.world.people import People
from sekisho.world.profiles import PROFILES
from sekisho.world.systems import NUMBER

# Standing grants run for six months at the longest and are renewed by the stock-taking.
TERMS = tuple(
    calendar.at(day)
    for day in ("2025-01-01", "2025-07-01", "2026-01-01", "2026-07-01", "2027-01-01")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    person: int
    system: int
    kind: str
    purpose: str
    starts: int
    ends: int
    district: str | None = None
    revoked_at: int | None = None
    stint: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    person: int
    reason: str
    starts: int
    ends: int


@dataclass(slots=True)
class Grants:
    grants: list[Grant] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    windows: dict[tuple[str, int, int], list[int]] = field(default_factory=dict)
    # (profile or "export", system, month) -> positions in `grants`

    def open_window(self, key: str, month: int, grant: Grant) -> None:
        self.windows.setdefault((key, grant.system, month), []).append(len(self.grants))
        self.grants.append(grant)


def draw_grants(seed: int, people: People, lent: tuple[Supporter, ...]) -> Grants:
    """Return all grants and holds of the year."""
    book = Grants()
    for n, stint in enumerate(people.stints):
        profile = PROFILES[stint.profile]
        for key in profile.systems:
            if (profile.grant == "standing" and key != "saiene") or stint.profile == "ministry":
                _standing(book, people, n, NUMBER[key])
    _windows(seed, book, people)
    for supporter in lent:
        _relief(book, supporter)
    chance = stream(seed, "holds")
    pool = [s.person for s in people.stints if s.profile != "none"]
    for n in chance.choice(len(pool), max(2, len(pool) // 150), replace=False):
        starts = calendar.STARTS + int(chance.integers(30, 300)) * calendar.DAY
        reason = ("調査", "紛失", "人事情報の途絶")[int(chance.integers(3))]
        if any(hold.person == pool[int(n)] for hold in book.holds):
            continue
        ends = starts + int(chance.integers(5, 40)) * calendar.DAY
        book.holds.append(Hold(person=pool[int(n)], reason=reason, starts=starts, ends=ends))
    return book


def _standing(book: Grants, people: People, n: int, system: int) -> None:
    stint = people.stints[n]
    for starts, ends in pairwise(TERMS):
        since, until = max(starts, stint.starts), min(ends, stint.ends)
        if since < until:
            book.grants.append(
                Grant(
                    person=stint.person,
                    system=system,
                    kind="standing",
                    purpose=PROFILES[stint.profile].purpose,
                    starts=since,
                    ends=until,
                    # a standing grant is revoked on the day that its post ends
                    revoked_at=stint.ends if until == stint.ends < ends else None,
                    stint=n,
                )
            )


def _windows(seed: int, book: Grants, people: People) -> None:
    """Grant audits, maintenance, exports and the state's system for some days of each month."""
    chance = stream(seed, "windows")
    for month in range(12):
        first, last = calendar.EDGES[month], calendar.EDGES[month + 1]
        days = (last - first) // calendar.DAY
        for n, stint in enumerate(people.stints):
            if not (stint.starts <= first and last <= stint.ends):
                continue
            profile = PROFILES[stint.profile]
            asked = [
                (key, profile.grant, 6) for key in profile.systems if profile.grant != "standing"
            ]
            if stint.profile == "renewable":
                asked = [("saiene", "per_use", 24)]
            for key, kind, length in asked:
                if stint.profile == "regulator" and month % 3:
                    continue
                starts = first + int(chance.integers(1, days - length)) * calendar.DAY
                book.open_window(
                    stint.profile,
                    month,
                    Grant(
                        person=stint.person,
                        system=NUMBER[key],
                        kind=kind,
                        purpose=profile.purpose,
                        starts=starts,
                        ends=starts + length * calendar.DAY,
                        stint=n,
                    ),
                )
            if stint.profile == "wheeling" and chance.random() < 0.15:
                starts = first + int(chance.integers(1, days - 2)) * calendar.DAY
                book.open_window(
                    "export",
                    month,
                    Grant(
                        person=stint.person,
                        system=NUMBER["takuso"],
                        kind="per_use",
                        purpose=profile.purpose,
                        starts=starts,
                        ends=starts + calendar.DAY,
                        stint=n,
                    ),
                )


def _relief(book: Grants, supporter: Supporter) -> None:
    for row in emergencies():
        if row.code != supporter.code:
            continue
        for key in RELIEF_SYSTEMS:
            book.grants.append(
                Grant(
                    person=supporter.person,
                    system=NUMBER[key],
                    kind="per_use",
                    purpose="非常災害対応",
                    starts=row.starts,
                    ends=row.ends,
                    district=TOWNS[row.district][0],
                )
            )


def held_spans(book: Grants, people: People) -> np.ndarray:
    """Return for each person the hold as (starts, ends) in two columns; (0, 0) where none."""
    spans = np.zeros((len(people.persons), 2), np.int64)
    for hold in book.holds:
        spans[hold.person] = (hold.starts, hold.ends)
    return spans
