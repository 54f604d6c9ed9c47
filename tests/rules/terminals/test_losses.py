"""The clock of a leak, and who may end a loss."""

from datetime import date, datetime

import pytest

from sekisho.terminals.losses import clock, refusal_to_close, refusal_to_report
from sekisho.terminals.states import Act, State
from sekisho.terms.days import JST


def test_the_day_on_which_anybody_knows_is_day_one():
    late_in_the_evening = datetime(2027, 1, 12, 23, 40, tzinfo=JST)

    told = clock(late_in_the_evening, now=datetime(2027, 1, 13, 0, 10, tzinfo=JST))

    assert (told.first, told.today) == (date(2027, 1, 12), 2)
    assert told.first_report == (date(2027, 1, 14), date(2027, 1, 16))
    assert told.final_report == (date(2027, 2, 10), date(2027, 3, 12))


@pytest.mark.parametrize("state", [s for s in State if "lost" in s or s in ("found", "disposed")])
def test_what_is_lost_already_is_not_lost_again(state):
    assert refusal_to_report(state=state, circumstances="電車に忘れた")


def test_a_report_needs_words_and_nothing_else():
    assert refusal_to_report(state=State.LENT, circumstances=" 鞄 ")
    assert refusal_to_report(state=State.LENT, circumstances="鞄ごと盗まれた") is None


@pytest.mark.parametrize(
    ("act", "by", "allowed"),
    [
        (Act.INSPECT, "P1", False), (Act.INSPECT, "P2", False), (Act.INSPECT, "P3", True),
        (Act.WRITE_OFF, "P1", False), (Act.WRITE_OFF, "P2", True),
    ],
)  # fmt: skip
def test_who_lost_or_found_it_does_not_end_it(act, by, allowed):
    refusal = refusal_to_close(
        state=State.FOUND, act=act, by=by, reported_by="P1", found_by="P2", note="開けた跡なし"
    )

    assert (refusal is None) == allowed


def test_what_was_not_found_is_not_inspected():
    assert refusal_to_close(
        state=State.LOST, act=Act.INSPECT, by="P3", reported_by="P1", found_by=None, note="確かめた"
    )
