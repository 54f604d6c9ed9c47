"""Where an address of a log is (場所): at a site of the system's users, or anywhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from sekisho.grants.reconciling.facts import Place

ELSEWHERE = "登録のない場所"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range of addresses (10.1.0.0/16) at a site. ours: people of the owner work there."""

    network: str
    site: str
    ours: bool


def places(addresses: Iterable[str], ranges: Sequence[Range]) -> Sequence[Place]:
    """Return where each address is; the narrowest range speaks, and of two the foreign one.

    An address in no range is elsewhere, and not ours. Where no range of ours is known at all,
    nothing can be judged, and no address has a place. What is no address has none either.
    """
    if not any(one.ours for one in ranges):
        return []
    known = [(found, one) for one in ranges if (found := _network(one.network)) is not None]
    answer = []
    for text in sorted(set(addresses)):
        address = _address(text)
        if address is None:
            continue
        holding = [(-net.prefixlen, one.ours, one.site) for net, one in known if address in net]
        _, ours, site = min(holding, default=(0, False, ELSEWHERE))
        answer.append(Place(text, site, ours))
    return answer


@lru_cache(maxsize=4096)
def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
