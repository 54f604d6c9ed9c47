"""再エネ業務管理システム (the state's own): one record per certified facility."""

import numpy as np

from sekisho.world.chance import Array, stream
from sekisho.world.group import World
from sekisho.world.numbers import facility_ids
from sekisho.world.records import shapes
from sekisho.world.records.closed import (
    began_of,
    corporate,
    kilowatts_of,
    one_place,
    person,
    price_of,
    source_of,
)
from sekisho.world.records.customers import Customers


def fields(world: World, who: Customers) -> dict[str, Array]:
    """Return each field of 再エネ業務管理システム/整理表.csv."""
    chance, size = stream(world.seed, "records", "saiene"), len(who)
    began = began_of(world, who)
    kilowatts = kilowatts_of(world, who)
    boss = person(chance, size)
    letters = np.array([f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}KY" for n in range(676)])
    rows = range(size)
    login = np.arange(size) * 7_919 % (676 * 10_000)
    cost = chance.integers(20, 40, size).tolist()
    officers = [
        f'[{{"role":"代表","name":"{name}","born":"19{60 + n % 35}-0{n % 9 + 1}-1{n % 10}"}}]'
        for n, name in zip(rows, boss.tolist(), strict=True)
    ]
    fund = [f'{{"from":"{2033 + n % 4}-07","yen":{(n % 90) * 1000}}}' for n in rows]
    report = [f'{{"cost_per_kw":{c},"kwh":{c * 310}}}' for c in cost]
    history = [
        f'[{{"on":"{day}","item":"パネル","before":"{n % 9 + 3}.0","after":"{n % 9 + 4}.0"}}]'
        if n % 6 == 0
        else "[]"
        for n, day in zip(rows, shapes.day(began + 700).tolist(), strict=True)
    ]
    facility = facility_ids(world.contracts, who.points).astype(str)
    return {
        "facility_id": facility,
        "certification_status": shapes.one(
            chance, ("認定", "変更", "申請中", "廃止", "失効"), size, (90, 4, 3, 2, 1)
        ),
        "certified_on": shapes.day(began - 110),
        "operator_name": who.name,
        "representative_name": np.where(who.company, boss, who.name),
        "officers": np.array(officers),
        "operator_address": who.address,
        "operator_phone": who.phone,
        "operator_email": who.email,
        "corporate_no": corporate(world, who),
        "registrant_id": shapes.plus(
            letters[login // 10_000], np.char.zfill(shapes.text(login % 10_000), 4)
        ),
        "source_type": source_of(world, who),
        "certified_kw": one_place(kilowatts),
        "panel_kw": one_place(kilowatts * 1.1),
        "site_address": who.address,
        "site_address_other": np.where(
            kilowatts >= 10,
            shapes.plus(who.town, "字坂下", shapes.number(chance, 1, 90, size), "番"),
            "",
        ),
        "maintenance_manager": person(chance, size),
        "maintenance_phone": shapes.plus("0000", shapes.number(chance, 0, 10**6, size, digits=6)),
        "connection_contract_on": shapes.day(began - 150),
        "connection_counterparty": np.full(size, "09"),
        "operation_started_on": shapes.day(began),
        "tariff_price": shapes.text(price_of(began)),
        "tariff_end": shapes.day(began + 3652),
        "decommission_fund": np.array(fund),
        "annual_report": np.array(report),
        "change_history": np.array(history),
        "attachments": shapes.plus("attachment://", facility, ".zip"),
        "is_published": np.where(kilowatts >= 20, "Y", "N"),
        "review_memo": shapes.one(
            chance, ("書類に不足なし", "地番を照会中", "変更の届出を確認", "特記なし"), size
        ),
    }
