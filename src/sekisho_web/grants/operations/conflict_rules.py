"""A version of a restriction is proposed by one and counts from when another confirms it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from sekisho.grants import conflict_versions as rule
from sekisho.grants.conflict_rules import written
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import ConflictRule
from sekisho_web.grants.rules_in_force import rules_in_force
from sekisho_web.ledger import operations as ledger


class CannotChange(Refused):
    """No restriction was changed."""


@transaction.atomic
def propose(*, code: str, months: int, reason: str, by: Person, now: datetime) -> ConflictRule:
    """Propose a version of one restriction with other months, and return it: it does not count yet.

    Raises CannotChange where the rule refuses.
    """
    waiting = ConflictRule.objects.filter(code=code, in_force_from=None, replaced_at=None)
    now_in_force = next((one for one in rules_in_force(at=now) if one.code == code), None)
    refusal = rule.refusal_to_propose(
        now_in_force, months=months, reason=reason, is_waiting=waiting.exists()
    )
    if refusal or now_in_force is None:
        raise CannotChange(
            refusal or Refusal(reason="規則がありません", remedy="選び直してください")
        )
    last = ConflictRule.objects.filter(code=code).order_by("-version").first()
    try:
        with transaction.atomic():
            made = ConflictRule.objects.create(
                code=code,
                version=max(now_in_force.version, last.version if last else 0) + 1,
                name=now_in_force.name,
                a=written(now_in_force.a),
                relation=now_in_force.relation.value,
                months=months,
                b=written(now_in_force.b),
                effect=now_in_force.effect.value,
                relieved=now_in_force.relieved,
                excusable=now_in_force.excusable,
                basis=now_in_force.basis,
                says=now_in_force.says,
                reason=reason.strip(),
                proposed_by=by,
                proposed_at=now,
            )
    except IntegrityError:  # somebody proposed one in this moment
        raise CannotChange(rule.WAITS) from None
    _entered(made, "制限の版の起案", by, now)
    return made


@transaction.atomic
def confirm(
    *, pk: int, by: Person, company_kind: str, line: int | None, now: datetime
) -> ConflictRule:
    """Let a proposed version count from now on, in place of the one before, and return it."""
    made = ConflictRule.objects.select_for_update().get(pk=pk)
    if refusal := rule.refusal_to_confirm(
        is_waiting=made.in_force_from is None and made.replaced_at is None,
        by=str(by.pk),
        proposed_by=str(made.proposed_by_id),
        company_kind=company_kind,
        line=line,
    ):
        raise CannotChange(refusal)
    before = ConflictRule.objects.select_for_update().filter(
        code=made.code, in_force_from__isnull=False, replaced_at=None
    )
    before.update(replaced_at=now)
    made.confirmed_by, made.in_force_from = by, now
    made.save(update_fields=["confirmed_by", "in_force_from"])
    _entered(made, "制限の版の適用", by, now)
    return made


@transaction.atomic
def withdraw(*, pk: int, by: Person, now: datetime) -> ConflictRule:
    """Take back a version that nobody confirmed, and return it."""
    made = ConflictRule.objects.select_for_update().get(pk=pk)
    if made.in_force_from is not None or made.replaced_at is not None:
        raise CannotChange(
            Refusal(reason="確認を待つ版ではありません", remedy="規則の一覧を開き直してください")
        )
    made.replaced_at = now
    made.save(update_fields=["replaced_at"])
    _entered(made, "制限の版の取下げ", by, now)
    return made


def _entered(made: ConflictRule, act: str, by: Person, now: datetime) -> None:
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=made,
        at=now,
        details={
            "act": act,
            "rule": made.code,
            "version": made.version,
            "months": made.months,
            "reason": made.reason,
        },
    )
