"""The list by which the company's web proxy lets people reach a system (許可リスト).

One name a line; what stands behind # is for people. The proxy's own list is read the same way.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.terms.days import JST

_NAME = re.compile(r"[A-Za-z0-9._@\\-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Allowed:
    """Somebody who may reach the system. name: as the proxy knows them. until: not included."""

    name: str
    until: datetime
    grant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """listed: in the proxy's list without a grant. absent: with a grant and not in the list.

    unread: lines that are no name, as they stand.
    """

    listed: Sequence[str]
    absent: Sequence[str]
    unread: Sequence[str]
    both: int


def text_of(allowed: Iterable[Allowed], *, host: str, now: datetime) -> str:
    """Return the list as the proxy takes it. A name with several grants stands once."""
    last: dict[str, Allowed] = {}
    for one in allowed:
        if one.name not in last or one.until > last[one.name].until:
            last[one.name] = one
    lines = [
        f"# {host} に行ってよい人（{now.astimezone(JST):%Y-%m-%d %H:%M} 現在、{len(last)} 人）",
        *(
            f"{one.name}\t# {one.until.astimezone(JST):%Y-%m-%d %H:%M} まで {one.grant}"
            for one in sorted(last.values())
        ),
    ]
    return "\n".join(lines) + "\n"


def compared(allowed: Iterable[Allowed], text: str) -> Difference:
    """Return how the proxy's own list differs from who may. Case and width do not matter."""
    may = {one.name.lower(): one.name for one in allowed}
    names: dict[str, str] = {}
    unread = []
    for line in text.splitlines():
        name = unicodedata.normalize("NFKC", line).partition("#")[0].strip()
        if name and _NAME.fullmatch(name):
            names[name.lower()] = name
        elif name:
            unread.append(line.strip())
    return Difference(
        listed=sorted(names[key] for key in names.keys() - may.keys()),
        absent=sorted(may[key] for key in may.keys() - names.keys()),
        unread=unread,
        both=len(names.keys() & may.keys()),
    )
