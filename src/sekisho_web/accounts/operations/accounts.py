"""From a request to an ID, and to its end: asked for, decided, issued, let live again, closed.

Whether it may live meanwhile is no state of a row: `sekisho.accounts.life` works it out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from sekisho.accounts import issuing
from sekisho.accounts.life import State, standing
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Account,
    AccountRequest,
    Appointment,
    AppointmentTerm,
    Hold,
    Person,
    SignIn,
    System,
)
from sekisho_web.accounts.operations import pushes, sessions
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.operations.stopping import lift, suspend
from sekisho_web.accounts.queries import issuing as facts
from sekisho_web.accounts.queries.wanted import lives_of
from sekisho_web.ledger import operations as ledger


class CannotIssue(Refused):
    """The request is not made, decided or issued."""


class CannotResume(Refused):
    """The ID does not live again."""


class CannotClose(Refused):
    """The ID is not closed."""


TAKEN = Refusal(
    reason="このIDの名前は、前に使われています", remedy="IDは使い回せません。別の名前にしてください"
)
DOUBLE = Refusal(
    reason="同じ人と業務のIDまたは申請が、ほかにあります",
    remedy="一覧を開き直し、いまあるものを確かめてください",
)


@transaction.atomic
def ask_for_account(
    *,
    system: System,
    term: AppointmentTerm,
    phone: str,
    mail: str,
    purpose: str,
    roles: Sequence[str] = (),
    by: Person,
    now: datetime,
) -> AccountRequest:
    """Ask for an ID of the person of `term` in `system`, and return the request.

    Raises CannotIssue where the rule refuses (own request, no office, not eligible, silence …).
    """
    candidate = facts.candidate_of(term, phone=phone, mail=mail, purpose=purpose, now=now)
    refusal = issuing.refusal_to_ask(
        facts.system_as_rule(system),
        candidate,
        facts.circumstances(term.person, employer=term.unit.company_id, now=now),
        by=str(by.pk),
        at=now,
    )
    if refusal:
        raise CannotIssue(refusal)
    try:
        with transaction.atomic():
            asked = AccountRequest.objects.create(
                system=system,
                person=term.person,
                appointment=term.appointment,
                works_for=term.appointment.works_for,
                unit=term.unit,
                phone=phone,
                mail=mail,
                purpose=purpose,
                roles=list(roles),
                asked_by=by,
                asked_at=now,
            )
    except IntegrityError as error:
        raise CannotIssue(DOUBLE) from error
    _enter("IDの申請", asked, by=by, now=now, system=system.key)
    return asked


@transaction.atomic
def decide_request(
    *, request: AccountRequest, approves: bool, reason: str = "", by: Person, now: datetime
) -> AccountRequest:
    """Approve or deny `request`, enter it, and return it. Raises CannotIssue where refused."""
    request = _waiting(request)
    refusal = issuing.refusal_to_decide(
        facts.system_as_rule(request.system),
        person=str(request.person_id),
        asked_by=str(request.asked_by_id),
        by=str(by.pk),
        works_for=request.works_for.code,
        at=now,
    )
    if refusal is None and approves:
        refusal = _refusal_to_issue(request, now=now)
    if refusal is None and not approves and not reason.strip():
        refusal = Refusal(reason="却下の理由がありません", remedy="理由を書いてください")
    if refusal:
        raise CannotIssue(refusal)
    request.verdict = AccountRequest.Verdict.APPROVED if approves else AccountRequest.Verdict.DENIED
    request.decided_by, request.decided_at, request.reason = by, now, reason
    request.save(update_fields=["verdict", "decided_by", "decided_at", "reason"])
    act = "IDの申請の承認" if approves else "IDの申請の却下"
    _enter(act, request, by=by, now=now, system=request.system_id)
    return request


@transaction.atomic
def withdraw_request(*, request: AccountRequest, by: Person, now: datetime) -> AccountRequest:
    """Take `request` back; only who asked may."""
    request = _waiting(request)
    if request.asked_by_id != by.pk:
        raise CannotIssue(
            Refusal(
                reason="取り下げられるのは、申請した人だけです",
                remedy="申請した人に頼むか、却下してください",
            )
        )
    request.verdict = AccountRequest.Verdict.WITHDRAWN
    request.decided_by, request.decided_at = by, now
    request.save(update_fields=["verdict", "decided_by", "decided_at"])
    _enter("IDの申請の取下げ", request, by=by, now=now, system=request.system_id)
    return request


@transaction.atomic
def issue(*, request: AccountRequest, code: str, by: Person, now: datetime) -> Account:
    """Issue the ID `code` on an approved request, and return it.

    What was true at the approval is asked once more: a post may have ended since. Who issues is
    an officer of the owner in post, and not the holder.
    """
    request = _locked(request)
    if request.verdict != AccountRequest.Verdict.APPROVED or hasattr(request, "account"):
        raise CannotIssue(
            Refusal(
                reason="承認されて発行を待つ申請ではありません", remedy="一覧を開き直してください"
            )
        )
    refusal = issuing.refusal_to_decide(
        facts.system_as_rule(request.system),
        person=str(request.person_id),
        asked_by=str(request.asked_by_id),
        by=str(by.pk),
        works_for=request.works_for.code,
        at=now,
    ) or _refusal_to_issue(request, now=now)
    if refusal:
        raise CannotIssue(refusal)
    if Account.objects.filter(system=request.system, code=code).exists():
        raise CannotIssue(TAKEN)
    try:
        with transaction.atomic():
            account = Account.objects.create(
                code=code,
                person=request.person,
                system=request.system,
                works_for=request.works_for,
                appointment=request.appointment,
                request=request,
                roles=request.roles,
                registered_at=now,
                issued_at=now,
            )
    except IntegrityError as error:
        raise CannotIssue(DOUBLE) from error
    pushes.plan_for(account, because="IDの発行", now=now)
    _enter("IDの発行", account, by=by, now=now, system=request.system_id)
    return account


@transaction.atomic
def resume(*, account: Account, purpose: str, by: Person, now: datetime) -> Account:
    """Let a dormant or moved ID live again, with a purpose; return it.

    It counts as a new issue: silence is counted from now. Of one whose post has ended, the post
    in force takes its place. Other stops stand. Only an officer of the owner may, never the holder.
    """
    account = _open(account)
    state = standing(lives_of([account])[account.pk], now).state
    if refusal := refusal_to_resume(account, state=state, purpose=purpose, by=by, now=now):
        raise CannotResume(refusal)
    if state is State.MOVED:
        account.appointment = _new_post(account, now=now)
        account.save(update_fields=["appointment"])
    for reason in (Hold.Reason.DORMANT, Hold.Reason.TRANSFER):
        hold = Hold.objects.filter(account=account, reason=reason, ends_at=None).first()
        if hold is None and reason == Hold.Reason.DORMANT:
            # silence has stopped it without a row; the row comes first, so that its end is known
            before = now - timedelta(microseconds=1)
            hold = suspend(target=account, reason=reason, by=None, now=before, note="未使用")
        if hold is not None:
            lift(hold=hold, by=by, now=now, note=purpose)
    _enter("IDの再開", account, by=by, now=now, system=account.system_id, purpose=purpose)
    return account


def refusal_to_resume(
    account: Account, *, state: State, purpose: str, by: Person, now: datetime
) -> Refusal | None:
    """Return why `by` may not let `account` live again, or None where they may."""
    if account.person_id == by.pk:
        return Refusal(
            reason="自分のIDは再開できません",
            remedy="ほかのシステム管理責任者に頼んでください",
        )
    refusal = issuing.refusal_to_decide(
        facts.system_as_rule(account.system),
        person=str(account.person_id),
        asked_by="",
        by=str(by.pk),
        works_for=account.works_for.code,
        at=now,
    )
    if refusal:
        return refusal
    if state not in (State.DORMANT, State.MOVED, State.STOPPED):
        return Refusal(
            reason=f"いまは{state}で、再開するものがありません",
            remedy="状態と理由を確かめてください",
        )
    if state is State.MOVED and _new_post(account, now=now) is None:
        return Refusal(
            reason="同じ会社の業務の発令が、いま有効ではありません",
            remedy="新しい発令が届いてから再開してください",
        )
    if not purpose.strip():
        return Refusal(reason="使う目的がありません", remedy="何のために使うかを書いてください")
    return None


@transaction.atomic
def close(*, account: Account, reason: str, by: Person, now: datetime) -> Account:
    """Close `account` for ever and return it. Its name is never given to anybody else."""
    account = _open(account)
    refusal = refusal_to_close(account, reason=reason, by=by, now=now)
    if refusal:
        raise CannotClose(refusal)
    account.closed_at = now
    account.save(update_fields=["closed_at"])
    if account.person_id is not None:
        sessions.end_sessions(person=account.person_id, because=SignIn.End.STOPPED, now=now)
    pushes.plan_for(account, because="IDの廃止", now=now)
    ledger.append(
        kind=Kind.ACCOUNT_STOP,
        actor=by,
        subject=account,
        at=now,
        details={"act": "IDの廃止", "system": account.system_id, "reason": reason},
    )
    return account


def refusal_to_close(account: Account, *, reason: str, by: Person, now: datetime) -> Refusal | None:
    """Return why `by` may not close `account`, or None where they may."""
    if account.closed_at is not None:
        return Refusal(reason="このIDは廃止されています", remedy="一覧を開き直してください")
    refusal = issuing.refusal_to_decide(
        facts.system_as_rule(account.system),
        person=str(account.person_id or ""),
        asked_by="",
        by=str(by.pk),
        works_for=account.works_for.code,
        at=now,
    )
    if refusal:
        return refusal
    if not reason.strip():
        return Refusal(reason="廃止の理由がありません", remedy="理由を書いてください")
    return None


def _refusal_to_issue(request: AccountRequest, *, now: datetime) -> Refusal | None:
    term = (
        AppointmentTerm.objects.in_force(now=now)
        .select_related("person", "unit__company", "appointment__works_for")
        .filter(appointment=request.appointment_id)
        .first()
    )
    if term is None:
        return Refusal(reason="発令がいま有効ではありません", remedy="申請を出し直してください")
    candidate = facts.candidate_of(
        term, phone=request.phone, mail=request.mail, purpose=request.purpose, now=now
    )
    return issuing.refusal_to_issue(
        facts.system_as_rule(request.system),
        candidate,
        facts.circumstances(term.person, employer=term.unit.company_id, now=now, but=request),
        at=now,
    )


def _new_post(account: Account, *, now: datetime) -> Appointment | None:
    """Return the appointment in force of the same person for the same company, the main first."""
    terms = (
        AppointmentTerm.objects.in_force(now=now)
        .filter(person=account.person_id, appointment__works_for=account.works_for_id)
        .select_related("appointment")
    )
    ordered = sorted(terms, key=lambda t: (t.appointment.kind != Appointment.Kind.MAIN, t.pk))
    return ordered[0].appointment if ordered else None


def _locked(request: AccountRequest) -> AccountRequest:
    return (
        AccountRequest.objects.select_for_update(of=("self",))
        .select_related("system__owner", "person", "works_for", "appointment")
        .get(pk=request.pk)
    )


def _waiting(request: AccountRequest) -> AccountRequest:
    request = _locked(request)
    if request.verdict:
        raise CannotIssue(
            Refusal(
                reason=f"この申請は{request.get_verdict_display()}になっています",
                remedy="一覧を開き直してください",
            )
        )
    return request


def _open(account: Account) -> Account:
    return (
        Account.objects.select_for_update(of=("self",))
        .select_related("system__owner", "person", "works_for")
        .get(pk=account.pk)
    )


def _enter(
    act: str, subject: AccountRequest | Account, *, by: Person, now: datetime, **details: str
) -> None:
    ledger.append(
        kind=Kind.CONFIG_CHANGE, actor=by, subject=subject, at=now, details={"act": act, **details}
    )
