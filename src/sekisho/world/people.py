"""People, their appointments (発令) and the moves of the year."""

from dataclasses import dataclass, field, replace

from sekisho.world import calendar, names
from sekisho.world.chance import Chance, stream
from sekisho.world.companies import AFFILIATE, COMPANY, NETWORK, UNITS, Unit

HIRED = calendar.at("2023-04-01")
ROLES = ("担当", "担当", "担当", "担当", "主任", "主任", "課長")
MOVING = frozenset({"wheeling", "renewable", "field", "reception"})
LEFT_OPEN = 6  # people who took their network IDs along to the retailer


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    code: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One appointment. known_from: when the news of it reached the registers."""

    person: int
    unit: Unit
    role: str
    kind: str
    starts: int
    ends: int = calendar.FOREVER
    known_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stint:
    """The stretch in which a person works under one profile, at one desk.

    Stints of one person never overlap; concurrent posts of one person share a stint.
    predecessor: the stint whose account numbers were handed on to this one, if any.
    """

    person: int
    unit: Unit
    profile: str
    starts: int
    ends: int = calendar.FOREVER
    predecessor: int | None = None


@dataclass(slots=True)
class People:
    persons: list[Person] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    stints: list[Stint] = field(default_factory=list)
    leavers: list[int] = field(default_factory=list)  # persons: their network IDs stayed open
    stints_of: dict[int, list[int]] = field(default_factory=dict)  # person -> stints
    handed_on: set[int] = field(default_factory=set)  # stints whose IDs went to a successor


def _person(people: People, chance: Chance) -> int:
    number = len(people.persons)
    family = names.FAMILIES[int(chance.integers(len(names.FAMILIES)))]
    given = names.GIVENS[int(chance.integers(len(names.GIVENS)))]
    people.persons.append(
        Person(
            code=f"P{number + 1:06d}",
            name=f"{family[0]}　{given[0]}",
            kana=f"{family[1]}　{given[1]}",
        )
    )
    return number


def _appoint(
    people: People,
    person: int,
    unit: Unit,
    starts: int,
    *,
    chance: Chance,
    kind: str = "main",
    predecessor: int | None = None,
    late: int = 0,
) -> int:
    role = ROLES[int(chance.integers(len(ROLES)))]
    people.posts.append(
        Post(
            person=person, unit=unit, role=role, kind=kind, starts=starts, known_from=starts + late
        )
    )
    people.stints_of.setdefault(person, []).append(len(people.stints))
    if predecessor is not None:
        people.handed_on.add(predecessor)
    people.stints.append(
        Stint(
            person=person, unit=unit, profile=unit.profile, starts=starts, predecessor=predecessor
        )
    )
    return len(people.stints) - 1


def _end(people: People, stint: int, ends: int) -> None:
    old = people.stints[stint]
    people.stints[stint] = replace(old, ends=ends)
    people.posts[:] = [
        replace(post, ends=ends)
        if post.person == old.person and post.ends == calendar.FOREVER
        else post
        for post in people.posts
    ]


def _headcount(unit: Unit, staff: float) -> int:
    return max(
        2 if unit.kind in {"sales", "call_centre", "meter"} else 1, round(unit.people * staff)
    )


def draw_people(seed: int, staff: float) -> People:
    """Return everybody, with the moves of July and October done."""
    chance = stream(seed, "people")
    people = People()
    for unit in UNITS:
        for _ in range(_headcount(unit, staff)):
            _appoint(people, _person(people, chance), unit, HIRED, chance=chance)
    _move(people, chance)
    return people


def _of(people: People, company: str, *, profiles: frozenset[str]) -> list[int]:
    return [
        n
        for n, stint in enumerate(people.stints)
        if stint.unit.company == company
        and stint.profile in profiles
        and stint.ends == calendar.FOREVER
    ]


def _sample(chance: Chance, pool: list[int], count: int) -> list[int]:
    return [pool[int(n)] for n in chance.choice(len(pool), min(count, len(pool)), replace=False)]


def _move(people: People, chance: Chance) -> None:
    network = _of(people, NETWORK, profiles=MOVING)
    affiliate = _of(people, AFFILIATE, profiles=frozenset({"sales"}))
    wheeling = [n for n in network if people.stints[n].profile in {"wheeling", "reception"}]
    sales_units = [u for u in UNITS if u.company == AFFILIATE and u.kind == "sales"]
    moving_units = [u for u in UNITS if u.company == NETWORK and u.profile in MOVING]
    share = len(network)

    # To the retailer: six take their IDs along, the others hand them in.
    gone = _sample(chance, wheeling, LEFT_OPEN + max(1, share // 40))
    for n, stint in enumerate(gone):
        person = people.stints[stint].person
        _end(people, stint, calendar.TRANSFERS)
        unit = sales_units[int(chance.integers(len(sales_units)))]
        _appoint(people, person, unit, calendar.TRANSFERS, chance=chance)
        if n < LEFT_OPEN:
            people.leavers.append(person)
    # From the retailer to the network company.
    for stint in _sample(chance, affiliate, max(1, share // 60)):
        person = people.stints[stint].person
        _end(people, stint, calendar.TRANSFERS)
        unit = moving_units[int(chance.integers(len(moving_units)))]
        _appoint(people, person, unit, calendar.TRANSFERS, chance=chance)
    # Within the network company: the yearly round; some of the news comes days late.
    stay = [n for n in network if n not in gone]
    for stint in _sample(chance, stay, round(share * 0.16)):
        old = people.stints[stint]
        _end(people, stint, calendar.TRANSFERS)
        unit = moving_units[int(chance.integers(len(moving_units)))]
        late = int(chance.integers(0, 4)) * calendar.DAY
        _appoint(people, old.person, unit, calendar.TRANSFERS, chance=chance, late=late)
    _retire(people, chance)
    _second(people, chance)


def _retire(people: People, chance: Chance) -> None:
    """People leave in October; contractors hand their IDs on to whoever follows in July."""
    for stint in _sample(
        chance, _of(people, NETWORK, profiles=MOVING), max(1, len(people.stints) // 80)
    ):
        _end(people, stint, calendar.AUTUMN)
    contractors = [
        n
        for n, stint in enumerate(people.stints)
        if COMPANY[stint.unit.company].kind == "network_contractor"
        and stint.profile in {"contractor", "contract_reception"}
    ]
    for stint in _sample(chance, contractors, max(2, len(contractors) // 12)):
        unit = people.stints[stint].unit
        _end(people, stint, calendar.TRANSFERS)
        _appoint(
            people,
            _person(people, chance),
            unit,
            calendar.TRANSFERS,
            chance=chance,
            predecessor=stint,
        )


def _second(people: People, chance: Chance) -> None:
    """Add concurrent posts and secondments that leave the class of the viewer as it is."""
    by_kind = {u.kind: u for u in UNITS if u.company == NETWORK}
    partner = {
        "service_centre": "renewable",
        "renewable": "service_centre",
        "operation": "distribution",
    }
    open_ones = [
        n for n in _of(people, NETWORK, profiles=MOVING) if people.stints[n].unit.kind in partner
    ]
    for stint in _sample(chance, open_ones, max(1, len(open_ones) // 25)):
        held = people.stints[stint]
        _also(people, held, by_kind[partner[held.unit.kind]], "concurrent")
    sellers = [u for u in UNITS if COMPANY[u.company].kind == "affiliate_contractor"]
    for stint in _sample(chance, _of(people, AFFILIATE, profiles=frozenset({"sales"})), 4):
        held = people.stints[stint]
        _also(people, held, sellers[int(chance.integers(len(sellers)))], "seconded")


def _also(people: People, held: Stint, unit: Unit, kind: str) -> None:
    starts = max(held.starts, calendar.STARTS)
    people.posts.append(
        Post(
            person=held.person, unit=unit, role="担当", kind=kind, starts=starts, known_from=starts
        )
    )
