"""Declared emergencies (非常災害), and the people of the retailer who are lent to them."""

from dataclasses import dataclass

from sekisho.world import calendar
from sekisho.world.chance import stream
from sekisho.world.companies import AFFILIATE
from sekisho.world.people import People


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """One emergency in one district (0 to 11)."""

    code: str
    cause: str
    district: int
    starts: int
    ends: int


# (code, cause, from, hours, districts with the hours by which each ends earlier)
_YEAR = (
    ("E25-01", "台風", "2025-07-18T15:00", 120, ((0, 0), (7, 12), (8, 24))),
    ("E25-02", "大雨", "2025-08-10T04:00", 96, ((3, 0), (4, 18))),
    ("E25-03", "台風", "2025-09-05T09:00", 150, ((0, 30), (1, 0), (7, 48), (8, 6))),
    ("E25-04", "地震", "2025-11-27T06:00", 140, ((5, 0), (6, 20))),
    ("E26-01", "大雪", "2026-01-24T00:00", 84, ((9, 0), (10, 8), (2, 30))),
)


def emergencies() -> tuple[Emergency, ...]:
    """Return the emergencies of the year, one row per district."""
    return tuple(
        Emergency(
            code=code,
            cause=cause,
            district=district,
            starts=calendar.at(since),
            ends=calendar.at(since) + (hours - earlier) * calendar.HOUR,
        )
        for code, cause, since, hours, districts in _YEAR
        for district, earlier in districts
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporter:
    """A person lent to an emergency (応援者): while it runs, and no longer."""

    code: str
    person: int
    starts: int
    ends: int


def supporters(seed: int, people: People, count: int) -> tuple[Supporter, ...]:
    """Return `count` supporters per emergency, people of the retailer all through the year."""
    chance = stream(seed, "supporters")
    pool = [
        stint.person
        for stint in people.stints
        if stint.unit.company == AFFILIATE
        and stint.profile == "sales"
        and stint.starts < calendar.STARTS
        and stint.ends == calendar.FOREVER
    ]
    found: list[Supporter] = []
    for code in dict.fromkeys(row[0] for row in _YEAR):
        rows = [row for row in emergencies() if row.code == code]
        chosen = chance.choice(len(pool), min(count, len(pool)), replace=False)
        found += [
            Supporter(
                code=code,
                person=pool[int(n)],
                starts=min(row.starts for row in rows),
                ends=max(row.ends for row in rows),
            )
            for n in chosen
        ]
    return tuple(found)
