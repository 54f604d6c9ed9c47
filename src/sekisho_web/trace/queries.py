"""What 調べる reads: the shelf of investigations, and the frozen results behind each.

Results are files of a folder that never changes; what is small is kept in the process.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404

from sekisho.policy.treatment import FROM_WORD, Treatment
from sekisho.reports.incidents import VERDICTS, Conservation, Count, IncidentClass, Window
from sekisho.reports.pictures.flow import MOST_BARS, Flow, Link, flow_of, kind_of
from sekisho_links import shipped
from sekisho_web.accounts.models import Company
from sekisho_web.ledger.words import system as system_name
from sekisho_web.trace.models import Investigation

PAGE = 50
SHOWN = "shown"
UNKNOWN_VIEWER = "不明（判定不能）"
# the viewer classes that the law walls off from the customers of others
RETAIL_SIDE = ("関係小売営業", "関係小売委託", "新電力", "災害応援")

Row = Mapping[str, Any]


def latest() -> Investigation | None:
    """Return the investigation that was put on the shelf last, or None (one query)."""
    return Investigation.objects.order_by("-created_at", "-pk").first()


def on_the_shelf(*, limit: int = 20) -> Sequence[Investigation]:
    """Return the investigations, the last one first (one query)."""
    return list(Investigation.objects.order_by("-created_at", "-pk")[:limit])


def one(pk: int) -> Investigation:
    found = Investigation.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@lru_cache(maxsize=1)
def classes() -> tuple[IncidentClass, ...]:
    """Return the incident classes in the order in which they are asked."""
    with shipped("content", "incident_classes.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["順"]))
    return tuple(
        IncidentClass(key=row["符号"], name=row["名"], predicate=row["述語"], source=row["出典"])
        for row in rows
    )


def class_named(key: str) -> IncidentClass:
    for kind in classes():
        if kind.key == key:
            return kind
    raise Http404


def windows(investigation: Investigation) -> tuple[Window, ...]:
    """Return the windows that were asked for, the widest first."""
    found = [
        Window(
            name=row["name"],
            first=row["from"],
            last=f"{date.fromisoformat(row['to']) - timedelta(days=1)}",
        )
        for row in investigation.parameters.get("windows", [])
    ]
    return tuple(sorted(found, key=_days, reverse=True))


def window_of(
    investigation: Investigation, *, first: date | None, last: date | None
) -> Window | None:
    """Return the window with these days: one that was asked for, else one of its own.

    No days: the widest that was asked for; None where none was.
    """
    known = windows(investigation)
    if first is None or last is None:
        return next(iter(known), None)
    for window in known:
        if (window.first, window.last) == (f"{first}", f"{last}"):
            return window
    return Window(name="選んだ期間", first=f"{first}", last=f"{last}")


def counts_in(investigation: Investigation, window: Window) -> tuple[Count, ...]:
    """Return each class with its numbers in `window`, exact, zeros where nothing was found.

    A window that was asked for has its numbers on the shelf; any other is counted anew.
    """
    kept = {
        row["class"]: row
        for row in investigation.counts["incidents"]
        if row["window"] == window.name
    }
    if not kept:
        kept = {row["class"]: row for row in _counted(investigation.folder, span(window))}
    return tuple(_count(kind.key, window.name, kept.get(kind.key, {})) for kind in classes())


def apart_in(investigation: Investigation, window: Window) -> dict[str, Count]:
    """Return what is against the table whatever its class, and what cannot be decided.

    Only of the windows that were asked for; else empty.
    """
    return {
        row["class"]: _count(row["class"], window.name, row)
        for row in investigation.counts.get("apart", [])
        if row["window"] == window.name
    }


def verdicts(investigation: Investigation) -> list[tuple[str, str, int]]:
    """Return key, words and accesses of every verdict; they sum to the accesses that were read."""
    found = investigation.counts.get("verdicts", {})
    return [(key, words, int(found.get(key, 0))) for key, words in VERDICTS.items()]


def conservation(investigation: Investigation) -> Conservation:
    found = investigation.counts["conservation"]
    return Conservation(
        read=found["read"],
        accepted=found["accepted"],
        quarantined=found["quarantined"],
        repaired=found["repaired"],
        reasons={reason_words(key): count for key, count in found.get("reasons", {}).items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one class of an invented world agrees with what was planted in it."""

    kind: IncidentClass
    precision: float | None
    recall: float | None
    planted: int
    reported: int


def score(investigation: Investigation) -> list[Score]:
    """Return how the run agrees with the truth; empty where the world was not invented."""
    kept = {row["class"]: row for row in investigation.counts.get("score", [])}
    return [
        Score(
            kind=kind,
            precision=row["precision"],
            recall=row["recall"],
            planted=row["planted"],
            reported=row["reported"],
        )
        for kind in classes()
        if (row := kept.get(kind.key))
    ]


