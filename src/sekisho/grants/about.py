"""What an ask of `may_use` is about: the post, the ID, the terminal, the one grant, the holds."""

from collections.abc import Iterator
from datetime import datetime

from sekisho.campaigns import pledges
from sekisho.grants.facts import Account, Ask, Device, Facts, Grant, Hold, Post, Target, Use

# A standing grant is used while there is one; an approval for one use is not spent beside it.
ORDER = ("standing", "dual", "period", "per_use")
CONTRACTOR, RELIEF = "contractor", "disaster_relief"  # templates of pledges


def post_of(facts: Facts, ask: Ask, at: datetime) -> Post | None:
    for post in facts.posts:
        if post.appointment == ask.hat and post.period.holds(at):
            return post
    return None


def engagement_of(post: Post, at: datetime) -> str | None:
    """Return the engagement for which the work of `post` is done at `at`."""
    return next((one.engagement for one in post.engaged if one.period.holds(at)), None)


def account_of(facts: Facts, ask: Ask) -> Account | None:
    for account in facts.accounts:
        if account.code == ask.account:
            return account
    return None


def device_of(facts: Facts, ask: Ask) -> Device | None:
    for device in facts.devices:
        if device.number == ask.device:
            return device
    return None


def is_theirs(facts: Facts, device: Device, at: datetime) -> bool:
    bound = facts.system is None or facts.system.device_bound
    if not device.is_lent and (not bound or device.is_own):
        return True
    return any(loan.holds(at) for loan in device.loans)


def fitting(facts: Facts, ask: Ask, *, anywhere: bool = False) -> Iterator[Grant]:
    """Yield the grants that are for this hat, account, role, purpose and area, at any time.

    anywhere: also those for other areas.
    """
    for grant in facts.grants:
        if (
            grant.purpose == ask.purpose
            and grant.role == ask.role
            and grant.appointment in (None, ask.hat)
            and grant.account in (None, ask.account)
            and (anywhere or not grant.areas or ask.area is None or ask.area in grant.areas)
        ):
            yield grant


def grant_of(facts: Facts, ask: Ask, at: datetime) -> Grant | None:
    """Return the one grant under which the use runs, or None where none covers `at`."""
    found: Grant | None = None
    for grant in fitting(facts, ask):
        if covers(grant, at) and (
            found is None or rank(facts, ask, grant, at) < rank(facts, ask, found, at)
        ):
            found = grant
    return found


def covers(grant: Grant, at: datetime) -> bool:
    return grant.period.holds(at) and (grant.revoked_at is None or at < grant.revoked_at)


def rank(facts: Facts, ask: Ask, grant: Grant, at: datetime) -> tuple[int, int, str]:
    """Return which grant is used before which: by kind, then what runs, then what is left."""
    kind = ORDER.index(grant.kind) if grant.kind in ORDER else len(ORDER)
    if grant.uses_max is None or runs(facts, ask, grant, at):
        return kind, 0, grant.key
    return kind, 1 if left(facts, grant) > 0 else 2, grant.key


def runs(facts: Facts, ask: Ask, grant: Grant, at: datetime) -> bool:
    """Return whether a use of `grant` runs at the terminal of the ask."""
    return any(use.period.holds(at) for use in counted(facts, ask, grant))


def counted(facts: Facts, ask: Ask, grant: Grant) -> Iterator[Use]:
    for use in facts.counted:
        if use.grant == grant.key and use.device == ask.device:
            yield use


def left(facts: Facts, grant: Grant) -> int:
    """Return how many uses of `grant` have not been begun."""
    return (grant.uses_max or 0) - sum(use.grant == grant.key for use in facts.counted)


def needs(facts: Facts, ask: Ask, at: datetime) -> Iterator[pledges.Need]:
    """Yield what must have been pledged for this use: for the ID, the work, the relief."""
    post, system = post_of(facts, ask, at), facts.system
    if system is not None and system.pledge and (post is None or post.works_for != system.owner):
        yield pledges.Need(template=system.pledge, subject=f"{system.key} {ask.account}")
    if post is not None and (engagement := engagement_of(post, at)) is not None:
        yield pledges.Need(template=CONTRACTOR, subject=engagement)
    if ask.relief is not None:
        yield pledges.Need(template=RELIEF, subject=ask.relief)


def holds(facts: Facts, ask: Ask, at: datetime) -> Iterator[Hold]:
    """Yield the holds, open or not, on anything that this use rests on."""
    if not facts.holds:
        return
    grant = grant_of(facts, ask, at)
    known_by = facts.signed_in.authenticator if facts.signed_in is not None else None
    rests_on = {
        (Target.PERSON, ask.person),
        (Target.ACCOUNT, ask.account),
        (Target.DEVICE, ask.device),
        (Target.GRANT, grant.key if grant is not None else None),
        (Target.AUTHENTICATOR, known_by),
    }
    for hold in facts.holds:
        # a session that cannot say by which key it came may have come by the one that is stopped
        unsaid = hold.target is Target.AUTHENTICATOR and known_by is None
        if unsaid or (hold.target, hold.key) in rests_on:
            yield hold
