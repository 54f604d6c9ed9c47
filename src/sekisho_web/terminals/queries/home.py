"""How terminals stand now, in six numbers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sekisho_web.accounts.models import in_force
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.terminals.models import Dispatch, Loan, Loss, Stocktaking
from sekisho_web.terminals.queries.loans import out
from sekisho_web.terminals.queries.registers import seen_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of the terminals that a hat may see."""

    registered: int
    out: int  # lent and not back
    overdue: int  # of them, those that should be back
    unwiped: int  # back, and not yet wiped by a third
    under_way: int  # sent and not received
    lost: int
    countings: int  # stock-takings that are not approved yet


def standing(hat: Hat, *, now: datetime) -> Standing:
    """Return the numbers (seven queries)."""
    seen = seen_by(hat)
    lent = out().filter(device__in=seen)
    return Standing(
        registered=seen.filter(in_force(now)).count(),
        out=lent.count(),
        overdue=lent.filter(due_at__lte=now).count(),
        unwiped=Loan.objects.filter(
            device__in=seen, returned_at__isnull=False, wiped_at=None
        ).count(),
        under_way=Dispatch.objects.filter(device__in=seen, ended_at=None).count(),
        lost=Loss.objects.filter(device__in=seen, closed_at=None).count(),
        countings=Stocktaking.objects.filter(approved_at=None).filter(_of(hat)).count(),
    )


def _of(hat: Hat) -> Q:
    mine = Q(company__code=hat.company_code)
    if hat.company_kind == "network":
        mine |= Q(company__principal__code=hat.company_code)
    return mine
