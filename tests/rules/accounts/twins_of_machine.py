"""Deliberately wrong rules of the life of people; the machine must catch each."""

from dataclasses import replace
from datetime import timedelta

from sekisho.accounts.plan import plan
from sekisho.grants.use import is_entitled
from tests.rules.accounts.twins_of_told import absent_enables


def dormant_by_a_job_only(facts, ask, *, at):
    """Waits for the job of the night, which has not run."""
    accounts = tuple(
        replace(one, life=replace(one.life, last_used_at=at)) for one in facts.accounts
    )
    return is_entitled(replace(facts, accounts=accounts), ask, at=at)


def forgets_holds(facts, ask, *, at):
    accounts = tuple(replace(one, life=replace(one.life, holds=())) for one in facts.accounts)
    return is_entitled(replace(facts, accounts=accounts, holds=()), ask, at=at)


def the_grant_carries_the_post(facts, ask, *, at):
    """The grant is still there, so the post must be."""
    posts = tuple(replace(p, period=replace(p.period, ends=None)) for p in facts.posts)
    accounts = tuple(
        replace(
            one, life=replace(one.life, post=one.life.post and replace(one.life.post, ends=None))
        )
        for one in facts.accounts
    )
    return is_entitled(replace(facts, posts=posts, accounts=accounts), ask, at=at)


def ends_are_inside(facts, ask, *, at):
    return is_entitled(facts, ask, at=at - timedelta(microseconds=1))


def news_is_laid_on_what_is_believed(known, lines, *, as_of):
    """Lays a late order over the later ones, which were there before it."""
    members = [replace(one, given=one.posts, lines=()) for one in known.members]
    return plan(replace(known, members=members), lines, as_of=as_of)


PEOPLE = [
    {"is_entitled": dormant_by_a_job_only},
    {"is_entitled": forgets_holds},
    {"is_entitled": the_grant_carries_the_post},
    {"is_entitled": ends_are_inside},
    {"wish": absent_enables},
    {"plan": news_is_laid_on_what_is_believed},
]
