"""The review of rights (権限棚卸): opened with its evidence, answered, or stopped by silence."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from sekisho.accounts import reviews as rules
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import JST
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Account, AccountReview, Hold, Person
from sekisho_web.accounts.operations import pushes
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.operations.stopping import suspend
from sekisho_web.accounts.queries import reviews as facts
from sekisho_web.ledger import operations as ledger


class CannotReview(Refused):
    """No review is opened, or no answer is taken."""


@transaction.atomic
def open_reviews(
    *, systems: Collection[str], due_at: datetime, by: Person, now: datetime
) -> list[AccountReview]:
    """Open a review of every open ID of `systems` that has none open, and return them.

    The population is frozen: its hash goes into the ledger. An ID for which nobody can answer is
    stopped at once, for nobody would ever answer.
    """
    if due_at <= now:
        raise CannotReview(
            Refusal(reason="期限が過ぎています", remedy="これから先の期限にしてください")
        )
    accounts = facts.population(systems)
    if not accounts:
        raise CannotReview(
            Refusal(
                reason="棚卸しするIDがありません", remedy="開いている棚卸しを先に終えてください"
            )
        )
    frozen = rules.review_population(
        (
            rules.Line(
                account=str(account.pk),
                holder=str(account.person_id) if account.person_id else None,
                kind=account.kind,
                roles=tuple(account.roles),
            )
            for account in accounts
        ),
        as_of=now,
    )
    assigned = facts.assignees(accounts, now=now)
    evidence = facts.evidence(accounts, as_of=now)
    opened = AccountReview.objects.bulk_create(
        AccountReview(
            account=account,
            opened_at=now,
            due_at=due_at,
            assignee_id=who,
            holder_id=account.person_id,
            facts=asdict(evidence[account.pk]),
        )
        for account in accounts
        if (who := assigned[account.pk]) is not None
    )
    for account in accounts:
        if assigned[account.pk] is None:
            suspend(
                target=account,
                reason=Hold.Reason.REVIEW,
                by=None,
                now=now,
                note="棚卸しに答えられる人がいない",
            )
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject="accounts.AccountReview",
        at=now,
        details={
            "act": "権限棚卸の開始",
            "systems": sorted(systems),
            "population": frozen.digest,
            "count": len(accounts),
            "due": due_at.astimezone(JST).isoformat(),
        },
    )
    return opened


@transaction.atomic
def answer_review(
    *,
    review: AccountReview,
    answer: str,
    keep_until: datetime | None = None,
    roles: Collection[str] = (),
    note: str = "",
    by: Person,
    now: datetime,
) -> AccountReview:
    """Take an answer, let it act, enter it, and return the review. Raises CannotReview."""
    review = (
        AccountReview.objects.select_for_update(of=("self",))
        .select_related("account__system")
        .get(pk=review.pk)
    )
    account, said = review.account, rules.Answer(answer)
    refusal = rules.refusal_to_answer(
        answer=said,
        holder=str(review.holder_id) if review.holder_id else None,
        assignee=str(review.assignee_id),
        by=str(by.pk),
        due_at=review.due_at,
        is_answered=bool(review.answer),
        at=now,
        keep_until=keep_until,
        roles=roles,
        held_roles=account.roles,
    )
    if refusal:
        raise CannotReview(refusal)
    review.answer, review.answered_by, review.answered_at = said, by, now
    review.keep_until = None if said is rules.Answer.STOP else keep_until
    review.roles, review.note = list(roles), note
    review.save(
        update_fields=["answer", "answered_by", "answered_at", "keep_until", "roles", "note"]
    )
    if said is rules.Answer.REDUCE:
        Account.objects.filter(pk=account.pk).update(roles=list(roles))
        account.refresh_from_db()
        pushes.plan_for(account, because="棚卸しで権限を減らした", now=now)
    if said is rules.Answer.STOP:
        suspend(target=account, reason=Hold.Reason.REVIEW, by=by, now=now, note=note)
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=review,
        at=now,
        details={
            "act": "権限棚卸の答え",
            "account": account.code,
            "answer": str(said),
            "seconds": int((now - review.opened_at).total_seconds()),
            "note": note,
        },
    )
    return review
