"""The incident report of one investigation: its findings gathered, and the pictures it asks for."""

from collections import Counter
from collections.abc import Mapping

from sekisho.reports.incidents import FLOW, MONTHS, Count, Findings, Month, months_of
from sekisho.reports.pictures import months as months_picture
from sekisho.reports.pictures.flow import Kind
from sekisho.reports.pictures.flow_drawing import drawn
from sekisho.reports.pictures.months import Line
from sekisho_web.trace import queries
from sekisho_web.trace.models import Investigation


def findings(investigation: Investigation) -> Findings:
    """Return everything that the report of `investigation` prints (one query)."""
    windows = queries.windows(investigation)
    counts: list[Count] = []
    apart: list[Count] = []
    for window in windows:
        counts += queries.counts_in(investigation, window)
        apart += queries.apart_in(investigation, window).values()
    stopped: Counter[str] = Counter()
    for link in queries.traffic(investigation).flow.links:
        if link.kind is Kind.STOP and link.viewer != queries.UNKNOWN_VIEWER:
            stopped[link.viewer] += link.count
    return Findings(
        question=investigation.question,
        table_hash=investigation.table_hash,
        made_at=investigation.created_at,
        position="",
        windows=windows,
        classes=queries.classes(),
        counts=counts,
        apart=apart,
        verdicts={key: count for key, _, count in queries.verdicts(investigation)},
        months=[
            Month(
                incident=row["class"],
                month=row["month"],
                accesses=int(row["accesses"]),
                contracts=int(row["contracts"]),
            )
            for row in queries.months(investigation)
        ],
        viewers=dict(stopped),
        conservation=queries.conservation(investigation),
    )


def pictures(investigation: Investigation, found: Findings) -> Mapping[str, str]:
    """Return the pictures of the report: the gate flow of the retailers' side, and the months."""
    flow = queries.traffic(investigation, retail_only=True).flow
    return {FLOW: drawn(flow, name="flow"), MONTHS: by_month(found)}


def by_month(found: Findings) -> str:
    """Return the picture of the accesses by month, a line for every class that had any."""
    counts: dict[str, dict[str, int]] = {}
    for one in found.months:
        counts.setdefault(one.incident, {})[one.month] = one.accesses
    lines = [
        Line(name=kind.name, counts=counts[kind.key])
        for kind in found.classes
        if kind.key in counts
    ]
    return months_picture.drawn(lines, months=months_of(found), of="閲覧")
