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
from sekisho.grants.about import (
    ORDER,
    account_of,
    counted,
    covers,
    device_of,
    engagement_of,
    fitting,
    grant_of,
    holds,
    is_theirs,
    left,
    needs,
    post_of,
    rank,
    runs,
)
from sekisho.grants.facts import (
    Account,
    Ask,
    Device,
    Engaged,
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
    DRILL,
    NO_ACCOUNT,
    NO_DEVICE,
    NO_EMERGENCY,
    NO_ENGAGEMENT,
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
from sekisho.grants.roster import refusal_of_other_hat
from sekisho.terms.periods import lasts_until
from sekisho.terms.refusals import Refusal


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
    return grant_of(facts, ask, at)


Check = Callable[[Facts, Ask, datetime], Refusal | None]


def _answer(checks: Sequence[Check], facts: Facts, ask: Ask, at: datetime) -> Permit | Refusal:
    for check in checks:
        if (refusal := check(facts, ask, at)) is not None:
            return refusal
    grant = grant_of(facts, ask, at)
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
    return None if post_of(facts, ask, at) is not None else NO_POST


def _not_on_leave(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    held = (post for post in facts.posts if post.appointment == ask.hat and post.on_leave)
    return ON_LEAVE if any(post.period.holds(at) for post in held) else None


def _is_engaged(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    post = post_of(facts, ask, at)
    if post is None or not (post.is_contract or post.engaged):
        return None
    return None if engagement_of(post, at) is not None else NO_ENGAGEMENT


def _account_lives(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    account = account_of(facts, ask)
    if account is None:
        return NO_ACCOUNT
    post = post_of(facts, ask, at)
    if post is not None and account.works_for != post.works_for:
        return OTHER_COMPANY
    if life.state_of(account.life, at) is State.ACTIVE:
        return None
    said = life.standing(account.life, at)
    return Refusal(reason=said.reason, remedy=said.remedy)


def _is_granted(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    if grant_of(facts, ask, at) is not None:
        return None
    found = list(fitting(facts, ask, anywhere=True))
    if any(covers(grant, at) for grant in found):
        return OUTSIDE
    return OVER if any(grant.period.starts <= at for grant in found) else NO_GRANT


def _is_begun(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    if not any(use.holds(at) for use in facts.uses):
        return NO_USE
    grant = grant_of(facts, ask, at)
    if grant is None or grant.uses_max is None or runs(facts, ask, grant, at):
        return None
    return USED_UP if left(facts, grant) <= 0 else NOT_BEGUN


def _emergency_runs(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    grant = grant_of(facts, ask, at)
    if grant is None:
        return None
    if grant.is_drill and not facts.is_invented:
        return DRILL
    if grant.relief is None:
        return None
    runs = grant.emergency is not None and grant.emergency.holds(at)
    return None if runs and grant.relief == ask.relief else NO_EMERGENCY


def _wears_one_hat(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    return refusal_of_other_hat(relief=ask.relief, worn=facts.worn, at=at)


def _is_at_a_terminal(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    device = device_of(facts, ask)
    if device is None or not device.period.holds(at):
        return NO_DEVICE
    return None if is_theirs(facts, device, at) else NOT_LENT


def _is_signed_in(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:  # noqa: ARG001
    wanted = max(Level.CARD, facts.system.level if facts.system is not None else Level.FRESH)
    reached = facts.signed_in.level_at(at) if facts.signed_in is not None else Level.PASSWORD
    if reached < Level.CARD:
        return NOT_SIGNED_IN
    return None if reached >= wanted else NOT_FRESH


def _nothing_is_held(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    for hold in holds(facts, ask, at):
        if hold.period.holds(at):
            return Refusal(reason=f"停止されています（{hold.reason}）", remedy=hold.remedy)
    return None


def _posts_may_meet(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    return conflicts.refusal(
        facts.held, facts.rules, facts.exempts, hat=ask.hat, relief=ask.relief is not None, at=at
    )


def _has_pledged(facts: Facts, ask: Ask, at: datetime) -> Refusal | None:
    return pledges.refusal(facts.pledged, list(needs(facts, ask, at)), at=at)


_EVERY: Sequence[Check] = (
    _one_matter,
    _post_covers,
    _not_on_leave,
    _is_engaged,
    _account_lives,
    _is_granted,
    _is_begun,
    _emergency_runs,
    _wears_one_hat,
    _is_at_a_terminal,
    _is_signed_in,
    _nothing_is_held,
    _posts_may_meet,
    _has_pledged,
)
_OF_THE_DOOR = frozenset({_is_begun, _wears_one_hat, _is_at_a_terminal, _is_signed_in})
_OF_THE_REGISTER: Sequence[Check] = tuple(check for check in _EVERY if check not in _OF_THE_DOOR)


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
    for post in facts.posts:
        if post.appointment == ask.hat:
            for one in post.engaged:
                yield from (
                    turn for turn in (one.period.starts, one.period.ends) if turn and turn > at
                )
    yield from _ends_of_account(facts, ask, at)
    yield from _ends_of_grant(facts, ask, grant, at)
    for hold in holds(facts, ask, at):
        if hold.period.starts > at:
            yield hold.period.starts
    yield from conflicts.changes(facts.held, facts.rules, facts.exempts, at=at)
    yield from pledges.changes(facts.pledged, list(needs(facts, ask, at)), at=at)
    if whole:
        yield from _ends_at_the_door(facts, ask, grant, at)


def _ends_of_account(facts: Facts, ask: Ask, at: datetime) -> Iterator[datetime]:
    account = account_of(facts, ask)
    if account is not None:
        yield from (end for end in life.ends(account.life) if end > at)


def _ends_of_grant(facts: Facts, ask: Ask, grant: Grant, at: datetime) -> Iterator[datetime | None]:
    yield grant.period.ends
    yield grant.revoked_at
    if grant.relief is not None and grant.emergency is not None:
        yield grant.emergency.ends
    for use in facts.counted:  # which of several grants is used turns with what runs
        yield from (turn for turn in (use.period.starts, use.period.ends) if turn and turn > at)
    mine = rank(facts, ask, grant, at)
    for other in fitting(facts, ask):  # one that begins later and is then used instead
        starts = other.period.starts
        if starts > at and rank(facts, ask, other, starts) < mine and covers(other, starts):
            yield starts


def _ends_at_the_door(
    facts: Facts, ask: Ask, grant: Grant, at: datetime
) -> Iterator[datetime | None]:
    yield lasts_until(facts.uses, at)
    for code, worn in facts.worn:
        if code != ask.relief and worn.starts > at:
            yield worn.starts
    if grant.uses_max is not None:
        yield lasts_until((use.period for use in counted(facts, ask, grant)), at)
    device = device_of(facts, ask)
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
    "Engaged",
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