def months(investigation: Investigation) -> tuple[Row, ...]:
    """Return accesses and contracts by class and month."""
    return _months(investigation.folder)


def flows(investigation: Investigation) -> tuple[Row, ...]:
    """Return the traffic from viewers through systems to the companies of the records."""
    return _flows(investigation.folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What was shown, as the gate flow draws it.

    apart: accesses that meet no single contract (searches, vacant points): counted, not drawn.
    """

    flow: Flow
    apart: int


def traffic(
    investigation: Investigation, *, retail_only: bool = False, most: int = MOST_BARS
) -> Traffic:
    """Return who was shown whose customers through which system (one query, for the names).

    retail_only: the viewers on the retailers' side, from whom the others are walled off.
    most:        how many names a column of the picture shows.
    """
    names = dict(Company.objects.values_list("code", "name"))
    links, apart = [], 0
    for row in flows(investigation):
        if row["result"] != SHOWN or (retail_only and row["viewer_class"] not in RETAIL_SIDE):
            continue
        count = int(row["accesses"])
        if row["owner"] is None:
            apart += count
            continue
        links.append(
            Link(
                viewer=row["viewer_class"] or UNKNOWN_VIEWER,
                gate=system_name(row["system"]),
                owner=_owner(row, names),
                kind=kind_of(FROM_WORD.get(row["treatment"], Treatment.REFUSE)),
                count=count,
            )
        )
    return Traffic(flow=flow_of(links, most=most), apart=apart)


def _owner(row: Row, names: Mapping[str, str]) -> str:
    if row["owner_kind"] == "network":
        return "送配電との契約"
    return names.get(row["owner"], row["owner"])


def accesses(
    investigation: Investigation, *, incident: str, window: Window, page: int
) -> Sequence[Row]:
    """Return one page of the accesses of a class in `window`, the earliest first."""
    from sekisho_links.trace import results  # noqa: PLC0415 - an extra, not needed to start

    folder = Path(investigation.folder)
    return results.hits(
        folder, incident=incident, window=span(window), offset=(page - 1) * PAGE, limit=PAGE
    )


def refused_lines(investigation: Investigation, *, page: int) -> Sequence[Row]:
    """Return one page of the lines that were read and not used."""
    from sekisho_links.trace import results  # noqa: PLC0415 - an extra, not needed to start

    folder = Path(investigation.folder)
    return results.quarantine(folder, offset=(page - 1) * PAGE, limit=PAGE)


def span(window: Window) -> str:
    """Return a window as the results name it: from its first day to the day after its last."""
    return f"{window.first}..{date.fromisoformat(window.last) + timedelta(days=1)}"


def reason_words(reason: str) -> str:
    """Return the sentence of a reason for quarantine, without what stood in the line."""
    return REASONS.get(reason, reason)


REASONS: Mapping[str, str] = {
    "encoding": "決めた文字コードにない文字がある",
    "header": "見出しが読めない",
    "repeated": "見出しがファイルの途中にもう一度ある",
    "columns": "列の数が見出しと合わない",
    "json": "JSON の行として読めない",
    "time": "日時が読めない",
    "empty": "必要な欄が空",
    "value": "知らない値がある",
    "exponent": "番号が指数表記で、下の桁が失われている",
    "record": "番号が22桁の地点番号でも設備IDでもない",
    "count": "件数が数でない",
    "other_system": "画面が、このシステムの画面の表にない",
    "truncated": "ファイルがこの行の途中で終わっている",
}


def _count(key: str, window: str, row: Row) -> Count:
    return Count(
        incident=key,
        window=window,
        accesses=int(row.get("accesses", 0)),
        contracts=int(row.get("contracts", 0)),
        customers=int(row.get("customers", 0)),
        retailers=int(row.get("retailers", 0)),
        viewers=int(row.get("viewers", 0)),
    )


def _days(window: Window) -> int:
    return (date.fromisoformat(window.last) - date.fromisoformat(window.first)).days


@lru_cache(maxsize=64)
def _counted(folder: str, window: str) -> tuple[Row, ...]:
    from sekisho_links.trace import results  # noqa: PLC0415 - an extra, not needed to start

    return tuple(results.count(Path(folder), window))


@lru_cache(maxsize=8)
def _months(folder: str) -> tuple[Row, ...]:
    from sekisho_links.trace import results  # noqa: PLC0415 - an extra, not needed to start

    return tuple(results.months(Path(folder)))


@lru_cache(maxsize=8)
def _flows(folder: str) -> tuple[Row, ...]:
    from sekisho_links.trace import results  # noqa: PLC0415 - an extra, not needed to start

    return tuple(results.flows(Path(folder)))
