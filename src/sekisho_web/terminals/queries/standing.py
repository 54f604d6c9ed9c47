"""How terminals stand (端末の状態): their records, as the rules see them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sekisho.terminals import states
from sekisho.terminals.states import State
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import Hold
from sekisho_web.terminals.models import Device, Dispatch, Loan, Loss


def states_of(devices: Collection[Device], *, now: datetime) -> Mapping[int, State]:
    """Return how each of `devices` stands, by its key (three queries, however many there are)."""
    loans = last_loans(devices, now=now)
    keys = [device.pk for device in devices]
    under_way = set(
        Dispatch.objects.filter(device__in=keys, ended_at=None).values_list("device_id", flat=True)
    )
    lost = dict(
        Loss.objects.filter(device__in=keys, closed_at=None).values_list("device_id", "found_at")
    )
    return {
        device.pk: states.state_of(
            states.Terminal(
                period=Period(starts=device.valid_from, ends=device.valid_to),
                is_placed=device.site_id is not None or device.site_company_id is not None,
                is_under_way=device.pk in under_way,
                loan=_as_rule(loans.get(device.pk)),
                is_lost=device.pk in lost,
                is_found=lost.get(device.pk) is not None,
            ),
            at=now,
        )
        for device in devices
    }


def state_of(device: Device, *, now: datetime) -> State:
    """Return how `device` stands (three queries)."""
    return states_of([device], now=now)[device.pk]


def last_loans(devices: Collection[Device], *, now: datetime) -> Mapping[int, Loan]:
    """Return the last loan that began, by the key of its device (one query)."""
    found = (
        Loan.objects.filter(device__in=[device.pk for device in devices], starts_at__lte=now)
        .select_related("person", "returned_to")
        .order_by("device_id", "-starts_at", "-pk")
        .distinct("device_id")
    )
    return {loan.device_id: loan for loan in found}


def held(devices: Collection[Device]) -> frozenset[int]:
    """Return the keys of those of `devices` on which a stop is open (one query)."""
    keys = [device.pk for device in devices]
    open_ones = Hold.objects.filter(device__in=keys, ends_at=None)
    return frozenset(open_ones.values_list("device_id", flat=True))


def _as_rule(loan: Loan | None) -> states.Loan | None:
    if loan is None:
        return None
    return states.Loan(
        starts=loan.starts_at,
        ends=loan.ends_at,
        due=loan.due_at,
        is_back=loan.returned_at is not None,
        is_wiped=loan.wiped_at is not None,
    )
