"""A terminal of one side stands wrongly on the other; addresses say where it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.terminals.places import SIDES, Site, bad_networks, is_wrong_place, site_of

KINDS = (*SIDES, "government", "regulator", "謎")


@pytest.mark.parametrize(
    ("owner", "staff", "wrong"),
    [
        pytest.param("network", "network", False, id="自社"),
        pytest.param("network", "affiliate", True, id="送配電の端末が小売に"),
        pytest.param("affiliate", "network", True, id="小売の端末が送配電に"),
        pytest.param("network_contractor", "network", False, id="委託先の端末が委託元に"),
        pytest.param("network_contractor", "affiliate_contractor", True, id="相手方の委託先に"),
        pytest.param("network", "other_retailer", True, id="新電力に"),
        pytest.param("government", "government", False, id="国は国に"),
        pytest.param("network", "government", True, id="側のない場所"),
    ],
)
def test_where_a_terminal_may_not_stand(owner, staff, wrong):
    assert is_wrong_place(owner=owner, staff=staff) is wrong


@given(st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_it_is_wrong_both_ways_and_at_home_never(owner, staff):
    assert is_wrong_place(owner=owner, staff=staff) == is_wrong_place(owner=staff, staff=owner)
    assert not is_wrong_place(owner=owner, staff=owner)


SITES = (
    Site(code="A", networks=("10.20.0.0/16", "2001:db8::/32")),
    Site(code="B", networks=("10.20.7.0/24",)),
)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("10.20.6.255", "A"), ("10.20.7.0", "B"), ("10.20.7.255", "B"), ("10.20.8.0", "A"),
        ("10.21.0.0", None), ("2001:db8::1", "A"), ("2001:db9::1", None), ("", None), ("x", None),
    ],
)  # fmt: skip
def test_the_narrowest_range_is_the_place(address, code):
    assert site_of(address, SITES) == code
    assert site_of(address, SITES[::-1]) == code


def test_a_range_with_a_host_in_it_is_no_range():
    assert bad_networks(["10.20.0.0/16", "10.20.0.1/16", "10.20/16", "x"]) == [
        "10.20.0.1/16", "10.20/16", "x",
    ]  # fmt: skip
