"""From the rows of a log to its lines: who, when, what; or why a line says none of it."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sekisho.accounts.faults import Fault
from sekisho.terms.days import day_in_japan, jst_day
from sekisho_links.grants.foreign_logs.cells import (
    CP932,
    UTF8,
    Rows,
    rows_of_csv,
    rows_of_w3c,
    rows_of_workbook,
)
from sekisho_links.grants.foreign_logs.declared import Source
from sekisho_links.grants.foreign_logs.moments import day_in, moment_in, time_in, utc_in

LARGEST = 256 * 1024 * 1024  # bytes of a log; a workbook has limits of its own
MOST_FAULTS = 1_000  # told by line; the others are counted
_LONGEST = 80
_BETWEEN = re.compile(r"[、，,;；・/／&＆\s\u3000]+")
_EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_DAYS = "2026-04-01、2026/4/1、令和8年4月1日、R8.4.1 のどれかで"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")

__all__ = ["CP932", "UTF8", "Entry", "Reading", "read"]


class Entry(NamedTuple):
    """One line. number: in the file. until: the end, where a record by hand says one."""

    number: int
    account: str
    at: datetime
    action: str = ""
    object: str = ""
    ip: str = ""
    device: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says. Entries and unread lines together are all its lines.

    opens: the file as such could be read; where not, nothing of it is taken.
    more_faults: how many are not told one by one.
    """

    sha256: str
    form: str
    entries: tuple[Entry, ...]
    unread: tuple[int, ...]
    faults: tuple[Fault, ...]
    more_faults: int
    opens: bool

    @property
    def lines(self) -> int:
        return len(self.entries) + len(self.unread)

    @property
    def days(self) -> frozenset[date]:
        """The days in Japan on which there is a line."""
        return frozenset(day_in_japan(entry.at) for entry in self.entries)


def read(data: bytes, source: Source, *, manual: bool = False, encoding: str = UTF8) -> Reading:
    """Return the lines of a log, or of a record by hand, and the faults of what is no line.

    encoding: of a text, as it was declared. Nothing is guessed.
    """
    form, found = _rows(data, source, manual=manual, encoding=encoding)
    entries: list[Entry] = []
    seen: set[str] = set()
    make = _entry_of(found, utc=form == "w3c")
    for line, cells in found.rows:
        entry = make(line, cells)
        if entry is None:
            continue
        entries.append(entry)
        if entry.account in seen:
            continue
        seen.add(entry.account)
        if any(one in entry.account for one in source.shared_words):
            found.tell(
                line, "共有のIDの名前と思われます",
                "だれが使ったかを持ち主に確かめ、個人のIDに分けてもらってください",
                column="ID", refused=False,
            )  # fmt: skip
    if found.whole and not entries and not found.unread:
        found.refuse("行がありません", "利用がなかった月も、見出しと期間のある記録を求めてください")
    return Reading(
        sha256=hashlib.sha256(data).hexdigest(),
        form=form,
        entries=tuple(entries) if found.whole else (),
        unread=tuple(sorted(found.unread)) if found.whole else (),
        faults=tuple(found.faults[:MOST_FAULTS]),
        more_faults=max(0, len(found.faults) - MOST_FAULTS),
        opens=found.whole,
    )


def _rows(data: bytes, source: Source, *, manual: bool, encoding: str) -> tuple[str, Rows]:
    columns = source.manual if manual else source.log
    if len(data) > LARGEST:
        size = LARGEST // 1024 // 1024
        return "", Rows().refuse(
            f"ファイルが大きすぎます（{size} MB まで）", "月ごとに分けてください"
        )
    if not data.strip():
        return "", Rows().refuse("ファイルが空です", "持ち主に、出し直しを求めてください")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "", Rows().refuse(
            "古い形式の Excel のブックか、パスワードの付いたブックです",
            "パスワードを外し、.xlsx の形式で保存し直してください",
        )
    if data.startswith(b"PK\x03\x04"):
        return "excel", rows_of_workbook(data, columns)
    if data.removeprefix(b"\xef\xbb\xbf").startswith(b"#") and source.w3c and not manual:
        return "w3c", rows_of_w3c(data, source.w3c, encoding=encoding)
    return "csv", rows_of_csv(data, columns, encoding=encoding)


