"""To begin a use that is counted (利用開始): one number of the grant, once, at one terminal."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from sekisho.grants import uses as rule
from sekisho.grants.refusals import NO_DEVICE, NOT_BEGUN, OTHER, USED_UP
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, period
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import Grant, Use
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Device

ELSEWHERE = Refusal(
    reason="この利用許可は、別の端末で利用中です",
    remedy="その端末で利用を終えてください。心当たりがないときは、すぐに責任者に知らせてください",
)


class CannotBegin(Refused):
    """No use has begun, and none was spent."""


@transaction.atomic
def begin_use(
    *,
    grant: Grant,
    person: Person,
    device: Device | None,
    refusals: Sequence[Refusal],
    session: str,
    ends: Sequence[datetime | None] = (),
    now: datetime,
) -> Use:
    """Begin the next use of `grant` and return it; a use that runs at this terminal goes on.

    refusals: of `all_refusals`, asked in this transaction: all but that no use has begun stand in
              the way. ends: of what else carries the use (emergency, loan).
    session:  digest of the session in which it begins.

    Of many at once one gets the lock of the grant, and the others see what it did. Raises
    CannotBegin; nothing is spent then.
    """
    grant = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if grant.person_id != person.pk or grant.uses_max is None:
        raise CannotBegin(OTHER)
    if device is None:
        raise CannotBegin(NO_DEVICE)
    if (runs := Use.objects.filter(grant=grant, during__contains=now).first()) is not None:
        if runs.device_id == device.pk and runs.session_digest == session:
            return runs
        raise CannotBegin(ELSEWHERE)
    if other := next((one for one in refusals if one not in (NOT_BEGUN, USED_UP)), None):
        raise CannotBegin(other)
    no = (grant.uses.aggregate(last=Max("no"))["last"] or 0) + 1
    if no > grant.uses_max:
        raise CannotBegin(USED_UP)
    until = rule.ends_at(
        now=now, minutes=grant.use_minutes, others=(grant.valid_to, grant.revoked_at, *ends)
    )
    if until <= now:
        raise CannotBegin(NOT_BEGUN)
    use = Use.objects.create(
        grant=grant,
        uses_max=grant.uses_max,
        no=no,
        person=person,
        device=device,
        session_digest=session,
        during=period(now, until),
    )
    use.refresh_from_db(fields=["began_at", "ends_at"])
    ledger.append(
        kind=Kind.GRANT_OPEN,
        actor=person,
        subject=use,
        at=now,
        details={
            "act": "利用開始",
            "grant": grant.code,
            "no": no,
            "of": grant.uses_max,
            "system": grant.system,
            "purpose": grant.purpose,
            "device": device.number,
            "until": until.isoformat(),
        },
    )
    return use
