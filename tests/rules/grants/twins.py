"""Deliberately wrong variants of `may_use`; each must be caught."""

from dataclasses import replace
from datetime import timedelta

from sekisho.campaigns.pledges import Answer, Pledge
from sekisho.grants.use import may_use


def ignores_dormancy(facts, ask, *, at):
    accounts = tuple(
        replace(one, life=replace(one.life, last_used_at=at)) for one in facts.accounts
    )
    return may_use(replace(facts, accounts=accounts), ask, at=at)


def believes_the_grant_after_the_post(facts, ask, *, at):
    """The grant is still there, so the post must be."""
    posts = tuple(replace(p, period=replace(p.period, ends=None)) for p in facts.posts)
    return may_use(replace(facts, posts=posts), ask, at=at)


def forgets_holds(facts, ask, *, at):
    return may_use(replace(facts, holds=()), ask, at=at)


def sees_holds_on_people_only(facts, ask, *, at):
    holds = tuple(hold for hold in facts.holds if hold.target == "person")
    return may_use(replace(facts, holds=holds), ask, at=at)


def ends_are_inside(facts, ask, *, at):
    """Asks about the instant before."""
    return may_use(facts, ask, at=at - timedelta(microseconds=1))


def anybody_s_grant(facts, ask, *, at):
    grants = tuple(replace(one, appointment=None, account=None) for one in facts.grants)
    return may_use(replace(facts, grants=grants), ask, at=at)


def any_company_s_id(facts, ask, *, at):
    accounts = tuple(
        replace(one, works_for=facts.posts[0].works_for) for one in facts.accounts if facts.posts
    )
    return may_use(replace(facts, accounts=accounts), ask, at=at)


def lent_to_anybody(facts, ask, *, at):
    devices = tuple(replace(one, is_lent=False, is_own=True) for one in facts.devices)
    return may_use(replace(facts, devices=devices), ask, at=at)


def counts_no_uses(facts, ask, *, at):
    grants = tuple(replace(one, uses_max=None) for one in facts.grants)
    return may_use(replace(facts, grants=grants), ask, at=at)


def a_use_runs_everywhere(facts, ask, *, at):
    runs = tuple(replace(one, device=ask.device) for one in facts.counted)
    return may_use(replace(facts, counted=runs), ask, at=at)


def any_posts_may_meet(facts, ask, *, at):
    return may_use(replace(facts, rules=()), ask, at=at)


def asks_for_no_pledge(facts, ask, *, at):
    signed = [
        Pledge(template=t, subject=s, answer=Answer.SIGNED, at=at, valid_until=None)
        for t, s in (("contractor", "C1"), ("ministry", f"{ask.system} {ask.account}"))
    ]
    return may_use(replace(facts, pledged=tuple(signed)), ask, at=at)


def entrusts_everybody(facts, ask, *, at):
    posts = tuple(replace(one, is_contract=False, engaged=()) for one in facts.posts)
    return may_use(replace(facts, posts=posts), ask, at=at)


def plays_drills_on_real_records(facts, ask, *, at):
    return may_use(replace(facts, is_invented=True), ask, at=at)


def wears_two_hats(facts, ask, *, at):
    return may_use(replace(facts, worn=()), ask, at=at)


USES = [
    plays_drills_on_real_records,
    wears_two_hats,
    ignores_dormancy,
    believes_the_grant_after_the_post,
    forgets_holds,
    sees_holds_on_people_only,
    ends_are_inside,
    anybody_s_grant,
    any_company_s_id,
    lent_to_anybody,
    counts_no_uses,
    a_use_runs_everywhere,
    any_posts_may_meet,
    asks_for_no_pledge,
    entrusts_everybody,
]
