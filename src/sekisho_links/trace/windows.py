"""The windows of time that a report counts in: days of Japan, the last one not counted."""

from dataclasses import dataclass
from datetime import date

from sekisho.errors import SekishoError


class UnusableWindow(SekishoError):
    """A window that cannot be read, or ends before it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days from `first` until before `until`: half open, like every period of this house."""

    name: str
    first: date
    until: date


def window_of(text: str) -> Window:
    """Return the window that `text` writes: 2025-04-01..2025-10-01, or a name=… before it."""
    name, _, days = text.rpartition("=")
    first, dots, until = days.partition("..")
    try:
        found = Window(
            name=name or days, first=date.fromisoformat(first), until=date.fromisoformat(until)
        )
    except ValueError:
        raise UnusableWindow(
            "期間が読めません",
            place=f"--window {text}",
            remedy="2025-04-01..2025-10-01 の形で書いてください（終わりの日は含みません）",
        ) from None
    if not dots or found.until <= found.first:
        raise UnusableWindow(
            "期間の終わりが始まりより後ではありません",
            place=f"--window {text}",
            remedy="始まり..終わり の順に書いてください",
        )
    return found


def windows_of(rows: list[dict[str, str]]) -> list[Window]:
    """Return the windows of world.json."""
    return [window_of(f"{row['name']}={row['from']}..{row['to']}") for row in rows]
