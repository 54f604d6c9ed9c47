"""How large the invented world is drawn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One size. staff: the share of the headcounts of `small`; planted: lines per incident."""

    name: str
    points: int  # supply points (demand); generation points come on top
    accesses: int
    staff: float
    records: int  # points whose records the seven systems hold; the rest exists as facts only
    planted: dict[str, int]


SMALL_PLANTED = {
    # Shaped after the published daily volumes: the mask gap is larger by an order of magnitude.
    "ministry_shared_id": 1_300,
    "lent_id": 420,
    "other_principal": 520,
    "stale_after_transfer": 260,
    "outside_emergency": 5_200,
    "terminal_misplaced": 2_600,
    "last_resort_seen": 900,
    "fit_seen": 2_900,
    "new_point_seen": 320,
    "mask_gap": 24_000,
}


def _planted(factor: float, least: int) -> dict[str, int]:
    return {name: max(least, round(n * factor)) for name, n in SMALL_PLANTED.items()}


SIZES = {
    "tiny": Size(
        name="tiny",
        points=500,
        accesses=20_000,
        staff=0.12,
        records=500,
        planted=_planted(0.008, 18),
    ),
    "small": Size(
        name="small",
        points=50_000,
        accesses=2_000_000,
        staff=1.0,
        records=50_000,
        planted=dict(SMALL_PLANTED),
    ),
    "area": Size(
        name="area",
        points=8_000_000,
        accesses=120_000_000,
        staff=8.0,
        records=20_000,
        planted=_planted(16, 0),
    ),
}
