"""託送業務システム: one record per supply point."""

import numpy as np

from sekisho.world import calendar
from sekisho.world.chance import Array, stream
from sekisho.world.companies import COMPANIES
from sekisho.world.contracts import ISLAND, LAST_RESORT, RETAIL, STATES, VOLTAGES
from sekisho.world.group import World
from sekisho.world.records import shapes
from sekisho.world.records.customers import Customers, lot

_MENUS = ("電灯標準", "電灯時間帯別", "動力標準", "動力時間帯別", "従量")


def retailer_columns(world: World, who: Customers) -> tuple[Array, Array]:
    """Return the code (five signs) and the name of the retailer that supplies each point now."""
    number = world.contracts.company[who.period, who.points]
    supplied = world.contracts.relation[who.period, who.points] == RETAIL
    names = np.array([*(c.name for c in COMPANIES), *[""] * (256 - len(COMPANIES))])[number]
    codes = np.array(
        [*(f"9{c.code[:1]}{c.code[1:]:>03s}" for c in COMPANIES), *[""] * (256 - len(COMPANIES))]
    )[number]
    return np.where(supplied, codes, ""), np.where(supplied, names, "")


def open_switches(world: World, who: Customers) -> tuple[Array, Array]:
    """Return where a switch has been accepted and not carried out, and to which company."""
    ties = world.contracts.ties
    still = np.flatnonzero((ties.kind == 0) & (ties.ends >= calendar.FOREVER))
    order = still[np.argsort(ties.point[still])]
    place = np.minimum(np.searchsorted(ties.point[order], who.points), max(len(order) - 1, 0))
    if len(order) == 0:
        return np.zeros(len(who), bool), np.zeros(len(who), np.int64)
    return ties.point[order][place] == who.points, ties.company[order][place].astype(np.int64)


def fields(world: World, who: Customers) -> dict[str, Array]:
    """Return each field of 託送業務システム/整理表.csv."""
    chance, size = stream(world.seed, "records", "takuso"), len(who)
    contracts = world.contracts
    voltage = contracts.voltage[who.points]
    low = voltage == 0
    code, name = retailer_columns(world, who)
    served = code != ""
    switching, to = open_switches(world, who)
    target = np.array([f"{c.name}（{c.code}）" for c in COMPANIES])[to]
    relation = contracts.relation[who.period, who.points]
    ampere = shapes.one(chance, ("20A", "30A", "40A", "50A", "60A"), size, (1, 4, 3, 2, 2))
    large = shapes.plus(shapes.number(chance, 5, 190, size), "0kW")
    kwh = np.where(low, 1, 40) * chance.integers(90, 700, size)
    generates = np.isin(who.points, contracts.pair)
    # usage from before the holder changed is not handed over
    today = shapes.day_number(np.array([calendar.ENDS]))[0]
    months = np.clip((today - who.since) // 30, 1, 13)
    usage = [
        "["
        + ",".join(str(int(base * (80 + (base * 7 + n * 13) % 45) / 100)) for n in range(k))
        + "]"
        for base, k in zip(kwh.tolist(), months.tolist(), strict=True)
    ]
    care = lot(world, who.points, "care") % 400
    return {
        "supply_point_no": who.record,
        "area_code": np.full(size, "09"),
        "supply_address": who.address,
        "building_room": who.building,
        "customer_name": who.name,
        "customer_name_kana": who.kana,
        "phone_primary": who.phone,
        "party_type": np.where(who.held, np.where(who.company, "法人", "個人"), "その他"),
        "retailer_code": code,
        "retailer_name": name,
        "demand_bg_code": np.where(served, np.char.replace(code, "9R", "9B"), ""),
        "retail_contract_no": np.where(
            served, shapes.plus("C-", shapes.number(chance, 0, 10**9, size, digits=9)), ""
        ),
        "contract_status": np.array(STATES)[contracts.state[who.period, who.points]],
        "wheeling_menu": np.where(
            low, shapes.one(chance, _MENUS, size, (8, 3, 1, 1, 1)), "動力標準"
        ),
        "voltage_class": np.array(VOLTAGES)[voltage],
        "contracted_capacity": np.where(low, ampere, large),
        "capacity_basis": np.where(
            low, shapes.one(chance, ("SB", "主開閉器"), size, (6, 4)), "実量制"
        ),
        "power_factor": np.where(low, "90", shapes.number(chance, 85, 101, size)),
        "supply_method": np.where(
            low,
            shapes.one(chance, ("単3 100/200V", "単2 100V", "三3 200V"), size, (8, 1, 1)),
            "三3 6000V",
        ),
        "meter_no": who.meter,
        "ami_readable": shapes.one(chance, ("可", "不可"), size, (97, 3)),
        "service_pole_no": who.pole,
        "meter_reading_day": shapes.number(chance, 1, 27, size, digits=2),
        "half_hourly_kwh": shapes.decimal(chance, 0, 2, size),
        "monthly_kwh": shapes.text(kwh),
        "usage_13m": np.array(usage),
        "change_date": shapes.day(who.since),
        "switching_request_type": shapes.one(
            chance, ("開始", "再点", "アンペア変更", "需要者情報変更"), size, (6, 1, 1, 2)
        ),
        "switching_to_retailer": np.where(switching, target, ""),
        "island_flag": np.where(relation == ISLAND, "Y", "N"),
        "generator_flag": np.where(generates, "Y", "N"),
        "wheeling_charge": np.where(relation == LAST_RESORT, "0", shapes.text(kwh * 9 + 550)),
        "disconnection_method": shapes.one(chance, ("遠隔", "現地", "存置"), size, (8, 2, 1)),
        "life_support_flag": np.where(
            (care == 0) & ~who.company,
            "人工呼吸器等 連絡順位1",
            np.where(care == 1, "あり", "なし"),
        ),
    }
