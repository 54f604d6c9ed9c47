from datetime import UTC, date, datetime, timedelta

import pytest

from sekisho.accounts.brake import (
    brakes,
    is_overdue,
    is_season,
    next_season,
    refusal_to_apply,
    refusal_to_confirm,
)

APRIL = datetime(2027, 3, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moving", "staff", "waits"),
    [
        pytest.param(20, 100, False, id="20人ちょうど"),
        pytest.param(21, 100, True, id="21人"),
        pytest.param(21, 700, False, id="700人の3%ちょうど"),
        pytest.param(22, 700, True, id="3%を超える"),
        pytest.param(600, 20_000, False, id="2万人の3%ちょうど"),
        pytest.param(601, 20_000, True, id="2万人の3%を超える"),
        pytest.param(21, 0, True, id="だれもいない会社"),
    ],
)
def test_the_brake_is_the_larger_of_20_people_and_3_percent(moving, staff, waits):
    assert brakes(moving, staff=staff) is waits
    refusal = refusal_to_apply(
        state="staged", moving=moving, staff=staff, season=False, confirmations=1,
        refused_whole=False,
    )  # fmt: skip
    assert (refusal is not None) is waits


def test_two_people_release_the_brake_and_one_does_not():
    asked = {"state": "staged", "moving": 41, "staff": 312, "season": True, "refused_whole": False}

    assert "いま 1 人" in refusal_to_apply(**asked, confirmations=1).remedy
    assert refusal_to_apply(**asked, confirmations=2) is None


@pytest.mark.parametrize("state", ["applied", "refused", "received"])
def test_only_what_waits_is_applied(state):
    assert refusal_to_apply(
        state=state, moving=0, staff=100, season=False, confirmations=2, refused_whole=False
    )


CONFIRM = {"state": "staged", "by": 2, "confirmed_by": {1}, "moving": 41, "season": False}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param({"by": 1, "expected": None}, "もう確認", id="同じ人が二度"),
        pytest.param({"state": "applied", "expected": None}, "確認待ち", id="適用済"),
        pytest.param({"season": True, "expected": None}, "見込みの人数", id="定期異動に人数なし"),
        pytest.param({"season": True, "expected": 40}, "40 人と", id="人数が違う"),
        pytest.param({"expected": 42}, "42 人と", id="ふだんでも違えば"),
    ],
)
def test_who_may_not_confirm_is_told_why(said, words):
    assert words in str(refusal_to_confirm(**{**CONFIRM, **said}))


def test_a_second_person_with_the_announced_number_may():
    assert refusal_to_confirm(**{**CONFIRM, "season": True}, expected=41) is None


def test_seasons_are_days_in_japan():
    assert is_season([APRIL])
    assert not is_season([APRIL - timedelta(seconds=1)])
    assert not is_season([APRIL + timedelta(days=1)])
    assert next_season(date(2027, 4, 1)) == date(2027, 4, 1)
    assert next_season(date(2027, 7, 2)) == date(2028, 4, 1)


def test_explicit_orders_are_overdue_four_hours_after_they_count_and_came():
    early, late = APRIL - timedelta(days=10), APRIL + timedelta(days=4)

    assert not is_overdue(effective_at=APRIL, received_at=early, now=APRIL + timedelta(hours=3.9))
    assert is_overdue(effective_at=APRIL, received_at=early, now=APRIL + timedelta(hours=4))
    assert not is_overdue(effective_at=APRIL, received_at=late, now=late + timedelta(hours=3.9))
