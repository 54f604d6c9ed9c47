"""What happens to terminals: a browser becomes one of the register, by a number used once."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations import digest
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Device, Registration

HOURS = 24
DIGITS = 12


class CannotRegister(Refused):
    """The register, and the browser, are as they were."""


@transaction.atomic
def issue_number(*, device: Device, by: Person | None, now: datetime) -> str:
    """Return a new registration number for `device`. It is shown once and kept as a digest."""
    number = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    Registration.objects.create(
        device=device,
        code_hash=digest(number),
        issued_by=by,
        issued_at=now,
        expires_at=now + timedelta(hours=HOURS),
    )
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=device, at=now,
                  details={"act": "端末登録番号の発行"})  # fmt: skip
    return number


@transaction.atomic
def register(*, number: str, now: datetime) -> Device:
    """Return the terminal that this browser now is; the browser before it is it no more."""
    found = (
        Registration.objects.select_for_update()
        .filter(code_hash=digest(number), used_at=None, expires_at__gt=now)
        .first()
    )
    if found is None:
        raise CannotRegister(
            Refusal(
                reason="この番号では登録できません",
                remedy="番号を確かめ、24時間を過ぎたものは管理責任者に出し直してもらってください",
            )
        )
    found.used_at = now
    found.save(update_fields=["used_at"])
    Device.objects.filter(pk=found.device_id).update(serial=F("serial") + 1)
    device = Device.objects.get(pk=found.device_id)
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=found.issued_by, subject=device, at=now,
                  details={"act": "端末の登録"})  # fmt: skip
    return device
