"""For what a terminal may be lent: an emergency that runs, or an engagement in its time."""

from datetime import datetime

from sekisho_web.grants.models import EmergencyTerm, EngagementTerm


def ends_of(code: str, *, now: datetime) -> datetime | None:
    """Return when the emergency or engagement `code` ends by what is signed today, or None.

    None: there is no such, it has not begun, or it is over (at most two queries).
    """
    runs = EmergencyTerm.objects.filter(emergency__code=code, confirmed_at__isnull=False)
    runs = runs.exclude(emergency__ended_at__lte=now)
    for terms in (runs, EngagementTerm.objects.filter(engagement__code=code)):
        if terms.filter(valid__contains=now).exists():
            ends: datetime = max(valid.upper for valid in terms.values_list("valid", flat=True))
            return ends
    return None
