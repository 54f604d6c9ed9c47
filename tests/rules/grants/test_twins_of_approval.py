"""Deliberately wrong approvals: each must be caught by the machine of random organisations."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from sekisho.grants import decisions, parties, requests
from sekisho.grants.requests import State, Verdict
from tests.rules.grants import test_approval_machine
from tests.rules.grants.test_approval_machine import Approvals

LONG = settings(
    max_examples=300,
    phases=[Phase.generate],  # that it falls is enough; the shortest way to it is not asked
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


def anybody_of_the_unit(post, party, matter, organisation, *, at):
    """Forgets that who asks, who is stopped and who is away does not decide."""
    return None if post.period.holds(at) else parties.NOT_IN_POST


def first_answer_counts(asked, *, at):
    """One approval is enough: OR in the place of AND."""
    if any(one.verdict is Verdict.APPROVE for one in asked.answers.values()):
        return State.APPROVED
    return right_state(asked, at=at)


def silence_is_yes(asked, *, at):
    state = right_state(asked, at=at)
    return State.APPROVED if state is State.LAPSED else state


def denial_is_forgotten(asked, *, at):
    state = right_state(asked, at=at)
    return State.PENDING if state is State.DENIED else state


def twice_is_two(asked, matter, organisation, *, parties_of, party, seat, at):
    """Forgets that one person answers for one party."""
    others = {number: one for number, one in asked.answers.items() if one.person != seat.person}
    return right_refusal(
        replace(asked, answers=others), matter, organisation,
        parties_of=parties_of, party=party, seat=seat, at=at,
    )  # fmt: skip


right_state, right_refusal = requests.state_of, decisions.refusal_to_decide


@pytest.mark.parametrize(
    ("where", "name", "twin"),
    [
        (parties, "unfit", anybody_of_the_unit),
        (requests, "state_of", first_answer_counts),
        (requests, "state_of", silence_is_yes),
        (requests, "state_of", denial_is_forgotten),
        (decisions, "refusal_to_decide", twice_is_two),
    ],
    ids=["だれでもよい", "一人でよい", "黙っていればよい", "却下を忘れる", "一人で二役"],
)
def test_a_broken_twin_falls(monkeypatch, where, name, twin):
    monkeypatch.setattr(where, name, twin)
    if hasattr(test_approval_machine, name):
        monkeypatch.setattr(test_approval_machine, name, twin)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Approvals, settings=LONG)
