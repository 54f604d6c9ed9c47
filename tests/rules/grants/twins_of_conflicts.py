"""Deliberately wrong variants of what withholds access; each must be caught."""

from dataclasses import replace
from datetime import timedelta

from sekisho.grants.conflicts import OF_POST, Effect, Relation, refusal


def looks_at_posts_of_now_only(posts, rules, exempts, *, hat, relief, at):
    """Forgets what was held before, and with it every wait."""
    held = [post for post in posts if post.period.holds(at)]
    return refusal(held, rules, exempts, hat=hat, relief=relief, at=at)


def looks_at_every_post_ever(posts, rules, exempts, *, hat, relief, at):
    held = [
        replace(p, period=replace(p.period, starts=at - timedelta(1), ends=None)) for p in posts
    ]
    return refusal(held, rules, exempts, hat=hat, relief=relief, at=at)


def relief_opens_everything(posts, rules, exempts, *, hat, relief, at):
    return None if relief else refusal(posts, rules, exempts, hat=hat, relief=relief, at=at)


def knows_no_relief(posts, rules, exempts, *, hat, relief, at):
    return refusal(posts, rules, exempts, hat=hat, relief=False, at=at)


def withholds_whichever_hat(posts, rules, exempts, *, hat, relief, at):
    harder = [
        replace(one, effect=Effect.WITHHOLD_ALL) if one.effect in OF_POST else one for one in rules
    ]
    return refusal(posts, harder, exempts, hat=hat, relief=relief, at=at)


def only_says_so(posts, rules, exempts, *, hat, relief, at):
    softer = [replace(one, effect=Effect.FLAG) for one in rules]
    return refusal(posts, softer, exempts, hat=hat, relief=relief, at=at)


def waits_for_ever(posts, rules, exempts, *, hat, relief, at):
    longer = [replace(one, months=None) if one.relation is Relation.AFTER else one for one in rules]
    return refusal(posts, longer, exempts, hat=hat, relief=relief, at=at)


WITHHOLDING = [
    looks_at_posts_of_now_only,
    looks_at_every_post_ever,
    relief_opens_everything,
    knows_no_relief,
    withholds_whichever_hat,
    only_says_so,
    waits_for_ever,
]
