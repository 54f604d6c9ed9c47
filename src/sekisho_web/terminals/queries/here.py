"""The terminal that asks, and the place from which it asks (one query at each request)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import BooleanField, Exists, JSONField, OuterRef, Q
from django.db.models.expressions import RawSQL

from sekisho.terminals.places import is_wrong_place
from sekisho.terminals.states import NEXT, WORDS, State
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import in_force
from sekisho_web.frame.addresses import is_address
from sekisho_web.terminals.models import Device, Dispatch, Loan, Loss, Site

# The site whose narrowest range holds the address: its key and whose people work there.
_SITE = """(select jsonb_build_array(s.id, c.kind)
    from terminals_site s join accounts_company c on c.id = s.staff_id,
        unnest(s.networks) as n (range)
    where s.valid_from <= %s and (s.valid_to is null or s.valid_to > %s)
        and n.range::inet >>= %s::inet
    order by masklen(n.range::inet) desc, s.code limit 1)"""
_PLACES_ARE_KNOWN = "exists (select from terminals_site where cardinality(networks) > 0)"
_NOTED = """exists (select from terminals_sighting g where g.device_id = terminals_device.id
    and g.hour = %s and g.site_id is not distinct from (select (w.site ->> 0)::bigint
        from (select """


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A terminal where it is now. refusal: why nothing opens on it, or None.

    is_elsewhere:  whether that is because it is in the other company's place.
    must_be_noted: whether this hour and place are not kept yet, or it is elsewhere.
    """

    device: Device
    site: Site | None
    refusal: Refusal | None
    is_elsewhere: bool
    must_be_noted: bool


def asking(*, number: str, serial: int, address: str, now: datetime) -> Here | None:
    """Return the terminal of the register that asks from `address`, or None: there is no such.

    What is on its way, lost, or back and not yet wiped opens nothing; nor does what asks from the
    other company's place. (What is lent to nobody, or is overdue, `may_use` refuses.)
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    where = (now, now, address if is_address(address) else None)
    noted = f"{_NOTED}{_SITE} as site) w))"
    found = (
        Device.objects.filter(in_force(now), number=number, serial=serial)
        .select_related("owner")
        .annotate(
            under_way=Exists(Dispatch.objects.filter(device=OuterRef("pk"), ended_at=None)),
            lost=Exists(Loss.objects.filter(device=OuterRef("pk"), closed_at=None)),
            unwiped=Exists(
                Loan.objects.filter(
                    Q(returned_at__isnull=False), device=OuterRef("pk"), wiped_at=None
                )
            ),
            here=RawSQL(_SITE, where, output_field=JSONField()),  # noqa: S611  # no text of others
            places=RawSQL(_PLACES_ARE_KNOWN, (), output_field=BooleanField()),  # noqa: S611
            noted=RawSQL(noted, (hour, *where), output_field=BooleanField()),  # noqa: S611
        )
        .first()
    )
    if found is None:
        return None
    seen = cast("Any", found)
    site, staff = seen.here or (None, None)  # JSON: a key and a 会社区分
    wrong = staff is not None and is_wrong_place(owner=found.owner.kind, staff=staff)
    return Here(
        device=found,
        site=Site.objects.select_related("staff").filter(pk=cast("int", site)).first()
        if wrong
        else _known(site),
        refusal=ELSEWHERE if wrong else _refusal(seen),
        is_elsewhere=wrong,
        must_be_noted=wrong or (seen.places and not seen.noted),
    )


def _known(site: Any) -> Site | None:  # noqa: ANN401
    """Return a site of which nothing but its key is asked, without a query."""
    return None if site is None else Site(pk=site)


def _refusal(seen: Any) -> Refusal | None:  # noqa: ANN401  # a row with what was annotated
    for is_so, state in (
        (seen.lost, State.LOST),
        (seen.under_way, State.IN_TRANSIT),
        (seen.unwiped, State.RETURNED),
    ):
        if is_so:
            return Refusal(reason=f"この端末は「{WORDS[state]}」です", remedy=NEXT[state])
    return None


ELSEWHERE = Refusal(
    reason="この端末は、相手方の会社の場所では使えません",
    remedy="すぐに自社の場所に戻し、所属の責任者に知らせてください",
)
