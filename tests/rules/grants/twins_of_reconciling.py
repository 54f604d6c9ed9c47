"""Deliberately wrong variants of the reconciliation; each must be caught."""

from dataclasses import replace

from sekisho.grants.reconciling.facts import BREAK
from sekisho.grants.reconciling.twin import reconcile


def forgets_stops(lines, facts, *, tolerance):
    return reconcile(lines, replace(facts, stops=()), tolerance=tolerance)


def believes_the_id_after_the_post(lines, facts, *, tolerance):
    lives = [life._replace(ends=1 << 62) for life in facts.lives]
    return reconcile(lines, replace(facts, lives=lives), tolerance=tolerance)


def knows_every_id(lines, facts, *, tolerance):
    accounts = {line.account for line in lines}
    return reconcile(lines, replace(facts, accounts=tuple(accounts)), tolerance=tolerance)


def a_grant_is_a_use(lines, facts, *, tolerance):
    uses = [
        use._replace(starts=grant.starts, ends=grant.ends)
        for use in facts.uses
        for grant in facts.grants
        if grant.grant == use.grant
    ]
    return reconcile(lines, replace(facts, uses=uses), tolerance=tolerance)


def everywhere_is_ours(lines, facts, *, tolerance):
    return reconcile(lines, replace(facts, places=()), tolerance=tolerance)


def on_leave_all_the_same(lines, facts, *, tolerance):
    return reconcile(lines, replace(facts, away=()), tolerance=tolerance)


def never_at_two_places(lines, facts, *, tolerance):
    away = [one for one in facts.away if not one.site]
    return reconcile(lines, replace(facts, away=away), tolerance=tolerance)


def one_terminal_or_two(lines, facts, *, tolerance):
    return reconcile([line._replace(device="") for line in lines], facts, tolerance=tolerance)


def any_object(lines, facts, *, tolerance):
    return reconcile(lines, replace(facts, references=()), tolerance=tolerance)


def counts_no_sessions(lines, facts, *, tolerance):
    grants = [grant._replace(uses=0) for grant in facts.grants]
    return reconcile(lines, replace(facts, grants=grants), tolerance=tolerance)


def twice_the_tolerance(lines, facts, *, tolerance):
    return reconcile(lines, facts, tolerance=2 * tolerance)


def no_tolerance(lines, facts, *, tolerance):
    return reconcile(lines, facts, tolerance=0)


def without_grants(lines, facts, *, tolerance):
    return reconcile(lines, replace(facts, grants=()), tolerance=tolerance)


def sleeps_through_the_break(lines, facts, *, tolerance):
    """Moves later lines nearer, as a session without an end would."""
    first = min(line.at for line in lines)
    near = [line._replace(at=min(line.at, first + BREAK - 1)) for line in lines]
    return reconcile(near, facts, tolerance=tolerance)


TWINS = (
    forgets_stops,
    believes_the_id_after_the_post,
    knows_every_id,
    a_grant_is_a_use,
    everywhere_is_ours,
    on_leave_all_the_same,
    never_at_two_places,
    one_terminal_or_two,
    any_object,
    counts_no_sessions,
    twice_the_tolerance,
    no_tolerance,
    without_grants,
    sleeps_through_the_break,
)
