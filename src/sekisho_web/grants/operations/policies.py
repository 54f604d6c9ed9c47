"""承認規程: proposed by one, confirmed by another, and never changed afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import Max

from sekisho.grants import policies as rules
from sekisho.grants import policy_sheet
from sekisho.grants.policies import Policy
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_links import shipped
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import ApprovalPolicy
from sekisho_web.grants.queries import policies as queries
from sekisho_web.ledger import operations as ledger

SHEET = "approval_policies.csv"
NOT_WAITING = Refusal(
    reason="この案は、もう適用されたか、取り下げられました", remedy="一覧を開き直してください"
)


class CannotPublish(Refused):
    """Nothing was proposed, or nothing came into force."""


@transaction.atomic
def propose(*, policy: Policy, by: Person, now: datetime) -> ApprovalPolicy:
    """Propose `policy` as the next version of its code, and return what waits for a second person.

    Raises CannotPublish where the policy is wrong in itself: such a one is not even proposed.
    """
    for fault in rules.faults(policy):
        raise CannotPublish(fault)
    row = _row(policy, version=_next(policy.code), now=now)
    row.proposed_by = by
    row.save()
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=row, at=now,
                  details={"act": "承認規程の案", "digest": bytes(row.digest).hex()})  # fmt: skip
    return row


@transaction.atomic
def confirm(*, policy: ApprovalPolicy, by: Person, now: datetime) -> ApprovalPolicy:
    """Bring a proposal into force in place of the version before it, and return it.

    Raises CannotPublish for whoever proposed it, and where the table as a whole would be wrong.
    """
    row = ApprovalPolicy.objects.select_for_update().get(pk=policy.pk)
    if row.in_force_from is not None or row.replaced_at is not None:
        raise CannotPublish(NOT_WAITING)
    if row.proposed_by_id == by.pk:
        raise CannotPublish(
            Refusal(
                reason="自分の案は、自分では確認できません",
                remedy="行為規制の担当（第2線）のほかの人に、確認してもらってください",
            )
        )
    others = [one for one in queries.in_force(at=now) if one.code != row.code]
    table = [queries.rule_of(one) for one in (*others, row)]
    for remark in rules.lint(table):
        if remark.is_error:
            raise CannotPublish(
                Refusal(reason=f"{remark.policy}: {remark.words}", remedy="案を直してください")
            )
    before = _replace(row.code, now)
    row.confirmed_by, row.in_force_from = by, now
    row.save(update_fields=["confirmed_by", "in_force_from"])
    old = queries.rule_of(before) if before is not None else None
    looser = rules.difference(old, queries.rule_of(row))
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=row,
        at=now,
        details={
            "act": "承認規程の適用",
            "code": row.code,
            "version": row.version,
            "digest": bytes(row.digest).hex(),
            "looser": [one.words for one in looser if one.is_looser],
        },
    )
    return row


@transaction.atomic
def drop(*, policy: ApprovalPolicy, by: Person, now: datetime) -> ApprovalPolicy:
    """Take a proposal back, and return it. Raises CannotPublish where it is none any more."""
    row = ApprovalPolicy.objects.select_for_update().get(pk=policy.pk)
    if row.in_force_from is not None or row.replaced_at is not None:
        raise CannotPublish(NOT_WAITING)
    row.replaced_at = now
    row.save(update_fields=["replaced_at"])
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=row, at=now,
                  details={"act": "承認規程の案の取下げ"})  # fmt: skip
    return row


@transaction.atomic
def lay_down(*, now: datetime, policies: Sequence[Policy] | None = None) -> int:
    """Bring the shipped policies into force where there is none yet, and return how many.

    Nobody stands behind them but the product; every change of them has two people.
    policies: others than those that ship.
    """
    if ApprovalPolicy.objects.exists():
        return 0
    policies = shipped_policies() if policies is None else policies
    for policy in policies:
        row = _row(policy, version=policy.version, now=now)
        row.in_force_from = now
        row.save()
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=None,
        subject="approval_policies",
        at=now,
        details={"act": "出荷時の承認規程の適用", "policies": len(policies)},
    )
    return len(policies)


def shipped_policies() -> Sequence[Policy]:
    """Return the policies that ship."""
    table = shipped("content", SHEET)
    return policy_sheet.read(table.read_text(encoding="utf-8"), place=SHEET)


def _replace(code: str, now: datetime) -> ApprovalPolicy | None:
    found = ApprovalPolicy.objects.select_for_update().filter(
        code=code, in_force_from__isnull=False, replaced_at=None
    )
    before = found.first()
    if before is not None:
        before.replaced_at = now
        before.save(update_fields=["replaced_at"])
    return before


def _next(code: str) -> int:
    highest = ApprovalPolicy.objects.filter(code=code).aggregate(highest=Max("version"))
    return (highest["highest"] or 0) + 1


def _row(policy: Policy, *, version: int, now: datetime) -> ApprovalPolicy:
    policy = replace(policy, version=version)
    return ApprovalPolicy(
        code=policy.code,
        version=version,
        system=policy.system,
        role=policy.role,
        asker_class=policy.asker_class,
        circumstance=policy.circumstance,
        mode=policy.mode,
        parties=[{"role": one.role, "side": one.side} for one in policy.parties],
        in_order=policy.in_order,
        purposes=list(policy.purposes),
        reference_kind=policy.reference_kind,
        max_window_minutes=policy.max_window_minutes,
        max_use_minutes=policy.max_use_minutes,
        uses_max=policy.uses_max,
        pending_minutes=policy.pending_minutes,
        fresh_seconds=policy.fresh_seconds,
        look_back=policy.look_back,
        look_back_days=policy.look_back_days,
        digest=sha256(policy.text).digest(),
        proposed_at=now,
    )
