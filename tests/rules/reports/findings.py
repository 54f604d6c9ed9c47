"""A small investigation, as the reports receive it."""

from datetime import UTC, datetime

from sekisho.reports.incidents import (
    Conservation,
    Count,
    Findings,
    IncidentClass,
    Month,
    Window,
)

YEAR = Window(name="1年", first="2025-04-01", last="2026-03-31")
QUARTER = Window(name="第4四半期", first="2026-01-01", last="2026-03-31")


def findings(**more):
    said = {
        "question": "止めるべきだった閲覧",
        "table_hash": "ab" * 32,
        "made_at": datetime(2026, 4, 1, 15, 30, tzinfo=UTC),
        "position": "1204",
        "windows": [YEAR, QUARTER],
        "classes": [
            IncidentClass(
                key="mask_gap",
                name="マスクの抜け",
                predicate="小売側の人に表示された",
                source="公表",
            ),
            IncidentClass(key="lent_id", name="IDの貸し借り", predicate="別の人", source="公表"),
        ],
        "counts": [
            count("mask_gap", "1年", accesses=12_345),
            count("mask_gap", "第4四半期", accesses=1_200),
        ],
        "apart": [count("not_allowed_by_table", "1年", accesses=13_000)],
        "verdicts": {"allowed": 1_977, "not_allowed_by_table": 13},
        "months": [
            Month(incident="mask_gap", month="2025-11", accesses=11_145, contracts=900),
            Month(incident="mask_gap", month="2026-02", accesses=1_200, contracts=80),
        ],
        "viewers": {"関係小売営業": 12_000, "災害応援": 345},
        "conservation": Conservation(
            read=2_000, accepted=1_990, quarantined=10, repaired=3, reasons={"時刻が読めない": 10}
        ),
    }
    return Findings(**(said | more))


def count(incident, window, *, accesses):
    return Count(
        incident=incident,
        window=window,
        accesses=accesses,
        contracts=980,
        customers=950,
        retailers=14,
        viewers=77,
    )
