"""The chart of the units (組織図), and the chain of superiors: neither may run in a circle."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFact:
    """A unit of a company. ends: the moment at which it is abolished, None where it is not."""

    company: str
    parent: str | None = None
    ends: datetime | None = None


def circles(above: Mapping[str, str | None]) -> list[tuple[str, ...]]:
    """Return the circles in which somebody stands above themselves, each from its least name.

    above: what stands directly above each; what stands above nothing known ends the way up.
    """
    done: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in sorted(above):
        way: dict[str, int] = {}
        here: str | None = start
        while here is not None and here in above and here not in done and here not in way:
            way[here] = len(way)
            here = above[here]
        if here is not None and here in way:
            circle = list(way)[way[here] :]
            least = circle.index(min(circle))
            found.append((*circle[least:], *circle[:least]))
        done |= way.keys()
    return sorted(found)
