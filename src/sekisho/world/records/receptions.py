"""ネットワークオンラインシステム: one record per application that was received."""

import numpy as np

from sekisho.world import names
from sekisho.world.chance import Array, stream
from sekisho.world.contracts import NEW
from sekisho.world.group import World
from sekisho.world.records import shapes
from sekisho.world.records.customers import Customers
from sekisho.world.records.wheeling import retailer_columns

_PLANS = ("従量電灯B", "従量電灯C", "低圧電力", "時間帯別電灯", "深夜電力")
_CAUTIONS = ("施錠あり", "犬あり", "立会が必要", "特になし")
_MEMOS = ("午前中の連絡を希望", "図面は別送", "現地で待ち合わせ", "工事店から日程の変更あり")


def fields(world: World, who: Customers) -> dict[str, Array]:
    """Return each field of ネットワークオンラインシステム/整理表.csv."""
    chance, size = stream(world.seed, "records", "nwonline"), len(who)
    received = shapes.day_number(np.full(size, 1_775_000_000)) - chance.integers(1, 340, size)
    on = shapes.day(received)
    new = world.contracts.state[who.period, who.points] == NEW
    supply = np.where(
        who.held, "通電", np.where(new, "停止", shapes.one(chance, ("停止", "撤去"), size, (4, 1)))
    )
    stopped = supply != "通電"
    # numbered day by day, each from 0001
    order = np.argsort(received, kind="stable")
    first = np.searchsorted(received[order], received[order], side="left")
    place = np.empty(size, np.int64)
    place[order] = np.arange(size) - first + 1
    serial = np.char.zfill(shapes.text(place), 4)
    firm = chance.integers(0, len(names.ELECTRICIANS), size)
    return {
        "reception_no": shapes.plus("R", short(on), "-", serial),
        "received_at": shapes.plus(on, "T", shapes.clock(chance, size)),
        "application_type": np.where(
            new,
            "新設",
            shapes.one(chance, ("増設", "撤去", "再点", "臨時", "移設"), size, (3, 1, 5, 1, 1)),
        ),
        "supply_point_no": who.record,
        "supply_address": who.address,
        "customer_name": who.name,
        "customer_name_kana": who.kana,
        "phone_primary": who.phone,
        "electrician_name": np.array(names.ELECTRICIANS)[firm],
        "electrician_reg_no": shapes.plus("九陽-", np.char.zfill(shapes.text(firm * 37 + 1), 4)),
        "retailer_name": retailer_columns(world, who)[1],
        "legacy_plan_name": shapes.one(chance, _PLANS, size, (7, 2, 1, 1, 0.5)),
        "contract_ampere": shapes.one(chance, ("10", "20", "30", "40", "50", "60"), size),
        "meter_no": who.meter,
        "meter_valid_until": shapes.month(shapes.day(received + chance.integers(200, 3600, size))),
        "meter_register": shapes.decimal(chance, 100, 90_000, size),
        "current_month_kwh": shapes.number(chance, 40, 900, size),
        "supply_state": supply,
        "stop_reason": np.where(
            stopped, shapes.one(chance, ("小売依頼(未払)", "保安", "本人申出"), size, (3, 2, 5)), ""
        ),
        "work_date": shapes.day(received + chance.integers(2, 40, size)),
        "service_pole_no": who.pole,
        "feeder_name": who.feeder,
        "transformer_kva": shapes.one(chance, ("10", "20", "30", "50", "75", "100"), size),
        "site_caution": shapes.one(chance, _CAUTIONS, size, (2, 1, 2, 8)),
        "reception_memo": shapes.one(chance, _MEMOS, size),
    }


def short(days: Array) -> Array:
    """Return a day as it stands in a number: 260331."""
    return np.char.replace(np.array([text[2:] for text in days.tolist()]), "-", "")
