"""Every approval is checked again, as anybody outside could check it."""

from collections.abc import Iterator
from datetime import datetime

from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import Request
from sekisho_web.grants.queries import requests as queries

CHUNK = 500  # requests in memory at once


def check_every_approval(*, now: datetime) -> int:
    """Open a finding for every settled request whose evidence does not hold; return how many.

    Approved without a signature of every party counts, too. Half a millisecond a signature.
    """
    found = 0
    for row in _settled():
        for _, problems in queries.wrong([row]):
            found += 1
            tell(
                "finding",
                kind="unsigned",
                key=f"unsigned:{row.code}",
                subject=row.system.name,
                sentence=f"利用申請{row.code}の承認を確かめられません（{problems[0]}）",
                at=now,
            )
    return found


def _settled() -> Iterator[Request]:
    decided = Request.objects.filter(outcome__in=["approved", "denied"])
    return queries.with_answers(decided).order_by("pk").iterator(chunk_size=CHUNK)
