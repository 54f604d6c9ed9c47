"""Pushes (反映) are taken when they are due, carried to their targets, and read back.

The order of the writes is the safety. Taken: the row says SENT, committed, before anything goes
out. Carried: the target reads first and is written only where it differs, so that whoever comes
after a worker that was killed sends nothing twice. Finished: only a reading made after all that
verifies. One account is in one hand at a time, by a lock that dies with the hand.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from sekisho.accounts import pushes as rule
from sekisho.accounts.outward import from_json, is_the_same
from sekisho.accounts.wanted import AccountState, Receipt, Verification
from sekisho.errors import SekishoError
from sekisho.ledger.leaves import Kind
from sekisho_links.accounts.targets import Target as Reached
from sekisho_links.accounts.targets import TargetUnreachable
from sekisho_web.accounts.models import Account, Push, Target
from sekisho_web.accounts.operations import pushes
from sekisho_web.accounts.queries.pushes import WAYS, as_rule
from sekisho_web.accounts.queries.wanted import wanted_of
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger

Clock = Callable[[], datetime]
SOON = timedelta(seconds=1)
UNREACHED = "つながりません"  # how a problem begins that is the target's, not the account's
NO_ID = "この対象でのIDが分からないため、止まったことを確かめられません"
GIVES_IDS = {Target.Kind.SCIM.value}  # kinds whose id is not the ID that people sign in with
LONGEST = 300  # signs of a problem


def wanted_by_now(taken: Collection[Push], *, now: datetime) -> dict[int, AccountState]:
    """Return what is asked of the target of each push, by the push's key (four queries)."""
    states = wanted_of([push.account for push in taken], now=now)
    found = {push.pk: pushes.asked_of(push.target, states[push.account_id]) for push in taken}
    return {key: state for key, state in found.items() if state is not None}


def look_again(push: Push, reached: Reached, *, clock: Clock) -> Push:
    """Look whether what people do (作業票), or what a log shows, is so by now; return the push.

    Nothing is sent. What does not hold yet is waited for until its limit, and is red after it.
    """
    if _is_over(push):
        return push
    state = from_json(push.wanted)
    seen_at = clock()
    try:
        seen = reached.verify(push.account.ext_id or push.account.code, state)
    except SekishoError as error:
        seen = Verification(ok=False, evidence={}, why=error.problem)
    if seen.ok:
        return finish(push, seen, receipt=None, seen_at=seen_at, now=clock())
    now = clock()
    waits = rule.next_try(as_rule(push), now=now)
    Push.objects.filter(pk=push.pk, state__in=Push.OPEN).update(
        next_at=min(waits, now + pushes.LOOKS), problem=seen.why[:LONGEST]
    )
    return push


def to_look_at(*, now: datetime, limit: int = 500) -> list[Push]:
    """Return what people do, or a log will show, and what is due to be looked at again."""
    return list(
        Push.objects.filter(
            next_at__lte=now,
            state__in=Push.OPEN,
            target__enabled=True,
            target__kind__in=[kind.value for kind in WAYS],
        )
        .select_related("account", "target__system")
        .order_by("next_at", "pk")[:limit]
    )


@transaction.atomic
def take_due(
    *, now: datetime, limit: int, resting: Collection[int] = (), target: int | None = None
) -> list[Push]:
    """Return at most `limit` pushes that are due, each written as sent: they are ours to carry.

    resting: keys of targets that are left alone. target: only this one's.
    Two workers never get the same row; one whose lease has ended is due again.
    """
    due = (
        Push.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(next_at__lte=now, state__in=Push.OPEN, target__enabled=True)
        .exclude(target__in=resting)
        .exclude(target__kind__in=[kind.value for kind in WAYS])
        .select_related("account__system", "account__person", "target__system")
        .order_by("next_at", "pk")
    )
    if target is not None:
        due = due.filter(target=target)
    taken = list(due[:limit])
    for push in taken:
        _step(push, rule.sending(as_rule(push), now=now))
        push.leased_until = push.next_at
    Push.objects.filter(pk__in=[push.pk for push in taken]).update(
        state=_unless_escalated(Push.State.SENT),
        attempts=F("attempts") + 1,
        sent_at=now,
        next_at=now + rule.LEASE,
        leased_until=now + rule.LEASE,
    )
    return taken


def is_anything_due(*, now: datetime) -> bool:
    """Return whether `take_due` might find something (one query)."""
    return (
        Push.objects.filter(next_at__lte=now, state__in=Push.OPEN, target__enabled=True)
        .exclude(target__kind__in=[kind.value for kind in WAYS])
        .exists()
    )


