from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.grants.uses import (
    Approved,
    Held,
    Revoker,
    State,
    ends_at,
    left,
    refusal_to_end,
    refusal_to_revoke,
    state_of,
    unused,
)
from sekisho.terms.periods import Period

NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OPEN = Period(starts=NOON - HOUR, ends=NOON + HOUR)


def held(**told):
    return Held(**{"person": "A", "period": OPEN} | told)


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        pytest.param(held(), State.USABLE, id="使える"),
        pytest.param(held(period=Period(starts=NOON + MINUTE, ends=NOON + HOUR)), State.WAITING,
                     id="一分後に始まる"),
        pytest.param(held(period=Period(starts=NOON, ends=NOON + HOUR)), State.USABLE,
                     id="いま始まる"),
        pytest.param(held(period=Period(starts=NOON - HOUR, ends=NOON)), State.ENDED,
                     id="いま終わる"),
        pytest.param(held(uses_max=1, uses=(Period(starts=NOON - MINUTE, ends=NOON + MINUTE),)),
                     State.RUNNING, id="最後の一回が続いている"),
        pytest.param(held(uses_max=1, uses=(Period(starts=NOON - HOUR, ends=NOON),)),
                     State.USED_UP, id="使い切り"),
        pytest.param(held(uses_max=2, uses=(Period(starts=NOON - HOUR, ends=NOON),)),
                     State.USABLE, id="あと一回"),
        pytest.param(held(cut_at=NOON, revoked=True), State.REVOKED, id="いま取り消された"),
        pytest.param(held(cut_at=NOON), State.ENDED, id="発令とともに終わった"),
        pytest.param(held(cut_at=NOON + MINUTE, revoked=True), State.USABLE, id="一分後に取消し"),
    ],
)  # fmt: skip
def test_a_grant_stands_where_its_times_say(grant, expected):
    assert state_of(grant, NOON) is expected


@given(
    cut=st.none() | st.integers(-90, 90),
    uses=st.lists(st.integers(-60, 50), max_size=4),
    most=st.none() | st.integers(1, 3),
    at=st.integers(-120, 120),
)
def test_what_is_over_never_comes_back(cut, uses, most, at):
    over = {State.ENDED, State.REVOKED}
    grant = held(
        cut_at=None if cut is None else NOON + cut * MINUTE,
        revoked=True,
        uses_max=most,
        uses=tuple(Period(starts=NOON + u * MINUTE, ends=NOON + (u + 10) * MINUTE) for u in uses),
    )
    now = state_of(grant, NOON + at * MINUTE)
    later = [state_of(grant, NOON + (at + n) * MINUTE) for n in (1, 30, 200)]

    assert now not in over or set(later) <= over


@pytest.mark.parametrize(
    ("minutes", "others", "expected"),
    [
        pytest.param(20, [], 20 * MINUTE, id="一回の長さ"),
        pytest.param(None, [], 8 * HOUR, id="常時は8時間まで"),
        pytest.param(20, [NOON + 5 * MINUTE, None], 5 * MINUTE, id="許可が先に終わる"),
    ],
)
def test_a_use_ends_with_whatever_carries_it(minutes, others, expected):
    assert ends_at(now=NOON, minutes=minutes, others=others) == NOON + expected


@pytest.mark.parametrize(
    ("by", "at", "reason"),
    [
        pytest.param("A", NOON, None, id="自分の利用"),
        pytest.param("B", NOON, "ほかの人", id="ほかの人の利用"),
        pytest.param("A", NOON + HOUR, "もう終わって", id="終わった時"),
    ],
)
def test_one_ends_ones_own_use(by, at, reason):
    refusal = refusal_to_end(OPEN, person="A", by=by, at=at)

    assert (refusal is None) == (reason is None)
    assert reason is None or reason in refusal.reason


def test_what_is_left_is_nothing_where_nothing_runs():
    assert left(OPEN, NOON) == HOUR
    assert left(OPEN, NOON + HOUR) == timedelta()
    assert left(Period(starts=NOON), NOON) == timedelta()


OFFICER = Revoker(person="B", line=1, is_owner=True, answers_for=True)
LINE2 = Revoker(person="B", line=2, is_owner=True, answers_for=False)


@pytest.mark.parametrize(
    ("grant", "by", "reason", "said"),
    [
        pytest.param(held(), OFFICER, "異動したため", None, id="責任者"),
        pytest.param(held(), LINE2, "異動したため", None, id="第2線"),
        pytest.param(held(), Revoker(person="B", line=2, is_owner=False, answers_for=False),
                     "異動したため", "責任者", id="別の会社の第2線"),
        pytest.param(held(), Revoker(person="B", line=1, is_owner=True, answers_for=False),
                     "異動したため", "責任者", id="同じ会社の人"),
        pytest.param(held(), Revoker(person="A", line=None, is_owner=False, answers_for=False),
                     "要らなくなった", None, id="自分のものを返す"),
        pytest.param(held(), OFFICER, " 済 ", "理由", id="理由がない"),
        pytest.param(held(cut_at=NOON), OFFICER, "異動したため", "もう終わって", id="もう終わった"),
        pytest.param(held(period=Period(starts=NOON + HOUR, ends=NOON + 2 * HOUR)), OFFICER,
                     "異動したため", None, id="始まる前"),
    ],
)  # fmt: skip
def test_who_revokes(grant, by, reason, said):
    refusal = refusal_to_revoke(grant, by=by, reason=reason, at=NOON)

    assert (refusal is None) == (said is None)
    assert said is None or said in refusal.reason


def approved(key, *, starts=-2, ends=-1, cut=None):
    return Approved(
        key=key,
        person="A",
        system="saiene",
        period=Period(starts=NOON + starts * HOUR, ends=NOON + ends * HOUR),
        cut_at=None if cut is None else NOON + cut * HOUR,
    )


def test_what_was_approved_and_never_used_is_listed_once_it_is_over():
    grants = [
        approved("unused"),
        approved("used"),
        approved("still open", ends=1),
        approved("before", starts=-50, ends=-49),
        approved("never began", starts=-1, cut=-2, ends=3),
        approved("cut short", ends=5, cut=-1),
    ]

    found = unused(grants, used={"used"}, since=NOON - 24 * HOUR, until=NOON)

    assert [one.key for one in found] == ["cut short", "unused"]
