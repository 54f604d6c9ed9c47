"""The figures of a yearly self-inspection (年末自己点検), computed and never typed."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from django.db.models import QuerySet

from sekisho.campaigns.pledges import STATE_WORDS, State
from sekisho.grants.reconciling.classes import ABOUT, Class
from sekisho.grants.reconciling.receipt import Stretch, days_of, unreceived
from sekisho.grants.self_inspection import Item, items_of
from sekisho.grants.self_inspection import days_of as year_days
from sekisho.terms.days import after, day_in_japan, jst_day
from sekisho_links import shipped
from sekisho_web.accounts.models import Account, Officer, Person, System, in_force
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import ManualUse, Reconciliation, SelfInspection
from sekisho_web.grants.queries.foreign.logs import expected_from, newest_runs, received_of
from sekisho_web.grants.queries.foreign.people import users

BY_LINE = tuple(one.value for one in Class)


@cache
def items() -> Sequence[Item]:
    """Return the questions that ship."""
    path = shipped("content", "self_inspection_foreign.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return items_of(csv.DictReader(stream))


def figures_of(system: System, hat: Hat, *, year: int, now: datetime) -> Mapping[str, int]:
    """Return the figures of a business year up to now (a fixed number of queries)."""
    first, end = year_days(year)
    last = min(end, day_in_japan(now) - timedelta(days=1))  # of today no record can be whole
    expected = max(first, expected_from(system, now=now))
    unknown = unreceived(received_of(system), first=expected, last=last) if expected <= last else []
    people = [one for one in users(system, hat, now=now) if one.account.closed_at is None]
    findings = Finding.objects.filter(
        kind__in=[about.finding.value for about in ABOUT.values() if about.finding],
        key__startswith=f"{system.key}:",
        first_seen_at__gte=jst_day(first),
        first_seen_at__lt=after(end),
    )
    manual = ManualUse.objects.filter(
        system=system, starts_at__gte=jst_day(first), starts_at__lt=after(end)
    )
    return {
        **_lines(newest_runs(system).filter(log__last_on__gte=first, log__first_on__lte=end)),
        "officers": _officers(system, now=now).count(),
        "open_ids": len(people),
        "without_post": sum(one.state == "発令なし" for one in people),
        "shared_ids": sum(one.account.kind == Account.Kind.SHARED for one in people),
        "unpledged": sum(
            bool(one.account.person_id) and one.pledge != STATE_WORDS[State.VALID] for one in people
        ),
        "unknown_days": _days(unknown),
        "received_days": max(0, (last - expected).days + 1 - _days(unknown)),
        "findings": findings.count(),
        "open_findings": findings.filter(closed_at=None).count(),
        "manual": manual.count(),
        "unclosed_manual": manual.filter(log=None).count(),
    }


def is_officer(system: System, person: Person, *, now: datetime) -> bool:
    """Return whether `person` answers for the system now (one query)."""
    return _officers(system, now=now).filter(appointment__person=person).exists()


def inspections(system: System) -> QuerySet[SelfInspection]:
    """Return what was signed, the newest year first."""
    found = SelfInspection.objects.filter(system=system).select_related("answered_by")
    return found.order_by("-year")


def _officers(system: System, *, now: datetime) -> QuerySet[Officer]:
    roles = (Officer.Role.SYSTEM_OFFICER, Officer.Role.DEPUTY)
    return Officer.objects.filter(in_force(now), system=system, role__in=roles)


def _lines(runs: QuerySet[Reconciliation]) -> Mapping[str, int]:
    counted: Counter[str] = Counter(dict.fromkeys(BY_LINE, 0))
    for totals in runs.values_list("totals", flat=True):
        counted.update(totals)
    return counted


def _days(stretches: Sequence[Stretch]) -> int:
    return sum(len(days_of(one.first, one.last)) for one in stretches)
