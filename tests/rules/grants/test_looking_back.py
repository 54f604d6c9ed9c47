from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.grants.looking_back import (
    Answer,
    Looker,
    Looks,
    Shown,
    Used,
    due_at,
    is_overdue,
    overdue,
    refusal_to_answer,
    refusal_to_decide,
    seen,
)

FRIDAY = datetime(2026, 4, 3, 3, tzinfo=UTC)  # noon in Japan
DAY = timedelta(days=1)
USE = Used(key="1", person="A", over_at=FRIDAY, approvers=frozenset({"B"}))
APPROVER = Looker(person="B", line=1, is_owner=True)


def shown(record="R1", **told):
    return Shown(
        **{
            "at": FRIDAY, "screen": "SE-D01", "act": "view", "relation": "own", "record": record,
            "classes": ("設備",),
        }
        | told
    )  # fmt: skip


def test_records_are_counted_once_however_often_they_were_looked_at():
    found = seen(
        [shown(), shown(at=FRIDAY + DAY, classes=("設備", "本人連絡先")), shown("R2")], looks=3
    )

    assert found.records == 2
    assert found.by_class == {("設備", "own"): 2, ("本人連絡先", "own"): 1}
    assert found.screens == {"SE-D01": 3}


@pytest.mark.parametrize(
    ("reference", "outside"),
    [
        pytest.param({"F1"}, ["R2"], id="根拠の番号にない記録"),
        pytest.param({"R2"}, ["R1"], id="記録そのものの番号"),
        pytest.param({"F1", "R2"}, [], id="どれも根拠にある"),
        pytest.param(set(), [], id="番号のない承認"),
    ],
)
def test_records_outside_the_reference_are_suspects(reference, outside):
    found = seen([shown(numbers=("F1",)), shown("R2")], looks=2, reference=reference)

    assert [one.record for one in found.outside] == outside
    assert found.checked is bool(reference)


@given(st.lists(st.builds(shown, st.sampled_from(["R1", "R2", "R3"]),
                          numbers=st.sampled_from([(), ("F1",)]),
                          relation=st.sampled_from(["own", "rival"])), max_size=8),
       st.randoms())  # fmt: skip
def test_the_order_of_the_looks_changes_nothing(looks, random):
    shuffled = random.sample(looks, len(looks))

    assert seen(looks, looks=len(looks), reference={"F1"}) == seen(
        shuffled, looks=len(looks), reference={"F1"}
    )


@given(st.lists(st.builds(shown, st.sampled_from(["R1", "R2"]),
                          numbers=st.sampled_from([(), ("F1",)])), max_size=6))  # fmt: skip
def test_no_record_without_its_reference_goes_unsaid(looks):
    """Every record is either named by the approval or said to lie outside."""
    found = seen(looks, looks=len(looks), reference={"F1"})
    bare = {one.record for one in looks if "F1" not in one.numbers}

    assert {one.record for one in found.outside} == bare


def test_three_business_days_after_a_friday_are_a_wednesday():
    assert due_at(USE).isoformat() == "2026-04-09T00:00:00+09:00"
    assert not is_overdue(USE, due_at(USE) - timedelta(seconds=1))
    assert is_overdue(USE, due_at(USE))


@pytest.mark.parametrize(
    ("use", "by", "now", "said"),
    [
        pytest.param(USE, APPROVER, FRIDAY, None, id="承認した人"),
        pytest.param(USE, Looker(person="C", line=2, is_owner=True), FRIDAY, None, id="第2線"),
        pytest.param(USE, Looker(person="C", line=2, is_owner=False), FRIDAY, "承認した人か",
                     id="別の会社の第2線"),
        pytest.param(USE, Looker(person="A", line=2, is_owner=True), FRIDAY, "自分の利用",
                     id="自分の利用は第2線でも"),
        pytest.param(USE, APPROVER, FRIDAY - DAY, "まだ終わって", id="まだ続いている"),
        pytest.param(replace(USE, looked_at=FRIDAY), APPROVER, FRIDAY, "もう確かめ", id="二度目"),
        pytest.param(replace(USE, looks=Looks.NONE), APPROVER, FRIDAY, "要りません",
                     id="規程が求めない"),
        pytest.param(replace(USE, looks=Looks.LINE2), APPROVER, FRIDAY, "第2線",
                     id="第2線が見る規程"),
    ],
)  # fmt: skip
def test_who_looks_back(use, by, now, said):
    refusal = refusal_to_answer(use, by=by, answer=Answer.PROPER, note="", now=now)

    assert (refusal is None) == (said is None)
    assert said is None or said in refusal.reason


def test_what_must_be_checked_says_why():
    asked = {"by": APPROVER, "answer": Answer.TO_CHECK, "now": FRIDAY}

    assert refusal_to_answer(USE, note="　", **asked) is not None
    assert refusal_to_answer(USE, note="R2は根拠にない", **asked) is None


def test_who_does_not_look_back_decides_no_more_but_in_an_emergency():
    late = due_at(USE)

    def refusal(use, *, by="B", in_emergency=False, now=late):
        return refusal_to_decide([use], by=by, in_emergency=in_emergency, now=now)

    assert "1件" in refusal(USE).reason
    assert refusal(USE, in_emergency=True) is None
    assert [one.key for one in overdue([USE], by="B", now=late)] == ["1"]
    assert refusal(USE, now=late - DAY) is None
    assert refusal(USE, by="C") is None
    assert refusal(replace(USE, looked_at=late)) is None
