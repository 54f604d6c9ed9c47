"""What 突合 reads: which targets are due, the last runs, and the differences of one."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Q

from sekisho.terms.days import day_in_japan, jst_day
from sekisho_web.accounts.models import Reconciliation, Target

AT = time(2)  # in Japan


def due(*, now: datetime) -> Iterator[Target]:
    """Yield the targets that are to be compared at `now`: asked for, or not since 2 at night.

    A target that was never compared is due at once; one that gives no list only where somebody
    asks. A run that was cut off is made anew. Two queries.
    """
    night = jst_day(day_in_japan(now)) + timedelta(hours=AT.hour)
    night = night if night <= now else night - timedelta(days=1)
    runs: dict[int, list[Reconciliation]] = {}
    recent = Reconciliation.objects.filter(Q(began_at__gte=night) | Q(ended_at=None)).defer(
        "differences"
    )
    for run in recent:
        runs.setdefault(run.target_id, []).append(run)
    for target in Target.objects.filter(enabled=True).select_related("system").order_by("pk"):
        known = runs.get(target.pk, [])
        asked = any(run.ended_at is None for run in known)
        if asked or (not known and gives_a_list(target)):
            yield target


def gives_a_list(target: Target) -> bool:
    """Return whether `target`, as it is registered, can say which accounts it has."""
    if target.kind == Target.Kind.BY_HAND:
        return bool(target.address.get("list"))
    return target.kind != Target.Kind.LOG_ONLY
