"""The roster of helpers (応援者名簿) as a company sends it: one line a person, Excel or CSV."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sekisho.accounts.faults import Fault
from sekisho.terms.written import written
from sekisho_links.workbooks.rows import UTF8, Row, rows_in

NUMBER, NAME, UNIT = "社員番号", "氏名", "組織コード"
SKILLS, SALES, TRAINED = "技能", "営業部門", "研修日"
HEADINGS = (NUMBER, NAME, UNIT, SKILLS, SALES, TRAINED)
MOST_SKILLS, LONGEST_SKILL = 10, 30
YES = frozenset({"はい", "該当", "○", "◯", "〇", "1", "有", "YES", "Y"})
NO = frozenset({"", "いいえ", "非該当", "×", "0", "無", "NO", "N", "-", "－"})
_NUMBER = re.compile(r"[0-9A-Z-]{1,24}", re.IGNORECASE)
_EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_BETWEEN = re.compile(r"[、,;・\n]+")
_FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the file. line: its number there. number: as the company numbers its people."""

    line: int
    number: str
    name: str
    unit: str
    skills: tuple[str, ...]
    is_sales: bool
    trained_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says. opens: the file as such could be read; where not, nothing is taken."""

    sha256: str
    lines: tuple[Listed, ...]
    faults: tuple[Fault, ...]
    opens: bool

    @property
    def whole(self) -> bool:
        """Whether every line of it could be read."""
        return self.opens and not any(fault.refused for fault in self.faults)


def read(data: bytes, *, today: date, encoding: str = UTF8) -> Reading:
    """Return the lines of a roster, and the faults of the lines that are none.

    today: a training of a day still to come is told, and the line is not taken.
    """
    found = rows_in(
        data, headings=HEADINGS, numbers=[NUMBER, SALES], days=[TRAINED], encoding=encoding
    )
    faults, lines = list(found.faults), []
    seen: dict[str, int] = {}
    for row in found.rows:
        line, wrong = _line(row, today=today)
        if line is not None and (first := seen.setdefault(line.number, row.number)) != row.number:
            wrong = [
                *wrong,
                _fault(
                    row,
                    NUMBER,
                    f"{first}行目と同じ人です",
                    "一人は一行です。どちらかを消してください",
                ),
            ]
        faults += wrong
        if line is not None and not any(fault.refused for fault in wrong):
            lines.append(line)
    if found.whole and not found.rows and not found.faults:
        faults.append(
            Fault(line=0, problem="名簿に一人もいません", remedy="見出しの下に行を書いてください")
        )
    return Reading(
        sha256=hashlib.sha256(data).hexdigest(),
        lines=tuple(lines),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
        opens=found.whole,
    )


def _line(row: Row, *, today: date) -> tuple[Listed | None, list[Fault]]:
    faults = [
        *_of_number(row),
        *(
            _fault(row, heading, "空欄です", "値を書いてください")
            for heading in (NAME, UNIT)
            if not _said(row, heading)
        ),
    ]
    sales = _said(row, SALES).upper()
    if sales not in YES | NO:
        faults.append(
            _fault(
                row,
                SALES,
                f"「{row.cells[SALES][:20]}」は、はい・いいえのどちらでもありません",
                "「はい」か「いいえ」で書いてください",
            )
        )
    skills, wrong = _skills(row)
    trained, of_day = _trained(row, today=today)
    faults += [*wrong, *of_day]
    if not _said(row, NUMBER):
        return None, faults
    return (
        Listed(
            line=row.number,
            number=_said(row, NUMBER).upper(),
            name=row.cells[NAME].strip()[:100],
            unit=_said(row, UNIT)[:24],
            skills=skills,
            is_sales=sales not in NO,
            trained_on=trained,
        ),
        faults,
    )


def _of_number(row: Row) -> Iterator[Fault]:
    number = _said(row, NUMBER)
    if not number:
        yield _fault(row, NUMBER, "社員番号がありません", "だれの行かを書いてください")
    elif _EXPONENT.fullmatch(number):
        yield _fault(
            row,
            NUMBER,
            "指数の形になった番号です",
            "下の桁が失われているので救えません。セルの書式を「文字列」にして書き直してください",
        )
    elif not _NUMBER.fullmatch(number):
        yield _fault(row, NUMBER, "社員番号として読めません", "半角の英数字で書いてください")


def _skills(row: Row) -> tuple[tuple[str, ...], list[Fault]]:
    words = [word.strip() for word in _BETWEEN.split(_said(row, SKILLS)) if word.strip()]
    found = tuple(dict.fromkeys(words))
    if len(found) > MOST_SKILLS or any(len(word) > LONGEST_SKILL for word in found):
        return (), [
            _fault(
                row,
                SKILLS,
                f"技能が多いか長すぎます（{MOST_SKILLS}個、一つ {LONGEST_SKILL} 字まで）",
                "電話受付、現場確認のように短く書き、「、」で区切ってください",
            )
        ]
    return found, []


def _trained(row: Row, *, today: date) -> tuple[date | None, list[Fault]]:
    """Return the day of training; an empty cell is none, and is told without refusing the line."""
    text = _said(row, TRAINED)
    if not text:
        return None, [
            _fault(
                row,
                TRAINED,
                "研修日がありません",
                "名簿には載りますが、研修を受けるまで招集できません",
                refused=False,
            )
        ]
    found = written(text)
    if found is None or found.day.year < _FIRST_YEAR:
        return None, [
            _fault(
                row,
                TRAINED,
                f"日付として読めません（{text[:20]}）",
                "2027-04-01、2027/4/1、令和9年4月1日、R9.4.1 のどれかで書いてください",
            )
        ]
    if found.day > today:
        return None, [
            _fault(
                row,
                TRAINED,
                f"研修日（{found.day:%Y-%m-%d}）がまだ来ていません",
                "受け終わった研修の日を書いてください",
            )
        ]
    return found.day, []


def _said(row: Row, heading: str) -> str:
    return unicodedata.normalize("NFKC", row.cells.get(heading, "")).strip()


def _fault(row: Row, heading: str, problem: str, remedy: str, *, refused: bool = True) -> Fault:
    cell = row.cells.get(heading, "") if heading != NAME else ""
    return Fault(
        line=row.number,
        column=heading,
        cell=cell[:60],
        problem=problem,
        remedy=remedy,
        refused=refused,
    )
