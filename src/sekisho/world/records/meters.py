"""ネットワーク設定システム: one record per meter."""

import numpy as np

from sekisho.world.chance import Array, stream
from sekisho.world.group import World
from sekisho.world.records import shapes
from sekisho.world.records.customers import Customers
from sekisho.world.records.wheeling import retailer_columns


def fields(world: World, who: Customers) -> dict[str, Array]:
    """Return each field of ネットワーク設定システム/整理表.csv."""
    chance, size = stream(world.seed, "records", "nwsetting"), len(who)
    installed = np.maximum(who.since - chance.integers(0, 2000, size), 5300)
    mac = np.array([f"{value:016X}" for value in chance.integers(0, 2**62, size).tolist()])
    days = shapes.day(installed + chance.integers(1, 900, size))
    changed = [
        f'[{{"at":"{day}","by":"u{n:06d}","before":"{a}A","after":"{b}A"}}]'
        for day, n, a, b in zip(
            days.tolist(),
            chance.integers(0, 10**6, size).tolist(),
            (chance.integers(2, 5, size) * 10).tolist(),
            (chance.integers(3, 7, size) * 10).tolist(),
            strict=True,
        )
    ]
    gasp = [
        f'[{{"at":"{day}T{h:02d}:{m:02d}","kind":"停電"}}]'
        for day, h, m in zip(
            days.tolist(),
            chance.integers(0, 24, size).tolist(),
            chance.integers(0, 60, size).tolist(),
            strict=True,
        )
    ]
    applicant = chance.random(size) < 0.02
    secret = np.array([f"{value:032X}" for value in chance.integers(0, 2**62, size).tolist()])
    return {
        "meter_id": who.meter,
        "meter_mac": mac,
        "comm_method": shapes.one(chance, ("無線マルチホップ", "1:N", "PLC"), size, (88, 9, 3)),
        "concentrator_no": shapes.plus("CON-", shapes.number(chance, 1, 4000, size, digits=4)),
        "supply_point_no": who.record,
        "supply_address": who.address,
        "customer_name": who.name,
        "retailer_code": retailer_columns(world, who)[0],
        "remote_switch_state": np.where(who.held, "入", "切"),
        "remote_ampere": shapes.one(chance, ("20", "30", "40", "50", "60"), size, (1, 4, 3, 2, 2)),
        "installed_on": shapes.day(installed),
        "missing_slots": shapes.one(chance, ("0", "1", "2", "6", "48"), size, (96, 2, 1, 0.6, 0.4)),
        "voltage_reading": shapes.decimal(chance, 98, 107, size),
        "last_gasp_event": np.where(chance.random(size) < 0.3, np.array(gasp), "[]"),
        "broute_applicant": np.where(applicant, who.name, ""),
        "broute_credential": np.where(
            applicant,
            shapes.plus(secret, " ", shapes.number(chance, 0, 10**12, size, digits=12)),
            "",
        ),
        "feeder_code": shapes.plus("F", shapes.number(chance, 1, 1000, size, digits=4)),
        "transformer_no": shapes.plus("T-", shapes.number(chance, 1, 10_000, size, digits=4)),
        "service_pole_no": who.pole,
        "switch_state": shapes.one(chance, ("入", "切"), size, (98, 2)),
        "setting_history": np.array(changed),
        "setting_reason": shapes.one(chance, ("AMI更新", "アンペア変更", "再点", "計器取替"), size),
        "worker_id": shapes.plus("u", shapes.number(chance, 0, 10**6, size, digits=6)),
    }
