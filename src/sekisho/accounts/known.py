"""What the registers know when news comes: people with their posts, units, and duties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sekisho.accounts.chart import UnitFact
from sekisho.accounts.orders import OrderLine
from sekisho.accounts.timelines import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person as the registers know them. key: opaque here."""

    key: str
    name: str = ""
    kana: str = ""
    numbers: frozenset[tuple[str, str]] = frozenset()  # (company, employee number)
    group_id: str = ""
    given: tuple[Post, ...] = ()  # at the feed's company, before any order
    posts: tuple[Post, ...] = ()  # at the feed's company, as believed now
    lines: tuple[OrderLine, ...] = ()  # every line about them that was taken before
    absent: bool = False  # stopped since a snapshot did not name them


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything that a plan rests on.

    company: whose people the feed may touch; works_for: the companies of the group.
    members: everybody whom the lines name or may mean; of a snapshot, everybody in a post.
    numbers: employee numbers of the company besides those of the members (superiors).
    duties:  (unit, title) -> flags as the second line keeps them; (unit, "") for every title.
    """

    company: str
    companies: frozenset[str] = frozenset()
    members: Sequence[Member] = ()
    units: Mapping[str, UnitFact] = field(default_factory=dict)
    duties: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
