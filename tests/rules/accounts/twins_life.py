"""Deliberately wrong variants of the life of accounts; each must be caught."""

from dataclasses import replace

from sekisho.accounts.life import State, state_of


def never_dormant(account, at):
    """Believes that a job places the stop after six months."""
    state = state_of(account, at)
    return State.ACTIVE if state is State.DORMANT else state


def counts_from_use_only(account, at):
    """An ID that was never used lives for ever."""
    if account.last_used_at is None:
        return never_dormant(account, at)
    return state_of(account, at)


def silence_is_yes(account, at):
    return state_of(replace(account, review_due_at=None), at)


def an_end_waits_for_its_job(account, at):
    return state_of(replace(account, ends_at=None), at)


def unknown_posts_are_posts(account, at):
    state = state_of(account, at)
    return State.ACTIVE if state is State.UNKNOWN else state


def forgets_holds(account, at):
    return state_of(replace(account, holds=()), at)


STATES = [
    never_dormant,
    counts_from_use_only,
    silence_is_yes,
    an_end_waits_for_its_job,
    unknown_posts_are_posts,
    forgets_holds,
]
