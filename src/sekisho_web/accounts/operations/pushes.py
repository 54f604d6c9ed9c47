"""What other systems are to be told about an ID (反映): planned here, carried by the provisioner.

The row is its own job. It is written in the transaction of its cause, so that there is no cause
without a push and no push without a cause; nothing is told to a queue that could forget it.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sekisho.accounts import pushes as rule
from sekisho.accounts.outward import as_json, from_json, is_the_same
from sekisho.accounts.wanted import AccountState
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Account, Movement, Person, Push, Target
from sekisho_web.accounts.queries.pushes import as_rule, rhythm, way_of
from sekisho_web.accounts.queries.wanted import wanted_of
from sekisho_web.ledger import operations as ledger

LOOKS = timedelta(hours=1)  # between two looks at what people do, or at a log


class CannotClose(Exception):
    """A push may not be closed so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def plan_for(
    account: Account, *, because: str, now: datetime, movement: Movement | None = None
) -> Push | None:
    """Plan that the target of this account's system is told; None where it has no target.

    In the caller's transaction. What is open, asks the same and is in nobody's hands is that
    push, and is due at once.
    """
    made = plan_all([account], because=because, now=now, movement=movement)
    return made[0] if made else None


@transaction.atomic
def plan_all(
    accounts: Collection[Account],
    *,
    because: str,
    now: datetime,
    movement: Movement | Mapping[int, Movement] | None = None,
) -> list[Push]:
    """Plan a push for each account whose system has a target in use, and return them.

    movement: that all of them follow from, or the movement of each person, by the person's key.
    Some ten queries, however many accounts. A push that is open and asks something else is
    superseded: only the newest wanted state is carried.
    """
    found = list(
        Account.objects.filter(
            pk__in=[account.pk for account in accounts], system__target__enabled=True
        )
        .select_related("system__target", "person")
        .select_for_update(of=("self",), no_key=True)  # two plans of one account, one after another
        .order_by("pk")
    )
    if not found:
        return []
    states = wanted_of(found, now=now)
    running = {
        push.account_id: push
        for push in Push.objects.select_for_update()
        .filter(account__in=found, state__in=Push.OPEN)
        .order_by("pk")
    }
    kept, fresh, replaced = [], [], []
    for account in found:
        mine = movement.get(account.person_id or 0) if isinstance(movement, Mapping) else movement
        push, state = running.get(account.pk), asked_of(account.system.target, states[account.pk])
        if state is None or (mine and mine.effective_at > now and state.expires_at is None):
            continue  # nothing can be told of it, or not before the day
        if push is not None:
            same = is_the_same(from_json(push.wanted), state)
            waits = push.leased_until is None or push.leased_until <= now
            if same and waits and (mine is None or push.movement_id in {None, mine.pk}):
                push.next_at = (
                    min(push.next_at or now, now) if _is_direct(account) else push.next_at
                )
                push.movement = push.movement or mine
                kept.append(push)
                continue
            replaced.append(push)
        fresh.append(_planned(account, state, because=because, now=now, movement=mine))
    Push.objects.filter(pk__in=[push.pk for push in replaced]).update(
        state=Push.State.SUPERSEDED, next_at=None, leased_until=None
    )
    Push.objects.bulk_update(kept, ["next_at", "movement"], batch_size=1_000)
    Push.objects.bulk_create(fresh, batch_size=1_000)
    if fresh:
        ledger.append(
            kind=Kind.RECONCILE,
            actor=None,
            subject=fresh[0] if len(fresh) == 1 else "accounts.Push",
            at=now,
            details={
                "act": "反映の予定",
                "because": because,
                "pushes": [push.pk for push in fresh],
                "superseded": [push.pk for push in replaced],
            },
        )
    return [*kept, *fresh]


@transaction.atomic
def attest(*, push: Push, evidence: Mapping[str, Any], by: Person, now: datetime) -> Push:
    """Keep what `by` says was done in the target, as evidence that a second person must confirm.

    evidence: "says", in words; perhaps "file". Raises CannotClose where the rule refuses.
    """
    push = _locked(push)
    if refusal := rule.refusal_to_attest(
        as_rule(push), evidence=str(evidence.get("says", "")), by=by.pk,
        holder=push.account.person_id,
    ):  # fmt: skip
        raise CannotClose(refusal)
    push.evidence = {**evidence, "at": now.isoformat()}
    push.closed_by, push.closed_second = by, None
    push.acknowledged_at = now
    if push.state != Push.State.ESCALATED:
        push.state = Push.State.ACKNOWLEDGED
    push.save(update_fields=["evidence", "closed_by", "closed_second", "acknowledged_at", "state"])
    _enter(push, by=by, now=now, act="反映の証拠")
    return push