def carry(
    push: Push, reached: Reached, *, clock: Clock, wanted: AccountState | None = None
) -> Push:
    """Bring what `push` wants to its target, read it back, and return the push as it then is.

    push:   as `take_due` gave it. Outside of any transaction: what it writes stands at once.
    wanted: what `wanted_by_now` said after it was taken; whatever changed since has superseded
            the row, which is looked at once more. Asked for here where it is not given.
    Raises TargetUnreachable after the failure is written, so that the caller may let it rest.
    """
    with _in_one_hand(push.account_id) as ours:
        if not ours:  # somebody is at it: look again soon
            Push.objects.filter(pk=push.pk, state__in=Push.OPEN).update(
                next_at=clock() + SOON, leased_until=None
            )
            return push
        if _is_over(push):
            return push
        account = push.account
        wanted = wanted or wanted_by_now([push], now=clock()).get(push.pk)
        if wanted is None or not is_the_same(from_json(push.wanted), wanted):
            return _overtaken(push, now=clock())
        try:
            name = name_of(account, push.target, wanted)
            if not name and not wanted.may_enter:
                return _failed(push, why=NO_ID, now=clock())
            receipt = reached.apply(name, wanted)
            account = _acknowledge(push, account, receipt, now=clock())
            seen_at = clock()
            seen = reached.verify(account.ext_id, wanted)
        except TargetUnreachable as error:
            _failed(push, why=f"{UNREACHED}：{error.problem}", now=clock())
            raise
        except SekishoError as error:
            return _failed(push, why=error.problem, now=clock())
        except Exception as error:  # noqa: BLE001 - whatever it was, the push stays red and due
            return _failed(push, why=f"想定外の応答（{type(error).__name__}）", now=clock())
        return finish(push, seen, receipt=receipt, seen_at=seen_at, now=clock())


@transaction.atomic
def finish(
    push: Push, seen: Verification, *, receipt: Receipt | None, seen_at: datetime, now: datetime
) -> Push:
    """Write what a reading of the target came to, and return the push: verified, or failed.

    seen_at: when the reading began. A push that was superseded meanwhile stays so.
    """
    degraded = seen.degraded or bool(receipt and receipt.degraded)
    if not seen.ok:
        return _failed(push, why=seen.why, now=now, degraded=degraded)
    evidence = {
        "seen_at": seen_at.isoformat(),
        "sent": receipt.sent if receipt else None,
        "receipt": dict(receipt.evidence) if receipt else None,
        "seen": dict(seen.evidence),
    }
    done = rule.verified(as_rule(push), seen_at=seen_at, evidence=repr(evidence), now=now)
    written = Push.objects.filter(pk=push.pk, state__in=Push.OPEN).update(
        state=Push.State(done.state),
        verified_at=done.verified_at,
        evidence=evidence,
        next_at=None,
        leased_until=None,
        degraded=degraded,
        problem="",
    )
    if not written:
        return Push.objects.get(pk=push.pk)
    push.state, push.verified_at = Push.State(done.state), done.verified_at
    ledger.append(
        kind=Kind.RECONCILE,
        actor=None,
        subject=push,
        at=now,
        details={"act": "反映の確認", "account": str(push.account), "wanted": push.wanted},
    )
    if degraded:
        _tell_degraded(push, now=now)
    return push


@transaction.atomic
def escalate_overdue(*, now: datetime) -> int:
    """Escalate every open push whose limit has passed, tried or not; return how many there were.

    One finding for each target: a target that is down is one thing, however many wait for it.
    """
    late = [
        push
        for push in Push.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(state__in=Push.OPEN, escalated_at=None, planned_at__lte=now - rule.LIMIT)
        .select_related("target__system")
        .order_by("pk")[:10_000]
        if rule.escalated(as_rule(push), now=now).escalated_at is not None
    ]
    Push.objects.filter(pk__in=[push.pk for push in late]).update(
        state=Push.State.ESCALATED, escalated_at=now
    )
    for target in {push.target_id: push.target for push in late}.values():
        tell_escalated(target, now=now)
    return len(late)


def tell_escalated(target: Target, *, now: datetime) -> None:
    """Open the finding about what is not verified in `target`, with how many there are."""
    red = Push.objects.filter(target=target, state=Push.State.ESCALATED).count()
    tell(
        "finding",
        kind="push_escalated",
        key=f"target:{target.pk}",
        subject=target.system.name,
        sentence=f"{target.system.name}で、期限までに確かめられない反映があります（{red:,} 件）",
        at=now,
    )


