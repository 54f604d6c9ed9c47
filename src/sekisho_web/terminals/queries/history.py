"""What happened to one terminal, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sekisho_web.terminals.models import Device

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    at: datetime
    what: str
    who: str = ""


def history_of(device: Device) -> list[Entry]:
    """Return what happened to `device`, newest first (five queries)."""
    found = [
        *_loans(device),
        *_ways(device),
        *_losses(device),
        *_counts(device),
        *_sightings(device),
    ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:MOST]


def _loans(device: Device) -> Iterator[Entry]:
    for loan in device.loans.select_related("person", "returned_to", "wiped_by"):
        yield Entry(at=loan.starts_at, what="貸しました", who=loan.person.name)
        if loan.returned_at:
            to = loan.returned_to.name if loan.returned_to else ""
            yield Entry(at=loan.returned_at, what="返りました", who=to)
        if loan.wiped_at:
            by = loan.wiped_by.name if loan.wiped_by else ""
            yield Entry(at=loan.wiped_at, what="消去し、点検しました", who=by)


def _ways(device: Device) -> Iterator[Entry]:
    for way in device.dispatches.select_related("to_site", "sent_by", "received_by"):
        yield Entry(
            at=way.sent_at, what=f"「{way.to_site.name}」へ送りました", who=way.sent_by.name
        )
        if way.ended_at and way.received_by:
            yield Entry(at=way.ended_at, what="受け取りました", who=way.received_by.name)
        elif way.ended_at:
            yield Entry(at=way.ended_at, what="送付を取り消しました")


def _losses(device: Device) -> Iterator[Entry]:
    for loss in device.losses.select_related("reported_by", "found_by", "closed_by"):
        yield Entry(at=loss.reported_at, what="紛失の届出", who=loss.reported_by.name)
        if loss.found_at and loss.found_by:
            yield Entry(at=loss.found_at, what="見つかりました", who=loss.found_by.name)
        if loss.closed_at and loss.closed_by:
            yield Entry(at=loss.closed_at, what=loss.get_outcome_display(), who=loss.closed_by.name)


def _counts(device: Device) -> Iterator[Entry]:
    counted = device.counts.filter(
        stocktaking__closed_at__isnull=False
    )  # not before the count ends
    for count in counted.select_related("stocktaking", "counted_by").order_by("-pk")[:20]:
        yield Entry(
            at=count.counted_at,
            what=f"現品照合 {count.stocktaking.code} で札を読みました",
            who=count.counted_by.name,
        )


def _sightings(device: Device) -> Iterator[Entry]:
    for seen in device.sightings.select_related("site", "person").order_by("-hour")[:20]:
        where = f"「{seen.site.name}」" if seen.site else "登録のない網"
        yield Entry(
            at=seen.last_at,
            what=f"{where}で使われました",
            who=seen.person.name if seen.person else "",
        )
