"""Boxes of contexts, held against asking every context."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sekisho.policy.cubes import meet, minus, one_of, size, uncovered, without
from tests.rules.policy.tables import ALL, cubes, inside
from tests.rules.policy.twins import UNCOVERED

steady = settings(max_examples=300, derandomize=True, deadline=None, report_multiple_bugs=False)
unshrunk = settings(steady, phases=(Phase.generate,))  # to catch a twin needs no small example


def members(cube):
    return [n for n, look in enumerate(ALL) if inside(cube, look)]


def exactly_what_is_left_over(uncovered, how=steady):
    @how
    @given(cubes, st.lists(cubes, max_size=6))
    def holds(cube, by):
        left_over = set(members(cube)) - {n for other in by for n in members(other)}

        left = uncovered(cube, by=by)

        assert (left is None) == (not left_over)
        assert left is None or set(members(left)) <= left_over

    holds()


def test_a_part_that_no_cube_covers_is_found_if_there_is_one():
    exactly_what_is_left_over(uncovered)


@pytest.mark.parametrize("twin", UNCOVERED, ids=lambda one: one.__name__)
def test_a_broken_cover_is_caught(twin):
    with pytest.raises(AssertionError):
        exactly_what_is_left_over(twin, unshrunk)


@given(cubes, cubes)
def test_two_cubes_meet_in_what_lies_in_both(a, b):
    common = meet(a, b)

    both = sorted({*members(a)} & {*members(b)})
    assert (members(common) if common else []) == both


@given(cubes, cubes)
def test_a_cube_without_another_falls_into_disjoint_pieces(a, b):
    common = meet(a, b)
    pieces = list(minus(a, common)) if common else [a]

    found = [n for piece in pieces for n in members(piece)]
    assert sorted(found) == sorted({*members(a)} - {*members(b)})


@given(cubes, st.lists(cubes, max_size=5))
def test_a_cube_without_several_is_exactly_the_rest(cube, by):
    found = [n for piece in without(cube, by=by) for n in members(piece)]

    assert sorted(found) == sorted({*members(cube)} - {n for other in by for n in members(other)})


@given(cubes)
def test_the_size_is_the_number_of_contexts(cube):
    assert size(cube) == len(members(cube))
    assert members(one_of(cube))[0] in members(cube)
    assert size(one_of(cube)) == 1
