"""To end a use, and to revoke a grant: either only closes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from sekisho.grants import uses as rule
from sekisho.ledger.leaves import Kind
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import Officer, Person, in_force, period
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import Grant, Use
from sekisho_web.grants.queries.grants import as_rule, systems_of
from sekisho_web.ledger import operations as ledger

SHORTEST = timedelta(microseconds=1)


class CannotEnd(Refused):
    """The use or the grant goes on as it was."""


@transaction.atomic
def end_use(*, use: Use, by: Person, now: datetime) -> Use:
    """End a use that `by` makes, now, and return it. Raise CannotEnd where it is not theirs."""
    use = Use.objects.select_for_update(of=("self",)).get(pk=use.pk)
    runs = Period(starts=use.began_at, ends=use.ends_at)
    if refusal := rule.refusal_to_end(runs, person=str(use.person_id), by=str(by.pk), at=now):
        raise CannotEnd(refusal)
    cut(use, why=Use.End.PERSON, now=now)
    ledger.append(
        kind=Kind.GRANT_CLOSE,
        actor=by,
        subject=use,
        at=now,
        details={"act": "利用終了", "grant": use.grant.code, "no": use.no},
    )
    return use


@transaction.atomic
def revoke(*, grant: Grant, by: Person, hat: Hat, reason: str, now: datetime) -> Grant:
    """Revoke `grant` with a reason, end the use that runs under it, and return it.

    hat: that `by` wears now. Raise CannotEnd where they may not, or where it is over.
    """
    grant = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if refusal := rule.refusal_to_revoke(
        as_rule(grant), by=revoker(by, hat, grant.system, now=now), reason=reason, at=now
    ):
        raise CannotEnd(refusal)
    grant.revoked_at = now
    grant.revoked_by = by
    grant.revoked_for = reason.strip()
    grant.save(update_fields=["revoked_at", "revoked_by", "revoked_for"])
    cut_uses(Use.objects.filter(grant=grant), why=Use.End.REVOKED, now=now)
    ledger.append(
        kind=Kind.GRANT_CLOSE,
        actor=by,
        subject=grant,
        at=now,
        details={
            "act": "利用許可の取消し",
            "system": grant.system,
            "purpose": grant.purpose,
            "reason": grant.revoked_for,
        },
    )
    return grant


def revoker(person: Person, hat: Hat, system: str, *, now: datetime) -> rule.Revoker:
    """Return what the rule asks of who wants to revoke a grant of `system` (two queries)."""
    offices = Officer.objects.filter(in_force(now), system__key=system, appointment=hat.post)
    return rule.Revoker(
        person=str(person.pk),
        line=hat.line,
        is_owner=systems_of(hat, now=now).filter(key=system).exists(),
        answers_for=offices.exists(),
    )


def cut_uses(uses: QuerySet[Use], *, why: str, now: datetime) -> int:
    """End every use of `uses` that runs, now, and return how many did."""
    running = list(uses.select_for_update(of=("self",)).filter(during__contains=now).order_by("pk"))
    for use in running:
        cut(use, why=why, now=now)
        ledger.append(
            kind=Kind.GRANT_CLOSE,
            actor=None,
            subject=use,
            at=now,
            details={
                "act": "利用終了",
                "why": str(Use.End(why).label),
                "grant": use.grant.code,
                "no": use.no,
            },
        )
    return len(running)


def cut(use: Use, *, why: str, now: datetime) -> None:
    """End `use` at `now`. A use of no length would be none: it lasts a microsecond."""
    ends = max(now, use.began_at + SHORTEST)
    use.during = period(use.began_at, ends)
    use.ended_why = why
    use.save(update_fields=["during", "ended_why"])
    use.refresh_from_db(fields=["during", "began_at", "ends_at"])
