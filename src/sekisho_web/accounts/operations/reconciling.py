"""What a target holds against what we hold (突合), every night and when it is asked for.

Nothing here creates, adopts or deletes in a target (A15). A difference becomes a finding, and of
our own accounts perhaps a push; an orphan is taken over only by a person, with a reason.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from sekisho.accounts.pushes import Light, light
from sekisho.accounts.reconciling import (
    WORDS,
    Class,
    Difference,
    Ours,
    Reading,
    Theirs,
    reconcile,
)
from sekisho.accounts.wanted import Capability, TargetAccount
from sekisho.errors import SekishoError
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_links.accounts.targets import Target as Reached
from sekisho_web.accounts.models import Account, Person, Push, Reconciliation, Target
from sekisho_web.accounts.operations.carrying import GIVES_IDS
from sekisho_web.accounts.operations.pushes import plan_all
from sekisho_web.accounts.queries.pushes import as_rule
from sekisho_web.accounts.queries.wanted import wanted_of
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger

Clock = Callable[[], datetime]
FINDINGS = 20  # of one class; more of one class are one cause
KEPT = 5_000  # differences that a run keeps by name
BATCH = 5_000  # accounts whose wanted state is worked out at once
FINDING = {
    Class.ORPHAN: "orphan",
    Class.MISSING: "missing",
    Class.REVIVED: "revived",
    Class.DRIFT: "role_drift",
    Class.LEFTOVER: "leftover",
    Class.UNREADABLE: "unreadable",
}
SAYS = {
    Class.ORPHAN: "台帳にないIDがあります",
    Class.MISSING: "使えるはずのIDがありません",
    Class.REVIVED: "止めたIDが使えます",
    Class.DRIFT: "権限が台帳と違うIDがあります",
    Class.LEFTOVER: "終わったIDが残っています",
    Class.UNREADABLE: "一覧を読み切れません",
}


class CannotAdopt(Exception):
    """An orphan may not be taken over so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@transaction.atomic
def ask(*, target: Target, by: Person, now: datetime) -> Reconciliation:
    """Ask for a reconciliation of `target` and return it; one that is under way is that."""
    running = Reconciliation.objects.filter(target=target, ended_at=None).first()
    if running is not None:
        return running
    try:
        with transaction.atomic():
            asked = Reconciliation.objects.create(target=target, asked_by=by, began_at=now)
    except IntegrityError:  # somebody asked in this moment
        return Reconciliation.objects.get(target=target, ended_at=None)
    ledger.append(
        kind=Kind.RECONCILE, actor=by, subject=asked, at=now, details={"act": "突合の依頼"}
    )
    return asked


def run(target: Target, reached: Reached, *, clock: Clock) -> Reconciliation:
    """Compare `target` with what we hold; keep, tell and return what was found.

    Outside of any transaction while the list is read. Asked for, it is that run.
    A target that gives no list is not compared: its run says so, and nothing is concluded.
    """
    began_at = clock()
    row, _ = Reconciliation.objects.get_or_create(
        target=target, ended_at=None, defaults={"began_at": began_at}
    )
    if Capability.SYNC not in reached.capabilities:
        return _kept(row, None, (), ours=0, problem="この対象は一覧を出せません", now=clock())
    reading, listed = _read(target, reached, began_at=began_at)
    ours = list(_ours(target, reached, now=began_at))
    found = reconcile(ours, reading)
    return _kept(row, reading, found, ours=len(ours), problem="", now=clock(), listed=listed)


def not_opened(target: Target, *, why: str, clock: Clock) -> Reconciliation:
    """Keep a run of a target that could not even be opened: 不読, and nothing else."""
    row, _ = Reconciliation.objects.get_or_create(
        target=target, ended_at=None, defaults={"began_at": clock()}
    )
    found = (Difference(kind=Class.UNREADABLE, says=why),)
    return _kept(row, None, found, ours=0, problem=why, now=clock())