def hand_back(push: Push, *, now: datetime) -> None:
    """Give up a push that was taken and not begun: it is due again, and was not tried."""
    Push.objects.filter(pk=push.pk, state__in=Push.OPEN, leased_until=push.leased_until).update(
        next_at=now + SOON, leased_until=None, attempts=F("attempts") - 1
    )


def give_up_for_now(push: Push, *, why: str, now: datetime) -> Push:
    """Write that a push could not even be begun, and return it: failed, and due again."""
    return _failed(push, why=why, now=now)


def wake(target: int, *, now: datetime) -> int:
    """Make due at once what waits because `target` could not be reached; return how many."""
    return (
        Push.objects.filter(
            target=target,
            state__in=Push.OPEN,
            next_at__gt=now,
            problem__startswith=UNREACHED,
        )
        .filter(Q(leased_until=None) | Q(leased_until__lte=now))
        .update(next_at=now)
    )


def name_of(account: Account, target: Target, wanted: AccountState) -> str:
    """Return the id by which `target` knows `account`; "" where it is not known to it yet.

    Where the id is the ID itself, a stop is sent to it although nothing was ever linked. What is
    to be made is not: somebody else's account of the same name would be taken over.
    """
    if account.ext_id or wanted.may_enter or target.kind in GIVES_IDS:
        return account.ext_id
    return account.code


def _acknowledge(push: Push, account: Account, receipt: Receipt, *, now: datetime) -> Account:
    """Write that the target answered, and the id under which it knows the account."""
    Push.objects.filter(pk=push.pk, state__in=Push.OPEN).update(
        acknowledged_at=now, state=_unless_escalated(Push.State.ACKNOWLEDGED)
    )
    if receipt.ext_id and receipt.ext_id != account.ext_id:
        Account.objects.filter(pk=account.pk).update(ext_id=receipt.ext_id)
        account.ext_id = receipt.ext_id
    return account


@transaction.atomic
def _overtaken(push: Push, *, now: datetime) -> Push:
    """Replace a push that wants what is not wanted any more, and return the new one."""
    Push.objects.filter(pk=push.pk, state__in=Push.OPEN).update(leased_until=None)
    made = pushes.plan_for(push.account, because=push.because, now=now, movement=push.movement)
    return made or push


@transaction.atomic
def _failed(push: Push, *, why: str, now: datetime, degraded: bool = False) -> Push:
    """Write that a try did not hold, and return the push. One that is over stays as it is."""
    was_escalated = push.escalated_at is not None
    done = rule.failed(as_rule(push), why=why, now=now)
    late = done.escalated_at is not None
    written = Push.objects.filter(pk=push.pk, state__in=Push.OPEN).update(
        state=Push.State(done.state) if late else _unless_escalated(Push.State.FAILED),
        escalated_at=Coalesce("escalated_at", Value(now)) if late else F("escalated_at"),
        next_at=done.due_at,
        leased_until=None,
        problem=done.failure[:LONGEST],
        degraded=degraded,
    )
    if not written:
        return Push.objects.get(pk=push.pk)
    push.state, push.problem, push.next_at = Push.State(done.state), done.failure, done.due_at
    if late and not was_escalated:
        tell_escalated(push.target, now=now)
    return push


def _unless_escalated(state: Push.State) -> Case:
    """Return `state` for a row that was never escalated: what was, stays so until it is over."""
    return Case(
        When(escalated_at__isnull=False, then=Value(Push.State.ESCALATED.value)),
        default=Value(state.value),
    )


def _tell_degraded(push: Push, *, now: datetime) -> None:
    tell(
        "finding",
        kind="degraded",
        key=f"target:{push.target_id}",
        subject=push.target.system.name,
        sentence=f"{push.target.system.name}への反映が、より弱い方法で行われています（縮退）",
        at=now,
    )


def _step(push: Push, done: rule.Push) -> None:
    push.state = Push.State(done.state)
    push.attempts, push.sent_at, push.next_at = done.attempts, done.sent_at, done.due_at


def _is_over(push: Push) -> bool:
    """Return whether `push` is over by now; what changed of its row and account is taken over."""
    push.state, push.account.ext_id = Push.objects.values_list("state", "account__ext_id").get(
        pk=push.pk
    )
    return rule.State(push.state).is_over


@contextmanager
def _in_one_hand(account: int) -> Iterator[bool]:
    """Hold the account for this connection alone; yield False where another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtext('sekisho push'), %s)", [account])
        ours = bool(cursor.fetchone()[0])
    try:
        yield ours
    finally:
        if ours:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtext('sekisho push'), %s)", [account])
