"""What is looked at by the clock: terminals that did not come back, and that stand wrongly."""

from datetime import datetime

from sekisho.terminals.places import is_wrong_place
from sekisho_web.accounts.models import in_force
from sekisho_web.frame.follows import tell
from sekisho_web.terminals.models import Device
from sekisho_web.terminals.operations.moves import misplaced
from sekisho_web.terminals.queries.loans import overdue_loans

OVERDUE = "loan_overdue"


def look_at_all(*, now: datetime) -> int:
    """Open, or count up, a finding for each terminal that is not where it should be.

    Return how many. One that is a little late is on everybody's board; after three business days
    it is for the second line.
    """
    return _late(now=now) + _misplaced(now=now)


def _late(*, now: datetime) -> int:
    count = 0
    for line in overdue_loans(now):
        if line.late is None or not line.late.is_grave:
            continue
        count += 1
        tell(
            "finding",
            kind=OVERDUE,
            key=f"{line.loan.device.number}:{line.loan.pk}",
            sentence=f"貸与端末 {line.loan.device.number} が、期限を{line.late.days}日過ぎても"
            "返っていません。",
            at=now,
            subject=line.loan.device.number,
        )
    return count


def _misplaced(*, now: datetime) -> int:
    standing = Device.objects.filter(in_force(now), site__isnull=False).select_related(
        "owner", "site__staff"
    )
    wrong = [
        (device, device.site)
        for device in standing.order_by("pk")
        if device.site and is_wrong_place(owner=device.owner.kind, staff=device.site.staff.kind)
    ]
    for device, site in wrong:
        misplaced(device, site, said="あります", now=now)
    return len(wrong)
