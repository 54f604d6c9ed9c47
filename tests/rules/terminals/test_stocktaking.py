"""Every terminal that was expected, and every label that was read, has exactly one result."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.terminals.stocktaking import (
    Result,
    Scan,
    outcome,
    refusal_to_approve,
    refusal_to_close,
    totals,
)

EXPECTED = {"D1": "S1", "D2": "S1", "D3": "S1"}


def scan(label, place="S1", *, known=True):
    return Scan(label=label, is_known=known, place=place)


@pytest.mark.parametrize(
    ("scans", "label", "result"),
    [
        pytest.param([scan("D1")], "D1", Result.FOUND, id="あり"),
        pytest.param([scan("D1"), scan("D1")], "D1", Result.FOUND, id="同じ所で二度読んだ"),
        pytest.param([scan("D1", "S2")], "D1", Result.MISPLACED, id="別の場所にあった"),
        pytest.param([], "D1", Result.MISSING, id="読めなかった"),
        pytest.param([scan("X", known=False)], "X", Result.UNKNOWN, id="台帳にない"),
        pytest.param([scan("D9")], "D9", Result.MISPLACED, id="よその端末があった"),
        pytest.param([scan("D1"), scan("D1", "S2")], "D1", Result.DUPLICATE, id="札が二つある"),
        pytest.param(
            [scan("X", known=False), scan("X", "S2", known=False)], "X", Result.DUPLICATE,
            id="知らない札が二つある",
        ),
    ],
)  # fmt: skip
def test_what_comes_of_a_label(scans, label, result):
    [line] = [line for line in outcome(EXPECTED, scans) if line.label == label]

    assert line.result is result


labels = st.sampled_from(["D1", "D2", "D3", "D9", "X1", "X2"])
scans = st.lists(
    st.builds(
        lambda label, place: Scan(label=label, is_known=label.startswith("D"), place=place),
        labels,
        st.sampled_from(["S1", "S2"]),
    )
)


@given(scans, st.randoms())
def test_nothing_is_lost_counted_twice_or_hangs_on_the_order(read, random):
    lines = outcome(EXPECTED, read)
    shuffled = random.sample(read, len(read))

    assert Counter(line.label for line in lines) == dict.fromkeys(
        {*EXPECTED, *(one.label for one in read)}, 1
    )
    assert sum(totals(lines).values()) == len(lines)
    assert sorted(outcome(EXPECTED, shuffled), key=str) == sorted(lines, key=str)
    for line in lines:
        places = {one.place for one in read if one.label == line.label}
        assert (line.result is Result.MISSING) == (not places)
        assert (line.result is Result.FOUND) == (
            line.label in EXPECTED and places == {EXPECTED[line.label]}
        )


def test_a_count_without_a_label_is_none():
    assert refusal_to_close(is_open=True, read=0)
    assert refusal_to_close(is_open=False, read=3)
    assert refusal_to_close(is_open=True, read=1) is None


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"is_closed": False}, id="数えている途中"),
        pytest.param({"is_approved": True}, id="承認済み"),
        pytest.param({"by": "P1"}, id="数えた人"),
        pytest.param({"unit": 4}, id="数えた組織"),
    ],
)
def test_nobody_approves_their_own_count(wrong):
    asked = {
        "is_closed": True, "is_approved": False, "by": "P2", "unit": 5, "counted_by": {"P1"},
        "counted_in": 4,
    }  # fmt: skip

    assert refusal_to_approve(**asked) is None
    assert refusal_to_approve(**asked | wrong)
