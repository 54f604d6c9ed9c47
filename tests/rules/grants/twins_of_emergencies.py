"""Deliberately wrong rules of emergencies; the machine must catch each."""

from dataclasses import replace

from sekisho.grants import emergencies as rule
from sekisho.terms.periods import Period


def one_person_suffices(one, term, *, by, at):
    """The one who declares may confirm."""
    return rule.refusal_to_confirm(one, replace(term, declared_by="nobody"), by=by, at=at)


def anybody_confirms(one, term, *, by, at):
    return rule.refusal_to_confirm(one, term, by=replace(by, may_declare=True), at=at)


def conduct_office_is_never_asked(one, term, *, by, at):
    return rule.refusal_to_confirm(one, replace(term, by_conduct_office=True), by=by, at=at)


def may_leave_a_gap(one, period, *, by, at):
    moved = Period(starts=rule.ends_at(one, at), ends=period.ends)
    return rule.refusal_to_extend(one, moved, by=by, at=at)


def a_declaration_is_enough(one, at):
    """A term runs as soon as somebody declared it."""
    return one.ended_at is None and any(term.period.holds(at) for term in one.terms)


def what_was_lifted_runs_on(one, at):
    return any(term.period.holds(at) for term in rule.confirmed(one, at))


def begins_when_it_was_declared(period, *, confirmed_at):
    return period


def closes_with_open_items(one, *, open_items, by, at):
    return rule.refusal_to_close(one, open_items=(), by=by, at=at)


def whoever_signed_reviews(one, *, open_items, closed_by, by, at):
    return rule.refusal_to_review(
        replace(one, terms=tuple(replace(t, declared_by="x", confirmed_by="y") for t in one.terms)),
        open_items=open_items,
        closed_by=None,
        by=by,
        at=at,
    )


TWINS = [
    {"confirm_refusal": one_person_suffices},
    {"confirm_refusal": anybody_confirms},
    {"confirm_refusal": conduct_office_is_never_asked},
    {"extend_refusal": may_leave_a_gap},
    {"runs": a_declaration_is_enough},
    {"runs": what_was_lifted_runs_on},
    {"effect": begins_when_it_was_declared},
    {"close_refusal": closes_with_open_items},
    {"review_refusal": whoever_signed_reviews},
]
