from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.chart import circles

charts = st.dictionaries(st.sampled_from("abcdef"), st.none() | st.sampled_from("abcdefgh"))


@given(charts)
def test_who_is_in_a_circle_meets_themselves_on_the_way_up(above):
    inside = {name for circle in circles(above) for name in circle}

    for name in above:
        here, met = above[name], set()
        while here is not None and here not in met and here != name:
            met.add(here)
            here = above.get(here)
        assert (name in inside) is (here == name)


def test_each_circle_is_told_once_from_its_least_name():
    assert circles({"b": "c", "c": "a", "a": "b", "d": "a", "e": None, "f": "f"}) == [
        ("a", "b", "c"),
        ("f",),
    ]
