from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.sessions import IDLE, LONGEST, Over, over
from sekisho.terms.days import JST
from tests.rules.accounts import twins_of_sign_in as twins

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=JST)
SECOND = timedelta(seconds=1)


def asked(ask=over, **known):
    told = {
        "began_at": NOON - timedelta(hours=1),
        "seen_at": NOON,
        "now": NOON,
        "idle": IDLE,
        "began_on": "D1",
        "on": "D1",
        "held": False,
    }
    return ask(**told | known)


CASES = [
    pytest.param({}, None, id="続いている"),
    pytest.param({"seen_at": NOON - IDLE + SECOND}, None, id="30分の1秒前"),
    pytest.param({"seen_at": NOON - IDLE}, Over.IDLE, id="30分"),
    pytest.param({"seen_at": NOON - timedelta(minutes=10), "idle": timedelta(minutes=10)},
                 Over.IDLE, id="貸与端末の10分"),
    pytest.param({"seen_at": NOON - IDLE, "idle": timedelta(hours=9)}, Over.IDLE,
                 id="延ばした設定"),
    pytest.param({"began_at": NOON - LONGEST + SECOND}, None, id="12時間の1秒前"),
    pytest.param({"began_at": NOON - LONGEST}, Over.LONGEST, id="12時間"),
    pytest.param({"began_at": None}, Over.LONGEST, id="始まりが分からない"),
    pytest.param({"seen_at": None}, Over.LONGEST, id="最後の動きが分からない"),
    pytest.param({"on": "D2"}, Over.TERMINAL, id="別の端末"),
    pytest.param({"began_on": "", "on": "D1"}, Over.TERMINAL, id="端末が分からない"),
    pytest.param({"held": True}, Over.STOPPED, id="停止"),
]  # fmt: skip


@pytest.mark.parametrize(("known", "expected"), CASES)
def test_a_session_is_over_by_time_by_terminal_or_by_a_stop(known, expected):
    assert asked(**known) == expected


@pytest.mark.parametrize("twin", twins.OVER, ids=lambda twin: twin.__name__)
def test_a_twin_that_lets_a_session_go_on_is_caught(twin):
    assert [case.id for case in CASES if asked(twin, **case.values[0]) != case.values[1]]


@given(st.integers(0, 86_400), st.integers(0, 86_400), st.integers(1, 86_400))
def test_what_is_over_stays_over(age, seen, later):
    known = {"began_at": NOON - age * SECOND, "seen_at": NOON - min(age, seen) * SECOND}

    if asked(**known):
        assert asked(**known, now=NOON + later * SECOND)
