"""A record of a foreign system is received (受領): kept as it came, read, reconciled at once."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from sekisho.grants.reconciling.receipt import Stretch, gaps
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_links.grants.foreign_logs import UTF8, Reading, Source, read, source_of
from sekisho_web.accounts.models import Person, System
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import ForeignLine, ForeignLog, Reconciliation
from sekisho_web.grants.operations.foreign.copying import copy_in
from sekisho_web.grants.operations.foreign.running import reconcile
from sekisho_web.ledger import operations as ledger

MOST_FAULTS = 200  # kept with the log; all of them stand in its bytes
_LINE = ("log_id", "no", "code", "at", "until", "action", "thing", "address", "device")


def source_for(system: System) -> Source:
    """Return the declaration of a system's records. Raises Refused where there is none."""
    if (source := source_of(system.key)) is None:
        raise Refused(
            Refusal(
                reason=f"{system.name}の記録の列の対応がありません",
                remedy="content/foreign に、このシステムの宣言を加えてください",
            )
        )
    return source


@transaction.atomic
def receive(
    *,
    system: System,
    data: bytes,
    name: str,
    first_on: date,
    last_on: date,
    manual: bool = False,
    encoding: str = UTF8,
    said_lines: int | None = None,
    by: Person | None,
    now: datetime,
) -> Reconciliation:
    """Keep a record, read it, reconcile it, and return the first run over it.

    first_on, last_on: the days of which it speaks, as its sender says; both are inside.
    said_lines:        how many lines the sender counts; another number here is told.

    Raises Refused where the file as such cannot be taken: unreadable, received before, lines of
    other days than were said, or days that are still to come. Then nothing of it is kept.
    """
    source = source_for(system)
    reading = read(data, source, manual=manual, encoding=encoding)
    stretch = Stretch(first=first_on, last=max(first_on, last_on))
    if (refusal := _refusal(reading, system, first_on, last_on, now=now)) is not None:
        raise Refused(refusal)
    log = ForeignLog.objects.create(
        system=system,
        kind=ForeignLog.Kind.MANUAL if manual else ForeignLog.Kind.LOG,
        name=name[:200],
        data=data,
        sha256=reading.sha256,
        first_on=first_on,
        last_on=last_on,
        lines=reading.lines,
        said_lines=said_lines,
        unread=len(reading.unread),
        faults=_faults(reading),
        gaps=[] if manual else [day.isoformat() for day in gaps(stretch, reading.days)],
        received_by=by,
        received_at=now,
    )
    _keep(log, reading)
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=log,
        at=now,
        details={
            "act": "記録の受領",
            "system": system.key,
            "sha256": log.sha256,
            "first_on": first_on.isoformat(),
            "last_on": last_on.isoformat(),
            "lines": log.lines,
            "unread": log.unread,
        },
    )
    return reconcile(
        log=log, knowing=Reconciliation.Knowing.THEN, tolerance=source.tolerance, by=by, now=now
    )


def _refusal(
    reading: Reading, system: System, first_on: date, last_on: date, *, now: datetime
) -> Refusal | None:
    if last_on < first_on or last_on > day_in_japan(now):
        return Refusal(
            reason="期間の終わりが、はじめより前か、これからの日です",
            remedy="記録が実際に覆う日を、はじめの日と終わりの日に書いてください",
        )
    if not reading.opens:
        first = reading.faults[0]
        return Refusal(reason=f"{first.place}: {first.problem}", remedy=first.remedy)
    outside = [day for day in reading.days if not first_on <= day <= last_on]
    if outside:
        return Refusal(
            reason=f"期間の外の日の行があります（{min(outside)} から {max(outside)}）",
            remedy="期間を直すか、期間の内だけの記録を求めてください",
        )
    before = ForeignLog.objects.filter(system=system, sha256=reading.sha256).first()
    if before is not None:
        return Refusal(
            reason=f"同じ中身の記録を {before.received_at:%Y-%m-%d} に受け取っています",
            remedy="何も変えていません。新しい期間の記録かどうかを確かめてください",
        )
    return None


def _faults(reading: Reading) -> list[dict[str, Any]]:
    told = [
        {
            "line": fault.line,
            "column": fault.column,
            "problem": fault.problem,
            "remedy": fault.remedy,
            "refused": fault.refused,
        }
        for fault in reading.faults[:MOST_FAULTS]
    ]
    more = len(reading.faults) - len(told) + reading.more_faults
    if more:
        told.append(
            {
                "line": 0,
                "column": "",
                "problem": f"ほかに {more:,} 件あります",
                "remedy": "上に示したところから直してもらってください",
                "refused": False,
            }
        )
    return told


def _keep(log: ForeignLog, reading: Reading) -> None:
    """Write the lines of a log, those that could not be read as well (one COPY)."""

    def rows() -> Iterator[Sequence[Any]]:
        for one in reading.entries:
            yield (log.pk, one.number, one.account, one.at, one.until, one.action, one.object,
                   one.ip, one.device)  # fmt: skip
        for number in reading.unread:
            yield log.pk, number, "", None, None, "", "", "", ""

    copy_in(ForeignLine._meta.db_table, _LINE, rows())
