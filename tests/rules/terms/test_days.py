from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.terms.days import after, day_in_japan, jst_day, months_on


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2025, 8, 31), date(2026, 2, 28), id="応当日がない月は末日"),
        pytest.param(date(2023, 8, 31), date(2024, 2, 29), id="閏年"),
        pytest.param(date(2026, 3, 15), date(2026, 9, 15), id="応当日"),
        pytest.param(date(2026, 7, 1), date(2027, 1, 1), id="年をまたぐ"),
        pytest.param(date(2026, 12, 31), date(2027, 6, 30), id="30日の月"),
    ],
)
def test_six_months_run_to_the_same_day_of_the_month(day, expected):
    assert months_on(day, 6) == expected


def test_midnight_in_japan_is_fifteen_hours_of_the_day_before():
    assert day_in_japan(datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC)) == date(2026, 3, 31)
    assert day_in_japan(datetime(2026, 3, 31, 15, 0, tzinfo=UTC)) == date(2026, 4, 1)


def test_an_order_of_the_first_of_april_begins_the_evening_before_in_greenwich():
    assert jst_day(date(2027, 4, 1)) == datetime(2027, 3, 31, 15, tzinfo=UTC)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_last_day_is_inside_and_the_next_is_not(last_day):
    second = timedelta(seconds=1)
    assert day_in_japan(after(last_day) - second) == last_day
    assert day_in_japan(after(last_day)) == last_day + timedelta(days=1)
    assert day_in_japan(jst_day(last_day)) == last_day


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 6))
def test_months_never_run_into_the_month_after(day, months):
    on = months_on(day, months)
    assert (on.year * 12 + on.month) - (day.year * 12 + day.month) == months
    assert on.day <= day.day
