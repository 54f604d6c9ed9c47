"""What a document is made of: one version of the tables, one system in it, and its days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sekisho.policy.system import Policy, System
from sekisho.terms.days import JST


def period(starts: date | None, ends: date | None) -> str:
    """Return days in force in words. ends: the first day on which it no longer holds."""
    first = f"{starts.isoformat()} から" if starts else "始まりを定めない"
    return f"{first}、{ends.isoformat()} の前日まで" if ends else f"{first}、終わりを定めない"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One version of one system, as the documents speak of it.

    name:    what the version is called for good: the change that it comes from. Not 公開中,
             which it may no longer be when the document is made again.
    made_at: when the version was stored or went live; a moment with a zone. Not when the
             document is made: a document made again has the same bytes.
    starts, ends: days in Japan in which it is in force, where they are known; `ends` is not one.
    """

    policy: Policy
    system: System
    name: str
    made_at: datetime
    starts: date | None = None
    ends: date | None = None

    @property
    def days(self) -> str:
        """The days in which the version is in force, in words."""
        return period(self.starts or (self.system.stretches or (None,))[-1], self.ends)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands on the front page of every document about the version."""
        return (
            ("システム", f"{self.system.name}（{self.system.code}）"),
            ("版", f"{self.name}　sha256:{self.policy.hash}"),
            ("このシステムの表", f"sha256:{self.system.hash}"),
            ("適用する日", self.days),
        )

    @property
    def moment(self) -> str:
        """`made_at` as the shapes want it."""
        return f"{self.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    @property
    def day(self) -> str:
        return f"{self.made_at.astimezone(JST):%Y年%m月%d日}"
