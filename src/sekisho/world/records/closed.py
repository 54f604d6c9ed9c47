"""The two closed ledgers of the network company: last-resort supply, and purchases under FIT."""

import numpy as np

from sekisho.world import names
from sekisho.world.chance import Array, Chance, stream
from sekisho.world.companies import COMPANIES
from sekisho.world.contracts import VOLTAGES
from sekisho.world.group import World
from sekisho.world.numbers import corporate_numbers, facility_ids, point_numbers
from sekisho.world.records import shapes
from sekisho.world.records.customers import Customers, lot

_BANKS = ("碧浜銀行", "九陽信用金庫", "ひがし灘銀行")


def person(chance: Chance, size: int) -> Array:
    """Return the names of people by lot."""
    family = shapes.one(chance, [f for f, _ in names.FAMILIES], size)
    given = shapes.one(chance, [g for g, _ in names.GIVENS], size)
    return shapes.plus(family, "　", given)


def bank(chance: Chance, size: int) -> Array:
    return shapes.plus(
        shapes.one(chance, _BANKS, size),
        " ",
        shapes.one(chance, ("本店", "港支店", "緑支店"), size),
        " 普通 ",
        shapes.number(chance, 0, 10**7, size, digits=7),
    )


def corporate(world: World, who: Customers) -> Array:
    """Return the corporate number of each firm, nothing for households."""
    base = lot(world, who.points, "corporate") % 10**12
    return np.where(who.company, corporate_numbers(base).astype(str), "")


def last_resort(world: World, who: Customers) -> dict[str, Array]:
    """Return each field of 最終保障供給契約管理/整理表.csv."""
    chance, size = stream(world.seed, "records", "lastresort"), len(who)
    contracts = world.contracts
    before = contracts.company[np.maximum(who.period - 1, 0), who.points]
    retailer = np.array([*(c.name for c in COMPANIES), *[""] * (256 - len(COMPANIES))])[before]
    kilowatts = chance.integers(5, 190, size) * 10
    kwh = kilowatts * chance.integers(90, 260, size)
    price = [
        f'{{"base":{2100 + n % 90},"energy":{22 + n % 60 / 10:.1f},"market":{n % 40 / 10 - 2:.1f}}}'
        for n in kwh.tolist()
    ]
    serial = np.char.zfill(shapes.text(np.arange(1, size + 1)), 8)
    planned = chance.random(size) < 0.2
    contact = shapes.plus(
        shapes.one(chance, ("総務部", "施設課", "経理課"), size), " ", person(chance, size)
    )
    return {
        "lrs_contract_no": shapes.plus("LR26", serial),
        "supply_point_no": who.record,
        "customer_name": who.name,
        "representative_name": person(chance, size),
        "contact_person": contact,
        "phone": who.phone,
        "email": who.email,
        "supply_address": who.address,
        "billing_address": shapes.plus(names.PREFECTURE, who.town, "本町一丁目1番1号"),
        "voltage_class": np.array(VOLTAGES)[np.maximum(contracts.voltage[who.points], 1)],
        "contract_kw": shapes.text(kilowatts),
        "start_date": shapes.day(who.since),
        "end_date": shapes.day(who.since + 364),
        "previous_retailer": retailer,
        "previous_end_reason": shapes.one(chance, ("撤退", "解除", "更新拒絶"), size, (5, 3, 3)),
        "industry_code": shapes.one(chance, ("09", "11", "24", "29", "44", "83"), size),
        "monthly_kwh": shapes.text(kwh),
        "half_hourly_kwh": shapes.decimal(chance, 5, 240, size),
        "unit_price": np.array(price),
        "billed_amount": shapes.text(kwh * 27),
        "payment_status": shapes.one(chance, ("済", "督促", "未収"), size, (90, 6, 4)),
        "deposit": shapes.one(chance, ("0", "500000", "1500000"), size, (8, 1, 1)),
        "bank_account": bank(chance, size),
        "chief_engineer": shapes.plus(person(chance, size), " ", who.phone),
        "substation_kva": shapes.text(kilowatts + chance.integers(1, 12, size) * 50),
        # a field that exists and takes no entry
        "next_retailer_memo": np.full(size, ""),
        "switch_planned_on": np.where(planned, shapes.day(who.since + 300), ""),
    }


