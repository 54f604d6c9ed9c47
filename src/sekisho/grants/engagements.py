"""Work that is entrusted (委託): when it is in force, what stops it, and how it is cleared up.

An engagement is in force only while every stop condition of the check of contractors passes. Its
workers hold IDs that are bound to who entrusts the work, and to nobody else.

Source: 電気事業法 23条3〜5項 (basis of entrusting), 個人情報保護法 25条 (supervision).
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.errors import SekishoError
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal

COLUMNS = ("番号", "段階", "項目", "統制", "根拠", "証拠", "関門", "満たさないとき")
DEEPEST = 2  # of subcontracting: the engagement itself and two below it
SHORTEST_BASIS = 10
CLOSING_DAYS = 30  # after the end, until an ending is a finding
AFFILIATES = frozenset({"affiliate", "affiliate_contractor"})


class UnreadableChecklist(SekishoError):
    """The check of contractors lacks a column or a line."""


class Phase(StrEnum):
    """When a line of the check is asked."""

    CHOOSE = "選定"
    CONTRACT = "契約"
    START = "開始"
    RUN = "運用"
    DISASTER = "災害"
    END = "終了"


BEFORE = frozenset({Phase.CHOOSE, Phase.CONTRACT, Phase.START})


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "na"


class State(StrEnum):
    """Where an engagement stands. Derived at every question."""

    PREPARED = "prepared"  # 準備
    CHECKED = "checked"  # 点検済
    IN_FORCE = "in_force"  # 有効
    SUSPENDED = "suspended"  # 停止
    ENDING = "ending"  # 後始末
    CLOSED = "closed"  # 終了


WORDS: Mapping[State, str] = {
    State.PREPARED: "準備",
    State.CHECKED: "点検済（開始前）",
    State.IN_FORCE: "有効",
    State.SUSPENDED: "停止",
    State.ENDING: "後始末",
    State.CLOSED: "終了",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the check (委託先点検). stops: without a yes, the work does not go on."""

    code: str
    phase: Phase
    words: str
    controls: str
    basis: str
    evidence: str
    stops: bool
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One engagement as these rules look at it. people: codes. kinds: of companies (会社区分).

    terms: its periods. depth: 0, or how far below another engagement it stands.
    """

    entruster: str
    contractor: str
    entruster_kind: str = "network"
    contractor_kind: str = "network_contractor"
    basis: str = ""
    item_classes: frozenset[str] = frozenset()
    has_owner: bool = False
    serves_both: bool = False
    depth: int = 0
    subcontract_approved: bool = False
    prepared_by: str = ""
    checked_at: datetime | None = None
    suspended_at: datetime | None = None
    ending_at: datetime | None = None
    closed_at: datetime | None = None
    terms: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What is still out when an engagement is cleared up: counts."""

    ids: int = 0  # IDs of its workers that are not closed
    unverified: int = 0  # closed here, not yet verified in their systems
    terminals: int = 0  # terminals that are not back and wiped


def read(text: str, *, place: str) -> Sequence[Item]:
    """Return the lines of the check, in order. Raises UnreadableChecklist."""
    rows = csv.DictReader(io.StringIO(text))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UnreadableChecklist(
            f"列がありません: {'、'.join(missing)}",
            place=place,
            remedy=f"列を {'、'.join(COLUMNS)} にしてください",
        )
    found: list[Item] = []
    for row in rows:
        if row["段階"] not in set(Phase) or not row["番号"] or not row["項目"]:
            raise UnreadableChecklist(
                f"「{row['番号'] or '番号なし'}」の行が読めません",
                place=place,
                remedy=f"段階を {'、'.join(Phase)} のどれかにし、番号と項目を書いてください",
            )
        found.append(
            Item(
                code=row["番号"],
                phase=Phase(row["段階"]),
                words=row["項目"],
                controls=row["統制"],
                basis=row["根拠"],
                evidence=row["証拠"],
                stops=row["関門"] == "はい",
                condition=row["満たさないとき"],
            )
        )
    return found


def state_of(one: Engagement, at: datetime) -> State:
    """Return where `one` stands at `at`. What is over is being cleared up, until it is closed."""
    if _is_past(one.closed_at, at):
        return State.CLOSED
    if _is_past(one.ending_at, at):
        return State.ENDING
    if not _is_past(one.checked_at, at):
        return State.PREPARED
    if one.terms and all(term.ends is not None and term.ends <= at for term in one.terms):
        return State.ENDING
    if _is_past(one.suspended_at, at):
        return State.SUSPENDED
    runs = any(term.holds(at) for term in one.terms)
    return State.IN_FORCE if runs else State.CHECKED


def stops(
    items: Iterable[Item], answers: Mapping[str, Answer], *, phases: Collection[Phase] = BEFORE
) -> Sequence[Item]:
    """Return the lines that stop the work: every gate of `phases` without a yes.

    "Does not apply" is no yes: a gate that could be declared away would be none.
    """
    return [
        item
        for item in items
        if item.stops and item.phase in phases and answers.get(item.code) is not Answer.YES
    ]


