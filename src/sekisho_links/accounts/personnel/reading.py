"""From the rows of a file to lines of news: each cell by what its column means, or refused."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sekisho.accounts.faults import Fault
from sekisho.accounts.orders import Correction, OrderKind, OrderLine, PostKind
from sekisho.accounts.plan import Mode
from sekisho.terms.days import day_in_japan
from sekisho.terms.written import written
from sekisho_links.accounts.personnel.decoding import cell_of
from sekisho_links.accounts.personnel.mapping import FeedMapping
from sekisho_links.accounts.personnel.rows import Row, rows_of

FIRST_YEAR, LAST_YEAR = 1950, 2200
_EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9A-Z-]{1,24}", re.IGNORECASE)
_CODE = re.compile(r"[\x21-\x7e]{1,60}")
_BETWEEN = re.compile(r"[、,;\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says.

    rows:  how many it has below the heading. whole: every one of them could be read.
    opens: the file as such could be read; where not, nothing of it is taken.
    """

    sha256: str
    lines: tuple[OrderLine, ...]
    faults: tuple[Fault, ...]
    rows: int
    opens: bool

    @property
    def whole(self) -> bool:
        return self.opens and not any(fault.refused for fault in self.faults)


def read(
    data: bytes,
    mapping: FeedMapping,
    *,
    source: str,
    batch: str,
    received_at: datetime,
    as_of: date | None = None,
) -> Reading:
    """Return the lines of news in a file, and the faults of the lines that are none.

    as_of: the day of which a snapshot speaks, for lines without a day; else the day of receipt.
    """
    found = rows_of(data, mapping)
    faults = list(found.faults)
    lines: list[OrderLine] = []
    day = as_of or day_in_japan(received_at)
    for row in found.rows:
        cells = _Cells(row, mapping, faults)
        line = _line(cells, source=source, batch=batch, received_at=received_at, as_of=day)
        if line is not None:
            lines.append(line)
    return Reading(
        sha256=hashlib.sha256(data).hexdigest(),
        lines=tuple(lines),
        faults=tuple(faults),
        rows=len(found.rows) + len({fault.line for fault in found.faults if fault.line > 1}),
        opens=found.whole,
    )


class _Cells:
    """The cells of one row by our names. What is wrong with them is told, and kept in mind."""

    def __init__(self, row: Row, mapping: FeedMapping, faults: list[Fault]) -> None:
        self.row, self.mapping, self._faults = row, mapping, faults
        self.refused = False
        self.raw: dict[str, str] = {}
        for key, heading in mapping.columns.items():
            text, notes = cell_of(row.cells.get(heading, ""))
            self.raw[key] = text
            for note in notes:
                self.tell(key, note.problem, note.remedy, refused=note.refused)

    def tell(self, key: str, problem: str, remedy: str, *, refused: bool = True) -> None:
        self.refused = self.refused or refused
        self._faults.append(
            Fault(
                line=self.row.number,
                column=self.mapping.columns.get(key, ""),
                cell=self.raw.get(key, ""),
                problem=problem,
                remedy=remedy,
                refused=refused,
            )
        )

    def text(self, key: str, most: int = 100) -> str:
        """Return a cell as it came, without spaces around it."""
        text = self.raw.get(key, "").strip()
        if len(text) > most:
            self.tell(
                key, f"長すぎます（{most} 字まで）", "書き出しの列がずれていないか確かめてください"
            )
        return text

    def code(self, key: str, most: int = 60) -> str:
        """Return a code: in one width, of printable letters and figures."""
        text = unicodedata.normalize("NFKC", self.raw.get(key, "")).strip()
        if text and _EXPONENT.fullmatch(text) and key != "unit":
            self._exponent(key)
        elif text and not _CODE.fullmatch(text):
            self.tell(key, f"符号として読めません（{text[:20]}）", "半角の英数字で書いてください")
        elif len(text) > most:
            self.tell(key, f"長すぎます（{most} 字まで）", "列がずれていないか確かめてください")
        return text

    def number(self, key: str, *, width: int) -> str:
        """Return an employee number as text in its width. What a spreadsheet ate is refused."""
        text = unicodedata.normalize("NFKC", self.raw.get(key, "")).strip()
        if not text:
            return ""
        if _EXPONENT.fullmatch(text):
            self._exponent(key)
        elif not _NUMBER.fullmatch(text):
            self.tell(key, "社員番号として読めません", "半角の英数字で書いてください")
        elif width and len(text) > width:
            self.tell(
                key, f"{len(text)} 桁あります（決まりは {width} 桁）", "番号を確かめてください"
            )
        elif width and len(text) < width:
            if not self.mapping.pad or not text.isdigit():
                self.tell(
                    key,
                    f"{len(text)} 桁しかありません（決まりは {width} 桁）",
                    "表計算で先頭の 0 が落ちた疑いがあります。文字列のまま書き出してください",
                )
            else:
                self.tell(
                    key, "先頭の 0 を補いました", "書き出しを文字列に直してください", refused=False
                )
                return text.zfill(width)
        return text

    def _exponent(self, key: str) -> None:
        self.tell(
            key,
            "指数の形になった番号です",
            "下の桁が失われているので救えません。文字列のまま書き出し直してください",
        )

    def day(self, key: str) -> date | None:
        """Return a day, or None where the cell is empty or says that there is no end."""
        text = unicodedata.normalize("NFKC", self.raw.get(key, "")).strip()
        if not text or (key == "last_day" and text in self.mapping.never):
            return None
        found = written(text)
        if found is None or not FIRST_YEAR <= found.day.year <= LAST_YEAR:
            self.tell(
                key,
                f"日付として読めません（{text[:20]}）",
                "2027-04-01、2027/4/1、令和9年4月1日、R9.4.1 のどれかで書いてください",
            )
            return None
        if found.outlived:
            self.tell(
                key,
                f"元号の終わったあとの日付です（{found.day:%Y-%m-%d} と読みました）",
                "書き出しの元号を直してください",
                refused=False,
            )
        return found.day

    def word(self, key: str, words: Mapping[str, object]) -> object | None:
        """Return what a word of a closed list means. An unknown word is refused with the known."""
        text = self.text(key)
        if text in words:
            return words[text]
        known = "、".join(word or "（空欄）" for word in words)
        self.tell(
            key,
            f"「{text or '（空欄）'}」は列の対応にない言葉です",
            f"知っているのは {known} です" if known else "列の対応に言葉を書いてください",
        )
        return None


