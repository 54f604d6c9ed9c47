"""A lost terminal (紛失): one press stops it, and everything that was done with it."""

from datetime import datetime

from django.db import transaction

from sekisho.ledger.leaves import Kind
from sekisho.terminals import losses as rule
from sekisho.terminals.states import Act, refusal_to
from sekisho_web.accounts.models import Hold, Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.operations.stopping import lift, suspend
from sekisho_web.accounts.queries import authenticators
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Device, Loss
from sekisho_web.terminals.queries.standing import state_of

LOST = "device_lost"
NOTE = "端末の紛失"


class CannotReport(Refused):
    """Nothing was stopped, and nothing let go."""


@transaction.atomic
def report(
    *,
    device: Device,
    by: Person,
    holder: Person | None,
    circumstances: str,
    last_had_at: datetime | None,
    with_keys: bool,
    now: datetime,
) -> Loss:
    """Stop `device` and what proves its holder, end their sessions, and return the loss.

    holder:    who has the terminal by the register; None: nobody's own.
    with_keys: whether the holder's card or key may be gone with it.

    Raises CannotReport where it is lost already, or nothing is said of how.
    """
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    refusal = rule.refusal_to_report(state=state_of(device, now=now), circumstances=circumstances)
    if refusal:
        raise CannotReport(refusal)
    loss = Loss.objects.create(
        device=device,
        reported_by=by,
        reported_at=now,
        last_had_at=last_had_at,
        circumstances=circumstances.strip(),
    )
    suspend(target=device, reason=Hold.Reason.LOST, by=by, now=now, note=NOTE)
    if with_keys and holder is not None:
        for key in authenticators.in_use(holder, now=now):
            suspend(target=key, reason=Hold.Reason.LOST, by=by, now=now, note=NOTE)
    _enter("端末の紛失の届出", loss, by=by, now=now)
    tell(
        "finding",
        kind=LOST,
        key=f"{device.number}:{loss.pk}",
        sentence=f"端末 {device.number} の紛失が届け出られました。端末は止めました。",
        at=now,
        subject=device.number,
    )
    return loss


@transaction.atomic
def find(*, loss: Loss, by: Person, now: datetime) -> Loss:
    """Note that the terminal was found. It stays stopped until somebody else has inspected it."""
    loss = _locked(loss)
    if refusal := refusal_to(Act.FIND, state_of(loss.device, now=now)):
        raise CannotReport(refusal)
    loss.found_at, loss.found_by = now, by
    loss.save(update_fields=["found_at", "found_by"])
    _enter("端末の発見", loss, by=by, now=now)
    return loss


@transaction.atomic
def inspect(*, loss: Loss, note: str, by: Person, now: datetime) -> Loss:
    """Let a terminal that was found go on, as somebody who neither lost nor found it."""
    loss = _close(loss, act=Act.INSPECT, outcome="inspected", note=note, by=by, now=now)
    for hold in Hold.objects.filter(device=loss.device, reason=Hold.Reason.LOST, ends_at=None):
        lift(hold=hold, by=by, now=now, note="発見後の点検")
    return loss


@transaction.atomic
def write_off(*, loss: Loss, note: str, by: Person, now: datetime) -> Loss:
    """Strike what was not found off the register; its stop stands for good."""
    loss = _close(loss, act=Act.WRITE_OFF, outcome="written_off", note=note, by=by, now=now)
    Device.objects.filter(pk=loss.device_id, valid_to=None).update(
        valid_to=now, disposal=f"紛失（{note.strip()}）"[:200]
    )
    return loss


def _close(loss: Loss, *, act: Act, outcome: str, note: str, by: Person, now: datetime) -> Loss:
    loss = _locked(loss)
    refusal = rule.refusal_to_close(
        state=state_of(loss.device, now=now),
        act=act,
        by=by.code,
        reported_by=loss.reported_by.code,
        found_by=loss.found_by.code if loss.found_by else None,
        note=note,
    )
    if refusal:
        raise CannotReport(refusal)
    loss.closed_at, loss.closed_by, loss.outcome, loss.note = now, by, outcome, note.strip()
    loss.save(update_fields=["closed_at", "closed_by", "outcome", "note"])
    _enter("紛失の終わり", loss, by=by, now=now)
    return loss


def _locked(loss: Loss) -> Loss:
    found = Loss.objects.select_for_update(of=("self",))
    return found.select_related("device", "reported_by", "found_by").get(pk=loss.pk)


def _enter(act: str, loss: Loss, *, by: Person, now: datetime) -> None:
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=loss,
        at=now,
        details={"act": act, "device": loss.device.number, "outcome": loss.outcome},
    )