def refusal_to_begin(
    one: Engagement,
    items: Iterable[Item],
    answers: Mapping[str, Answer],
    *,
    checked_by: str,
    at: datetime,
) -> Refusal | None:
    """Return why `one` may not be put in force by `checked_by`, or None where it may."""
    if state_of(one, at) is not State.PREPARED:
        return Refusal(reason="この委託の点検は済んでいます", remedy="一覧を開き直してください")
    if checked_by == one.prepared_by:
        return Refusal(
            reason="準備した人は、自分の委託を点検できません",
            remedy="ほかの責任者か行為規制担当に点検を依頼してください",
        )
    if not one.has_owner or not one.terms or not one.item_classes:
        return Refusal(
            reason="委託主管、期間、渡す項目のどれかが決まっていません",
            remedy="委託の内容を埋めてから点検してください",
        )
    if len(one.basis.strip()) < SHORTEST_BASIS:
        return Refusal(
            reason="委託する理由（なぜ自社でできないか）が書かれていません",
            remedy=f"理由を{SHORTEST_BASIS}文字以上で書いてください（電気事業法23条3項）",
        )
    if one.entruster_kind == "network" and one.contractor_kind in AFFILIATES:
        return Refusal(
            reason="関係小売とその委託先には、送配電の業務を委託できません",
            remedy="省令の例外に当たるときは、行為規制担当（第2線）に文書で相談してください",
        )
    if one.depth > DEEPEST or (one.depth and not one.subcontract_approved):
        return Refusal(
            reason="再委託が認められていないか、深すぎます",
            remedy=f"再委託は{DEEPEST}段までです。委託元の承認を記録してください",
        )
    if blocked := stops(items, answers):
        first = blocked[0]
        return Refusal(
            reason=f"点検の関門が {len(blocked)} 件残っています（{first.code} {first.words}）",
            remedy=first.condition or "「はい」と言える証拠をそろえてください",
        )
    return None


def refusal_of_worker(
    one: Engagement,
    *,
    period: Period,
    works_for: str,
    others: Iterable[Engagement],
    at: datetime,
) -> Refusal | None:
    """Return why somebody may not be put on the roster (作業者名簿), or None where they may.

    period:    for which they would work. works_for: company whose work their post does.
    others:    engagements on whose rosters they stand at the same time.
    """
    if state_of(one, at) not in (State.IN_FORCE, State.CHECKED):
        return Refusal(
            reason="この委託は有効ではありません",
            remedy="点検を終え、期間の中で名簿に載せてください",
        )
    if works_for != one.entruster:
        return Refusal(
            reason="この人の発令は、別の委託元の業務のためのものです",
            remedy="この委託元の業務の発令を登録してから、名簿に載せてください",
        )
    if period.ends is None or not any(
        term.starts <= period.starts and (term.ends is None or period.ends <= term.ends)
        for term in one.terms
    ):
        return Refusal(
            reason="作業者の期間が、委託の期間の外に出ています",
            remedy="委託の期間の中の日を選んでください",
        )
    if any(other.entruster != one.entruster for other in others):
        return Refusal(
            reason="この人は、別の委託元の作業者名簿に載っています",
            remedy="人を分けるか、いまの名簿から外してから載せてください。兼ねることはできません",
        )
    return None


def refusal_to_close(
    one: Engagement,
    items: Iterable[Item],
    answers: Mapping[str, Answer],
    left: Open,
    *,
    at: datetime,
) -> Refusal | None:
    """Return why an ending is not over yet, or None where it may be closed."""
    if state_of(one, at) is not State.ENDING:
        return Refusal(
            reason="後始末に入っていない委託は終えられません",
            remedy="先に「終了の手続を始める」を押してください",
        )
    open_things = [
        f"{words} {count} 件"
        for words, count in (
            ("閉じていないID", left.ids),
            ("相手で確かめていないID", left.unverified),
            ("返却・消去していない端末", left.terminals),
        )
        if count
    ]
    open_things += [
        f"{item.code} {item.words}"
        for item in items
        if item.phase is Phase.END and answers.get(item.code) is not Answer.YES
    ]
    if open_things:
        return Refusal(
            reason=f"残っているものがあります（{'、'.join(open_things)}）",
            remedy="すべて片付けてから終えてください。終えるまで赤く残ります",
        )
    return None


def is_late(one: Engagement, at: datetime) -> bool:
    """Return whether an ending has taken too long."""
    if state_of(one, at) is not State.ENDING:
        return False
    ends = [term.ends for term in one.terms if term.ends is not None]
    began = min(end for end in (one.ending_at, max(ends, default=None)) if end is not None)
    return at - began > timedelta(days=CLOSING_DAYS)


def _is_past(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at