def _line(
    cells: _Cells, *, source: str, batch: str, received_at: datetime, as_of: date
) -> OrderLine | None:
    mapping = cells.mapping
    snapshot = mapping.mode is Mode.SNAPSHOT
    number = cells.number("employee_number", width=mapping.width)
    if not cells.raw.get("employee_number", "").strip():
        cells.tell("employee_number", "社員番号がありません", "だれの行かを書いてください")
    kind, post = _order(cells, snapshot=snapshot)
    employer = _company(cells, "employer") or mapping.company
    works_for = _company(cells, "works_for") or mapping.works_for or employer
    starts = cells.day("starts") or (as_of if snapshot else None)
    last_day = cells.day("last_day")
    unit, title = cells.code("unit"), cells.text("title", 60)
    order_no = cells.code("order_no") if "order_no" in mapping.columns else ""
    if not order_no and not snapshot:
        cells.tell("order_no", "発令番号がありません", "訂正と取消の目印になる番号を書いてください")
    made = OrderLine(
        source=source,
        batch=batch,
        number=cells.row.number,
        employee_number=number,
        name=cells.text("name"),
        kana=cells.text("kana"),
        employer=employer,
        works_for=works_for,
        unit=unit,
        title=title,
        kind=kind,
        post=post,
        starts=starts,
        last_day=last_day,
        order_no=order_no or f"{number}/{post}/{works_for}/{unit}/{title}/{starts}"[:60],
        branch=cells.code("branch", 16) if "branch" in mapping.columns else "",
        correction=_correction(cells),
        received_at=received_at,
        previous_number=cells.number("previous_number", width=0),
        group_id=cells.code("group_id", 24) if "group_id" in mapping.columns else "",
        manager=cells.number("manager", width=mapping.width),
        unit_above=cells.code("unit_above") if "unit_above" in mapping.columns else "",
        flags=_flags(cells),
        raw=cells.raw,
    )
    return None if cells.refused else made


def _order(cells: _Cells, *, snapshot: bool) -> tuple[OrderKind, PostKind]:
    """Return what the line orders. A column for the kind of post is more exact than the word."""
    kind, post = OrderKind.STATE, PostKind.MAIN
    if not snapshot:
        match cells.word("kind", cells.mapping.orders):
            case (OrderKind() as ordered, PostKind() as as_post):
                kind, post = ordered, as_post
            case _:
                pass  # told
    if "post" in cells.mapping.columns and cells.text("post"):
        match cells.word("post", cells.mapping.posts):
            case PostKind() as said:
                post = said
            case _:
                pass  # told
    return kind, post


def _correction(cells: _Cells) -> Correction:
    if "correction" not in cells.mapping.columns:
        return Correction.NEW
    found = cells.word("correction", cells.mapping.corrections)
    return found if isinstance(found, Correction) else Correction.NEW


def _company(cells: _Cells, key: str) -> str:
    """Return the code of a company; a word that the mapping does not know is a code already."""
    text = cells.code(key) if not cells.mapping.companies else cells.text(key)
    return cells.mapping.companies.get(text, text)


def _flags(cells: _Cells) -> frozenset[str]:
    words = [word for word in _BETWEEN.split(cells.text("flags")) if word]
    known = cells.mapping.flags
    for word in words:
        if word not in known:
            cells.tell(
                "flags",
                f"「{word}」は知らない職務の印です",
                f"知っているのは {'、'.join(known) or 'ありません'} です",
            )
    return frozenset(str(known[word].value) for word in words if word in known)
