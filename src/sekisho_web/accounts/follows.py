"""What must happen to IDs when something happens to people."""

from datetime import datetime

from sekisho_web.accounts.models import Appointment
from sekisho_web.accounts.operations.shared import due_after_a_move


def post_ended(*, appointment: Appointment, at: datetime, now: datetime) -> None:  # noqa: ARG001
    """Somebody leaves a post: every shared secret that they have held must change (A13)."""
    due_after_a_move(appointment=appointment, now=now)
