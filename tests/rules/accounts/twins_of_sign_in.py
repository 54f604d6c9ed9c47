"""Deliberately wrong variants; each must be caught by the test of the right one."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from sekisho.accounts.passwords import PasswordPolicy, due_on, normalized, refusal_of
from sekisho.accounts.sessions import Over, over
from sekisho.accounts.signals import Sign, signals


def compares_everybody(stays):
    """Forgets whose session it is."""
    return signals(replace(stay, person="P1") for stay in stays)


def takes_the_unknown_for_another(stays):
    """An unknown terminal or place is one more terminal or place."""
    return signals(
        replace(stay, device=stay.device or "?", place=stay.place or "?") for stay in stays
    )


def looks_at_the_beginnings_alone(stays):
    """Believes that a session is over when it has begun."""
    return signals(replace(stay, seen_at=stay.began_at) for stay in stays)


def looks_at_neighbours_alone(stays):
    ordered = sorted(stays, key=lambda stay: stay.began_at)
    pairs = pairwise(ordered)
    found = [signal for pair in pairs for signal in signals(pair)]
    return found or signals(ordered[:1])


def believes_the_holder(stays):
    return [signal for signal in signals(stays) if signal.sign is not Sign.OTHERS_DEVICE]


def forgives_leave(stays):
    return [signal for signal in signals(stays) if signal.sign is not Sign.ON_LEAVE]


def a_minute_late(stays):
    """Counts the limit itself as too near."""
    return signals(replace(stay, seen_at=stay.seen_at + timedelta(seconds=1)) for stay in stays)


SIGNALS = [
    compares_everybody,
    takes_the_unknown_for_another,
    looks_at_the_beginnings_alone,
    looks_at_neighbours_alone,
    believes_the_holder,
    forgives_leave,
    a_minute_late,
]


def counts_before_folding(typed, **known):
    """Counts the characters that were typed: two half-width marks make one sign."""
    if len(typed) >= known["policy"].shortest > len(normalized(typed)):
        return None
    return refusal_of(typed, **known)


def looks_for_the_login_as_typed(typed, **known):
    """Takes capitals for another name."""
    if known["login"] in typed:
        return refusal_of(typed, **known)
    return refusal_of(typed, **known | {"login": ""})


def forgets_names(typed, **known):
    return refusal_of(typed, **known | {"names": ()})


def takes_any_signs(typed, **known):
    found = refusal_of(typed, **known)
    return None if found and "同じ文字" in found.reason else found


REFUSALS = [
    counts_before_folding,
    looks_for_the_login_as_typed,
    forgets_names,
    takes_any_signs,
]


def counts_thirty_days(policy, *, changed_on):
    return changed_on + timedelta(days=30 * policy.months)


def a_season_ends_on_its_first_day(policy, *, changed_on):
    """A password set on 1 April would have to be changed on 1 April."""
    return due_on(policy, changed_on=changed_on - timedelta(days=1))


def never(policy, *, changed_on):
    return due_on(PasswordPolicy(), changed_on=changed_on)


DUE = [counts_thirty_days, a_season_ends_on_its_first_day, never]


def believes_a_longer_setting(*, seen_at, now, idle, **known):
    """Counts what the company set, longer than the house allows or not."""
    found = over(seen_at=seen_at, now=now, idle=idle, **known)
    return None if found is Over.IDLE and now < seen_at + idle else found


def follows_the_cookie(**known):
    return over(**known | {"on": known["began_on"]})


def goes_on_where_nothing_is_known(**known):
    if None in (known["began_at"], known["seen_at"]):
        return None
    return over(**known)


def forgets_holds(**known):
    return over(**known | {"held": False})


def an_instant_too_long(**known):
    return over(**known | {"now": known["now"] - timedelta(microseconds=1)})


OVER = [
    believes_a_longer_setting,
    follows_the_cookie,
    goes_on_where_nothing_is_known,
    forgets_holds,
    an_instant_too_long,
]
