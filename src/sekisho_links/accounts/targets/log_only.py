"""A target of which we only read the log, afterwards (記録だけの対象); the ministry's, say.

A stop is proved by silence: the log is whole for a full rhythm after it, and has no line of the
account since. Silence of a log that did not come proves nothing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sekisho.accounts.wanted import (
    AccountState,
    Capability,
    Evidence,
    Receipt,
    TargetAccount,
    Verification,
)
from sekisho_links.accounts.targets.address import Address
from sekisho_links.accounts.targets.lists import Table, moment
from sekisho_links.accounts.targets.target import cannot

HOURS = 24.0


class Log(Protocol):
    """The imported log of one system."""

    def whole_until(self) -> datetime | None:
        """Return the instant before which every line has come in; None where nothing has."""
        ...

    def last_line(self, ext_id: str) -> datetime | None:
        """Return when the account was last seen in the log, or None."""
        ...

    def lines_since(self, ext_id: str, since: datetime) -> int:
        """Return how many lines the account has at `since` or later."""
        ...

    def last_lines(self) -> Iterator[tuple[str, datetime]]:
        """Yield every account that the log has ever named, with its last line."""
        ...


class LogFile:
    """A log as a CSV file with an account and a time in each line.

    whole_until: as the importer says; a file cannot know what it lacks.
    """

    def __init__(self, table: Table, *, whole_until: datetime | None) -> None:
        self._table = table
        self._until = whole_until

    def whole_until(self) -> datetime | None:
        return self._until

    def last_line(self, ext_id: str) -> datetime | None:
        return max(self._times(ext_id), default=None)

    def lines_since(self, ext_id: str, since: datetime) -> int:
        return sum(at >= since for at in self._times(ext_id))

    def last_lines(self) -> Iterator[tuple[str, datetime]]:
        last: dict[str, datetime] = {}
        for name, at in self._lines():
            last[name] = max(at, last.get(name, at))
        yield from last.items()

    def _times(self, ext_id: str) -> Iterator[datetime]:
        return (at for name, at in self._lines() if name.casefold() == ext_id.casefold())

    def _lines(self) -> Iterator[tuple[str, datetime]]:
        for row in self._table.rows():
            at = self._table.moment(row, "at")
            if at is None:
                raise self._table.unreadable("時刻のない行があります")
            yield row["account"].strip(), at


class LogOnly:
    """Accounts that are only seen in a log, under the id that it writes.

    address: rhythm_hours (how often the log comes, 24); and where no log is handed in: store and
    system (what investigations have read), or file, encoding, columns (account, at), whole_until.
    """

    def __init__(self, address: Address, *, log: Log | None) -> None:
        self._place = address.place
        self._rhythm = timedelta(hours=address.number("rhythm_hours", HOURS))
        if log is None and address.has("store"):
            from sekisho_links.accounts.targets.stored_log import StoredLog  # noqa: PLC0415

            folder = Path(address.text("store"))
            log = StoredLog(folder, address.text("system"), place=address.place)
        elif log is None:
            until = moment(address.text("whole_until", ""), place=address.place)
            log = LogFile(Table(address, "file", needs=("account", "at")), whole_until=until)
        address.finish()
        self._log = log
        self.capabilities = frozenset({Capability.LAST_USE})

    def accounts(self) -> Iterator[TargetAccount]:
        """Yield what the log has named. It is no list: who is missing in it was only not seen."""
        for ext_id, at in self._log.last_lines():
            yield TargetAccount(ext_id=ext_id, enabled=None, last_use_at=at, use_known=True)

    def apply(self, ext_id: str, wanted: AccountState) -> Receipt:  # noqa: ARG002 - nothing is sent
        return Receipt(ext_id=ext_id, sent=False, evidence={"way": "the log is read afterwards"})

    def rotate_secret(self, ext_id: str) -> None:  # noqa: ARG002 - not for anybody
        raise cannot(self._place, "合言葉の交換")

    def last_use(self, ext_id: str) -> datetime | None:
        return self._log.last_line(ext_id)

    def verify(self, ext_id: str, wanted: AccountState) -> Verification:
        until, since = self._log.whole_until(), wanted.since
        evidence: Evidence = {
            "read": "imported log",
            "whole_until": until.isoformat() if until else None,
            "since": since.isoformat() if since else None,
        }
        if since is None:
            return Verification(ok=False, evidence=evidence, why="いつからの停止かが分かりません")
        lines = self._log.lines_since(ext_id, since)
        evidence = {**evidence, "lines": lines}
        if wanted.exists and wanted.enabled:
            why = "" if lines else "使われた記録がまだありません"
        elif lines:
            why = f"停止の後に、{lines:,} 行の記録があります"
        elif until is None or until < since + self._rhythm:
            why = "停止の後の記録が、まだそろっていません"
        else:
            why = ""
        return Verification(ok=not why, evidence=evidence, why=why)
