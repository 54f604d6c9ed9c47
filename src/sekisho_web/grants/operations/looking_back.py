"""To answer for what was done in an approved use, and to say who has not."""

from datetime import datetime

from django.db import transaction

from sekisho.campaigns.findings import Kind as Found
from sekisho.grants import looking_back as rule
from sekisho.grants.notices import Kind as Told
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import LookBack, Notice, Use
from sekisho_web.grants.queries import look_backs as queries
from sekisho_web.grants.queries.grants import all_unused
from sekisho_web.ledger import operations as ledger


class CannotLookBack(Refused):
    """The use stays unanswered."""


@transaction.atomic
def answer(
    *, use: Use, answer: rule.Answer, note: str, by: Person, hat: Hat, now: datetime
) -> LookBack:
    """Answer for `use`, enter it in the ledger, and return the answer.

    Raise CannotLookBack where `by` may not, or where 要確認 says no reason. What must be checked
    becomes a finding of the second line.
    """
    Use.objects.select_for_update().get(pk=use.pk)
    use = queries.counted().get(pk=use.pk)
    looker = queries.looker(by, hat, use.grant.system, now=now)
    if refusal := rule.refusal_to_answer(
        queries.as_rule(use), by=looker, answer=answer, note=note, now=now
    ):
        raise CannotLookBack(refusal)
    found = LookBack.objects.create(use=use, by=by, answer=answer.value, note=note.strip(), at=now)
    ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=use,
        at=now,
        details={
            "act": "利用結果の確認",
            "grant": use.grant.code,
            "no": use.no,
            "answer": found.get_answer_display(),
            "note": found.note,
        },
    )
    if answer is rule.Answer.TO_CHECK:
        tell(
            "finding",
            kind=Found.OFF_PURPOSE.value,
            key=f"use {use.pk}",
            sentence=f"利用許可 {use.grant.code} の{use.no}回目の利用は「要確認」と答えられました。"
            "理由は、利用結果の確認の画面にあります。",
            subject=use.grant.system,
            at=now,
        )
    return found


@transaction.atomic
def note_overdue(*, now: datetime) -> int:
    """Let the second line and the approvers know of the uses that nobody looked at in time.

    Once a day and use, whoever calls it however often. Return how many there are.
    """
    late = queries.overdue(now=now)
    day = day_in_japan(now)
    for use in late:
        tell(
            "finding",
            kind=Found.UNLOOKED.value,
            key=f"use {use.pk}",
            sentence=f"利用許可 {use.grant.code} の{use.no}回目の利用の結果が、"
            f"期限までに確かめられていません（利用の終わりは {day_in_japan(use.ends_at)}）。",
            subject=use.grant.system,
            at=now,
        )
        request = use.grant.request
        for decision in request.decisions.all() if request else ():
            Notice.objects.get_or_create(
                person=decision.decided_by,
                kind=Told.LOOK_BACK.value,
                about=f"use {use.pk} {day:%Y-%m-%d}",
                defaults={"due_at": now},
            )
    return len(late)


@transaction.atomic
def note_unused(*, since: datetime, until: datetime, now: datetime) -> int:
    """Open a finding for the approvals of `[since, until)` that nobody used; return how many."""
    found = all_unused(since=since, until=until)
    if found:
        tell(
            "finding",
            kind=Found.UNUSED_GRANT.value,
            key=f"{day_in_japan(since):%Y-%m}",
            sentence=f"{day_in_japan(since):%Y年%-m月}に終わった承認のうち、{len(found)}件は一度も"
            "使われていません。求め過ぎがないか、「使われていない承認」で確かめてください。",
            at=now,
        )
    return len(found)
