"""Regions: the same contexts have one name, however they are cut."""

from hypothesis import given
from hypothesis import strategies as st

from sekisho.policy.regions import cut, digest_of, disjoint, hull, joined
from tests.rules.policy.tables import ALL, ATTRIBUTES, cubes, inside

regions = st.lists(cubes, max_size=5)


def looks(region):
    return [look for look in ALL if any(inside(cube, look) for cube in region)]


def apart(region):
    return all(sum(inside(cube, look) for cube in region) <= 1 for look in ALL)


@given(regions, regions)
def test_a_cut_keeps_every_context_on_one_side(region, by):
    within, outside = cut(disjoint(region), by=by)

    assert apart([*within, *outside])
    assert looks([*within, *outside]) == looks(region)
    assert looks(within) == [look for look in looks(region) if look in looks(by)]


@given(regions)
def test_joined_is_the_same_region_in_no_more_cubes(region):
    boxes = disjoint(region)

    assert looks(joined(boxes)) == looks(boxes) == looks(region)
    assert apart(joined(boxes))
    assert len(joined(boxes)) <= len(boxes)


@given(st.lists(cubes, min_size=1, max_size=5))
def test_the_hull_is_the_smallest_cube_around(region):
    around = hull(region)

    assert set(map(str, looks(region))) <= set(map(str, looks([around])))
    for place in range(len(around)):
        bits = {1 << n for n in range(6) if around[place] >> n & 1}
        assert all(any(cube[place] & bit for cube in region) for bit in bits)


@given(regions, regions)
def test_two_regions_have_one_digest_if_and_only_if_they_hold_the_same_contexts(one, other):
    first, second = (digest_of(region, attributes=ATTRIBUTES) for region in (one, other))

    assert (first == second) == (looks(one) == looks(other))


@given(regions, st.randoms())
def test_the_digest_depends_on_no_order(region, random):
    names = random.sample(list(ATTRIBUTES), len(ATTRIBUTES))
    turned = {name: tuple(reversed(ATTRIBUTES[name])) for name in names}
    old = list(ATTRIBUTES)

    def bits(cube, name):
        values, given_bits = ATTRIBUTES[name], cube[old.index(name)]
        words = [value for n, value in enumerate(values) if given_bits >> n & 1]
        return sum(1 << turned[name].index(word) for word in words)

    again = [tuple(bits(cube, name) for name in names) for cube in region]

    assert digest_of(again, attributes=turned) == digest_of(region, attributes=ATTRIBUTES)
