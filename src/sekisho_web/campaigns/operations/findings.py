"""Findings are opened by checks and closed by the second line; nothing else changes them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from sekisho.campaigns.findings import Kind, refusal_to_close
from sekisho.ledger.leaves import Kind as Entry
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person
from sekisho_web.campaigns.models import Finding
from sekisho_web.ledger import operations as ledger


class CannotClose(Exception):
    """A finding may not be closed so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@transaction.atomic
def open_finding(
    *,
    kind: Kind,
    key: str,
    sentence: str,
    rules: Sequence[str] = (),
    at: datetime,
    subject: str = "",
) -> Finding:
    """Return the open finding about this thing: opened and entered in the ledger, or counted up.

    key:      names the thing among findings of this kind; the same one is found again by it.
    sentence: without personal data: it stays readable for good.
    rules:    the rows of the tables that it is about.
    """
    if (found := _counted(kind, key, sentence, rules, at)) is not None:
        return found
    try:
        with transaction.atomic():
            finding = Finding.objects.create(
                kind=kind.value,
                key=key,
                subject=subject,
                sentence=sentence,
                rules=list(rules),
                first_seen_at=at,
                last_seen_at=at,
            )
    except IntegrityError:  # somebody opened it in this moment
        if (found := _counted(kind, key, sentence, rules, at)) is None:
            raise
        return found
    ledger.append(
        kind=Entry.RECONCILE,
        actor=None,
        subject=finding,
        at=at,
        details={"act": "指摘", "kind": kind.value, "key": key, "rules": list(rules)},
    )
    return finding


@transaction.atomic
def close_finding(
    *,
    finding: Finding,
    by: Person,
    company_kind: str,
    line: int | None,
    reason: str,
    now: datetime,
) -> Finding:
    """Close `finding` with a reason, enter it in the ledger, and return it as it now is.

    company_kind, line: of the post that `by` wears now.
    Raises CannotClose where the rule refuses (not the second line, no reason, closed already).
    """
    finding = Finding.objects.select_for_update().get(pk=finding.pk)
    if refusal := refusal_to_close(
        is_open=finding.closed_at is None, company_kind=company_kind, line=line, reason=reason
    ):
        raise CannotClose(refusal)
    finding.closed_at = now
    finding.closed_by = by
    finding.reason = reason.strip()
    finding.save(update_fields=["closed_at", "closed_by", "reason"])
    ledger.append(
        kind=Entry.RECONCILE,
        actor=by,
        subject=finding,
        at=now,
        details={"act": "指摘を閉じる", "key": finding.key, "reason": finding.reason},
    )
    return finding


def _counted(
    kind: Kind, key: str, sentence: str, rules: Sequence[str], at: datetime
) -> Finding | None:
    """Return the open finding about this thing, seen once more, or None where there is none."""
    found = (
        Finding.objects.select_for_update().filter(kind=kind.value, key=key, closed_at=None).first()
    )
    if found is None:
        return None
    found.times += 1
    found.last_seen_at = max(found.last_seen_at, at)
    found.sentence = sentence
    found.rules = list(rules)
    found.save(update_fields=["times", "last_seen_at", "sentence", "rules"])
    return found
