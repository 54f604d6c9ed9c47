"""What is wanted of an account elsewhere, and how what is there differs from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.wanted import (
    ABSENT,
    AccountFacts,
    AccountState,
    Aspect,
    Capability,
    Life,
    TargetAccount,
    Verification,
    compare,
    wanted,
)

NOON = datetime(2027, 3, 31, 12, tzinfo=UTC)
MOVES = datetime(2027, 3, 31, 15, tzinfo=UTC)  # 1 April in Japan
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by its rule
roles = st.none() | st.frozensets(st.sampled_from(["閲覧", "受付", "承認"]))
accounts = st.builds(AccountFacts, issued=st.booleans(), closed=st.booleans(), roles=roles)
lives = st.builds(Life, usable=st.booleans(), until=st.none() | instants, since=st.none())
states = st.builds(
    AccountState,
    exists=st.booleans(),
    enabled=st.sampled_from([True, False, None]),
    roles=roles,
    expires_at=st.none() | instants,
)


@pytest.mark.parametrize(
    ("at", "enabled"),
    [
        pytest.param(MOVES - timedelta(seconds=1), True, id="発令日の直前"),
        pytest.param(MOVES, False, id="発令日の0時ちょうど"),
        pytest.param(MOVES + timedelta(seconds=1), False, id="発令日の直後"),
    ],
)
def test_an_account_is_wanted_stopped_from_the_instant_its_life_ends(at, enabled):
    state = wanted(
        AccountFacts(issued=True, roles=frozenset({"受付"})), Life(usable=True, until=MOVES), at
    )

    assert state.enabled is enabled
    assert state.roles == (frozenset({"受付"}) if enabled else frozenset())
    assert state.exists
    assert state.since == (None if enabled else MOVES)


@given(accounts, lives, instants)
def test_nothing_is_wanted_enabled_but_what_is_issued_open_and_usable_then(account, life, at):
    state = wanted(account, life, at)

    alive = life.usable and (life.until is None or at < life.until)
    assert state.enabled is (account.issued and not account.closed and alive)
    assert state.exists or not state.enabled
    assert state.enabled or not state.roles
    assert state.enabled or state.profile is None


@given(states)
def test_what_is_there_as_wanted_does_not_differ(state):
    plain = replace(state, exists=True, enabled=bool(state.enabled), roles=state.roles or None)

    assert compare(plain, plain) == ()


@given(states, states)
def test_a_stop_is_never_taken_for_done_where_somebody_may_get_in(want, found):
    want = replace(want, enabled=False)

    if found.may_enter:
        assert Aspect.ENABLED in {one.aspect for one in compare(want, found)}


def test_that_a_target_says_nothing_is_no_stop():
    found = TargetAccount(ext_id="a", enabled=None).state

    (difference,) = compare(AccountState(exists=True, enabled=False), found)

    assert difference.says == "止まっているかを対象が言いません"


def test_what_should_be_gone_is_enough_stopped_and_what_should_be_there_is_missed():
    assert compare(AccountState(exists=False, enabled=False), ABSENT) == ()
    assert compare(AccountState(exists=True, enabled=False), ABSENT) == ()
    (missing,) = compare(AccountState(exists=True, enabled=True), ABSENT)
    assert missing.aspect is Aspect.EXISTENCE


def test_roles_and_ends_are_compared_only_where_the_target_has_them():
    want = AccountState(exists=True, enabled=True, roles=frozenset({"閲覧"}), expires_at=MOVES)
    found = AccountState(exists=True, enabled=True, roles=frozenset({"承認"}))

    assert compare(want, found, capabilities=frozenset({Capability.SUSPEND})) == ()
    assert [str(one) for one in compare(want, found)] == [
        "余分な権限 承認、足りない権限 閲覧",
        "期限が違います",
    ]


def test_ends_are_compared_by_the_second():
    want = AccountState(exists=True, enabled=True, expires_at=MOVES + timedelta(microseconds=9))

    assert compare(want, AccountState(exists=True, enabled=True, expires_at=MOVES)) == ()


def test_a_verification_has_evidence_or_a_reason_and_never_both_or_neither():
    with pytest.raises(ValueError, match="evidence"):
        Verification(ok=True, evidence={})
    with pytest.raises(ValueError, match="reason"):
        Verification(ok=False, evidence={"active": False})
