"""Who holds each point, and where it is: the same in every system that speaks of it."""

from dataclasses import dataclass

import numpy as np

from sekisho.world import calendar, names
from sekisho.world.chance import Array, stream
from sekisho.world.contracts import NONE
from sekisho.world.group import World
from sekisho.world.numbers import point_numbers
from sekisho.world.records import shapes

_KANJI = np.array(["", "一", "二", "三", "四", "五", "六"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """One row per point; `period` is the contract that runs now. Vacant points have no holder."""

    points: Array
    period: Array
    record: Array
    company: Array  # a firm, not a household
    held: Array
    name: Array
    kana: Array
    phone: Array
    email: Array
    town: Array
    address: Array
    building: Array
    meter: Array
    pole: Array
    feeder: Array
    since: Array  # day number since which the contract runs

    def __len__(self) -> int:
        return len(self.points)


def customers(world: World, points: Array) -> Customers:
    """Return the holders of `points`, drawn by point: any subset says the same of a point."""
    contracts = world.contracts
    size = len(points)
    salt = stream(world.seed, "customers").integers(1, 2**31, 20)
    lots = [_lot(points, int(n)) for n in salt]
    period = np.maximum(
        contracts.period_at(points, np.full(size, calendar.ENDS, np.int64)), 0
    ).astype(np.int64)
    family = np.array([f for f, _ in names.FAMILIES])
    family_kana = np.array([k for _, k in names.FAMILIES])
    given = np.array([g for g, _ in names.GIVENS])
    given_kana = np.array([k for _, k in names.GIVENS])
    works = np.array([w for w, _ in names.WORKS])
    works_kana = np.array([k for _, k in names.WORKS])
    town = np.array([name for _, name, _ in names.TOWNS])[contracts.district[points]]
    stem = np.array([name.split("郡")[-1][:-1] for _, name, _ in names.TOWNS])
    stem_kana = np.array([kana.rsplit("グン", maxsplit=1)[-1] for _, _, kana in names.TOWNS])
    company = (contracts.voltage[points] > 0) | (lots[0] % 100 < 7)
    who, whose = (lots[1] + period * 7) % len(family), lots[2] % len(given)
    district = contracts.district[points]
    held = contracts.relation[period, points] != NONE
    person = shapes.plus(family[who], "　", given[whose])
    firm = shapes.plus(stem[district], works[lots[3] % len(works)])
    person_kana = shapes.plus(family_kana[who], "　", given_kana[whose])
    firm_kana = shapes.plus(stem_kana[district], works_kana[lots[3] % len(works)])
    block, house, room = lots[4] % 6 + 1, lots[5] % 30 + 1, lots[6] % 20 + 1
    address = shapes.plus(
        names.PREFECTURE,
        town,
        np.array(names.STREETS)[lots[7] % len(names.STREETS)],
        _KANJI[block],
        "丁目",
        shapes.text(house),
        "番",
        shapes.text(room),
        "号",
    )
    floors = lots[8] % 8 + 1
    building = shapes.plus(
        np.array(names.BUILDINGS)[lots[9] % len(names.BUILDINGS)],
        shapes.text(floors),
        np.char.zfill(shapes.text(lots[10] % 12 + 1), 2),
        "号室",
    )
    return Customers(
        points=points,
        period=period,
        record=point_numbers(contracts, points).astype(str),
        company=company,
        held=held,
        name=np.where(held, np.where(company, firm, person), ""),
        kana=np.where(held, np.where(company, firm_kana, person_kana), ""),
        # numbers that begin with 0000 are given to nobody: no call reaches a person
        phone=np.where(
            held, shapes.plus("0000", np.char.zfill(shapes.text(lots[11] % 10**6), 6)), ""
        ),
        email=np.where(
            held, shapes.plus("u", shapes.text(lots[12] % 10**6), "@example.invalid"), ""
        ),
        town=town,
        address=address,
        building=np.where((lots[13] % 10 < 4) & ~company, building, ""),
        # no two points share a meter: numbers below the prime never meet
        meter=shapes.plus(
            "KY",
            np.char.zfill(shapes.text((points * 30_011 + int(salt[14])) % 999_999_937), 9),
        ),
        pole=shapes.plus(
            np.array(names.STREETS)[lots[7] % len(names.STREETS)],
            "線",
            shapes.text(lots[15] % 90 + 1),
            np.array(["右", "左"])[lots[16] % 2],
            shapes.text(lots[17] % 9 + 1),
        ),
        feeder=shapes.plus(stem[district], "変電所 第", shapes.text(lots[18] % 9 + 1), "線"),
        since=shapes.day_number(contracts.starts[period, points]),
    )


def _lot(points: Array, salt: int) -> Array:
    """Return a number by lot for each point; the same point and salt give the same number."""
    mixed = (points.astype(np.uint64) + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return (mixed >> np.uint64(8)).astype(np.int64)


def lot(world: World, points: Array, subject: str) -> Array:
    """Return a number by lot for each point, under a subject of its own."""
    return _lot(points, int(stream(world.seed, "lot", subject).integers(1, 2**31)))
