"""What a directory tells by SCIM: appointments become lines of news; `active` becomes a wish."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.orders import Correction, OrderKind, PostKind, standing
from sekisho.accounts.told import (
    NotUnderstood,
    Teller,
    Told,
    Wish,
    lines,
    strangers,
    taken_back,
    wish,
)
from tests.rules.accounts import twins_of_told

NOW = datetime(2027, 4, 10, 3, tzinfo=UTC)
BY = Teller(source="7", batch="b", company="N1", employee_number="00012", name="関 門子")
RUNNING = Told(order_no="1", unit="N1-10", valid_from="2027-04-01")
COMING = Told(order_no="2", unit="N1-20", kind="concurrent", valid_from="2027-05-01")
OVER = Told(order_no="3", unit="N1-30", kind="support", valid_from="2026-04-01",
            valid_to="2026-09-30")  # fmt: skip


@pytest.mark.parametrize(
    ("active", "expected"),
    [(None, Wish.NOTHING), (True, Wish.LIFT), (False, Wish.STOP)],
    ids=["言わない", "有効", "無効"],
)
@pytest.mark.parametrize("rule", [wish, *twins_of_told.WISHES])
def test_what_is_absent_wishes_for_nothing(rule, active, expected):
    if rule is wish:
        assert rule(active) is expected
    elif active is None:
        assert rule(active) is not expected


def test_a_new_main_post_is_a_joining_and_any_other_is_added():
    found = lines([], [RUNNING, COMING], by=BY, now=NOW)

    assert [(line.number, line.kind, line.post, line.correction) for line in found] == [
        (1, OrderKind.JOIN, PostKind.MAIN, Correction.NEW),
        (2, OrderKind.ADD, PostKind.CONCURRENT, Correction.NEW),
    ]
    assert found[0].employer == found[0].works_for == "N1"
    assert found[0].starts == date(2027, 4, 1)
    assert found[0].identity == ("7", "1", "")


def test_what_is_told_again_is_no_news():
    assert lines([RUNNING, COMING], [COMING, RUNNING], by=BY, now=NOW) == []


def test_what_is_told_otherwise_corrects_the_same_order():
    (line,) = lines([RUNNING], [replace(RUNNING, title="課長")], by=BY, now=NOW)

    assert (line.correction, line.title, line.identity) == (
        Correction.CORRECT,
        "課長",
        ("7", "1", ""),
    )


def test_the_last_day_is_inside():
    (line,) = lines([], [OVER], by=BY, now=NOW)

    assert line.ends_at == datetime(2026, 9, 30, 15, tzinfo=UTC)  # 1 October 00:00 in Japan


def test_for_good_is_no_last_day():
    (line,) = lines([], [replace(RUNNING, valid_to="9999-12-31")], by=BY, now=NOW)

    assert line.ends_at is None


def test_what_is_no_longer_told_is_over_now_or_was_never_true():
    found = lines([RUNNING, COMING, OVER], [], by=BY, now=NOW)

    assert [(line.order_no, line.correction, line.ends_at) for line in found] == [
        ("1", Correction.CORRECT, NOW),
        ("2", Correction.CANCEL, None),
    ]


@given(st.lists(st.tuples(st.integers(-40, 40), st.none() | st.integers(0, 60)), max_size=6))
def test_after_it_was_taken_back_nothing_of_the_source_is_in_force(spans):
    day = date(2027, 4, 10)
    told = [
        Told(
            order_no=str(number),
            kind="concurrent",
            unit="N1-10",
            valid_from=(day + timedelta(days=offset)).isoformat(),
            valid_to="" if last is None else (day + timedelta(days=offset + last)).isoformat(),
        )
        for number, (offset, last) in enumerate(spans)
    ]
    first = lines([], told, by=BY, now=NOW - timedelta(hours=1))

    left = standing([*first, *taken_back(told, by=BY, now=NOW)]).values()

    assert all(line.ends_at is not None and line.ends_at <= NOW for line in left)


@pytest.mark.parametrize(
    ("one", "word"),
    [
        pytest.param(replace(RUNNING, order_no=""), "発令番号", id="番号がない"),
        pytest.param(replace(RUNNING, valid_from=""), "validFrom", id="始まりがない"),
        pytest.param(replace(RUNNING, valid_from="2027/04/01"), "日付", id="斜線の日付"),
        pytest.param(replace(RUNNING, valid_from="20270401"), "日付", id="詰めた日付"),
        pytest.param(replace(RUNNING, valid_from="2027-04-01T00:00:00Z"), "日付", id="時刻"),
        pytest.param(replace(RUNNING, valid_to="2027-03-31"), "終了日", id="終わりが先"),
        pytest.param(replace(RUNNING, kind="boss"), "種類", id="知らない種類"),
        pytest.param(replace(RUNNING, flags=("root",)), "印", id="知らない印"),
    ],
)
def test_what_is_no_order_is_refused_with_a_remedy(one, word):
    with pytest.raises(NotUnderstood, match=word) as refused:
        lines([], [one], by=BY, now=NOW)

    assert refused.value.remedy


def test_two_orders_under_one_number_are_refused():
    with pytest.raises(NotUnderstood, match="二つ"):
        lines([], [RUNNING, replace(RUNNING, unit="N1-20")], by=BY, now=NOW)


def test_whoever_is_employed_elsewhere_is_a_stranger():
    hosted = replace(RUNNING, works_for="R1")
    foreign = replace(RUNNING, employer="R1", works_for="N1")

    assert strangers([RUNNING, hosted], company="N1") == frozenset()
    assert strangers([RUNNING, foreign], company="N1") == {"R1"}
