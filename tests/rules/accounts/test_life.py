"""How an account stands at an instant, at both sides of every edge."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts import life
from sekisho.accounts.life import Account, State, Stop, standing, state_of
from sekisho.terms.days import day_in_japan, jst_day, months_on
from sekisho.terms.periods import Period
from tests.rules.accounts import twins_life

NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
ALIVE = Account(
    issued_at=NOON - timedelta(days=100),
    last_used_at=NOON - timedelta(days=1),
    post=Period(starts=NOON - timedelta(days=300)),
)


@pytest.mark.parametrize(
    ("facts", "before", "after"),
    [
        pytest.param({"issued_at": NOON}, State.NOT_YET, State.ACTIVE, id="発行"),
        pytest.param({"closed_at": NOON}, State.ACTIVE, State.CLOSED, id="廃止"),
        pytest.param({"ends_at": NOON}, State.ACTIVE, State.EXPIRED, id="期限"),
        pytest.param({"review_due_at": NOON}, State.ACTIVE, State.STOPPED, id="棚卸しの沈黙"),
        pytest.param({"holds": (Stop(starts=NOON),)}, State.ACTIVE, State.STOPPED, id="停止"),
        pytest.param(
            {"holds": (Stop(starts=NOON - timedelta(days=1), ends=NOON),)},
            State.STOPPED,
            State.ACTIVE,
            id="解除",
        ),
        pytest.param(
            {"post": Period(starts=NOON - timedelta(days=9), ends=NOON)},
            State.ACTIVE,
            State.MOVED,
            id="異動",
        ),
        pytest.param({"post": Period(starts=NOON)}, State.UNKNOWN, State.ACTIVE, id="着任"),
    ],
)
def test_each_fact_changes_the_state_in_its_instant(facts, before, after):
    account = replace(ALIVE, **facts)

    assert state_of(account, NOON - MOMENT) is before
    assert state_of(account, NOON) is after


@pytest.mark.parametrize(
    ("used", "months", "day"),
    [
        pytest.param(date(2026, 8, 31), 6, date(2027, 2, 28), id="応当日がない月は末日"),
        pytest.param(date(2027, 8, 31), 6, date(2028, 2, 29), id="閏年"),
        pytest.param(date(2026, 8, 31), 1, date(2026, 9, 30), id="1か月"),
        pytest.param(date(2026, 4, 1), 6, date(2026, 10, 1), id="同じ日"),
        pytest.param(date(2028, 2, 29), 6, date(2028, 8, 29), id="閏日から"),
    ],
)
def test_an_account_falls_dormant_at_midnight_in_japan(used, months, day):
    used_at = jst_day(used) + timedelta(hours=1)  # 1 o'clock there is the day before in UTC
    account = replace(
        ALIVE,
        issued_at=used_at,
        last_used_at=None,
        post=Period(starts=used_at),
        dormancy_months=months,
    )

    assert state_of(account, jst_day(day) - timedelta(seconds=1)) is State.ACTIVE
    assert state_of(account, jst_day(day)) is State.DORMANT
    assert standing(account, used_at).until == jst_day(day)


def test_what_is_never_used_falls_dormant_from_its_issue():
    account = replace(ALIVE, issued_at=jst_day(date(2026, 1, 5)), last_used_at=None)

    assert state_of(account, jst_day(date(2026, 7, 5))) is State.DORMANT


def test_a_resumption_counts_as_a_new_issue():
    account = replace(ALIVE, last_used_at=None, issued_at=NOON - timedelta(days=250))
    assert state_of(account, NOON) is State.DORMANT

    assert state_of(replace(account, resumed_at=NOON), NOON) is State.ACTIVE


def test_a_stop_says_its_reason_and_every_refusal_a_remedy():
    account = replace(ALIVE, holds=(Stop(starts=NOON, reason="調査"),))

    assert "調査" in standing(account, NOON).reason
    for said in (standing(account, NOON), standing(replace(ALIVE, closed_at=NOON), NOON)):
        assert said.reason
        assert said.remedy


instants = st.integers(-400, 400).map(lambda days: NOON + timedelta(hours=days * 13))
maybe = st.none() | instants
periods = st.builds(
    lambda starts, hours: Period(
        starts=starts, ends=None if hours is None else starts + timedelta(hours=hours)
    ),
    instants,
    st.none() | st.integers(1, 4000),
)
stops = st.builds(lambda p: Stop(starts=p.starts, ends=p.ends, reason="調査"), periods)
accounts = st.builds(
    Account,
    issued_at=maybe,
    last_used_at=maybe,
    resumed_at=maybe,
    closed_at=maybe,
    ends_at=maybe,
    review_due_at=maybe,
    holds=st.lists(stops, max_size=2).map(tuple),
    post=st.none() | periods,
    dormancy_months=st.integers(1, 6),
)


def oracle(account, at):
    """The definition, plainer than the code."""
    if account.issued_at is None or at < account.issued_at:
        return State.NOT_YET
    over = [
        (account.closed_at, State.CLOSED),
        (account.ends_at, State.EXPIRED),
        (account.review_due_at, State.STOPPED),
    ]
    for when, state in over:
        if when and when <= at:
            return state
    if any(hold.holds(at) for hold in account.holds):
        return State.STOPPED
    if account.post is None or at < account.post.starts:
        return State.UNKNOWN
    if not account.post.holds(at):
        return State.MOVED
    known = [account.issued_at, account.last_used_at, account.resumed_at]
    since = max(one for one in known if one)
    asleep = day_in_japan(at) >= months_on(day_in_japan(since), account.dormancy_months)
    return State.DORMANT if asleep else State.ACTIVE


@given(accounts, instants)
def test_the_state_is_the_one_of_the_definition(account, at):
    assert state_of(account, at) is oracle(account, at)


@given(accounts, instants, st.integers(0, 10_000).map(lambda n: n / 10_000))
def test_the_answer_holds_exactly_until_it_says(account, at, part):
    said = standing(account, at)
    if said.until is None:
        assert state_of(account, at + part * timedelta(days=9000)) is said.state
        return
    assert said.until > at
    assert state_of(account, at + part * (said.until - at - MOMENT)) is said.state
    assert state_of(account, said.until) is not said.state


@given(accounts, instants, stops)
def test_a_hold_more_never_revives(account, at, hold):
    more = replace(account, holds=(*account.holds, hold))

    if state_of(more, at) is State.ACTIVE:
        assert state_of(account, at) is State.ACTIVE


@pytest.mark.parametrize("absent", ["issued_at", "post"])
@given(accounts, instants)
def test_absent_facts_never_let_an_account_live(absent, account, at):
    assert state_of(replace(account, **{absent: None}), at) is not State.ACTIVE


@pytest.mark.parametrize("twin", twins_life.STATES, ids=lambda twin: twin.__name__)
def test_broken_twins_are_caught(twin, monkeypatch):
    days = [NOON + timedelta(days=n) for n in range(0, 400, 7)]
    many = [
        replace(ALIVE, **facts)
        for facts in (
            {},
            {"ends_at": NOON},
            {"review_due_at": NOON},
            {"last_used_at": None},
            {"post": None},
            {"holds": (Stop(starts=NOON, reason="調査"),)},
        )
    ]

    assert any(twin(account, at) is not oracle(account, at) for account in many for at in days)
    assert all(life.state_of(account, at) is oracle(account, at) for account in many for at in days)
