"""What was launched: the handle that opens, what a token may say of it, one's own last launches."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sekisho.accounts.opening import Opens
from sekisho.grants import launching as rule
from sekisho.grants.use import Ask, Permit, is_entitled
from sekisho_web.accounts.models import Account, AppointmentTerm, Person, Session, System
from sekisho_web.accounts.signed_in import viewer_of
from sekisho_web.grants.asking import facts_of
from sekisho_web.grants.models import Launch

OWN = 5  # last launches that a person is shown of themselves


def opened_by_oidc(client_id: str) -> System | None:
    """Return the system that is known by `client_id` and opened so, or None (one query)."""
    if not client_id:
        return None
    return System.objects.filter(
        client_id=client_id, opens_by=Opens.OIDC, state=System.State.IN_USE
    ).first()


def as_rule(launch: Launch) -> rule.Given | None:
    """Return the launch as the rules see it, or None for one that opened nothing."""
    if launch.outcome != Launch.Outcome.OPENED or launch.expires_at is None:
        return None
    return rule.Given(
        system=launch.system,
        session=launch.session_digest,
        device=str(launch.device_id or ""),
        expires_at=launch.expires_at,
        arrived_at=launch.arrived_at,
    )


def arrived(client_id: str, *, now: datetime) -> Sequence[Launch]:
    """Return the launches that have just arrived at the system of a client, the last first.

    A token is made for one of these or for nobody (two queries).
    """
    system = opened_by_oidc(client_id)
    if system is None:
        return ()
    found = (
        Launch.objects.filter(
            system=system.key,
            outcome=Launch.Outcome.OPENED,
            asked_at__gt=now - rule.TOKEN,
            arrived_at__isnull=False,
        )
        .select_related("person", "grant__appointment", "grant__works_for", "grant__account", "use")
        .order_by("-arrived_at", "-pk")
    )
    return [launch for launch in found if _redeems(launch, now=now)]


def _redeems(launch: Launch, *, now: datetime) -> bool:
    refusal = rule.refusal_to_redeem(
        arrived_at=launch.arrived_at, asked_at=launch.asked_at, now=now
    )
    return refusal is None


def still_may(launch: Launch, *, now: datetime) -> bool:
    """Return whether what a launch rests on still holds: the session, the use, post and grant."""
    grant = launch.grant
    if grant is None or not is_running(launch, now=now):
        return False
    facts = facts_of(launch.person_id, launch.system, at=now)
    asks = (
        Ask(
            person=facts.person,
            hat=str(grant.appointment_id),
            account=account.code,
            system=launch.system,
            purpose=grant.purpose,
            relief=grant.emergency.code if grant.emergency else None,
        )
        for account in facts.accounts
    )
    return any(isinstance(is_entitled(facts, ask, at=now), Permit) for ask in asks)


def is_running(launch: Launch, *, now: datetime) -> bool:
    """Return whether the session of a launch is open in that hat, and its use, if counted, runs."""
    if launch.use is not None and not launch.use.began_at <= now < launch.use.ends_at:
        return False
    return Session.objects.filter(
        session_key=launch.session_digest,
        person=launch.person_id,
        hat=launch.grant.appointment_id if launch.grant else None,
        expire_date__gt=now,
    ).exists()


def claims(launch: Launch, *, now: datetime) -> Mapping[str, Any]:
    """Return what a system is told of who comes by `launch`. Nobody's name stands in it.

    The ID is the one that the system itself gave; what it knows more, it knows by that.
    """
    grant = launch.grant
    if grant is None:
        return {}
    post = (
        AppointmentTerm.objects.in_force(now=now)
        .filter(appointment=grant.appointment_id)
        .select_related("unit__company")
        .first()
    )
    viewer = viewer_of(post) if post else None
    account = grant.account or (
        Account.objects.filter(
            person=launch.person_id, system__key=launch.system, works_for=grant.works_for_id
        )
        .order_by("closed_at", "pk")
        .first()
    )
    ends = [grant.valid_to, *([launch.use.ends_at] if launch.use else [])]
    said = {
        "sekisho_account": account.code if account else None,
        "sekisho_company": grant.works_for.code,
        "sekisho_hat": viewer.name if viewer else None,
        "sekisho_purpose": grant.purpose,
        "sekisho_role": grant.role or None,
        "sekisho_grant": grant.code,
        "sekisho_use": launch.use.no if launch.use else None,
        "sekisho_until": int(min(ends).timestamp()),
    }
    return {name: value for name, value in said.items() if value is not None}


def own_last(person: Person) -> Sequence[Launch]:
    """Return the last launches of `person`, refused ones too, the newest first (one query)."""
    return list(
        Launch.objects.filter(person=person)
        .select_related("device__site", "grant")
        .order_by("-asked_at", "-pk")[:OWN]
    )
