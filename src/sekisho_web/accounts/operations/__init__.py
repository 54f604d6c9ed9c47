"""What happens to people, their IDs, their sessions and their authenticators."""

from sekisho_web.accounts.operations.sessions import begin_session, end_own, end_sessions
from sekisho_web.accounts.operations.stopping import lift, suspend
from sekisho_web.accounts.operations.tickets import (
    CannotBind,
    digest,
    issue_ticket,
    open_ticket,
    use_ticket,
)

__all__ = [
    "CannotBind",
    "begin_session",
    "digest",
    "end_own",
    "end_sessions",
    "issue_ticket",
    "lift",
    "open_ticket",
    "suspend",
    "use_ticket",
]
