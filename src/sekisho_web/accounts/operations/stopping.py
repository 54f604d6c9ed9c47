"""The one way to stop something (停止), and the way to let it go on.

Files of personnel, SCIM, pages, the API, silence at a deadline: all of them call `suspend`, and
nothing else writes a hold. What was stopped has no session left when the transaction ends; to
lift a hold brings none back, restores no grant, and always asks for a fresh sign-in.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction

from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import Account, Authenticator, Hold, Person, SignIn
from sekisho_web.accounts.operations import pushes, sessions
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger


@transaction.atomic
def suspend(
    *,
    target: models.Model,
    reason: Hold.Reason,
    by: Person | None,
    now: datetime,
    note: str = "",
    line: int | None = None,
) -> Hold:
    """Stop `target` for `reason` and return its hold; an open one for the same reason stands.

    target: a person, account, authenticator, device or grant.
    by:     None: a rule or a feed did it, no person.
    line:   of the post that `by` wears (1 to 3).
    """
    name = target._meta.model_name or ""
    type(target)._default_manager.select_for_update().get(pk=target.pk)
    if hold := Hold.objects.filter(**{name: target}, reason=reason, ends_at=None).first():
        end_what_rests_on(hold)  # a session may have begun before the stop was seen
        return hold
    hold = Hold.objects.create(
        **{name: target},
        reason=reason,
        placed_by=by,
        placed_line=line,
        note=note,
        starts_at=now,
    )
    end_what_rests_on(hold)
    pushes.plan_all(accounts_of(hold), because=f"停止（{hold.get_reason_display()}）", now=now)
    tell("stopped", hold=hold)
    ledger.append(
        kind=Kind.ACCOUNT_STOP,
        actor=by,
        subject=target,
        at=now,
        details={"reason": str(reason), "target": name},
    )
    return hold


@transaction.atomic
def lift(*, hold: Hold, by: Person | None, now: datetime, note: str = "") -> Hold:
    """End `hold`. No session comes back: the person signs in anew. Who may is asked before."""
    hold.ends_at = now
    hold.lifted_by = by
    hold.lift_note = note
    hold.save(update_fields=["ends_at", "lifted_by", "lift_note"])
    pushes.plan_all(accounts_of(hold), because="停止の解除", now=now)
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=hold, at=now,
                  details={"act": "停止の解除"})  # fmt: skip
    return hold


def end_what_rests_on(hold: Hold) -> None:
    """Delete every session that what is held carries; a person's cookies never come back."""
    if person := person_stopped_by(hold):
        sessions.end_sessions(person=person, because=SignIn.End.STOPPED, now=hold.starts_at)
    if hold.device_id is not None:
        number = Hold.objects.values_list("device__number", flat=True).get(pk=hold.pk)
        sessions.end_sessions_on(device=str(number), because=SignIn.End.STOPPED, now=hold.starts_at)


def person_stopped_by(hold: Hold) -> int | None:
    """Return the key of the person whose sessions end with `hold`, or None (a device)."""
    if hold.person_id is not None:
        return hold.person_id
    if hold.account_id is not None:
        return Account.objects.values_list("person_id", flat=True).get(pk=hold.account_id)
    if hold.authenticator_id is not None:
        found = Authenticator.objects.filter(pk=hold.authenticator_id)
        return found.values_list("person_id", flat=True).get()
    if hold.grant_id is not None:
        return Hold.objects.values_list("grant__person_id", flat=True).get(pk=hold.pk)
    return None


def accounts_of(hold: Hold) -> Sequence[Account]:
    """Return the open accounts that `hold` stops in other systems."""
    if hold.account_id is not None:
        return list(Account.objects.filter(pk=hold.account_id, closed_at=None))
    if hold.person_id is not None:
        open_ones = Account.objects.filter(person=hold.person_id, closed_at=None)
        return list(open_ones.order_by("pk"))
    return ()