@transaction.atomic
def adopt(
    *,
    reconciliation: Reconciliation,
    ext_id: str,
    account: Account,
    by: Person,
    reason: str,
    now: datetime,
) -> Account:
    """Link the orphan `ext_id` of a target to `account`, which was issued here, and push it.

    by: somebody who answers for the system (責任者), never the holder. Raises CannotAdopt.
    """
    account = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if refusal := _refusal_to_adopt(reconciliation, ext_id, account, by=by, reason=reason):
        raise CannotAdopt(refusal)
    account.ext_id = ext_id
    account.save(update_fields=["ext_id"])
    plan_all([account], because="孤児の引き取り", now=now)
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=account,
        at=now,
        details={"act": "孤児の引き取り", "ext_id": ext_id, "reason": reason.strip()},
    )
    return account


def _refusal_to_adopt(
    run: Reconciliation, ext_id: str, account: Account, *, by: Person, reason: str
) -> Refusal | None:
    orphans = {one["ext_id"] for one in run.differences if one["class"] == Class.ORPHAN.value}
    if ext_id not in orphans:
        return Refusal(
            reason="このIDは、この突合の孤児ではありません", remedy="突合の結果を開き直してください"
        )
    if account.system_id != run.target.system.key or account.closed_at or account.ext_id:
        return Refusal(
            reason="この台帳のIDには結び付けられません",
            remedy="同じシステムの、廃止されておらず、まだ結び付いていないIDを選んでください",
        )
    if account.person_id == by.pk:
        return Refusal(
            reason="自分のIDには結び付けられません", remedy="ほかの責任者に依頼してください"
        )
    if len(reason.strip()) < 4:
        return Refusal(
            reason="理由が書かれていません",
            remedy="だれのIDであると、どのように確かめたかを書いてください",
        )
    if Account.objects.filter(system__key=account.system_id, ext_id=ext_id).exists():
        return Refusal(
            reason="このIDは、もう別の台帳のIDに結び付いています",
            remedy="突合をもう一度行ってください",
        )
    return None


def _read(
    target: Target, reached: Reached, *, began_at: datetime
) -> tuple[Reading, list[TargetAccount]]:
    """Read the whole list. What breaks off, for whatever reason, is not whole."""
    listed: list[TargetAccount] = []
    declared, why = None, ""
    try:
        accounts = reached.accounts()
        listed.extend(accounts)
        declared = getattr(accounts, "declared", None)
    except SekishoError as error:
        why = error.problem
    except Exception as error:  # noqa: BLE001 - whatever a target answers, nothing follows from it
        why = f"想定外の応答（{type(error).__name__}）"
    before = (
        Reconciliation.objects.filter(target=target, is_readable=True)
        .order_by("-began_at", "-pk")
        .values_list("read", flat=True)
        .first()
    )
    return (
        Reading(
            accounts=[
                Theirs(ext_id=one.ext_id, enabled=one.enabled, roles=one.roles) for one in listed
            ],
            began_at=began_at,
            declared=declared,
            before=before,
            whole=not why,
            why=why,
        ),
        listed,
    )


def _ours(target: Target, reached: Reached, *, now: datetime) -> Iterable[Ours]:
    """Yield what we want of every account of the target's system, BATCH at a time.

    An account whose push is on its way, and not late, is left to that push.
    """
    with_roles = Capability.ROLES in reached.capabilities
    coded = target.kind not in GIVES_IDS
    waiting = {
        push.account_id
        for push in Push.objects.filter(target=target, state__in=Push.OPEN)
        .select_related("target__system")
        .defer("evidence")
        if light(as_rule(push), now=now) is Light.WAITING
    }
    last = 0
    while True:
        accounts = list(
            Account.objects.filter(system__key=target.system.key, pk__gt=last)
            .select_related("system", "person")
            .order_by("pk")[:BATCH]
        )
        if not accounts:
            return
        last = accounts[-1].pk
        states = wanted_of(accounts, now=now)
        for account in accounts:
            state = states[account.pk]
            yield Ours(
                account=account.pk,
                ext_id=account.ext_id or (account.code if coded else ""),
                exists=state.exists,
                enabled=state.enabled is True,
                roles=state.roles if with_roles else None,
                since=now if account.pk in waiting else None,
            )


