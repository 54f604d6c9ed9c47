"""Another system is told what the rule of life says, and no date that a use would move."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.life import Account, State, state_of
from sekisho.accounts.outward import as_json, from_json, is_the_same, life_elsewhere
from sekisho.accounts.wanted import AccountFacts, AccountState, wanted
from sekisho.terms.periods import Period

NOON = datetime(2027, 4, 1, 3, tzinfo=UTC)


def day(n):
    return NOON + timedelta(days=n)


ALIVE = Account(issued_at=day(-100), last_used_at=day(-1), post=Period(starts=day(-200)))


def test_the_end_of_a_post_is_handed_out_beforehand():
    found = life_elsewhere(replace(ALIVE, post=Period(starts=day(-200), ends=day(9))), NOON)

    assert (found.usable, found.until) == (True, day(9))


def test_the_day_of_dormancy_is_not():
    assert life_elsewhere(ALIVE, NOON).until is None


def test_a_stop_says_since_when():
    held = replace(ALIVE, holds=(Period(starts=day(-3)),))

    found = life_elsewhere(held, NOON)

    assert (found.usable, found.since) == (False, day(-3))


def test_two_stops_on_one_another_began_with_the_first():
    held = replace(ALIVE, holds=(Period(starts=day(-3)), Period(starts=day(-2))))

    assert life_elsewhere(held, NOON).since == day(-3)


DAYS = st.integers(-400, 400)
PERIODS = st.builds(
    lambda start, long: Period(starts=day(start), ends=None if long is None else day(start + long)),
    DAYS, st.none() | st.integers(1, 300),
)  # fmt: skip
ACCOUNTS = st.builds(
    Account,
    issued_at=st.none() | DAYS.map(day),
    last_used_at=st.none() | DAYS.map(day),
    closed_at=st.none() | DAYS.map(day),
    ends_at=st.none() | DAYS.map(day),
    review_due_at=st.none() | DAYS.map(day),
    holds=st.lists(PERIODS, max_size=3).map(tuple),
    post=st.none() | PERIODS,
)


@given(ACCOUNTS, st.integers(0, 800))
def test_the_answer_is_that_of_the_rule_of_life_and_has_been_so_since(account, back):
    found = life_elsewhere(account, NOON)

    assert found.usable == (state_of(account, NOON) is State.ACTIVE)
    if found.since is not None:
        moment = max(found.since, NOON - timedelta(days=back))
        assert (state_of(account, moment) is State.ACTIVE) == found.usable
    if found.until is not None:
        assert found.usable
        assert state_of(account, found.until) is not State.ACTIVE


@given(ACCOUNTS, st.sampled_from([None, frozenset(), frozenset({"a", "b"})]))
def test_a_wanted_state_is_kept_whole(account, roles):
    facts = AccountFacts(issued=True, closed=False, roles=roles)
    state = wanted(facts, life_elsewhere(account, NOON), NOON)

    assert from_json(as_json(state)) == state


def test_what_is_not_said_is_not_wanted():
    assert from_json({}) == AccountState(exists=False, enabled=False)
    assert from_json({"exists": "true", "enabled": 1}) == AccountState(exists=False, enabled=False)


def test_when_it_began_does_not_make_it_another():
    state = AccountState(exists=True, enabled=False, since=NOON)

    assert is_the_same(state, replace(state, since=day(-1)))
    assert not is_the_same(state, replace(state, enabled=True))
