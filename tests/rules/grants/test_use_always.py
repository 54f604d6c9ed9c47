"""May somebody use a system? What holds for all facts, at all instants."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.accounts import life
from sekisho.accounts.levels import Level
from sekisho.grants import use
from sekisho.grants.use import (
    Account,
    Device,
    Facts,
    Grant,
    Hold,
    Permit,
    Post,
    SignedIn,
    System,
    Target,
    Use,
    all_refusals,
    is_entitled,
    may_use,
)
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from tests.rules.grants.matters import ASK, LONG, MOMENT, NOON, OPEN, pledged

instants = st.integers(-120, 120).map(lambda n: NOON + timedelta(hours=n * 37))
periods = st.builds(
    lambda starts, hours: Period(
        starts=starts, ends=None if hours is None else starts + timedelta(hours=hours)
    ),
    instants,
    st.none() | st.integers(1, 3000),
)
wide = st.just(OPEN) | st.just(LONG) | periods
maybe = st.none() | instants
lives = st.builds(
    life.Account,
    issued_at=st.just(NOON - timedelta(days=150)) | maybe,
    last_used_at=maybe,
    closed_at=st.none() | maybe,
    ends_at=maybe,
    review_due_at=maybe,
    post=wide,
    dormancy_months=st.integers(1, 6),
)
grants = st.builds(
    Grant,
    key=st.sampled_from(["G1", "G2", "G3"]),
    kind=st.sampled_from(use.ORDER),
    purpose=st.just("託送供給等"),
    period=wide,
    revoked_at=maybe,
    appointment=st.sampled_from([None, "A1", "A2"]),
    relief=st.sampled_from([None, None, "E1"]),
    is_drill=st.sampled_from([False, False, True]),
    emergency=st.none() | periods,
    uses_max=st.sampled_from([None, None, 1, 2]),
)
holds = st.builds(
    Hold,
    target=st.sampled_from(Target),
    key=st.sampled_from(["P1", "tk1", "K1", "D1", "G1"]),
    period=periods,
    reason=st.just("調査"),
    remedy=st.just("第2線へ"),
)
systems = st.builds(
    System,
    key=st.just("takuso"),
    period=wide,
    device_bound=st.booleans(),
    level=st.sampled_from([Level.CARD, Level.FRESH]),
)
sessions = st.builds(
    SignedIn,
    level=st.sampled_from([Level.PASSWORD, Level.CARD, Level.FRESH]),
    authenticator=st.just("K1"),
    fresh_until=maybe,
)
everything = st.builds(
    Facts,
    person=st.just("P1"),
    system=systems,
    posts=st.lists(
        st.builds(
            Post,
            appointment=st.sampled_from(["A1", "A1", "A2"]),
            works_for=st.just("N09"),
            period=wide,
            on_leave=st.sampled_from([False, False, True]),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    accounts=lives.map(lambda one: (Account(code="tk1", works_for="N09", life=one),)),
    grants=st.lists(grants, min_size=1, max_size=3, unique_by=lambda g: g.key).map(tuple),
    holds=st.lists(holds, max_size=2).map(tuple),
    devices=st.builds(
        Device,
        number=st.just("D1"),
        period=wide,
        is_lent=st.booleans(),
        loans=st.lists(wide, max_size=2).map(tuple),
        is_own=st.booleans(),
    ).map(lambda one: (one,)),
    uses=st.lists(wide, min_size=1, max_size=2).map(tuple),
    counted=st.lists(
        st.builds(
            Use,
            grant=st.sampled_from(["G1", "G2", "G3"]),
            period=st.builds(
                lambda starts, hours: Period(starts=starts, ends=starts + timedelta(hours=hours)),
                instants,
                st.integers(1, 300),
            ),
            device=st.sampled_from(["D1", "D1", "D2"]),
        ),
        max_size=3,
    ).map(tuple),
    pledged=st.just(pledged("disaster_relief", "E1")) | st.just(()),
    worn=st.lists(st.tuples(st.sampled_from(["E1", "E2"]), periods), max_size=1).map(tuple),
    is_invented=st.booleans(),
    signed_in=sessions,
)
asks = st.just(ASK) | st.just(replace(ASK, relief="E1"))


@settings(max_examples=300)
@given(everything, asks, instants, st.integers(0, 1000).map(lambda n: n / 1000))
def test_a_permit_holds_exactly_until_it_says_and_no_job_is_asked(facts, ask, at, part):
    for asked in (may_use, is_entitled):
        permit = asked(facts, ask, at=at)
        if isinstance(permit, Refusal):
            continue
        if permit.until is None:
            assert asked(facts, ask, at=at + part * timedelta(days=9000)) == permit
            continue
        assert permit.until > at
        assert asked(facts, ask, at=at + part * (permit.until - at - MOMENT)) == permit
        if not facts.counted:  # a use of another grant is an instant to look again, no more
            assert asked(facts, ask, at=permit.until) != permit


@given(everything, asks, instants, holds)
def test_a_hold_more_never_permits(facts, ask, at, hold):
    held = replace(facts, holds=(*facts.holds, hold))

    if isinstance(may_use(held, ask, at=at), Permit):
        assert isinstance(may_use(facts, ask, at=at), Permit)


@pytest.mark.parametrize(
    "absent",
    [
        {"system": None},
        {"posts": ()},
        {"accounts": ()},
        {"grants": ()},
        {"devices": ()},
        {"uses": ()},
        {"signed_in": None},
    ],
    ids=lambda absent: next(iter(absent)),
)
@given(everything, asks, instants)
def test_absent_facts_never_permit(absent, facts, ask, at):
    assert isinstance(may_use(replace(facts, **absent), ask, at=at), Refusal)


@given(everything, asks, instants)
def test_the_door_asks_all_that_the_register_asks_and_more(facts, ask, at):
    if isinstance(may_use(facts, ask, at=at), Permit):
        assert isinstance(is_entitled(facts, ask, at=at), Permit)


@given(everything, asks, instants)
def test_the_first_refusal_is_the_answer(facts, ask, at):
    every, answer = all_refusals(facts, ask, at=at), may_use(facts, ask, at=at)

    assert (answer == every[0]) if every else isinstance(answer, Permit)
