"""Who may borrow, give back, wipe; how late something is; what a signature is over."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.terminals.loans import (
    CHECKS,
    LONGEST,
    Lending,
    Statement,
    due_after,
    lateness,
    refusal_to_lend,
    refusal_to_prolong,
    refusal_to_take_back,
    refusal_to_wipe,
)
from sekisho.terminals.states import State
from sekisho.terms.days import JST

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=JST)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKED = Lending(
    state=State.IN_STOCK, terminal_class="lent", is_held=False, borrower="P1", lender="P2",
    due=NOON + DAY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param({"lender": "P1"}, "自分に", id="自分"),
        pytest.param({"state": State.LENT}, "貸与中", id="貸与中"),
        pytest.param({"state": State.OVERDUE}, "返却遅れ", id="返却遅れ"),
        pytest.param({"state": State.RETURNED}, "消去待ち", id="消去待ち"),
        pytest.param({"state": State.LOST}, "紛失", id="紛失"),
        pytest.param({"is_held": True}, "停止", id="停止"),
        pytest.param({"terminal_class": "network"}, "貸し出すもの", id="執務室の端末"),
        pytest.param({"has_others": ["D7"]}, "D7", id="もう持っている"),
        pytest.param({"due": NOON}, "過ぎて", id="期限がいま"),
        pytest.param({"due": NOON + LONGEST + HOUR}, "1年", id="長すぎる"),
        pytest.param({"ends_with": NOON + HOUR}, "終わりより後", id="非常災害より長い"),
    ],
)
def test_what_may_not_be_lent(wrong, said):
    assert refusal_to_lend(ASKED, now=NOON) is None
    assert said in str(refusal_to_lend(replace(ASKED, **wrong), now=NOON))


@pytest.mark.parametrize("state", [s for s in State if s not in (State.LENT, State.OVERDUE)])
def test_what_is_not_out_does_not_come_back(state):
    assert refusal_to_take_back(state=state, borrower="P1", to="P2")


def test_what_is_out_comes_back_to_somebody_else_also_late():
    for state in (State.LENT, State.OVERDUE):
        assert refusal_to_take_back(state=state, borrower="P1", to="P2") is None
        assert refusal_to_take_back(state=state, borrower="P1", to="P1")


@given(st.sets(st.sampled_from(sorted(CHECKS))), st.sampled_from(["P1", "P2", "P3"]))
def test_a_third_wipes_and_leaves_nothing_out(done, by):
    refusal = refusal_to_wipe(
        state=State.RETURNED, by=by, borrower="P1", returned_to="P2", done=done
    )

    assert (refusal is None) == (by == "P3" and done == set(CHECKS))


def test_a_loan_is_prolonged_only_forward_and_within_its_occasion():
    asked = {"is_out": True, "due": NOON, "ends_with": NOON + DAY, "now": NOON}

    assert refusal_to_prolong(until=NOON + DAY, **asked) is None
    assert refusal_to_prolong(until=NOON, **asked)
    assert refusal_to_prolong(until=NOON + DAY + HOUR, **asked)
    assert refusal_to_prolong(until=NOON + DAY, **asked | {"is_out": False})


@pytest.mark.parametrize(
    ("now", "days", "grave"),
    [
        pytest.param(NOON - HOUR, None, None, id="期限の前"),
        pytest.param(NOON, 1, False, id="期限ちょうど"),
        pytest.param(NOON + DAY, 2, False, id="翌日"),
        pytest.param(due_after(NOON) - HOUR, 6, False, id="3営業日目の終わりの前"),
        pytest.param(due_after(NOON), 7, True, id="3営業日を過ぎた"),
    ],
)
def test_how_late_it_is(now, days, grave):
    wednesday = NOON
    assert wednesday.astimezone(JST).weekday() == 2
    late = lateness(wednesday, now=now)

    assert (late and (late.days, late.is_grave)) == (days and (days, grave))


def statement(**more):
    said = dict.fromkeys(Statement.__dataclass_fields__, "x")
    return Statement(**said | more)


@given(st.sampled_from(list(Statement.__dataclass_fields__)))
def test_a_signature_is_over_every_word_of_it(field):
    assert statement().digest != statement(**{field: "y"}).digest


def test_a_text_of_another_type_has_another_digest():
    assert statement().text.startswith(b"sekisho.loan/1\n")
