"""Where a terminal may stand: never in the other company's place.

One side of the group owns the grid's information, the other sells. A contractor stands on the side
of whoever entrusted it. What belongs to one side and stands, or is used, on the other is misplaced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

SIDES: Mapping[str, str] = {
    "network": "network",
    "network_contractor": "network",
    "affiliate": "retail",
    "affiliate_contractor": "retail",
    "other_retailer": "retail",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place with the addresses that are its own."""

    code: str
    networks: Sequence[str]


def is_wrong_place(*, owner: str, staff: str) -> bool:
    """Return whether a terminal of `owner` stands wrongly where the people of `staff` work.

    owner, staff: 会社区分. Of a company without a side (the state) nothing is said, and what a
    kind that nobody knows stands for is on no side: then it stands wrongly anywhere but at home.
    """
    if owner == staff:
        return False
    here, there = SIDES.get(owner), SIDES.get(staff)
    return here is None or there is None or here != there


def site_of(address: str, sites: Sequence[Site]) -> str | None:
    """Return the code of the site whose narrowest range holds `address`, or None.

    An address that is none belongs nowhere. Of two ranges of one width the first code wins, so
    that the answer does not hang on the order.
    """
    try:
        asked = ip_address(address)
    except ValueError:
        return None
    holding = [
        (-network.prefixlen, site.code)
        for site in sites
        for network in map(ip_network, site.networks)
        if network.version == asked.version and asked in network
    ]
    return min(holding)[1] if holding else None


def bad_networks(networks: Sequence[str]) -> list[str]:
    """Return those of `networks` that are no range of addresses (a host bit is set, or a typo)."""
    return [text for text in networks if not _is_network(text)]


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
