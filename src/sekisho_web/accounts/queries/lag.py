"""発令日からの遅れ: each movement in each system it touched, with its four times."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from sekisho.accounts import lag
from sekisho_web.accounts.models import Account, Movement, Push, System
from sekisho_web.accounts.queries.scope import own_ids
from sekisho_web.accounts.signed_in import Hat

ENDS = (Movement.Kind.LEFT, Movement.Kind.MOVED)
LONGEST = timedelta(days=366)  # what is shown at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One movement in one system, with the records that it was read from."""

    movement: Movement
    account: Account
    lag: lag.Movement


def lines(hat: Hat, *, since: datetime, now: datetime, system: str = "") -> list[Line]:
    """Return what took effect in `(since, now]`, in each system, for the IDs that `hat` sees.

    Four queries, however many there are. What follows from a movement is
    - what was pushed for it from the order on, verified by the first reading of the target after
      that which held, whichever push made it;
    - an ID issued for the post that ended, where nothing was pushed yet: its target waits, and
      where our gate alone stands in front it holds from when the order was applied.
    What the order armed beforehand (a date that the target holds) is proved by the push at its
    time, not by the arming.
    """
    accounts = _accounts(hat, system=system)
    pushed = _pushed(accounts, since=since, now=now)
    verified = _verified(account for _, account in pushed)
    found = {
        (push.movement_id, push.account_id): _line(
            push.movement, push.account, verified=_first(verified[push.account_id], push)
        )
        for push in pushed.values()
        if push.movement is not None
    }
    for movement, account in _without_a_push(accounts, since=since, now=now):
        key = (movement.pk, account.pk)
        if key not in found and (_has_target(account) or _has_gate(account)):
            held = None if _has_target(account) else max(movement.applied_at, movement.effective_at)
            found[key] = _line(movement, account, verified=held)
    return sorted(found.values(), key=lambda line: (-lag.lag(line.lag, now=now), line.movement.pk))


def systems(found: Iterable[Line]) -> Mapping[str, str]:
    """Return the names of the systems of `found`, by their keys (no query)."""
    return {line.account.system_id: line.account.system.name for line in found}


def _accounts(hat: Hat, *, system: str) -> QuerySet[Account]:
    found = Account.objects.filter(own_ids(hat))
    return (found.filter(system__key=system) if system else found).values("pk")  # type: ignore[return-value]


def _pushed(
    accounts: QuerySet[Account], *, since: datetime, now: datetime
) -> dict[tuple[int, int], Push]:
    """Return the first push of each movement and account that was planned from the order on."""
    rows = (
        Push.objects.filter(
            account__in=accounts,
            movement__effective_at__gt=since,
            movement__effective_at__lte=now,
            planned_at__gte=F("movement__effective_at"),
        )
        .select_related("movement__person", "account__system", "account__person")
        .defer("evidence")
        .order_by("-planned_at", "-pk")
    )
    return {(row.movement_id or 0, row.account_id): row for row in rows}


def _verified(accounts: Iterable[int]) -> Mapping[int, list[tuple[datetime, datetime]]]:
    """Return when the pushes of each account were planned and verified, in order."""
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for account, planned, verified in (
        Push.objects.filter(account__in=set(accounts), state=Push.State.VERIFIED)
        .order_by("planned_at", "pk")
        .values_list("account_id", "planned_at", "verified_at")
    ):
        if verified is not None:
            found[account].append((planned, verified))
    return found


def _first(verified: Iterable[tuple[datetime, datetime]], push: Push) -> datetime | None:
    return min((at for planned, at in verified if planned >= push.planned_at), default=None)


def _without_a_push(
    accounts: QuerySet[Account], *, since: datetime, now: datetime
) -> Iterator[tuple[Movement, Account]]:
    """Yield the movements that end a post with each ID that was issued for it before."""
    movements = Movement.objects.filter(
        effective_at__gt=since, effective_at__lte=now, kind__in=ENDS, appointment__isnull=False
    ).select_related("person")
    by_appointment: dict[int, list[Movement]] = defaultdict(list)
    for movement in movements:
        by_appointment[movement.appointment_id or 0].append(movement)
    for account in (
        Account.objects.filter(pk__in=accounts, appointment__in=by_appointment)
        .filter(Q(appointment__terms__valid_to__isnull=False))
        .select_related("system__target", "person")
        .distinct()
    ):
        for movement in by_appointment[account.appointment_id or 0]:
            if account.issued_at < movement.effective_at and not (
                account.closed_at and account.closed_at <= movement.effective_at
            ):
                yield movement, account


def _has_target(account: Account) -> bool:
    target = getattr(account.system, "target", None)
    return target is not None and target.enabled


def _has_gate(account: Account) -> bool:
    """Whether our gate stands in front: then an order holds from when it is applied."""
    return System.Control.GATEWAY in account.system.controlled_by


def _line(movement: Movement, account: Account, *, verified: datetime | None) -> Line:
    return Line(
        movement=movement,
        account=account,
        lag=lag.Movement(
            key=movement.pk,
            person=movement.person_id,
            account=account.pk,
            system=account.system_id,
            kind=movement.get_kind_display(),
            effective=movement.effective_at,
            received=movement.received_at,
            applied=movement.applied_at,
            verified=verified,
        ),
    )
