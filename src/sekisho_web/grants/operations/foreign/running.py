"""One run of the reconciliation (突合): the whole log, with the facts of one moment of knowledge.

Late news never patches an old run. The log is gone through again, and both runs are kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from sekisho.campaigns.findings import Kind as FindingKind
from sekisho.grants.reconciling import facts as rule
from sekisho.grants.reconciling.classes import ABOUT, Class, OfUse
from sekisho.grants.reconciling.clocks import beside, skew
from sekisho.grants.reconciling.of_uses import uses_found
from sekisho.grants.reconciling.receipt import Stretch
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import after, jst_day
from sekisho_links.grants.engine import run
from sekisho_web.accounts.models import Person, System
from sekisho_web.campaigns.operations import open_finding
from sekisho_web.grants.models import ForeignLog, Reconciliation, Verdict
from sekisho_web.grants.operations.foreign.copying import copy_in
from sekisho_web.grants.queries.foreign.facts import Row, known, rows_of
from sekisho_web.ledger import operations as ledger

_VERDICT = ("run_id", "line_id", "kind", "why", "beside", "use_id", "grant_id")
MOST_FINDINGS = 100  # of one class in one run, by account; the others are one finding
GRAVITY = {one.value: n for n, one in enumerate((
    Class.UNKNOWN_ID, Class.STOPPED, Class.WRONG_PERSON, Class.WRONG_PLACE, Class.NO_GRANT,
    Class.OUTSIDE, Class.OFF_PURPOSE, Class.MATCHED, Class.UNREADABLE,
))}  # fmt: skip


class Uncounted(AssertionError):
    """The classes do not add up to the lines: nothing of the run is kept."""


@transaction.atomic
def reconcile(
    *,
    log: ForeignLog,
    knowing: str,
    tolerance: int,
    by: Person | None,
    now: datetime,
) -> Reconciliation:
    """Lay every line of `log` beside the uses, keep the run, open its findings, and return it.

    knowing: THEN takes what was known when the log was received, NOW what is known now.

    Raises Uncounted where the classes do not add up to the lines.
    """
    starts, ends = jst_day(log.first_on), after(log.last_on)
    known_at = now if knowing == Reconciliation.Knowing.NOW else log.received_at
    read = rows_of(log)
    given = known(log.system, read, starts=starts, ends=ends, known_at=known_at)
    by_line = _gravest(run(given.lines, given.facts, tolerance=tolerance))
    rows = [(line, by_line.get(line.pk)) for line in read]
    totals = Counter(found.found if found else Class.UNREADABLE.value for _, found in rows)
    if sum(totals.values()) != log.lines:
        raise Uncounted(f"{log.lines} 行に {sum(totals.values())} の区分が付きました")
    clock = skew(given.lines, given.uses)
    one = Reconciliation.objects.create(
        log=log,
        knowing=knowing,
        known_at=known_at,
        run_at=now,
        run_by=by,
        tolerance_seconds=tolerance,
        skew_seconds=clock.seconds if clock else None,
        skew_pairs=clock.pairs if clock else 0,
        places_judged=given.places_judged,
        totals=dict(totals),
        of_uses=_of_uses(log, given.uses, by_line, starts=starts, ends=ends),
        digest=given.digest,
    )
    copy_in(Verdict._meta.db_table, _VERDICT, _verdicts(one, rows, given.facts.uses))
    ledger.append(
        kind=Kind.RECONCILE,
        actor=by,
        subject=one,
        at=now,
        details={
            "act": "突合",
            "system": log.system_id,
            "log": log.sha256,
            "knowing": knowing,
            "tolerance": tolerance,
            "totals": dict(totals),
            "facts": given.digest,
        },
    )
    _find(one, rows, at=now)
    return one


def _gravest(found: Iterator[rule.Verdict]) -> Mapping[int, rule.Verdict]:
    """Return one verdict for each row: of the beginning and the end by hand, the graver."""
    rows: dict[int, rule.Verdict] = {}
    for one in found:
        before = rows.get(one.number // 2)
        if before is None or GRAVITY[one.found] < GRAVITY[before.found]:
            rows[one.number // 2] = one
    return rows


def _verdicts(
    one: Reconciliation,
    rows: Sequence[tuple[Row, rule.Verdict | None]],
    uses: Sequence[rule.Use],
) -> Iterator[Sequence[Any]]:
    of_account: dict[str, list[rule.Use]] = defaultdict(list)
    for use in uses:
        of_account[use.account].append(use)
    for line, found in rows:
        if found is None:
            yield one.pk, line.pk, Class.UNREADABLE.value, "", None, None, None
            continue
        apart = None
        if found.found == Class.OUTSIDE and line.at is not None:
            at = rule.Line(line.pk, line.code, rule.moment(line.at))
            apart = beside(at, of_account[line.code])
        begun = int(found.use[1:]) if found.use.startswith("u") else None
        grant = int(found.grant) if found.grant else None
        yield one.pk, line.pk, found.found, found.why, apart, begun, grant


def _of_uses(
    log: ForeignLog,
    uses: Sequence[rule.Use],
    by_line: Mapping[int, rule.Verdict],
    *,
    starts: datetime,
    ends: datetime,
) -> dict[str, Any]:
    """Return what became of the uses that began in the days of the log: counts, and which."""
    received = [
        Stretch(first=first, last=last)
        for first, last in ForeignLog.objects.filter(system=log.system).values_list(
            "first_on", "last_on"
        )
    ]
    within = [use for use in uses if rule.moment(starts) <= use.starts < rule.moment(ends)]
    seen = {found.use for found in by_line.values() if found.use}
    found = uses_found(within, seen=seen, received=received)
    unused = sorted({int(use[1:]) for use, what in found.items() if what is OfUse.UNUSED})
    return {**{one.value: n for one, n in Counter(found.values()).items()}, "which": unused}


def _find(
    one: Reconciliation,
    rows: Sequence[tuple[Row, rule.Verdict | None]],
    *,
    at: datetime,
) -> None:
    """Open the findings of a run: one for each class and account, without anybody's name."""
    log, counted = (
        one.log,
        Counter((found.found, line.code) for line, found in rows if found is not None),
    )
    of_class: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (found, code), lines in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        of_class[found].append((code, lines))
    days = f"{log.first_on:%Y-%m-%d} から {log.last_on:%Y-%m-%d}"
    for found, accounts in of_class.items():
        about = ABOUT[Class(found)]
        if about.finding is None:
            continue
        told = accounts[:MOST_FINDINGS]
        if rest := accounts[MOST_FINDINGS:]:
            told = [*told, ("", sum(lines for _, lines in rest))]
        for code, lines in told:
            open_finding(
                kind=about.finding,
                key=f"{log.system_id}:{log.sha256[:12]}:{code or 'その他'}",
                subject=f"{log.system.name} {code}".strip(),
                sentence=f"{log.system.name}の記録（{days}）に、{about.word}の行が"
                f" {lines:,} 行あります（{about.means}）",
                at=at,
            )
    _find_unchecked(log, days, at=at)


def _find_unchecked(log: ForeignLog, days: str, *, at: datetime) -> None:
    """Tell what of a log could not be checked: unread lines, another count, days without lines."""
    wrong = []
    if log.unread:
        wrong.append(f"読めない行が {log.unread:,} 行あります")
    if log.said_lines is not None and log.said_lines != log.lines:
        wrong.append(f"持ち主の言う {log.said_lines:,} 行に対して {log.lines:,} 行です")
    if log.gaps:
        wrong.append(f"行のない営業日が {len(log.gaps)} 日あります")
    if wrong:
        open_finding(
            kind=FindingKind.UNCHECKED,
            key=f"{log.system_id}:{log.sha256[:12]}",
            subject=log.system.name,
            sentence=f"{log.system.name}の記録（{days}）で、{'、'.join(wrong)}",
            at=at,
        )


def again(*, system: System, tolerance: int, by: Person | None, now: datetime) -> int:
    """Go through every log of a system anew, with what is known now; return how many."""
    logs = list(ForeignLog.objects.filter(system=system).defer("data").order_by("pk"))
    for log in logs:
        reconcile(log=log, knowing=Reconciliation.Knowing.NOW, tolerance=tolerance, by=by, now=now)
    return len(logs)
