"""Deliberately wrong variants; each must be caught by the test of the right one."""

from dataclasses import replace
from datetime import timedelta

from sekisho.accounts import lag as lags
from sekisho.accounts import pushes, reconciling
from sekisho.accounts.authenticators import Attested, refusal_to_bind
from sekisho.accounts.pushes import Light, State
from sekisho.accounts.reconciling import Class
from sekisho.accounts.roles import OF_NETWORK_UNIT
from sekisho.accounts.tickets import refusal_to_issue


def by_unit_alone(*, unit_kind, **_):
    """Forgets whose unit it is: the affiliate's compliance office reads the network's logs."""
    return OF_NETWORK_UNIT.get(unit_kind, frozenset())


PERMISSIONS = [by_unit_alone]


def verified_by_what_was_read_before(push, *, seen_at, evidence, now):
    """Takes the reading of before the push for its proof."""
    return pushes.verified(push, seen_at=now, evidence=evidence, now=now)


def verified_without_evidence(push, *, seen_at, evidence, now):
    return pushes.verified(push, seen_at=seen_at, evidence=evidence or "ok", now=now)


def acknowledged_is_enough(push, *, now):
    """Believes the target that answers success and lets the user in."""
    return replace(pushes.acknowledged(push, now=now), state=State.VERIFIED)


def light_that_forgives(push, *, now):
    """Turns green by age."""
    old = now > push.planned_at + timedelta(days=30)
    return Light.GREEN if old else pushes.light(push, now=now)


def closed_is_verified(push, *, evidence):
    return replace(pushes.closed(push, evidence=evidence), state=State.VERIFIED)


def sending_calms_down(push, *, now):
    """A new try takes the red from a push that was escalated."""
    return replace(pushes.sending(push, now=now), state=State.SENT)


PUSHES = [
    verified_by_what_was_read_before,
    verified_without_evidence,
    acknowledged_is_enough,
    light_that_forgives,
    closed_is_verified,
    sending_calms_down,
]


def adopts_orphans(ours, reading):
    """Pushes what is not ours."""
    return [
        replace(one, push=True) if one.kind is Class.ORPHAN else one
        for one in reconciling.reconcile(ours, reading)
    ]


def believes_silence(ours, reading):
    """Takes an account whose target does not say that it is stopped for a stopped one."""
    silent = {one.ext_id for one in reading.accounts if one.enabled is None}
    found = reconciling.reconcile(ours, reading)
    return [one for one in found if one.ext_id not in silent]


def forgets_what_is_over(ours, reading):
    return [one for one in reconciling.reconcile(ours, reading) if one.kind is not Class.LEFTOVER]


RECONCILE = [adopts_orphans, believes_silence, forgets_what_is_over]


def lag_of_what_is_done(movement, *, now):
    """What is not verified counts for nothing."""
    return lags.lag(movement, now=now) if movement.verified else timedelta(0)


def shares_of_what_is_done(movement, *, now):
    return lags.shares(replace(movement, verified=movement.verified or movement.effective), now=now)


LAG = {"lag": lag_of_what_is_done, "shares": shares_of_what_is_done}


def takes_what_the_browser_says(offered, **_):
    """Binds whatever was offered after a ceremony: what the sign-in library does by itself."""
    return


def forgets_that_keys_are_synced(offered, **more):
    """Asks for the maker and the owner, and not whether the key can be copied."""
    return refusal_to_bind(replace(offered, backup_eligible=False, backed_up=False), **more)


def trusts_a_statement_without_its_root(offered, **more):
    """Takes any attestation statement for one of the maker."""
    return refusal_to_bind(replace(offered, attested=Attested.CERTIFIED), **more)


BINDING = [
    takes_what_the_browser_says,
    forgets_that_keys_are_synced,
    trusts_a_statement_without_its_root,
]


def an_officer_may_everything(*, issuer, holder, **more):
    """Forgets that the issuer and the holder may be one."""
    return refusal_to_issue(issuer=replace(issuer, person=0), holder=holder, **more)


ISSUING = [an_officer_may_everything]
