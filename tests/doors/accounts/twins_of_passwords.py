"""Deliberately wrong variants; each must be caught by the test of the right one."""

from sekisho.accounts.passwords import refusal_of
from sekisho_web.accounts.operations import passwords

RIGHT = passwords._refusal


def asks_the_shape_alone(person, new, *, policy, now):
    return refusal_of(new, policy=policy, login=person.login)


def forgets_what_was_before(person, new, *, policy, now):
    found = RIGHT(person, new, policy=policy, now=now)
    return None if found and "もう使えません" in found.reason else found


def takes_any(person, new, *, policy, now):
    return None


SETS = [asks_the_shape_alone, forgets_what_was_before, takes_any]
