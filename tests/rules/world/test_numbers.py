"""Numbers have the shape that the documents give them, and no two points share one."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.world.contracts import draw_contracts
from sekisho.world.numbers import corporate_numbers, digits, facility_ids, joined, point_numbers


@pytest.fixture(scope="module")
def contracts():
    return draw_contracts(5, 30_000)


def test_a_point_number_has_22_digits_area_and_district(contracts):
    every = np.arange(contracts.points)
    numbers = point_numbers(contracts, every).astype(str)

    assert all(re.fullmatch(r"09(0[1-9]|1[0-2])\d{18}", number) for number in numbers)
    assert (np.array([int(n[2:4]) for n in numbers]) - 1 == contracts.district).all()
    assert len(set(numbers)) == contracts.points


def test_a_facility_id_begins_with_a_letter(contracts):
    generation = np.arange(contracts.demand, contracts.points)
    numbers = facility_ids(contracts, generation).astype(str)

    assert all(re.fullmatch(r"[A-Z][0-9A-Z]{9,10}", number) for number in numbers)
    assert len(set(numbers)) == contracts.generation


def test_the_check_digit_of_a_corporate_number_is_the_published_one():
    assert corporate_numbers(np.array([12_050_002])).tolist() == [b"7000012050002"]


@given(st.lists(st.integers(0, 10**12 - 1), min_size=1, max_size=20))
def test_a_corporate_number_never_begins_with_zero(bases):
    for number in corporate_numbers(np.array(bases)).astype(str):
        assert re.fullmatch(r"[1-9]\d{12}", number)


@given(st.lists(st.integers(0, 10**8 - 1), min_size=1, max_size=20))
def test_digits_say_the_number_with_leading_zeros(values):
    text = joined(digits(np.array(values), 8)).astype(str).tolist()

    assert text == [f"{value:08d}" for value in values]
