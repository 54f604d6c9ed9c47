"""What the apps below tell the findings."""

from collections.abc import Sequence
from datetime import datetime

from sekisho.campaigns.findings import Kind
from sekisho_web.campaigns.operations import open_finding
from sekisho_web.campaigns.operations.unpledged import stop_unpledged


def finding(
    *,
    kind: str,
    key: str,
    sentence: str,
    at: datetime,
    subject: str = "",
    rules: Sequence[str] = (),
) -> None:
    open_finding(kind=Kind(kind), key=key, sentence=sentence, rules=rules, at=at, subject=subject)


def night(*, now: datetime) -> None:
    """Stop the IDs whose pledge did not come within its notice."""
    stop_unpledged(now=now)
