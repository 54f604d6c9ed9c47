"""May somebody use a system, now, then, or as it was believed then? One pure predicate.

The gate asks it before a look and again where the look is recorded; replay and pages ask it about
any instant with the facts as they were known. It reads no clock, and nothing in it expires by a
job: what has ended refuses from that instant on.

What is absent refuses. Each refusal says why and what to do; their order is fixed.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sekisho.accounts import life
from sekisho.accounts.levels import Level
from sekisho.accounts.life import State
from sekisho.campaigns import pledges
from sekisho.grants import conflicts
from sekisho.grants.facts import (
    Account,
    Ask,
    Device,
    Facts,
    Grant,
    Hold,
    Permit,
    Post,
    SignedIn,
    System,
    Target,
    Use,
)
from sekisho.grants.refusals import (
    NO_ACCOUNT,
    NO_DEVICE,
    NO_EMERGENCY,
    NO_GRANT,
    NO_POST,
    NO_SYSTEM,
    NO_USE,
    NOT_BEGUN,
    NOT_FRESH,
    NOT_LENT,
    NOT_SIGNED_IN,
    ON_LEAVE,
    OTHER,
    OTHER_COMPANY,
    OUTSIDE,
    OVER,
    USED_UP,
)
from sekisho.terms.periods import lasts_until
from sekisho.terms.refusals import Refusal

# A standing grant is used while there is one; an approval for one use is not spent beside it.
ORDER = ("standing", "dual", "period", "per_use")
CONTRACTOR, RELIEF = "contractor", "disaster_relief"  # templates of pledges


def may_use(facts: Facts, ask: Ask, *, at: datetime) -> Permit | Refusal:
    """Return whether `ask` may be used at the instant `at`: a permit, or the first refusal.

    The answer is the same at every instant from `at` until before `Permit.until`.
    """
    return _answer(_EVERY, facts, ask, at)


def is_entitled(facts: Facts, ask: Ask, *, at: datetime) -> Permit | Refusal:
    """Return what `may_use` would say of anybody rightly signed in, at the right terminal.

    For registers, old logs and previews, which know no session: running use, terminal and level
    of sign-in are not asked. Whatever this refuses, `may_use` refuses.
    """
    return _answer(_OF_THE_REGISTER, facts, ask, at)


def all_refusals(facts: Facts, ask: Ask, *, at: datetime) -> Sequence[Refusal]:
    """Return every refusal, in their order: what an officer sees. Empty where it may be used."""
    found = (check(facts, ask, at) for check in _EVERY)
    return tuple(refusal for refusal in found if refusal is not None)


def granted(facts: Facts, ask: Ask, *, at: datetime) -> Grant | None:
    """Return the one grant under which `ask` would run at `at`, or None where none covers it.

    Whatever else is in the way: of several, it is the one whose use is begun or goes on.
    """
    return _grant(facts, ask, at)


Check = Callable[[Facts, Ask, datetime], Refusal | None]


def _answer(checks: Sequence[Check], facts: Facts, ask: Ask, at: datetime) -> Permit | Refusal:
    for check in checks:
        if (refusal := check(facts, ask, at)) is not None:
            return refusal
    grant = _grant(facts, ask, at)
    if grant is None:  # the check of the grant has refused already
        return NO_GRANT
    until = min(
        (end for end in _ends(facts, ask, grant, at, whole=checks is _EVERY) if end is not None),
        default=None,
    )
    return Permit(grant=grant.key, emergency=grant.relief, until=until)


# The checks, in their order ---------------------------------------------------------------------


def _one_matter(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    if facts.person != ask.person:
        return OTHER
    system = facts.system
    if system is None or not system.period.holds(at):
        return NO_SYSTEM
    return OTHER if system.key != ask.system else None


def _post_covers(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    return None if _post(facts, ask, at) is not None else NO_POST


def _not_on_leave(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    held = (post for post in facts.posts if post.appointment == ask.hat and post.on_leave)
    return ON_LEAVE if any(post.period.holds(at) for post in held) else None


def _account_lives(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    account = _account(facts, ask)
    if account is None:
        return NO_ACCOUNT
    post = _post(facts, ask, at)
    if post is not None and account.works_for != post.works_for:
        return OTHER_COMPANY
    if life.state_of(account.life, at) is State.ACTIVE:
        return None
    said = life.standing(account.life, at)
    return Refusal(reason=said.reason, remedy=said.remedy)


def _is_granted(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    if _grant(facts, ask, at) is not None:
        return None
    fitting = list(_fitting(facts, ask, anywhere=True))
    if any(_covers(grant, at) for grant in fitting):
        return OUTSIDE
    return OVER if any(grant.period.starts <= at for grant in fitting) else NO_GRANT


def _is_begun(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    if not any(use.holds(at) for use in facts.uses):
        return NO_USE
    grant = _grant(facts, ask, at)
    if grant is None or grant.uses_max is None or _runs(facts, ask, grant, at):
        return None
    return USED_UP if _left(facts, grant) <= 0 else NOT_BEGUN


def _emergency_runs(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    grant = _grant(facts, ask, at)
    if grant is None or grant.relief is None:
        return None
    runs = grant.emergency is not None and grant.emergency.holds(at)
    return None if runs and grant.relief == ask.relief else NO_EMERGENCY


def _is_at_a_terminal(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    device = _device(facts, ask)
    if device is None or not device.period.holds(at):
        return NO_DEVICE
    return None if _is_theirs(facts, device, at) else NOT_LENT


def _is_signed_in(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:  # noqa: ARG001
    wanted = max(Level.CARD, facts.system.level if facts.system is not None else Level.FRESH)
    reached = facts.signed_in.level_at(at) if facts.signed_in is not None else Level.PASSWORD
    if reached < Level.CARD:
        return NOT_SIGNED_IN
    return None if reached >= wanted else NOT_FRESH


def _nothing_is_held(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    for hold in _holds(facts, ask, at):
        if hold.period.holds(at):
            return Refusal(reason=f"停止されています（{hold.reason}）", remedy=hold.remedy)
    return None


def _posts_may_meet(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    return conflicts.refusal(
        facts.held, facts.rules, facts.exempts, hat=ask.hat, relief=ask.relief is not None, at=at
    )


def _has_pledged(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    return pledges.refusal(facts.pledged, list(_needs(facts, ask, at)), at=at)


_EVERY: Sequence[Check] = (
    _one_matter,
    _post_covers,
    _not_on_leave,
    _account_lives,
    _is_granted,
    _is_begun,
    _emergency_runs,
    _is_at_a_terminal,
    _is_signed_in,
    _nothing_is_held,
    _posts_may_meet,
    _has_pledged,
)
_OF_THE_DOOR = frozenset({_is_begun, _is_at_a_terminal, _is_signed_in})
_OF_THE_REGISTER: Sequence[Check] = tuple(check for check in _EVERY if check not in _OF_THE_DOOR)


# What the ask is about -------------------------------------------------------------------------


def _post(facts: Facts, ask: Ask, at: datetime) -> Post | None:
    for post in facts.posts:
        if post.appointment == ask.hat and post.period.holds(at):
            return post
    return None


def _account(facts: Facts, ask: Ask) -> Account | None:
    for account in facts.accounts:
        if account.code == ask.account:
            return account
    return None


def _device(facts: Facts, ask: Ask) -> Device | None:
    for device in facts.devices:
        if device.number == ask.device:
            return device
    return None


def _is_theirs(facts: Facts, device: Device, at: datetime) -> bool:
    bound = facts.system is None or facts.system.device_bound
    if not device.is_lent and (not bound or device.is_own):
        return True
    return any(loan.holds(at) for loan in device.loans)


def _fitting(facts: Facts, ask: Ask, *, anywhere: bool = False) -> Iterator[Grant]:
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


def _grant(facts: Facts, ask: Ask, at: datetime) -> Grant | None:
    """Return the one grant under which the use runs, or None where none covers `at`."""
    found: Grant | None = None
    for grant in _fitting(facts, ask):
        if _covers(grant, at) and (
            found is None or _rank(facts, ask, grant, at) < _rank(facts, ask, found, at)
        ):
            found = grant
    return found


def _covers(grant: Grant, at: datetime) -> bool:
    return grant.period.holds(at) and (grant.revoked_at is None or at < grant.revoked_at)


def _rank(facts: Facts, ask: Ask, grant: Grant, at: datetime) -> tuple[int, int, str]:
    """Return which grant is used before which: by kind, then what runs, then what is left."""
    kind = ORDER.index(grant.kind) if grant.kind in ORDER else len(ORDER)
    if grant.uses_max is None or _runs(facts, ask, grant, at):
        return kind, 0, grant.key
    return kind, 1 if _left(facts, grant) > 0 else 2, grant.key


def _runs(facts: Facts, ask: Ask, grant: Grant, at: datetime) -> bool:
    """Return whether a use of `grant` runs at the terminal of the ask."""
    return any(use.period.holds(at) for use in _counted(facts, ask, grant))


def _counted(facts: Facts, ask: Ask, grant: Grant) -> Iterator[Use]:
    for use in facts.counted:
        if use.grant == grant.key and use.device == ask.device:
            yield use


def _left(facts: Facts, grant: Grant) -> int:
    """Return how many uses of `grant` have not been begun."""
    return (grant.uses_max or 0) - sum(use.grant == grant.key for use in facts.counted)


def _needs(facts: Facts, ask: Ask, at: datetime) -> Iterator[pledges.Need]:
    """Yield what must have been pledged for this use: for the ID, the work, the relief."""
    post, system = _post(facts, ask, at), facts.system
    if system is not None and system.pledge and (post is None or post.works_for != system.owner):
        yield pledges.Need(template=system.pledge, subject=f"{system.key} {ask.account}")
    if post is not None and post.engagement is not None:
        yield pledges.Need(template=CONTRACTOR, subject=post.engagement)
    if ask.relief is not None:
        yield pledges.Need(template=RELIEF, subject=ask.relief)


def _holds(facts: Facts, ask: Ask, at: datetime) -> Iterator[Hold]:
    """Yield the holds, open or not, on anything that this use rests on."""
    if not facts.holds:
        return
    grant = _grant(facts, ask, at)
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


def _ends(
    facts: Facts, ask: Ask, grant: Grant, at: datetime, *, whole: bool
) -> Iterator[datetime | None]:
    """Yield the first instant at which each thing that carries a permit does so no longer."""
    if facts.system is not None:
        yield facts.system.period.ends
    yield lasts_until(
        (p.period for p in facts.posts if p.appointment == ask.hat and not p.on_leave), at
    )
    for post in facts.posts:
        if post.appointment == ask.hat and post.on_leave and post.period.starts > at:
            yield post.period.starts
    yield from _ends_of_account(facts, ask, at)
    yield from _ends_of_grant(facts, ask, grant, at)
    for hold in _holds(facts, ask, at):
        if hold.period.starts > at:
            yield hold.period.starts
    yield from conflicts.changes(facts.held, facts.rules, facts.exempts, at=at)
    yield from pledges.changes(facts.pledged, list(_needs(facts, ask, at)), at=at)
    if whole:
        yield from _ends_at_the_door(facts, ask, grant, at)


def _ends_of_account(facts: Facts, ask: Ask, at: datetime) -> Iterator[datetime]:
    account = _account(facts, ask)
    if account is not None:
        yield from (end for end in life.ends(account.life) if end > at)


def _ends_of_grant(facts: Facts, ask: Ask, grant: Grant, at: datetime) -> Iterator[datetime | None]:
    yield grant.period.ends
    yield grant.revoked_at
    if grant.relief is not None and grant.emergency is not None:
        yield grant.emergency.ends
    for use in facts.counted:  # which of several grants is used turns with what runs
        yield from (turn for turn in (use.period.starts, use.period.ends) if turn and turn > at)
    mine = _rank(facts, ask, grant, at)
    for other in _fitting(facts, ask):  # one that begins later and is then used instead
        starts = other.period.starts
        if starts > at and _rank(facts, ask, other, starts) < mine and _covers(other, starts):
            yield starts


def _ends_at_the_door(
    facts: Facts, ask: Ask, grant: Grant, at: datetime
) -> Iterator[datetime | None]:
    yield lasts_until(facts.uses, at)
    if grant.uses_max is not None:
        yield lasts_until((use.period for use in _counted(facts, ask, grant)), at)
    device = _device(facts, ask)
    if device is not None:
        yield device.period.ends
        bound = facts.system is not None and facts.system.device_bound
        if device.is_lent or (bound and not device.is_own):
            yield lasts_until(device.loans, at)
    if facts.system is not None and facts.system.level is Level.FRESH and facts.signed_in:
        yield facts.signed_in.fresh_until


__all__ = [
    "ORDER",
    "Account",
    "Ask",
    "Device",
    "Facts",
    "Grant",
    "Hold",
    "Permit",
    "Post",
    "SignedIn",
    "System",
    "Target",
    "Use",
    "all_refusals",
    "granted",
    "is_entitled",
    "may_use",
]
