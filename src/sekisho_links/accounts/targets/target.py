"""What every target is asked for, and how it fails."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sekisho.accounts.wanted import (
    AccountState,
    Capability,
    Receipt,
    TargetAccount,
    Verification,
)
from sekisho.errors import SekishoError


class Kind(StrEnum):
    SCIM = "scim"
    LDAP = "ldap"  # OpenLDAP
    ACTIVE_DIRECTORY = "active_directory"
    BY_HAND = "by_hand"  # 作業票
    LOG_ONLY = "log_only"  # 記録だけを後から読む


class TargetUnreachable(SekishoError):
    """The target gave no answer that says anything: it is asked again later."""


class TargetRefused(SekishoError):
    """The target was reached and does not do it: asking again changes nothing by itself."""


class Target(Protocol):
    """One other system that holds accounts.

    Threads may share a target: each call opens what it needs. Every method may raise
    TargetUnreachable and TargetRefused; neither carries a secret or what the target answered.
    """

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def accounts(self) -> Iterator[TargetAccount]:
        """Yield every account of the target.

        Raise TargetUnreachable where the list ends before the end. Where the target counts by
        itself, the iterator has that number as `declared` once it has begun (see Listing).
        """
        ...

    def apply(self, ext_id: str, wanted: AccountState) -> Receipt:
        """Make the account as wanted, and return what was sent. Idempotent: it reads first.

        ext_id: "" where the target has none of ours yet; the receipt has the one it gave.
        """
        ...

    def rotate_secret(self, ext_id: str) -> None:
        """Replace the secret by a new random one, which is handed over once and kept nowhere."""
        ...

    def last_use(self, ext_id: str) -> datetime | None:
        """Return when the account was last let in, or None where the target does not know."""
        ...

    def verify(self, ext_id: str, wanted: AccountState) -> Verification:
        """Return whether the account is as wanted, read on a fresh connection and probed."""
        ...


class Listing(Iterator[TargetAccount]):
    """The accounts of a target while they are read. declared: how many it says there are."""

    def __init__(self) -> None:
        self.declared: int | None = None
        self._lines: Iterator[TargetAccount] = iter(())

    def of(self, lines: Iterator[TargetAccount]) -> "Listing":
        self._lines = lines
        return self

    def __next__(self) -> TargetAccount:
        return next(self._lines)


def cannot(place: str, what: str) -> TargetRefused:
    """Return the error of a target that is asked for what it has no means for."""
    return TargetRefused(
        f"この対象では{what}ができません",
        place=place,
        remedy="対象システムの担当者に作業票で依頼してください",
    )
