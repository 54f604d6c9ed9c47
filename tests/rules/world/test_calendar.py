"""The year of the logs, in Japan, and the hours at which people work."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.world import calendar
from sekisho.world.chance import pick, stream
from sekisho.world.group import month_of


def test_the_year_begins_and_ends_at_midnight_in_japan():
    begins = datetime.fromtimestamp(calendar.STARTS, UTC)

    assert begins == datetime(2025, 3, 31, 15, tzinfo=UTC)
    assert datetime.fromtimestamp(calendar.ENDS, UTC) - begins == timedelta(days=365)
    assert calendar.DAYS == 365
    assert calendar.MONTHS[0] == "2025-04"
    assert calendar.MONTHS[8:10] == ("2025-12", "2026-01")
    assert calendar.MONTHS[-1] == "2026-03"


@given(st.integers(0, 11), st.sampled_from(sorted(calendar.HOURS)), st.integers(0, 2**32))
def test_a_moment_lies_in_its_month(month, rhythm, seed):
    found = calendar.moments(stream(seed, "t"), month, rhythm, 50)

    assert (month_of(found) == month).all()


def test_the_edge_of_a_month_belongs_to_the_later_one():
    assert month_of(np.array([calendar.EDGES[3] - 1, calendar.EDGES[3]])).tolist() == [2, 3]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), min_size=1, max_size=8),
    st.integers(0, 2**32),
)
def test_a_moment_within_a_period_lies_in_it(periods, seed):
    starts = np.array([calendar.STARTS + hours * calendar.HOUR for hours, _ in periods])
    ends = starts + np.array([hours * calendar.HOUR for _, hours in periods])

    found = calendar.moments_within(stream(seed, "t"), "office", starts, ends)

    assert (starts <= found).all()
    assert (found < ends).all()


def test_offices_rest_on_days_off_and_call_centres_do_not():
    office = calendar.moments(stream(1, "t"), 4, "office", 20_000)
    round_the_clock = calendar.moments(stream(1, "t"), 4, "round", 20_000)

    def resting(times):
        days = [datetime.fromtimestamp(t + calendar.JST, UTC).date() for t in times.tolist()]
        return sum(day.weekday() >= 5 or day in calendar.DAYS_OFF for day in days) / len(days)

    assert resting(office) < 0.05
    assert resting(round_the_clock) > 0.25


def test_what_one_subject_draws_does_not_move_another():
    one = stream(1, "people").integers(0, 100, 5)
    other = stream(1, "contracts")
    other.random(1000)

    assert (stream(1, "people").integers(0, 100, 5) == one).all()
    assert (stream(2, "people").integers(0, 100, 5) != one).any()


@pytest.mark.parametrize("weights", [[0, 1, 0], [5, 0, 5]])
def test_what_has_no_weight_is_never_drawn(weights):
    drawn = set(pick(stream(1, "t"), np.array(weights), 500).tolist())

    assert drawn == {n for n, weight in enumerate(weights) if weight}
