"""The home page shows what the shelf of 調べる holds."""

from tests.doors.trace.conftest import officer, shelved

__all__ = ["officer", "shelved"]
