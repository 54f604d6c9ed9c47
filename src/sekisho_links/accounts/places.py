"""The file `places.toml` of the home: what the company calls its networks. None: no place is known.

[places]
"10.1.0.0/16" = "本店"
"10.2.0.0/16" = "白浜支店"
"""

import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from sekisho.errors import SekishoError

FILE = "places.toml"


class BadPlaces(SekishoError):
    """`places.toml` does not say what it must."""


def places(home: Path) -> Mapping[IPv4Network | IPv6Network, str]:
    """Return the name of each network in `places.toml` of `home`; without the file, none."""
    file = home / FILE
    if not file.exists():
        return {}
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8")).get("places", {})
        return {ip_network(network): str(name) for network, name in read.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise BadPlaces(
            f"読めません（{error}）",
            place=FILE,
            remedy='[places] の下に "10.1.0.0/16" = "本店" のように書いてください',
        ) from error
