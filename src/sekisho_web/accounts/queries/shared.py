"""共有ID: where each is, what waits to be changed, and when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from sekisho.accounts.life import Standing, standing
from sekisho_web.accounts.models import Account, Checkout, Rotation
from sekisho_web.accounts.queries.scope import own_ids
from sekisho_web.accounts.queries.wanted import lives_of
from sekisho_web.accounts.signed_in import Hat

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One shared ID. taken: who has it now; rotations: changes of its secret that are due."""

    account: Account
    standing: Standing
    taken: Checkout | None
    rotations: Sequence[Rotation]


def listed(hat: Hat) -> QuerySet[Account]:
    """Return the open shared IDs that the company of `hat` sees, by system."""
    return (
        Account.objects.filter(
            pk__in=Account.objects.filter(own_ids(hat)).values("pk"),
            kind=Account.Kind.SHARED,
            closed_at=None,
        )
        .select_related("system", "custodian", "works_for")
        .order_by("system__name", "code", "pk")
    )


def lines(accounts: Sequence[Account], *, now: datetime) -> list[Line]:
    """Return each with who has it and what is due (seven queries, however many there are)."""
    lives = lives_of(accounts)
    taken = {
        one.account_id: one
        for one in Checkout.objects.filter(account__in=accounts, returned_at=None)
        .select_related("person")
        .order_by("held_from")
    }
    due: dict[int, list[Rotation]] = {}
    for rotation in Rotation.objects.filter(rotations_waiting(now), account__in=accounts).order_by(
        "due_at"
    ):
        due.setdefault(rotation.account_id, []).append(rotation)
    return [
        Line(
            account=account,
            standing=standing(lives[account.pk], now),
            taken=taken.get(account.pk),
            rotations=due.get(account.pk, ()),
        )
        for account in accounts
    ]


def rotations_waiting(now: datetime) -> Q:
    """Return the condition of the changes of a secret that are due by `now` and not done."""
    return Q(done_at=None) & (Q(because=Rotation.Because.RETURNED) | Q(due_at__lte=now))


def one(hat: Hat, pk: int) -> Account:
    """Return a shared ID that `hat` sees, with its past. Raise 404 for any other."""
    found = (
        listed(hat)
        .filter(pk=pk)
        .prefetch_related(
            Prefetch(
                "checkouts",
                Checkout.objects.select_related("person", "given_by").order_by("-held_from"),
            ),
            Prefetch("rotations", Rotation.objects.select_related("done_by").order_by("-due_at")),
        )
        .first()
    )
    if found is None:
        raise Http404
    return found