@transaction.atomic
def _kept(
    row: Reconciliation,
    reading: Reading | None,
    found: Iterable[Difference],
    *,
    ours: int,
    problem: str,
    now: datetime,
    listed: Iterable[TargetAccount] = (),
) -> Reconciliation:
    """Keep the run, plan the pushes, open the findings, enter it in the ledger."""
    found = list(found)
    believed = reading is not None and not any(one.kind is Class.UNREADABLE for one in found)
    row.ended_at = now
    row.read = len(reading.accounts) if reading else None
    row.stated = reading.declared if reading else None
    row.ours = ours
    row.is_readable = believed
    row.problem = (problem or next((one.says for one in found if not believed), ""))[:300]
    row.differences = [
        {
            "class": one.kind.value,
            "ext_id": one.ext_id,
            "account": one.account,
            "says": one.says,
            "push": one.push,
        }
        for one in found[:KEPT]
    ]
    row.save()
    if believed:
        _take_last_uses(row.target, listed)
        for kind in (Class.REVIVED, Class.LEFTOVER, Class.MISSING, Class.DRIFT):
            again = [one.account for one in found if one.kind is kind and one.push and one.account]
            plan_all(
                list(Account.objects.filter(pk__in=again)),
                because=f"突合（{WORDS[kind]}）",
                now=now,
            )
    _tell(row, found, now=now)
    ledger.append(
        kind=Kind.RECONCILE,
        actor=None,
        subject=row,
        at=now,
        details={
            "act": "突合",
            "target": str(row.target),
            "read": row.read,
            "stated": row.stated,
            "readable": believed,
            "found": dict(Counter(one.kind.value for one in found)),
        },
    )
    return row


def _take_last_uses(target: Target, listed: Iterable[TargetAccount]) -> None:
    """Keep the last use that the target knows, where it is later than what we know."""
    used = {one.ext_id.casefold(): one.last_use_at for one in listed if one.last_use_at}
    changed = []
    for account in (
        Account.objects.filter(system__key=target.system.key, closed_at=None)
        .exclude(ext_id="")
        .only("ext_id", "last_used_at")
    ):
        at = used.get(account.ext_id.casefold())
        if at is not None and (account.last_used_at is None or at > account.last_used_at):
            account.last_used_at = at
            changed.append(account)
    Account.objects.bulk_update(changed, ["last_used_at"], batch_size=1_000)


def _tell(row: Reconciliation, found: list[Difference], *, now: datetime) -> None:
    name = row.target.system.name
    counts = Counter(one.kind for one in found)
    told: Counter[Class] = Counter()
    for one in found:
        told[one.kind] += 1
        if (many := counts[one.kind]) > FINDINGS:
            if told[one.kind] == 1:
                sentence = f"{name}に、{SAYS[one.kind]}（{many:,} 件、突合 {row.pk}）"
                _one(row, one.kind, key=f"target:{row.target_id}", sentence=sentence, now=now)
            continue
        match one.kind:
            case Class.UNREADABLE:
                key, sentence = f"target:{row.target_id}", f"{name}の{SAYS[one.kind]}（{one.says}）"
            case Class.ORPHAN:
                digest = sha256(one.ext_id.encode()).hexdigest()[:24]
                key = f"target:{row.target_id}:{digest}"
                sentence = f"{name}に、{SAYS[one.kind]}（突合 {row.pk} の {told[one.kind]} 番目）"
            case _:
                key = f"account:{one.account}"
                sentence = f"{name}で、{SAYS[one.kind]}（台帳のID番号 {one.account}、{one.says}）"
        _one(row, one.kind, key=key, sentence=sentence, now=now)


def _one(row: Reconciliation, kind: Class, *, key: str, sentence: str, now: datetime) -> None:
    tell(
        "finding",
        kind=FINDING[kind],
        key=key,
        subject=row.target.system.name,
        sentence=sentence,
        at=now,
    )
