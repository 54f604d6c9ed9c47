"""What goes wrong in real logs: each damaged line, its reason, and what is left of it."""

from collections.abc import Callable

import numpy as np

from sekisho.world.accesses import Accesses
from sekisho.world.chance import Array, Chance
from sekisho_links.world.lines import CSV_HEADER, FORMATS

# Excel ate the leading zero: the reader puts it back, and the access counts.
REPAIRED = "record_21_digits"
EXPONENT = "record_exponent"
REASONS = (
    REPAIRED,
    EXPONENT,
    "account_empty",
    "line_truncated",
    "file_truncated",
    "bytes_invalid",
    "other_system",
    "header_repeated",
    "screen_unknown",
    "time_invalid",
)
_ANY = (
    "account_empty",
    "line_truncated",
    "bytes_invalid",
    "other_system",
    "screen_unknown",
    "time_invalid",
)
APPLIES = {
    "csv": (*_ANY, EXPONENT, "header_repeated"),
    "jsonl": _ANY,
    "w3c": _ANY,
}
CUT_SHORT = {("takuso", 7), ("callcenter", 4), ("saiene", 9)}  # files whose last line is cut off


def damaged(line: bytes, reason: str, key: str) -> bytes:
    """Return `line` (its LF in it) as it stands in the log after the damage."""
    return _DAMAGE[reason](line, key)


def _csv_cell(line: bytes, place: int, value: bytes) -> bytes:
    parts = line.split(b",")  # none of our CP932 words holds the byte of a comma
    parts[place] = value
    return b",".join(parts)


def _between(line: bytes, before: bytes, after: bytes, value: bytes) -> bytes:
    start = line.index(before) + len(before)
    return line[:start] + value + line[line.index(after, start) :]


def _part(line: bytes, place: int, value: bytes) -> bytes:
    parts = line.split(b" ")
    parts[place] = value
    return b" ".join(parts)


def _record_21(line: bytes, _: str) -> bytes:
    number = line.split(b",")[6]
    return _csv_cell(line, 6, number[1:])


def _exponent(line: bytes, _: str) -> bytes:
    return _csv_cell(line, 6, b"9.00E+20")


def _no_account(line: bytes, key: str) -> bytes:
    if FORMATS[key] == "csv":
        return _csv_cell(line, 1, b"")
    if FORMATS[key] == "jsonl":
        return _between(line, b'"operator":"', b'"', b"")
    return _part(line, 2, b"-")


def _cut(line: bytes, _: str) -> bytes:
    return line[: len(line) * 2 // 5] + b"\n"


def _cut_off(line: bytes, _: str) -> bytes:
    return line[: len(line) * 2 // 5]


def _bytes(line: bytes, key: str) -> bytes:
    if FORMATS[key] == "csv":
        return _csv_cell(line, 5, b"\x81\x39\x85\x20")
    if FORMATS[key] == "jsonl":
        return _between(line, b'"terminal":"', b'"', b"\xff\xfe\x82")
    return _part(line, 4, b"\xff\xfe\x82")


def _elsewhere(line: bytes, key: str) -> bytes:
    other = b"NO" if key == "takuso" else b"TK"
    if FORMATS[key] == "csv":
        return _csv_cell(line, 4, other + b"-310")
    if FORMATS[key] == "jsonl":
        return _between(line, b'"screen":"', b'"', other + b"-310")
    return _part(line, 6, b"/" + other.lower() + b"/310")


def _unknown_screen(line: bytes, key: str) -> bytes:
    if FORMATS[key] == "csv":
        return _csv_cell(line, 4, line.split(b",")[4][:3] + b"999")
    if FORMATS[key] == "jsonl":
        return _between(line, b'"screen":"', b'"', b"CC-999" if key == "callcenter" else b"FN-999")
    return _part(line, 6, b"/ns/999" if key == "nwsetting" else b"/se/999")


def _no_day(line: bytes, key: str) -> bytes:
    if FORMATS[key] == "csv":
        day = b"R07.13.41" if key == "nwonline" else b"2025/02/30"
        return _csv_cell(line, 0, day + line.split(b",")[0][-9:])
    if FORMATS[key] == "jsonl":
        return _between(line, b'"time":"', b"T", b"2025-02-30")
    return _part(line, 0, b"2025-02-30")


_DAMAGE: dict[str, Callable[[bytes, str], bytes]] = {
    REPAIRED: _record_21,
    EXPONENT: _exponent,
    "account_empty": _no_account,
    "line_truncated": _cut,
    "file_truncated": _cut_off,
    "bytes_invalid": _bytes,
    "other_system": _elsewhere,
    "header_repeated": lambda _line, _key: f"{CSV_HEADER}\n".encode("cp932"),
    "screen_unknown": _unknown_screen,
    "time_invalid": _no_day,
}


def plan(
    chance: Chance, key: str, month: int, *, accesses: Accesses, rate: float
) -> tuple[Array, list[tuple[int, str]]]:
    """Return what to damage among the accesses of one file.

    The first answer are accesses whose number loses its zero; they still count, planted ones too.
    The second are lawful accesses of which a damaged copy is added, each with its reason.
    """
    rows, record, label = len(accesses), accesses.record, accesses.label
    if rows == 0:
        return np.zeros(0, np.int64), []
    repaired = np.zeros(0, np.int64)
    if FORMATS[key] == "csv":
        numbered = np.flatnonzero(record >= 0)
        count = min(len(numbered), max(1, round(rows * rate)))
        repaired = np.sort(chance.choice(numbered, count, replace=False))
    lawful = np.flatnonzero((label == 0) & (record >= 0))
    applies = APPLIES[FORMATS[key]]
    count = max(1, round(rows * rate))
    copies = [
        (int(lawful[int(chance.integers(len(lawful)))]), applies[(month * 5 + n) % len(applies)])
        for n in range(count)
        if len(lawful)
    ]
    if (key, month) in CUT_SHORT and len(lawful):
        copies.append((rows - 1, "file_truncated"))
    return repaired, copies
