"""Clearing up after an emergency (後始末): a list that cannot be skipped.

Most of it is counted from the records: nobody can tick it. The rest is signed, with what, how
much, how and before whom. What was green may turn red again until the closing is complete.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sekisho.grants.emergencies import Kind
from sekisho.terms.days import after, day_in_japan
from sekisho.terms.refusals import Refusal

SATURDAY = 5
NOTHING = 0
SHORTEST = 2


class Item(StrEnum):
    """One thing to clear up, in the order of its due day."""

    STOPPED = "stopped"  # 利用許可と利用の終了
    ACCOUNTS = "accounts"  # 一時IDの廃止と確認
    PLEDGES = "pledges"  # 退出の誓約
    RETURNED = "returned"  # 端末の返却
    WIPED = "wiped"  # 端末の消去と点検
    PAPERS = "papers"  # 紙とデータの廃棄・返却
    RECONCILED = "reconciled"  # 閲覧の突合
    BASIS = "basis"  # 委託の根拠と通知
    DOSSIER = "dossier"  # 災害対応記録


WORDS: Mapping[Item, str] = dict(
    zip(
        Item,
        (
            "利用許可・利用・入室がすべて終わった",
            "一時IDを廃止し、相手のシステムで確かめた",
            "応援者が退出の誓約をした",
            "貸与端末が返った（双方が署名）",
            "貸与端末を消去し、別の人が点検した",
            "紙・ファイル・通話記録を廃棄または返却した",
            "閲覧を突合し、外れたものに答えた",
            "委託の根拠を残し、小売に通知した",
            "災害対応記録を封じた",
        ),
        strict=True,
    )
)
SIGNED = frozenset({Item.PAPERS, Item.RECONCILED, Item.BASIS})  # also by a person, with evidence
ATTESTED = frozenset({Item.PAPERS, Item.BASIS})  # by the signature alone: no record counts them
AT_REVIEW = frozenset({Item.DOSSIER})  # due at the review, not before the closing is complete

SAME_DAY, WEEK = 0, 7
DAYS: Mapping[Item, int] = {
    Item.ACCOUNTS: SAME_DAY,
    Item.PLEDGES: SAME_DAY,
    Item.WIPED: WEEK,
    Item.PAPERS: WEEK,
}
BUSINESS_DAYS: Mapping[Item, int] = {
    Item.RETURNED: 3,
    Item.RECONCILED: 10,
    Item.BASIS: 10,
    Item.DOSSIER: 15,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What the records say of a thing: how many there are, and how many are done."""

    total: int = 0
    done: int = 0

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What somebody signs for. witness: another person's number. none: there was nothing."""

    by: str
    quantity: str = ""
    method: str = ""
    witness: str = ""
    document: str = ""
    none: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the list. subject: for whom, where several must answer (a company's code)."""

    item: Item
    subject: str = ""
    due_at: datetime
    is_done: bool
    said: str

    def is_overdue(self, now: datetime) -> bool:
        """Return whether it is open at `now` though its day is over."""
        return not self.is_done and now >= self.due_at

    @property
    def words(self) -> str:
        return f"{WORDS[self.item]}{f'（{self.subject}）' if self.subject else ''}"


def items_of(kind: Kind) -> Sequence[Item]:
    """Return what must be cleared up after an emergency of `kind`: for a drill, no basis in law."""
    return tuple(item for item in Item if kind is not Kind.DRILL or item is not Item.BASIS)


def due_at(item: Item, *, ended_at: datetime, days_off: Collection[date] = ()) -> datetime:
    """Return when `item` is due after an emergency that ended at `ended_at`.

    The first item is due in that instant, others at the end of a day in Japan: the same day,
    so many days later, or so many business days later.
    """
    if item is Item.STOPPED:
        return ended_at
    day = day_in_japan(ended_at)
    if item in DAYS:
        return after(day + timedelta(days=DAYS[item]))
    left = BUSINESS_DAYS[item]
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY and day not in days_off
    return after(day)


def checklist(
    kind: Kind,
    *,
    ended_at: datetime,
    counts: Mapping[Item, Count],
    signed: Collection[tuple[Item, str]],
    companies: Sequence[str],
    days_off: Collection[date] = (),
) -> Sequence[Line]:
    """Return the list, line by line, as the records stand.

    counts:    by item; what is not counted counts as open, not as nothing.
    signed:    items that somebody signed for, with the company they spoke for ("" for the owner).
    companies: whose papers are attested: the owner's and every helper's. Each answers for itself.
    """
    lines = []
    for item in items_of(kind):
        due = due_at(item, ended_at=ended_at, days_off=days_off)
        for subject in companies if item is Item.PAPERS else ("",):
            count = Count() if item in ATTESTED else counts.get(item)
            is_signed = item not in SIGNED or (item, subject) in signed
            lines.append(
                Line(
                    item=item,
                    subject=subject,
                    due_at=due,
                    is_done=count is not None and count.left <= NOTHING and is_signed,
                    said=_said(count, needs_signature=item in SIGNED, is_signed=is_signed),
                )
            )
    return tuple(lines)


def open_items(lines: Iterable[Line], *, at_review: bool = False) -> Sequence[str]:
    """Return what keeps the closing from being complete, in words, with why.

    at_review: also what is due only when the second line reviews it.
    """
    return tuple(
        f"{line.words}：{line.said}"
        for line in lines
        if not line.is_done and (at_review or line.item not in AT_REVIEW)
    )


def fault(item: Item, evidence: Evidence, *, kind: Kind) -> Refusal | None:
    """Return why `evidence` does not do for `item`, or None where it does."""
    if item not in SIGNED:
        return Refusal(
            reason=f"「{WORDS[item]}」は記録から数えるもので、署名では終わりません",
            remedy="もとの記録（返却、廃止の確認など）を終わらせてください",
        )
    if evidence.witness and evidence.witness == evidence.by:
        return Refusal(
            reason="立ち会った人が、署名する人と同じです", remedy="別の人の番号を書いてください"
        )
    if item is Item.PAPERS:
        return _fault_of_papers(evidence, kind=kind)
    if len(evidence.document.strip()) < SHORTEST:
        return Refusal(
            reason="文書の番号または所見がありません",
            remedy="根拠の文書の番号、または突合の所見を書いてください",
        )
    return None


def _fault_of_papers(evidence: Evidence, *, kind: Kind) -> Refusal | None:
    if evidence.none and kind is Kind.DISASTER:
        return Refusal(
            reason="非常災害では「なし」で済ませられません",
            remedy="数量（0 のときは 0）と、確かめた方法、立ち会った人を書いてください",
        )
    if evidence.none:
        return None
    missing = [
        words
        for words, given in (
            ("数量", evidence.quantity),
            ("方法", evidence.method),
            ("立ち会った人", evidence.witness),
        )
        if not given.strip()
    ]
    if not missing:
        return None
    return Refusal(
        reason=f"{'、'.join(missing)}がありません", remedy="書いてから、もう一度署名してください"
    )


def _said(count: Count | None, *, needs_signature: bool, is_signed: bool) -> str:
    if count is None:
        return "まだ数えられません"
    if count.left > NOTHING:
        return f"残り {count.left}／{count.total}"
    if needs_signature and not is_signed:
        return "署名がありません"
    return f"{count.done}／{count.total}" if count.total else "済み"
