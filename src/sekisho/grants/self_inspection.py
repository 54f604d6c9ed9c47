"""The yearly self-inspection of a foreign system (年末自己点検): figures, answers, one signature.

The figures are computed and stand beside the questions. An answer that a figure speaks against
needs words; nobody can sign past it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

import rfc8785

from sekisho.terms.refusals import Refusal

TYPE = "sekisho.self_inspection/1"
FIRST_MONTH = 4  # of a business year (年度)
SHORTEST_NOTE = 10  # characters


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NONE = "none"


ANSWERS: Mapping[Answer, str] = {
    Answer.YES: "はい", Answer.NO: "いいえ", Answer.NONE: "該当なし",
}  # fmt: skip
FIGURES: Mapping[str, str] = {
    "officers": "いまの責任者",
    "open_ids": "開いているID",
    "without_post": "発令のない人のID",
    "shared_ids": "共有のID",
    "matched": "照合済の行",
    "no_grant": "許可なしの行",
    "outside": "時間外の行",
    "wrong_person": "別人の行",
    "wrong_place": "場所違いの行",
    "stopped": "停止中の行",
    "unknown_id": "不明IDの行",
    "off_purpose": "目的外の疑いの行",
    "unreadable": "読めない行",
    "received_days": "記録を受け取った日",
    "unknown_days": "記録のない日",
    "findings": "この一年の指摘",
    "open_findings": "開いている指摘",
    "unpledged": "誓約のない利用者",
    "manual": "手書きの利用記録",
    "unclosed_manual": "締めていない手書き",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. figures: shown beside it. red: those that should be 0."""

    code: str
    question: str
    figures: tuple[str, ...]
    red: tuple[str, ...]

    def against(self, figures: Mapping[str, int]) -> Sequence[str]:
        """Return the figures that speak against a yes."""
        return [name for name in self.red if figures.get(name, 0)]


def items_of(rows: Iterable[Mapping[str, str]]) -> Sequence[Item]:
    """Return the questions of a sheet (符号, 問い, 数, 赤い数). Raises ValueError on bad ones."""
    found = [
        Item(
            code=row["符号"],
            question=row["問い"],
            figures=tuple(row["数"].split()),
            red=tuple(row["赤い数"].split()),
        )
        for row in rows
    ]
    for item in found:
        if unknown := set(item.figures + item.red) - FIGURES.keys():
            raise ValueError(f"{item.code}: {sorted(unknown)}")
    return found


def year_of(day: date) -> int:
    """Return the business year (年度) of a day: it begins on 1 April."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def days_of(year: int) -> tuple[date, date]:
    """Return the first and the last day of a business year."""
    return date(year, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH - 1, 31)


def faults(
    items: Sequence[Item], figures: Mapping[str, int], answers: Mapping[str, tuple[str, str]]
) -> Mapping[str, Refusal]:
    """Return what stands against signing, by the code of the item.

    answers: code -> answer and note. Missing ones are faults too.
    """
    found: dict[str, Refusal] = {}
    for item in items:
        answer, note = answers.get(item.code, ("", ""))
        has_note = len(note.strip()) >= SHORTEST_NOTE
        against = item.against(figures)
        if answer not in ANSWERS:
            found[item.code] = Refusal(
                reason=f"{item.code} に答えがありません",
                remedy="はい、いいえ、該当なし のどれかを選んでください",
            )
        elif against and answer != Answer.NO and not has_note:
            words = "、".join(f"{FIGURES[name]} {figures[name]:,}" for name in against)
            found[item.code] = Refusal(
                reason=f"{item.code} の答えに、計算した数が合いません（{words}）",
                remedy=f"答えを直すか、事情を{SHORTEST_NOTE}字以上で所見に書いてください",
            )
        elif answer == Answer.NO and not has_note:
            found[item.code] = Refusal(
                reason=f"{item.code} は「いいえ」です",
                remedy=f"何をいつまでに直すかを{SHORTEST_NOTE}字以上で所見に書いてください",
            )
    return found


def refusal_to_sign(*, year: int, is_officer: bool, is_signed: bool, today: date) -> Refusal | None:
    """Return why the inspection of a year may not be signed, or None where it may.

    is_officer: whether the signer answers for the system now (システム管理責任者か代行).
    """
    first, last = days_of(year)
    if is_signed:
        return Refusal(
            reason=f"{year}年度の自己点検は、もう署名されています",
            remedy="直すことがあれば、次の年度の点検に所見として書いてください",
        )
    if not is_officer:
        return Refusal(
            reason="自己点検に署名できるのは、いまのシステム管理責任者か代行です",
            remedy="システム管理責任者に、この画面を開いてもらってください",
        )
    if today < first or year < year_of(last) or (today - last).days > 366:
        return Refusal(
            reason=f"{year}年度の自己点検を行う時期ではありません",
            remedy="いまの年度か、終わったばかりの年度の点検を開いてください",
        )
    return None


def body_of(
    *,
    system: str,
    year: int,
    figures: Mapping[str, int],
    answers: Mapping[str, tuple[str, str]],
    person: str,
    at: str,
    nonce: str,
) -> bytes:
    """Return what is signed, as canonical JSON (RFC 8785)."""
    said: dict[str, Any] = {
        "type": TYPE,
        "system": system,
        "year": year,
        "figures": dict(figures),
        "answers": {code: list(answer) for code, answer in answers.items()},
        "person": person,
        "at": at,
        "nonce": nonce,
    }
    return rfc8785.dumps(said)


def challenge_of(body: bytes) -> bytes:
    """Return what the passkey answers: it can be taken for no other kind of signature."""
    return sha256(TYPE.encode() + b"\n" + body).digest()