@lru_cache(maxsize=65_536)
def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()[:_LONGEST]


def _entry_of(found: Rows, *, utc: bool) -> Callable[[int, Sequence[str]], Entry | None]:
    """Return what makes an entry of the texts of a row, or tells why it is none."""
    place = {name: n for n, name in enumerate(found.names) if name}
    whose = place.get("account", 0)
    others = [place.get(name, -1) for name in ("action", "object", "ip", "device")]

    def text(cells: Sequence[str], name: str) -> str:
        at = place.get(name)
        return "" if at is None else cells[at]

    def moment(line: int, cells: Sequence[str]) -> datetime | None:
        said = text(cells, "at")
        if "at" in place:
            at = moment_in(said)
        elif utc:
            said = text(cells, "date")
            at = utc_in(said, text(cells, "time"))
        else:
            said, time = text(cells, "date"), text(cells, "time")
            day, after = day_in(said), time_in(time)
            if day is not None and after is None:
                found.tell(line, f"時刻として読めません（{time[:20]}）",
                           "10:02:33、10時2分、午後3時5分 のどれかで出してもらってください",
                           column="時刻")  # fmt: skip
                return None
            at = None if day is None or after is None else jst_day(day) + after
        if at is None:
            found.tell(line, f"日時として読めません（{said[:20]}）",
                       f"日付は {_DAYS}、時刻は 10:02:33 のように出してもらってください",
                       column="日時")  # fmt: skip
        return at

    def until(line: int, cells: Sequence[str], at: datetime) -> datetime | None:
        after = time_in(text(cells, "until"))
        ends = None if after is None else jst_day(day_in_japan(at)) + after
        if ends is not None and ends < at:
            ends += timedelta(days=1)  # over midnight
        if ends is None or ends == at:
            said = text(cells, "until")[:20]
            found.tell(line, f"終わりの時刻が読めないか、始まりと同じです（{said}）",
                       "利用を終えた時刻を書いてください", column="終了")  # fmt: skip
            return None
        return ends

    def entry(line: int, cells: Sequence[str]) -> Entry | None:
        account, wrong = _account(cells[whose])
        if wrong is not None:
            found.tell(line, *wrong, column="ID")
            return None
        at = moment(line, cells)
        if at is None:
            return None
        ends = until(line, cells, at) if "until" in place else None
        if "until" in place and ends is None:
            return None
        action, thing, ip, device = [_plain(cells[n]) if n >= 0 else "" for n in others]
        return Entry(line, account, at, action[:40], thing.upper(), ip, device, ends)

    return entry


@lru_cache(maxsize=65_536)
def _account(text: str) -> tuple[str, tuple[str, str] | None]:
    """Return a name of an account in one width and case, and what is wrong with it."""
    account = unicodedata.normalize("NFKC", text).strip()
    return account.upper(), _wrong_account(account)


def _wrong_account(account: str) -> tuple[str, str] | None:
    """Return what is wrong with the name of an account and what to do, or None."""
    if not account:
        return "IDがありません", "だれの利用かを持ち主に確かめてください"
    if len([word for word in _BETWEEN.split(account) if word]) > 1:
        return (
            "一つの行に二人以上の名前があります（IDの共有）",
            "一人ずつの行で出し直してもらい、IDを共有していないかを確かめてください",
        )
    if _EXPONENT.fullmatch(account):
        return (
            "指数の形になったIDです",
            "下の桁が失われています。文字列のまま書き出し直してもらってください",
        )
    if len(account) > _LONGEST or _UNPRINTABLE.search(account):
        return "IDとして読めません", "文字の種類と列の区切りを確かめてください"
    return None
