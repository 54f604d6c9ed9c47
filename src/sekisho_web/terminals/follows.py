"""What the apps below ask about terminals, and what they tell."""

from datetime import datetime

from django.db.models import Q

from sekisho_web.accounts.models import in_force
from sekisho_web.terminals.models import Device, Loan
from sekisho_web.terminals.operations import watching


def terminal_holder(*, number: str, at: datetime) -> int | None:
    """Return the key of the person who has the terminal at `at`: who borrowed it, or its keeper.

    None where it is nobody's own. A lent terminal is the borrower's, whoever keeps it, until it is
    back: also when it is late.
    """
    late = Q(starts_at__lte=at, due_at__isnull=False) & (
        Q(returned_at=None) | Q(returned_at__gt=at)
    )
    borrowed = Loan.objects.filter(
        late | in_force(at, starts="starts_at", ends="ends_at"), device__number=number
    )
    borrower = borrowed.values_list("person_id", flat=True).order_by("-starts_at", "-pk").first()
    if borrower is not None:
        return borrower
    return Device.objects.filter(number=number).values_list("keeper_id", flat=True).first()


def night(*, now: datetime) -> None:
    """Look for terminals that did not come back, and for those that stand wrongly."""
    watching.look_at_all(now=now)
