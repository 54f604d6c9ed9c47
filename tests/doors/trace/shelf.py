"""A finished investigation in a folder, as small as a test needs: the layout that links read."""

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

TABLE = "ab" * 32
WINDOWS = [
    {"name": "短い期間", "from": "2025-10-01", "to": "2026-01-01"},
    {"name": "通期", "from": "2025-04-01", "to": "2026-04-01"},
]
NUMBERS = ("accesses", "contracts", "customers", "retailers", "viewers")


def investigated(folder, *, gaps=3, policy=TABLE):
    """Write an investigation with `gaps` accesses of the class mask_gap, one a day, and return it.

    Half of them fall into the short window. One line could not be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    days = [
        datetime(2025, 9, 1, tzinfo=UTC) + timedelta(days=60 * (n % 2), hours=n)
        for n in range(gaps)
    ]
    hits = [hit(n, at) for n, at in enumerate(days)]
    short = sum(day.month > 9 for day in days)
    (folder / "investigation.json").write_text(
        json.dumps(
            {
                "version": 1,
                "policy": policy,
                "windows": WINDOWS,
                "conservation": {
                    "read": 101,
                    "accepted": 100,
                    "quarantined": 1,
                    "repaired": 2,
                    "judged": 100,
                    "reasons": {"record": 1},
                    "files": [{"file": "takuso/a.csv"}],
                },
                "classes": ["mask_gap"],
                "incidents": [
                    counted("mask_gap", "短い期間", short),
                    counted("mask_gap", "通期", gaps),
                ],
                "apart": [
                    counted("not_allowed_by_table", "通期", gaps + 4),
                    counted("undecidable", "通期", 5),
                ],
                "verdicts": {
                    "allowed": 100 - gaps - 4 - 5 - 6,
                    "not_allowed_by_table": gaps + 4,
                    "undecidable": 5,
                    "masked": 6,
                    "not_shown": 0,
                },
            },
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    write(folder / "hits.parquet", hits)
    write(folder / "months.parquet", [
        {"class": "mask_gap", "month": "2025-09", "accesses": gaps - short, "contracts": 1},
        {"class": "mask_gap", "month": "2025-10", "accesses": short, "contracts": 1},
    ])  # fmt: skip
    write(folder / "flows.parquet", [
        flow("関係小売営業", "R000", "R000", "表示", 40),
        flow("関係小売営業", "R000", "R001", "拒否", gaps),
        flow("関係小売営業", "R000", "R001", "拒否", 9, result="denied"),
        flow("送配電受付", "N09", "R001", "一部", 20),
        flow("送配電受付", "N09", None, "拒否", 5),
    ])  # fmt: skip
    write(folder / "quarantine.parquet", [
        {
            "file": "takuso/a.csv", "line": 7, "offset": 90, "raw": b"\x82\xa0", "reason": "record",
            "sentence": "takuso/a.csv 7行目: 番号「9」は、22桁の地点番号でも設備IDでもありません",
        }
    ])  # fmt: skip
    return folder


def hit(n, at):
    return {
        "system": "takuso",
        "class": "mask_gap",
        "bits": 1,
        "at": at,
        "account": f"tk{n:04d}",
        "person": f"P{n:04d}",
        "person_name": "架空　花子",
        "unit": "R000-03",
        "company": "R000",
        "viewer_class": "関係小売営業",
        "device": "R000-T1",
        "screen": "TK-330",
        "action": "view",
        "record": f"{n:022d}",
        "contract": f"C{n:04d}",
        "customer": f"U{n:04d}",
        "retailer": "R001",
        "retailer_name": "青空<でんき>",
        "result": "shown",
        "treatment": "拒否",
        "rules": "A11",
        "file": "takuso/a.csv",
        "line": n + 1,
        "viewer": f"P{n:04d}",
    }


def flow(viewer, company, owner, treatment, accesses, *, result="shown"):
    kind = {None: None, "R000": "affiliate"}.get(owner, "other_retailer")
    return {
        "viewer_class": viewer,
        "company": company,
        "system": "takuso",
        "owner": owner,
        "owner_kind": kind,
        "result": result,
        "treatment": treatment,
        "accesses": accesses,
        "contracts": 1,
    }


def counted(kind, window, accesses):
    return {"class": kind, "window": window} | dict.fromkeys(NUMBERS, accesses)


def write(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path)
