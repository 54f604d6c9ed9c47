"""What happens to engagements (委託): prepared, checked by another, in force, cleared up."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from sekisho.campaigns.findings import Kind as Found
from sekisho.grants import engagements as rule
from sekisho.ledger.leaves import Kind
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Account,
    Appointment,
    AppointmentTerm,
    Company,
    Person,
    SignIn,
    period,
)
from sekisho_web.accounts.operations import pushes, sessions
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import (
    Engagement,
    EngagementAnswer,
    EngagementTerm,
    EngagementWorker,
    Grant,
)
from sekisho_web.grants.queries import engagements as queries
from sekisho_web.ledger import operations as ledger

SHORTEST_REASON = 4
SHORTEST = timedelta(microseconds=1)  # what has no length would lie in no period


class CannotEngage(Refused):
    """Nothing was changed."""


@transaction.atomic
def prepare(
    *,
    entruster: Company,
    contractor: Company,
    work: str,
    basis: str,
    item_classes: Sequence[str],
    systems: Sequence[str],
    sites: Sequence[str] = (),
    serves_both: bool,
    owner: Appointment,
    starts: datetime,
    ends: datetime,
    parent: Engagement | None = None,
    by: Person,
    now: datetime,
) -> Engagement:
    """Write down an engagement and return it. It opens nothing before it was checked."""
    if ends <= starts or ends <= now:
        raise CannotEngage(
            Refusal(
                reason="期間が終わっているか、逆です", remedy="開始と終了の日を確かめてください"
            )
        )
    row = Engagement.objects.create(
        code="?",
        entruster=entruster,
        contractor=contractor,
        parent=parent,
        work=work.strip(),
        basis=basis.strip(),
        item_classes=list(item_classes),
        systems=list(systems),
        sites=list(sites),
        serves_both=serves_both,
        owner=owner,
        subcontract_approved_by=by if parent is not None else None,
        prepared_by=by,
        prepared_at=now,
    )
    row.code = f"C{now:%y}-{row.pk:05d}"
    row.save(update_fields=["code"])
    EngagementTerm.objects.create(engagement=row, valid=period(starts, ends))
    _enter("委託の準備", row, by=by, now=now, work=row.work, contractor=contractor.code)
    return row


@transaction.atomic
def answer(
    *,
    engagement: Engagement,
    item: str,
    verdict: rule.Answer,
    evidence: str,
    by: Person,
    now: datetime,
) -> EngagementAnswer:
    """Answer one line of the check. A yes names its evidence; earlier answers stay.

    A gate that is answered otherwise while the work runs suspends it in that instant.
    """
    row = _locked(engagement)
    known = {one.code: one for one in queries.checklist()}
    if item not in known or row.closed_at is not None:
        raise CannotEngage(
            Refusal(reason="答えられる項目ではありません", remedy="一覧を開き直してください")
        )
    if verdict is rule.Answer.YES and not evidence.strip():
        raise CannotEngage(
            Refusal(reason="証拠が書かれていません", remedy="文書の番号か置き場所を書いてください")
        )
    written = EngagementAnswer.objects.create(
        engagement=row,
        item=item,
        verdict=verdict.value,
        evidence=evidence.strip(),
        answered_by=by,
        answered_at=now,
    )
    _enter("委託先点検の答え", row, by=by, now=now, item=item, verdict=verdict.value)
    falls = known[item].stops and known[item].phase in rule.BEFORE
    runs = rule.state_of(queries.as_rule(row), now) in (rule.State.IN_FORCE, rule.State.CHECKED)
    if falls and runs and verdict is not rule.Answer.YES:
        suspend(
            engagement=row, reason=f"点検の関門（{item}）が「はい」でなくなった", by=by, now=now
        )
    return written


@transaction.atomic
def begin(*, engagement: Engagement, by: Person, now: datetime) -> Engagement:
    """Put an engagement in force: somebody else than who prepared it has checked it."""
    row = _locked(engagement)
    refusal = rule.refusal_to_begin(
        queries.as_rule(row),
        queries.checklist(),
        queries.verdicts(row),
        checked_by=str(by.pk),
        at=now,
    )
    if refusal:
        raise CannotEngage(refusal)
    row.checked_by, row.checked_at = by, now
    row.save(update_fields=["checked_by", "checked_at"])
    _enter("委託の点検", row, by=by, now=now)
    return row


@transaction.atomic
def put_on_roster(
    *, engagement: Engagement, term: AppointmentTerm, ends: datetime, by: Person, now: datetime
) -> EngagementWorker:
    """Put somebody on the roster until `ends`, with the ID they have for this work, if any."""
    row = _locked(engagement)
    work = Period(starts=max(now, *(one.valid.lower for one in row.terms.all())), ends=ends)
    refusal = rule.refusal_of_worker(
        queries.as_rule(row),
        period=work,
        works_for=term.appointment.works_for.code,
        others=queries.elsewhere(term.person, period=work, but=row),
        at=now,
    )
    if refusal:
        raise CannotEngage(refusal)
    worker = EngagementWorker.objects.create(
        engagement=row,
        person=term.person,
        appointment=term.appointment,
        account=queries.accounts_of(term.person, row).first(),
        valid=period(work.starts, work.ends),
    )
    _enter("作業者名簿への登録", row, by=by, now=now, worker=term.person.code)
    return worker


@transaction.atomic
def take_off_roster(*, worker: EngagementWorker, by: Person, now: datetime) -> None:
    """Let somebody leave the roster now: the post opens nothing from this instant on."""
    worker = EngagementWorker.objects.select_for_update(of=("self",)).get(pk=worker.pk)
    if worker.valid_to <= now:
        raise CannotEngage(
            Refusal(reason="もう名簿から外れています", remedy="一覧を開き直してください")
        )
    _cut([worker], now=now)
    _enter("作業者名簿からの抹消", worker.engagement, by=by, now=now, worker=worker.person.code)


@transaction.atomic
def suspend(*, engagement: Engagement, reason: str, by: Person, now: datetime) -> Engagement:
    """Suspend an engagement: its workers open nothing, and their sessions end."""
    row = _locked(engagement)
    if len(reason.strip()) < SHORTEST_REASON:
        raise CannotEngage(
            Refusal(reason="止める理由が書かれていません", remedy="何が足りないかを書いてください")
        )
    if row.suspended_at is None:
        row.suspended_at, row.suspended_for = now, reason.strip()
        row.save(update_fields=["suspended_at", "suspended_for"])
        _end_sessions(row, now=now)
        _enter("委託の停止", row, by=by, now=now, reason=row.suspended_for)
    return row


@transaction.atomic
def resume(*, engagement: Engagement, by: Person, now: datetime) -> Engagement:
    """Let a suspended engagement go on: every gate stands again, and another than who stopped."""
    row = _locked(engagement)
    if row.suspended_at is None:
        raise CannotEngage(
            Refusal(reason="この委託は止まっていません", remedy="一覧を開き直してください")
        )
    if by.pk == row.prepared_by_id:
        raise CannotEngage(
            Refusal(
                reason="準備した人は、自分の委託を再開できません",
                remedy="点検した人か行為規制担当に依頼してください",
            )
        )
    if blocked := rule.stops(queries.checklist(), queries.verdicts(row)):
        raise CannotEngage(
            Refusal(
                reason=f"点検の関門が残っています（{blocked[0].code} {blocked[0].words}）",
                remedy=blocked[0].condition,
            )
        )
    row.suspended_at, row.suspended_for = None, ""
    row.save(update_fields=["suspended_at", "suspended_for"])
    _enter("委託の再開", row, by=by, now=now)
    return row


@transaction.atomic
def begin_ending(*, engagement: Engagement, by: Person, now: datetime) -> Engagement:
    """Begin to clear up: the roster ends, grants and IDs of this work end, targets are told."""
    row = _locked(engagement)
    if row.ending_at is not None or row.closed_at is not None:
        raise CannotEngage(
            Refusal(reason="もう終了の手続に入っています", remedy="一覧を開き直してください")
        )
    row.ending_at = now
    row.save(update_fields=["ending_at"])
    workers = list(row.workers.select_related("account", "person"))
    _end_sessions(row, now=now)
    _cut([one for one in workers if one.valid_to > now], now=now)
    for worker in workers:
        account = worker.account
        if account is not None and account.closed_at is None:
            _close(account, because=f"委託の終了（{row.code}）", by=by, now=now)
    _enter("委託の後始末の開始", row, by=by, now=now)
    return row


@transaction.atomic
def close(*, engagement: Engagement, by: Person, now: datetime) -> Engagement:
    """Close what was cleared up. Raises CannotEngage while anything is out."""
    row = _locked(engagement)
    refusal = rule.refusal_to_close(
        queries.as_rule(row),
        queries.checklist(),
        queries.verdicts(row),
        queries.left(row),
        at=now,
    )
    if refusal:
        raise CannotEngage(refusal)
    row.closed_at, row.closed_by = now, by
    row.save(update_fields=["closed_at", "closed_by"])
    _enter("委託の終了", row, by=by, now=now)
    return row


def watch(*, now: datetime) -> int:
    """Open a finding for each engagement that is not cleared up in time, and return how many."""
    rows = Engagement.objects.filter(closed_at=None).select_related("entruster", "contractor")
    late = [row for row in rows if rule.is_late(queries.as_rule(row), now)]
    for row in late:
        tell(
            "finding",
            kind=Found.ENGAGEMENT_OPEN.value,
            key=row.code,
            sentence=f"委託 {row.code} の後始末が{rule.CLOSING_DAYS}日を過ぎても終わりません。",
            subject=row.code,
            at=now,
        )
    return len(late)


def _locked(engagement: Engagement) -> Engagement:
    Engagement.objects.select_for_update(of=("self",)).get(pk=engagement.pk)
    return Engagement.objects.select_related(
        "entruster", "contractor", "parent", "prepared_by"
    ).get(pk=engagement.pk)


def _cut(workers: Sequence[EngagementWorker], *, now: datetime) -> None:
    """End the lines of the roster, and the grants that rest on their posts."""
    for worker in workers:
        worker.valid = period(worker.valid.lower, max(now, worker.valid.lower + SHORTEST))
        worker.save(update_fields=["valid"])
    Grant.objects.filter(
        appointment__in=[one.appointment_id for one in workers], revoked_at=None, valid_to__gt=now
    ).update(revoked_at=now, revoked_for="委託の名簿から外れた")


def _close(account: Account, *, because: str, by: Person, now: datetime) -> None:
    account.closed_at = now
    account.save(update_fields=["closed_at"])
    pushes.plan_for(account, because=because, now=now)
    ledger.append(
        kind=Kind.ACCOUNT_STOP, actor=by, subject=account, at=now, details={"reason": because}
    )


def _end_sessions(row: Engagement, *, now: datetime) -> None:
    for person in sorted(set(row.workers.values_list("person_id", flat=True))):
        sessions.end_sessions(person=person, because=SignIn.End.STOPPED, now=now)


def _enter(act: str, row: Engagement, *, by: Person, now: datetime, **more: str) -> None:
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=row,
        at=now,
        details={"act": act, "engagement": row.code, **more},
    )
