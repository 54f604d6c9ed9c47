"""Which shard (区画) a record belongs to: company × system × fiscal year, one origin each."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sekisho.ledger.leaves import BadLeaf

JST = timezone(timedelta(hours=9), "JST")
HOUSE = "house"  # the system of what happens to no system: sign-in, readings of the ledger
_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    company: str
    system: str
    fiscal_year: int

    @property
    def origin(self) -> str:
        """Return the name of its log, as it will stand on its checkpoints."""
        return f"sekisho.{self.company}.example/{self.system}/fy{self.fiscal_year}"


def shard_at(at: datetime, *, company: str, system: str) -> Shard:
    """Return the shard of what happens at `at`. A fiscal year (年度) begins on 1 April, JST.

    company: the company that keeps the ledger. system: a key of systems.csv, or HOUSE.
    """
    for word in (company, system):
        if not _WORD.fullmatch(word):
            raise BadLeaf(f"{word!r} is no name of a log: lower-case letters, digits and hyphens")
    day = at.astimezone(JST)
    return Shard(company=company, system=system, fiscal_year=day.year - (day.month < 4))
