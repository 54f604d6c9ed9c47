"""To launch (起動), and to arrive: the record exists before anything opens."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from sekisho.campaigns.findings import Kind as Found
from sekisho.grants import launching as rule
from sekisho.grants.refusals import NO_DEVICE
from sekisho.grants.use import Permit
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, System
from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import Grant, Launch, Use
from sekisho_web.grants.queries.launches import as_rule
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Device

BYTES = 32
MOST = 200  # letters of a reason that a launch keeps


@transaction.atomic
def launch(
    *,
    person: Person,
    system: System,
    answer: Permit | Refusal,
    device: Device | None,
    session: str,
    now: datetime,
) -> tuple[Launch, str]:
    """Record that `person` opens `system`, or is refused, and return the launch and its handle.

    answer:  of `may_use`, asked in this transaction. A refusal is recorded like an opening; its
             handle is empty.
    session: digest of the session; the handle works in no other, and at no other terminal.
    """
    refusal = answer if isinstance(answer, Refusal) else None
    if refusal is None and device is None:
        refusal = NO_DEVICE
    grant = None if isinstance(answer, Refusal) else Grant.objects.get(pk=int(answer.grant))
    handle = "" if refusal else secrets.token_urlsafe(BYTES)
    row = Launch.objects.create(
        person=person,
        system=system.key,
        grant=grant,
        use=_running(grant, person, now=now) if grant else None,
        device=device,
        session_digest=session,
        handle_digest=digest(handle) if handle else "",
        outcome=Launch.Outcome.REFUSED if refusal else Launch.Outcome.OPENED,
        reason=str(refusal or "")[:MOST],
        asked_at=now,
        expires_at=None if refusal else now + rule.LASTS,
    )
    _enter("起動" if refusal is None else "起動の拒否", row, by=person, now=now)
    return row, handle


@transaction.atomic
def arrive(
    *,
    person: Person,
    system: System,
    handle: str | None,
    device: Device | None,
    session: str,
    answer: Permit | Refusal,
    now: datetime,
) -> Launch | Refusal:
    """Let `person` in at `system` by a launch of theirs, once, or say why not.

    handle: as it was given out; None where the system comes by a protocol that knows none, and
            the last launch of this session that has not arrived is meant.
    answer: of `may_use`, asked once more in this transaction.

    Whoever comes without a launch is a finding: there is no other way in.
    """
    row = _given(person, system, handle=handle, session=session, device=device)
    refusal = rule.refusal_to_arrive(
        as_rule(row) if row else None,
        system=system.key,
        session=session,
        device=str(device.pk) if device else "",
        now=now,
    )
    if refusal is not None:
        note_stranger(person=person, system=system, refusal=refusal, device=device, now=now)
        return refusal
    if row is None:  # the rule has refused already
        return rule.NO_HANDLE
    if isinstance(answer, Refusal):
        return answer
    row.arrived_at = now
    row.save(update_fields=["arrived_at"])
    _enter("到着", row, by=person, now=now)
    return row


@transaction.atomic
def note_stranger(
    *,
    person: Person,
    system: System,
    refusal: Refusal,
    device: Device | None,
    now: datetime,
) -> None:
    """Enter that somebody came to `system` past the launcher; a minute too late is no finding."""
    row = Launch.objects.create(
        person=person,
        system=system.key,
        device=device,
        outcome=Launch.Outcome.REFUSED,
        reason=str(refusal)[:MOST],
        asked_at=now,
    )
    _enter("起動ページを通らない到着", row, by=person, now=now)
    if refusal != rule.OVER:
        day = day_in_japan(now)
        tell(
            "finding",
            kind=Found.NO_HANDLE.value,
            key=f"{system.key} {person.pk} {day:%Y-%m-%d}",
            sentence=f"「{system.name}」に、起動ページを通らない到着がありました（{day:%Y-%m-%d}）。"
            "だれがどの端末から来たかは、台帳にあります。",
            subject=system.key,
            at=now,
        )


def digest(handle: str) -> str:
    """Return what the table keeps of a handle: who reads the table can open nothing with it."""
    return sha256(handle.encode()).hexdigest()


def _given(
    person: Person, system: System, *, handle: str | None, session: str, device: Device | None
) -> Launch | None:
    """Return the launch that is meant, locked: by its handle, or the last of this session."""
    found = Launch.objects.select_for_update(of=("self",)).filter(
        person=person, system=system.key, outcome=Launch.Outcome.OPENED
    )
    if handle is not None:
        return found.filter(handle_digest=digest(handle)).first()
    here = found.filter(session_digest=session, device=device).order_by("-asked_at", "-pk")
    return here.filter(arrived_at=None).first() or here.first()


def _running(grant: Grant, person: Person, *, now: datetime) -> Use | None:
    return Use.objects.filter(grant=grant, person=person, during__contains=now).first()


def _enter(act: str, row: Launch, *, by: Person, now: datetime) -> None:
    ledger.append(
        kind=Kind.GRANT_OPEN,
        actor=by,
        subject=row,
        at=now,
        details={
            "act": act,
            "system": row.system,
            "grant": row.grant.code if row.grant else None,
            "use": row.use.no if row.use else None,
            "device": row.device.number if row.device else None,
            "refused": row.reason or None,
        },
    )
