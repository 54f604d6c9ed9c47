"""A handle opens once, within a minute, and only where it was given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from sekisho.grants import launching
from sekisho.grants.launching import (
    LASTS,
    TOKEN,
    Given,
    Tile,
    offer,
    refusal_to_arrive,
    refusal_to_redeem,
)
from sekisho.grants.refusals import NO_ACCOUNT, NO_DEVICE, NO_GRANT, NO_USE, NOT_BEGUN, NOT_FRESH

NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GIVEN = Given(system="saiene", session="s1", device="D1", expires_at=NOON + LASTS)


@pytest.mark.parametrize(
    ("given", "told", "said"),
    [
        pytest.param(GIVEN, {}, None, id="起動ページから"),
        pytest.param(None, {}, launching.NO_HANDLE, id="引換えがない"),
        pytest.param(GIVEN, {"system": "takuso"}, launching.NO_HANDLE, id="別のシステム"),
        pytest.param(GIVEN, {"session": "s2"}, launching.NO_HANDLE, id="別のセッション"),
        pytest.param(GIVEN, {"device": "D2"}, launching.NO_HANDLE, id="別の端末"),
        pytest.param(GIVEN, {"device": ""}, NO_DEVICE, id="端末が分からない"),
        pytest.param(GIVEN, {"session": ""}, launching.NO_HANDLE, id="セッションがない"),
        pytest.param(replace(GIVEN, session="", device=""), {"session": "", "device": ""},
                     launching.NO_HANDLE, id="どちらも空なら一致とは言わない"),
        pytest.param(replace(GIVEN, arrived_at=NOON), {}, launching.SPENT, id="二度目"),
        pytest.param(GIVEN, {"now": NOON + LASTS}, launching.OVER, id="ちょうど60秒"),
        pytest.param(GIVEN, {"now": NOON + LASTS - SECOND}, None, id="59秒"),
    ],
)  # fmt: skip
def test_an_arrival(given, told, said):
    asked = {"system": "saiene", "session": "s1", "device": "D1", "now": NOON} | told

    assert refusal_to_arrive(given, **asked) == said


def test_a_token_is_redeemed_after_the_arrival_and_at_once():
    asked = {"asked_at": NOON}

    assert refusal_to_redeem(arrived_at=None, now=NOON, **asked) == launching.NO_HANDLE
    assert refusal_to_redeem(arrived_at=NOON, now=NOON, **asked) is None
    assert refusal_to_redeem(arrived_at=NOON, now=NOON + TOKEN, **asked) == launching.OVER


@pytest.mark.parametrize(
    ("refusals", "tile", "refusal", "can_ask"),
    [
        pytest.param((), Tile.RUNNING, None, False, id="利用中"),
        pytest.param((NO_USE,), Tile.READY, None, False, id="始めれば使える"),
        pytest.param((NOT_BEGUN,), Tile.READY, None, False, id="承認された利用を始めれば使える"),
        pytest.param((NO_USE, NOT_FRESH), Tile.PROVE, None, False, id="認証すれば使える"),
        pytest.param((NO_GRANT, NO_USE), Tile.CLOSED, NO_GRANT, True, id="申請できる"),
        pytest.param((NO_ACCOUNT, NO_GRANT, NO_USE), Tile.CLOSED, NO_ACCOUNT, False,
                     id="先に立つものが申請では直らない"),
        pytest.param((NO_USE, NOT_FRESH, NO_DEVICE), Tile.CLOSED, NO_DEVICE, False,
                     id="認証しても使えない"),
    ],
)  # fmt: skip
def test_a_tile_says_the_first_that_stands_in_the_way(refusals, tile, refusal, can_ask):
    found = offer(refusals, askable=(NO_GRANT,))

    assert (found.tile, found.refusal, found.can_ask) == (tile, refusal, can_ask)


class Handles(RuleBasedStateMachine):
    """People launch, take handles elsewhere, come late and come twice; a clock only goes on."""

    given = Bundle("given")

    def __init__(self):
        super().__init__()
        self.now = NOON
        self.launches = {}
        self.opened = []

    @rule(
        target=given,
        system=st.sampled_from("XY"),
        session=st.sampled_from("ab"),
        device=st.sampled_from("12"),
    )
    def launch(self, system, session, device):
        number = len(self.launches)
        self.launches[number] = (
            self.now,
            Given(system=system, session=session, device=device, expires_at=self.now + LASTS),
        )
        return number

    @rule(
        number=given,
        system=st.sampled_from("XY"),
        session=st.sampled_from(["a", "b", ""]),
        device=st.sampled_from(["1", "2", ""]),
    )
    def arrive(self, number, system, session, device):
        began, launch = self.launches[number]
        asked = {"system": system, "session": session, "device": device, "now": self.now}
        if launching.refusal_to_arrive(launch, **asked) is None:
            self.launches[number] = (began, replace(launch, arrived_at=self.now))
            self.opened.append((number, system, session, device, self.now))

    @rule(seconds=st.integers(0, 45))
    def wait(self, seconds):
        self.now += seconds * SECOND

    @invariant()
    def each_opens_once_at_once_and_in_place(self):
        assert len({one[0] for one in self.opened}) == len(self.opened)
        for number, system, session, device, at in self.opened:
            began, launch = self.launches[number]
            assert began <= at < began + LASTS
            assert (launch.system, launch.session, launch.device) == (system, session, device)


TestHandles = Handles.TestCase
TestHandles.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


def _forgets_it_was_used(given, **asked):
    return refusal_to_arrive(given and replace(given, arrived_at=None), **asked)


def _never_over(given, **asked):
    return refusal_to_arrive(given and replace(given, expires_at=NOON + 999 * LASTS), **asked)


def _anywhere(given, **asked):
    return refusal_to_arrive(
        given and replace(given, session=asked["session"], device=asked["device"]), **asked
    )


@pytest.mark.parametrize("twin", [_forgets_it_was_used, _never_over, _anywhere])
def test_a_broken_twin_of_the_rule_is_caught_by_the_machine(monkeypatch, twin):
    monkeypatch.setattr(launching, "refusal_to_arrive", twin)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Handles,
            settings=settings(
                max_examples=1000,
                stateful_step_count=30,
                deadline=None,
                database=None,
                derandomize=True,  # whether a twin falls is no matter of luck
            ),
        )
