"""Why a record is not there. Whoever meets one shows nothing."""

from sekisho.errors import SekishoError

REMEDY = "しばらくしてから開き直してください。続くときはシステム管理責任者に連絡してください"


class NotRecorded(SekishoError):
    """The record is not known to be durable: nothing may be shown. It may still exist.

    retry_after: seconds after which it is worth trying again.
    """

    def __init__(self, problem: str, *, remedy: str, retry_after: int = 5) -> None:
        super().__init__(problem, place="台帳", remedy=remedy)
        self.retry_after = retry_after


class NoLongerAllowed(NotRecorded):
    """Between the decision and the record the person was stopped, or their session ended."""
