"""What must happen to IDs when something happens to people."""

from collections.abc import Mapping
from datetime import datetime

from sekisho_web.accounts.operations.shared import due_after_moves


def posts_ended(*, endings: Mapping[int, datetime], now: datetime) -> None:
    """Somebody leaves a post: every shared secret that they have held must change (A13)."""
    due_after_moves(endings=endings, now=now)
