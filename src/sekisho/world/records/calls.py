"""コールセンターシステム: one record per call."""

import numpy as np

from sekisho.world.chance import Array, stream
from sekisho.world.contracts import STATES
from sekisho.world.group import World
from sekisho.world.records import shapes
from sekisho.world.records.customers import Customers, lot
from sekisho.world.records.receptions import short
from sekisho.world.records.wheeling import retailer_columns

_REASONS = ("停電", "異臭・断線", "引込", "工事", "苦情", "その他")
_MEMOS = ("近所も消えているとのこと", "ブレーカーは入り", "折り返しを希望", "復旧を確認して終話")


def fields(world: World, who: Customers) -> dict[str, Array]:
    """Return each field of コールセンターシステム/整理表.csv."""
    chance, size = stream(world.seed, "records", "callcenter"), len(who)
    called = shapes.day_number(np.full(size, 1_775_000_000)) - chance.integers(1, 180, size)
    on = shapes.day(called)
    clock = shapes.clock(chance, size, seconds=True)
    reason = shapes.one(chance, _REASONS, size, (50, 6, 8, 14, 2, 20))
    out = reason == "停電"
    family = np.array([name.split("　")[0] for name in who.kana.tolist()])
    caller = np.where(
        who.held, who.phone, shapes.plus("0000", shapes.number(chance, 0, 10**6, size, digits=6))
    )
    hexes = np.array([f"{value:032x}" for value in _uuids(chance, called)])
    uuid = np.array([f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}" for h in hexes.tolist()])
    care = lot(world, who.points, "care") % 400
    sms = [
        f'[{{"to":"{phone}","at":"{day}T{time}","template":{n}}}]'
        for phone, day, time, n in zip(
            caller.tolist(), on.tolist(), clock.tolist(), (called % 7 + 1).tolist(), strict=True
        )
    ]
    usage = [
        f'{{"monthly":{n},"half_hourly":{n / 1440:.2f}}}' for n in chance.integers(90, 700, size)
    ]
    return {
        "call_id": uuid,
        "called_at": shapes.plus(on, "T", clock),
        "caller_phone": caller,
        "caller_name": np.where(who.held, shapes.plus(family, "様"), "不明"),
        "call_reason": reason,
        "supply_point_no": who.record,
        "outage_address": shapes.plus(who.town, " 電柱", who.pole),
        "customer_name": who.name,
        "callback_phone": np.where(chance.random(size) < 0.4, shapes.plus("可 ", caller), "不可"),
        "retailer_name": retailer_columns(world, who)[1],
        "contract_status": np.array(STATES)[world.contracts.state[who.period, who.points]],
        "outage_state": np.where(
            out, shapes.one(chance, ("停電", "復旧", "不明"), size, (2, 7, 1)), "復旧"
        ),
        "outage_event_no": np.where(
            out,
            shapes.plus("E", short(on), "-", shapes.number(chance, 1, 60, size, digits=3)),
            "",
        ),
        "restoration_eta": np.where(
            out,
            shapes.plus(on, "T", shapes.number(chance, 10, 24, size, digits=2), ":00"),
            "",
        ),
        "single_outage_ping": shapes.one(chance, ("応答", "無応答"), size, (8, 2)),
        "life_support_flag": np.where((care <= 1) & ~who.company, "あり", "なし"),
        "usage_lookup": np.array(usage),
        "billing_indicator": shapes.one(chance, ("無", "有"), size, (95, 5)),
        "contact_memo": shapes.one(chance, _MEMOS, size),
        "recording_uri": shapes.plus("recording://", short(on), "/", uuid),
        "complaint_type": np.where(
            reason == "苦情", shapes.one(chance, ("営業行為", "復旧", "接遇"), size, (2, 5, 3)), ""
        ),
        "operator_id": shapes.plus("u", shapes.number(chance, 0, 10**6, size, digits=6)),
        "transferred_to": shapes.one(chance, ("配電", "託送", "小売窓口案内"), size, (6, 2, 2)),
        "sms_log": np.array(sms),
    }


def _uuids(chance: np.random.Generator, called: Array) -> list[int]:
    """Return UUIDs of version 7: the day of the call in front, chance behind."""
    high = (called.astype(object) * 86_400_000 + 946_652_400_000) % 2**48
    low = chance.integers(0, 2**62, len(called))
    mid = chance.integers(0, 2**12, len(called))
    return [
        (int(h) << 80) | (7 << 76) | (int(m) << 64) | (2 << 62) | int(v)
        for h, m, v in zip(high, mid, low, strict=True)
    ]