@transaction.atomic
def confirm(*, push: Push, by: Person, now: datetime) -> Push:
    """Confirm, as the second person, what was attested, and return the push: it is over.

    Where people do the work (作業票), their look is the verification. Anywhere else the push is
    closed by hand, and never green: the target itself has said nothing.
    Raises CannotClose where the rule refuses.
    """
    push = _locked(push)
    if refusal := rule.refusal_to_confirm(
        as_rule(push), attested_by=push.closed_by_id, by=by.pk, holder=push.account.person_id
    ):
        raise CannotClose(refusal)
    push.closed_second, push.closed_at = by, now
    push.next_at = push.leased_until = None
    if push.target.kind == Target.Kind.BY_HAND:
        push.state, push.verified_at = Push.State.VERIFIED, now
    else:
        push.state = Push.State.CLOSED
    push.save(
        update_fields=[
            "closed_second", "closed_at", "next_at", "leased_until", "state", "verified_at",
        ]
    )  # fmt: skip
    _enter(push, by=by, now=now, act="反映の確かめ" if push.verified_at else "反映を手で閉じる")
    return push


@transaction.atomic
def close_by_hand(
    *, push: Push, evidence: Mapping[str, Any], by: Person, second: Person, now: datetime
) -> Push:
    """Attest by one person and confirm by another, both at the desk. Raises CannotClose."""
    attest(push=push, evidence=evidence, by=by, now=now)
    return confirm(push=push, by=second, now=now)


def asked_of(target: Target, wanted: AccountState) -> AccountState | None:
    """Return what is asked of `target` where we want `wanted`; None where it can show nothing.

    A date is handed only to what holds dates; of a log, only silence after a stop can be asked.
    """
    if target.kind == Target.Kind.LOG_ONLY and wanted.may_enter:
        return None
    return wanted if holds_dates(target) else replace(wanted, expires_at=None)


def holds_dates(target: Target) -> bool:
    """Return whether `target` stops an account by itself at an instant that it is given."""
    if target.kind == Target.Kind.LDAP:
        return target.address.get("expiry") is True
    return target.kind == Target.Kind.ACTIVE_DIRECTORY


def _planned(
    account: Account,
    wanted: AccountState,
    *,
    because: str,
    now: datetime,
    movement: Movement | None,
) -> Push:
    target = account.system.target
    way = way_of(target)
    begun = rule.planned(now=now, way=way, rhythm=rhythm(target))
    if way is not rule.Way.DIRECT:  # a work order is handed out, and a log awaited, by being there
        begun = rule.sending(begun, now=now)
    return Push(
        account=account,
        target=target,
        wanted=as_json(wanted),
        because=because[:40],
        movement=movement,
        state=begun.state,
        attempts=begun.attempts,
        effective_at=movement.effective_at if movement else wanted.since or now,
        planned_at=now,
        next_at=_first_look(begun, now=now),
        sent_at=begun.sent_at,
    )


def _first_look(begun: rule.Push, *, now: datetime) -> datetime:
    """Return when a push is first taken up: at once, or where others act, looked at."""
    match begun.way:
        case rule.Way.DIRECT:
            return now
        case rule.Way.BY_HAND:
            return min(begun.limit_at, now + LOOKS)
        case rule.Way.LOG_ONLY:
            return begun.limit_at


def _is_direct(account: Account) -> bool:
    return way_of(account.system.target) is rule.Way.DIRECT


def _locked(push: Push) -> Push:
    return (
        Push.objects.select_for_update(of=("self",))
        .select_related("account", "target__system")
        .get(pk=push.pk)
    )


def _enter(push: Push, *, by: Person | None, now: datetime, act: str) -> None:
    ledger.append(
        kind=Kind.RECONCILE,
        actor=by,
        subject=push,
        at=now,
        details={"act": act, "state": push.state, "account": str(push.account)},
    )
