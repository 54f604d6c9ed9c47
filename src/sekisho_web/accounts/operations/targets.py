"""Where the IDs of a system stand (反映先): registered by hand, tried before it is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from sekisho.accounts.wanted import Capability
from sekisho.errors import SekishoError
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_links.accounts.targets import open_target
from sekisho_web.accounts.models import Person, Push, System, Target
from sekisho_web.ledger import operations as ledger

UNSEEN = "x"  # stands for the secret, which the web does not know, while an address is tried


class CannotRegister(Exception):
    """A target cannot be registered so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@transaction.atomic
def register(
    *,
    system: System,
    kind: str,
    address: Mapping[str, Any],
    probes: bool,
    enabled: bool,
    by: Person,
    now: datetime,
) -> Target:
    """Register how `system` is reached, enter it in the ledger, and return its target.

    probes: whether a stop may be tried there by a sign-in that must be refused.
    Raises CannotRegister where the address is not whole, or where its kind changes while pushes
    of the old kind are open: they would be judged by rules they were not sent under.
    """
    capabilities_of(kind, address, name=system.name)
    target = Target.objects.select_for_update().filter(system=system).first()
    open_ones = Push.objects.filter(target=target, state__in=Push.OPEN).count() if target else 0
    if target and target.kind != kind and open_ones:
        raise CannotRegister(
            Refusal(
                reason=f"終わっていない反映が {open_ones:,} 件あるため、方式を変えられません",
                remedy="反映状況ですべて終わらせてから、変えてください",
            )
        )
    target = target or Target(system=system)
    target.kind, target.address = kind, dict(address)
    target.probes, target.enabled = probes, enabled
    target.save()
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=target,
        at=now,
        details={
            "act": "反映先の登録",
            "kind": kind,
            "address": dict(address),
            "probes": probes,
            "enabled": enabled,
        },
    )
    return target


def capabilities_of(kind: str, address: Mapping[str, Any], *, name: str) -> frozenset[Capability]:
    """Return what a target at `address` can do. Nothing is reached. Raises CannotRegister."""
    try:
        reached = open_target(kind, address, UNSEEN, place=name)
    except SekishoError as error:
        raise CannotRegister(Refusal(reason=error.problem, remedy=error.remedy)) from error
    getattr(reached, "close", _nothing)()
    return reached.capabilities


def _nothing() -> None:
    """Close what keeps nothing open."""
