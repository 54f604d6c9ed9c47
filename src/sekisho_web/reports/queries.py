"""What 今日の関所 shows: numbers of the last investigation, the proofs, and grants that run out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Min

from sekisho.policy.system import Policy, System
from sekisho.policy.treatment import FROM_WORD, Treatment
from sekisho.reports.grid import Cell, Column, Grid
from sekisho.reports.pictures.flow import Kind, kind_of
from sekisho_web.grants.models import Grant
from sekisho_web.policy.queries import reading as tables
from sekisho_web.trace import queries as trace
from sekisho_web.trace.models import Investigation

SOON = timedelta(hours=24)
# What the small grid of the home page shows: who stands on either side of the wall, and the
# fields by which a customer is known and courted.
COLUMNS = (
    "送配電託送",
    "送配電受付",
    "関係小売営業（自社）",
    "関係小売営業（他社）",
    "新電力（他社）",
    "災害応援",
)
ITEMS = ("本人連絡先", "小売名", "契約", "使用量", "地点識別", "料金口座")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """Grants that run out within a day: how many, and when the first of them does."""

    count: int
    first: datetime | None


def expiring(*, now: datetime) -> Expiring:
    """Return the usable grants that end within a day of `now` (one query)."""
    found = (
        Grant.objects.usable(now=now)
        .filter(valid_to__lte=now + SOON)
        .aggregate(count=Count("pk"), first=Min("valid_to"))
    )
    return Expiring(count=found["count"], first=found["first"])


def transitions(policy: Policy) -> int:
    """Return how many ways from screen to screen the tables know, each decided again (no query)."""
    return sum(len(one.transitions) for one in policy.systems.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The system with most accesses that its table refuses, and its grid with what was shown.

    shown_though_refused: accesses by the words of the column.
    """

    system: System
    columns: tuple[Column, ...]
    row: tuple[Cell, ...]
    fields: tuple[tuple[str, str, tuple[Cell, ...]], ...]  # item class, name, cells
    shown_though_refused: Mapping[str, int]

    @property
    def marked(self) -> list[tuple[Cell, int]]:
        """The cells of the row itself, each with how often it was shown though refused."""
        return [
            (cell, self.shown_though_refused.get(column.words, 0))
            for column, cell in zip(self.columns, self.row, strict=True)
        ]


def worst(policy: Policy, investigation: Investigation) -> Worst | None:
    """Return the system that its table would have closed most often, or None (no query)."""
    stopped: Counter[str] = Counter()
    by_column: dict[str, Counter[str]] = {}
    for row in trace.flows(investigation):
        treatment = FROM_WORD.get(row["treatment"], Treatment.REFUSE)
        if row["result"] != trace.SHOWN or row["owner"] is None or row["viewer_class"] is None:
            continue
        if kind_of(treatment) is Kind.STOP:
            count = int(row["accesses"])
            stopped[row["system"]] += count
            by_column.setdefault(row["system"], Counter())[_column(row)] += count
    for key, _ in stopped.most_common():
        if key in policy.systems:
            return _worst(policy.systems[key], tables.grid(policy, key), by_column[key])
    return None


def _worst(system: System, grid: Grid, shown: Counter[str]) -> Worst:
    known = {column.words: at for at, column in enumerate(grid.columns)}
    places = [known[words] for words in COLUMNS if words in known]
    first: dict[str, tuple[str, str, tuple[Cell, ...]]] = {}
    for row in grid.rows:
        if row.field.item in ITEMS and row.field.item not in first:
            cells = tuple(row.cells[place] for place in places)
            first[row.field.item] = (row.field.item, row.field.name, cells)
    columns = tuple(grid.columns[place] for place in places)
    return Worst(
        system=system,
        columns=columns,
        row=tuple(
            _of_row(grid, place, bool(shown.get(column.words)))
            for place, column in zip(places, columns, strict=True)
        ),
        fields=tuple(first[item] for item in ITEMS if item in first),
        shown_though_refused=shown,
    )


def _of_row(grid: Grid, place: int, shown: bool) -> Cell:  # noqa: FBT001 - private
    """Return how the record itself is treated in a column: shown where any field of it is."""
    cells = [row.cells[place] for row in grid.rows]
    seen = any(cell.treatment < Treatment.REFUSE for cell in cells)
    return replace(
        cells[0],
        treatment=Treatment.SHOW if seen else Treatment.REFUSE,
        on_screen=Treatment.SHOW if shown and not seen else None,
    )


def _column(row: trace.Row) -> str:
    """Return the column of the grid that a line of traffic belongs to."""
    viewer = row["viewer_class"]
    own = row["owner"] == row["company"] or (
        viewer == "関係小売委託" and row["owner_kind"] == "affiliate"
    )
    words = f"{viewer}（{'自社' if own else '他社'}）"
    return words if viewer in trace.RETAIL_SIDE and viewer != "災害応援" else viewer