def purchases(world: World, who: Customers) -> dict[str, Array]:
    """Return each field of 送配電買取FIT受給契約管理/整理表.csv."""
    chance, size = stream(world.seed, "records", "fitnw"), len(who)
    contracts = world.contracts
    kilowatts = kilowatts_of(world, who)
    began = began_of(world, who)
    serial = np.char.zfill(shapes.text(np.arange(1, size + 1)), 8)
    kwh = (kilowatts * chance.integers(60, 130, size)).astype(np.int64)
    number = corporate(world, who)
    rule = [
        f'{{"rule":"{word}","hours":{n}}}'
        for word, n in zip(
            shapes.one(chance, ("旧", "新", "無制限無補償"), size, (3, 3, 4)).tolist(),
            chance.integers(0, 60, size).tolist(),
            strict=True,
        )
    ]
    pair = contracts.pair[who.points - contracts.demand].astype(np.int64)
    price = price_of(began)
    return {
        "purchase_contract_no": shapes.plus("PV26", serial),
        "generation_point_no": who.record,
        "facility_id": facility_ids(contracts, who.points).astype(str),
        "generator_name": who.name,
        "generator_name_kana": who.kana,
        "generator_address": who.address,
        "site_address": who.address,
        "phone": who.phone,
        "email": who.email,
        "bank_account": shapes.plus(bank(chance, size), " ", who.kana),
        "invoice_reg_no": np.where(number == "", "", shapes.plus("T", number)),
        "corporate_no": number,
        "source_type": source_of(world, who),
        "certified_kw": one_place(kilowatts),
        "panel_kw": one_place(kilowatts * 1.1),
        "max_received_kw": one_place(kilowatts),
        "tariff_price": shapes.text(price),
        "tariff_end": shapes.month(shapes.day(began + 3652)),
        "start_date": shapes.day(began),
        "interconnected_on": shapes.day(began),
        "surplus_or_full": np.where(kilowatts < 10, "余剰", "全量"),
        "purchased_kwh": shapes.text(kwh),
        "purchased_amount": shapes.text((kwh * price).astype(np.int64)),
        "curtailment": np.array(rule),
        "meter_no": who.meter,
        "paired_supply_point_no": point_numbers(contracts, pair).astype(str),
        "installer": shapes.one(chance, names.INSTALLERS, size),
        "postfit_notice": shapes.one(chance, ("未", "済"), size, (7, 3)),
    }


def kilowatts_of(world: World, who: Customers) -> Array:
    """Return the certified output of each facility: mostly roofs, some fields."""
    lots = lot(world, who.points, "kilowatts")
    return np.where(lots % 10 < 8, 3 + lots % 67 / 10, 10 + lots % 3900 / 10)


def began_of(world: World, who: Customers) -> Array:
    """Return the day number on which each facility began to run: 2013 to 2024."""
    return 4_900 + lot(world, who.points, "began") % 4_000


def source_of(world: World, who: Customers) -> Array:
    lots = lot(world, who.points, "source") % 200
    return np.select(
        [lots < 190, lots < 194, lots < 197, lots < 199],
        ["太陽光", "風力", "水力", "バイオマス"],
        "地熱",
    )


def price_of(began: Array) -> Array:
    """Return the tariff of the year in which a facility began, in yen per kWh."""
    return np.maximum(38.0 - (began - 4_900) // 365 * 2.0, 15.0)


def one_place(values: Array) -> Array:
    """Return numbers with one decimal place, as text."""
    tenths = np.round(values * 10).astype(np.int64)
    return shapes.plus(shapes.text(tenths // 10), ".", shapes.text(tenths % 10))
