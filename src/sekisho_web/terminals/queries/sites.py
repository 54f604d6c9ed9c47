"""設置場所: what stands at each place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from sekisho_web.accounts.models import in_force
from sekisho_web.terminals.models import Device, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    site: Site
    devices: int


def lines(found: Sequence[Site], *, now: datetime) -> list[Line]:
    """Return each place with how many terminals stand there by the register (one query)."""
    counted = (
        Device.objects.filter(in_force(now), site__in=found)
        .values_list("site")
        .annotate(Count("pk"))
        .order_by("site")
    )
    by_site = dict(counted)
    return [Line(site=site, devices=by_site.get(site.pk, 0)) for site in found]
