"""The nightly look at foreign systems: records that did not come, and news that came late."""

from datetime import datetime, timedelta

from django.db import transaction

from sekisho.campaigns.findings import Kind as FindingKind
from sekisho.terms.days import after, jst_day
from sekisho_links.grants.foreign_logs import source_of
from sekisho_web.accounts.models import System
from sekisho_web.campaigns.operations import open_finding
from sekisho_web.grants.models import ForeignLog, Reconciliation
from sekisho_web.grants.operations.foreign.running import reconcile
from sekisho_web.grants.queries.foreign.facts import known, rows_of
from sekisho_web.grants.queries.foreign.logs import standing

KEPT = timedelta(days=400)  # records older than this are gone through by hand only


def watch(*, now: datetime) -> tuple[int, int]:
    """Open the findings of missing records, go through anew what late news changed.

    Returns how many of each. Of days without a record nothing else is said.
    """
    missing = again = 0
    for system in System.objects.filter(
        controlled_by__contains=[System.Control.LOG_ONLY], state=System.State.IN_USE
    ).order_by("key"):
        source = source_of(system.key)
        if source is None:
            continue
        missing += _tell_missing(system, now=now)
        for log in _recent(system, now=now):
            again += _anew(log, tolerance=source.tolerance, now=now)
    return missing, again


def _tell_missing(system: System, *, now: datetime) -> int:
    source = source_of(system.key)
    if source is None:
        return 0
    here = standing(system, source, now=now)
    if not here.is_missing:
        return 0
    since = f"{here.last_on:%Y-%m-%d} までの記録のあと" if here.last_on else "まだ一度も"
    open_finding(
        kind=FindingKind.LOG_MISSING,
        key=system.key,
        subject=system.name,
        sentence=f"{system.name}の記録が、{since}届いていません"
        f"（{source.rhythm_days} 日ごとの約束、期限 {here.due_on:%Y-%m-%d}）。"
        "届かない期間に異状がなかったとは言えません",
        at=now,
    )
    return 1


def _recent(system: System, *, now: datetime) -> list[ForeignLog]:
    found = ForeignLog.objects.filter(system=system, received_at__gte=now - KEPT)
    return list(found.select_related("system").defer("data").order_by("pk"))


@transaction.atomic
def _anew(log: ForeignLog, *, tolerance: int, now: datetime) -> int:
    """Go through a record again where the facts are other ones than in its last run."""
    last = log.runs.order_by("-pk").first()
    given = known(
        log.system,
        rows_of(log),
        starts=jst_day(log.first_on),
        ends=after(log.last_on),
        known_at=now,
    )
    if last is not None and last.digest == given.digest:
        return 0
    reconcile(log=log, knowing=Reconciliation.Knowing.NOW, tolerance=tolerance, by=None, now=now)
    return 1
