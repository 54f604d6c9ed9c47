"""Walks to a screen: held against every walk there is, by brute force."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.policy.screens import ENTRANCES, Transition
from sekisho.proof.paths import depths, doors_to, shortest, to_each, ways_of
from sekisho_links.policy.folders import shipped_policy

SCREENS = tuple("ABCDE")
POLICY = shipped_policy()


def way(source, target, n=0):
    return Transition(
        id=f"X-T{n:02}", source=source, target=target, action="", carries="なし", again="する",
        note="",
    )  # fmt: skip


places = st.sampled_from((*ENTRANCES, *SCREENS))
graphs = st.lists(st.tuples(places, st.sampled_from(SCREENS)), max_size=14).map(
    lambda pairs: tuple(way(source, target, n) for n, (source, target) in enumerate(pairs))
)


def every_walk(ways, entrance, target, *, screens=SCREENS):
    """Return every walk without a return, by trying all sequences of screens."""
    steps = {(one.source, one.target) for one in ways}
    return [
        walk
        for length in range(len(screens))
        for between in product(screens, repeat=length)
        if len(set(between) | {target}) == length + 1
        for walk in [(entrance, *between, target)]
        if all(pair in steps for pair in pairwise(walk))
    ]


@given(ways=graphs, entrance=st.sampled_from(ENTRANCES), target=st.sampled_from(SCREENS))
def test_the_shortest_walks_are_all_the_shortest_and_real(ways, entrance, target):
    walks = every_walk(ways, entrance, target)

    found = shortest(ways, entrance=entrance, target=target, most=100)

    if not walks:
        assert found is None
    else:
        least = min(map(len, walks))
        assert sorted(found.walks) == sorted(walk for walk in walks if len(walk) == least)
        assert found.count == len(found.walks)
        assert found.steps == least - 1


@given(ways=graphs, target=st.sampled_from(SCREENS), most=st.integers(1, 3))
def test_few_are_told_and_all_are_counted(ways, target, most):
    whole = shortest(ways, entrance="入口", target=target, most=100)

    found = shortest(ways, entrance="入口", target=target, most=most)

    assert (found is None) == (whole is None)
    if found:
        assert found.count == whole.count
        assert len(found.walks) == min(most, whole.count)
        assert set(found.walks) <= set(whole.walks)


@given(
    ways=graphs, target=st.sampled_from(SCREENS), through=st.frozensets(st.sampled_from(SCREENS))
)
def test_a_walk_steps_only_where_it_may(ways, target, through):
    narrowed = tuple(one for one in ways if one.target in through and one.source not in
                     set(SCREENS) - through)  # fmt: skip

    found = shortest(ways, entrance="入口", target=target, through=through)

    assert found == shortest(narrowed, entrance="入口", target=target)


@given(ways=graphs)
def test_depth_is_the_length_of_the_shortest_walk(ways):
    found = depths(ways)

    for target in SCREENS:
        lengths = [
            len(walk) - 1 for entrance in ENTRANCES for walk in every_walk(ways, entrance, target)
        ]
        assert found.get(target) == min(lengths, default=None)


@given(ways=graphs, screens=st.frozensets(st.sampled_from(SCREENS), min_size=1))
def test_the_doors_are_the_first_steps_upon_the_screens(ways, screens):
    first = set()
    for target in screens:
        for entrance in ENTRANCES:
            for walk in every_walk(ways, entrance, target):
                if not set(walk[:-1]) & screens:
                    first.add(walk[-2:])

    found = doors_to(ways, screens=screens)

    assert {(one.source, one.target) for one in found} == first
    assert found == tuple(one for one in ways if (one.source, one.target) in first)


@given(ways=graphs, screens=st.frozensets(st.sampled_from(SCREENS), min_size=1))
def test_where_there_is_one_door_nothing_is_reached_without_it(ways, screens):
    doors = doors_to(ways, screens=screens)
    if len(doors) == 1:
        left = tuple(one for one in ways if one is not doors[0])

        assert not doors_to(left, screens=screens)


def test_nothing_leads_back_to_an_entrance():
    ways = (way("入口", "A"), way("A", "入口"), way("A", "直接URL"))

    assert depths(ways, entrances=("入口",)) == {"入口": 0, "A": 1}


def test_many_equal_walks_are_counted_without_being_walked():
    layers = [tuple(f"{name}{n}" for name in "abc") for n in range(30)]
    ways = [way("入口", place) for place in layers[0]]
    ways += [way(a, b) for one, other in pairwise(layers) for a in one for b in other]

    found = shortest(tuple(ways), entrance="入口", target="a29")

    assert found.count == 3**29
    assert len(found.walks) == 6


@pytest.mark.parametrize("key", POLICY.systems)
def test_every_shipped_screen_is_reached_from_outside(key):
    ways = ways_of(POLICY)
    screens = POLICY.systems[key].screens

    found = to_each(ways, targets=screens)

    assert {one.target for one in found} == set(screens)


def test_the_way_to_a_contract_is_told_as_people_walk_it():
    within = POLICY.systems["takuso"].screens

    found = shortest(ways_of(POLICY), entrance="入口", target="TK-310", through=within)

    assert ("入口", "TK-000", "TK-110", "TK-210", "TK-310") in found.walks


def test_a_way_through_another_system_may_be_shorter():
    found = shortest(ways_of(POLICY), entrance="入口", target="TK-310")

    assert found.walks == (("入口", "CC-310", "TK-310"),)
