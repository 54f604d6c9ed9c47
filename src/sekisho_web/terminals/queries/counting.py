"""What a stock-taking holds: what was expected, what was read, and what comes of it."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from sekisho.terminals import stocktaking as rule
from sekisho_web.accounts.models import Company, in_force
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.terminals.models import Device, Dispatch, Sighting, Site, Stocktaking
from sekisho_web.terminals.queries.loans import out
from sekisho_web.terminals.queries.registers import owned_by

PAGE = 30


def listed(hat: Hat) -> QuerySet[Stocktaking]:
    """Return the counts that `hat` sees: those of its company, and of its contractors."""
    seen = Q(company__code=hat.company_code)
    if hat.company_kind == "network":
        seen |= Q(company__principal__code=hat.company_code)
    found = Stocktaking.objects.filter(seen).select_related("company", "site", "opened_by")
    return found.order_by("-opened_at", "-pk")


def expected_at(*, company: Company, site: Site | None, now: datetime) -> Mapping[str, str]:
    """Return what should stand at `site`, or with `company` anywhere: number -> place ("": none).

    What is lent is with its borrower, and what is on its way is on its way: neither is expected.
    """
    under_way = Dispatch.objects.filter(device=OuterRef("pk"), ended_at=None)
    lent = out().filter(device=OuterRef("pk"), starts_at__lte=now)
    found = Device.objects.filter(in_force(now), ~Exists(under_way), ~Exists(lent))
    if site is None:
        found = found.filter(owned_by(company.code, whole=company.kind == "network"))
    else:
        found = found.filter(site=site)
    rows = found.values_list("number", "site__code").order_by("number")
    return {number: place or "" for number, place in rows}


def scans_of(counting: Stocktaking) -> list[rule.Scan]:
    """Return every label that was read, as the rule sees it (one query)."""
    rows = counting.counts.values_list("label", "device_id", "place").order_by("pk")
    return [
        rule.Scan(label=label, is_known=device is not None, place=place)
        for label, device, place in rows
    ]


def outcome_of(counting: Stocktaking) -> list[rule.Line]:
    """Return what comes of a count, as it stands now (one query)."""
    return rule.outcome(dict(counting.expected), scans_of(counting))


def last_seen(numbers: list[str]) -> Mapping[str, datetime]:
    """Return when each terminal was last seen asking. Shown after the count only, never before."""
    rows = (
        Sighting.objects.filter(device__number__in=numbers)
        .values_list("device__number")
        .annotate(last=Max("last_at"))
    )
    return dict(rows)
