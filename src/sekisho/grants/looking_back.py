"""利用結果の確認: whoever approved a use looks at what was done in it, and answers for it.

What was seen comes from the ledger, never from what was intended. Records that do not belong to
the reference of the approval are 目的外の疑い: shown as that, and judged by a person.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sekisho.terms.days import after_business_days
from sekisho.terms.refusals import Refusal

SHORTEST_NOTE = 4
SECOND_LINE = 2
EXPORT = "export"


class Answer(StrEnum):
    PROPER = "proper"  # 適正
    TO_CHECK = "to_check"  # 要確認


class Looks(StrEnum):
    """Who must look back, by the approval policy."""

    NONE = "none"  # だれも
    APPROVER = "approver"  # 承認した人
    LINE2 = "line2"  # 第2線


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One customer's record in one look, as the ledger has it.

    relation: whose customer (自社, 他社 …). classes: 項目区分 of what was really shown.
    numbers:  every number under which the record is known (its own, supply point, contract).
    """

    at: datetime
    screen: str
    act: str
    relation: str
    record: str
    classes: Sequence[str] = ()
    numbers: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was done in one use, counted.

    by_class: (項目区分, relation) -> records, the most first. outside: records that do not
    belong to the reference; empty where the approval names none, which `checked` says.
    """

    looks: int
    records: int
    by_class: Mapping[tuple[str, str], int] = field(default_factory=dict)
    screens: Mapping[str, int] = field(default_factory=dict)
    outside: Sequence[Shown] = ()
    exports: int = 0
    refused: int = 0
    checked: bool = False
    erased: int = 0


def seen(
    shown: Iterable[Shown],
    *,
    looks: int,
    refused: int = 0,
    erased: int = 0,
    reference: Collection[str] = (),
) -> Seen:
    """Return what was done in a use, from its looks in the ledger.

    reference: the numbers that the approval names; a record belongs to it by any of its numbers.
    erased:    records whose details the ledger does not have any more: they are never said to
               lie inside the reference.

    Free of order: the same looks give the same counts.
    """
    found = list(shown)
    records = {(one.relation, one.record) for one in found}
    by_class = {
        (name, one.relation, one.record) for one in found for name in dict.fromkeys(one.classes)
    }
    counted = Counter((name, relation) for name, relation, _ in by_class)
    named = frozenset(reference)
    outside: dict[tuple[str, str], Shown] = {}
    for one in sorted(found, key=_in_order):
        if named and not named & {one.record, *one.numbers}:
            outside.setdefault((one.relation, one.record), one)
    return Seen(
        looks=looks,
        records=len(records),
        by_class=dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))),
        screens=dict(sorted(Counter(one.screen for one in found).items())),
        outside=tuple(outside.values()),
        exports=len({(one.at, one.screen) for one in found if one.act == EXPORT}),
        refused=refused,
        checked=bool(named),
        erased=erased,
    )


def _in_order(one: Shown) -> tuple[datetime, str, str, str, str]:
    return (one.at, one.relation, one.record, one.screen, one.act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A use that may have to be looked back at.

    over_at:    when it really ended. approvers: who approved it.
    looks:      who must look, by the policy under which it was approved.
    emergency:  whether it was approved in a declared emergency.
    """

    key: str
    person: str
    over_at: datetime
    approvers: frozenset[str]
    looks: Looks = Looks.APPROVER
    days: int = 3
    emergency: bool = False
    looked_at: datetime | None = None


def due_at(use: Used, *, days_off: Collection[date] = ()) -> datetime:
    """Return until when it must be looked at: so many business days after it ended."""
    return after_business_days(use.over_at, use.days, days_off=days_off)


def is_open(use: Used, now: datetime) -> bool:
    """Return whether somebody must still look: the use is over, and nobody has."""
    return use.looks is not Looks.NONE and use.over_at <= now and use.looked_at is None


def is_overdue(use: Used, now: datetime, *, days_off: Collection[date] = ()) -> bool:
    """Return whether it is open though its time is over: then superior and line 2 are told."""
    return is_open(use, now) and now >= due_at(use, days_off=days_off)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """Who wants to answer, by the hat worn."""

    person: str
    line: int | None
    is_owner: bool  # of the company that owns the system


def refusal_to_look(use: Used, *, by: Looker, now: datetime) -> Refusal | None:
    """Return why `by` may not answer for `use`, or None where they may.

    Nobody looks at their own use. The second line of the owner may always answer: it is told
    when the approver is late.
    """
    if use.looks is Looks.NONE:
        return Refusal(
            reason="承認規程により、この利用の確認は要りません", remedy="一覧を開き直してください"
        )
    if use.over_at > now:
        return Refusal(
            reason="この利用はまだ終わっていません", remedy="終わってから確かめてください"
        )
    if use.looked_at is not None:
        return Refusal(reason="この利用はもう確かめられています", remedy="一覧を開き直してください")
    if by.person == use.person:
        return Refusal(
            reason="自分の利用は、自分では確かめられません",
            remedy="承認した人か、行為規制担当（第2線）が確かめます",
        )
    second_line = by.is_owner and by.line == SECOND_LINE
    approver = use.looks is Looks.APPROVER and by.person in use.approvers
    if not second_line and not approver:
        return Refusal(
            reason="この利用を確かめるのは、承認した人か、行為規制担当（第2線）です",
            remedy="承認した人に知らせてください",
        )
    return None


def refusal_to_answer(
    use: Used, *, by: Looker, answer: Answer, note: str, now: datetime
) -> Refusal | None:
    """Return why this answer may not be given, or None where it may."""
    if refusal := refusal_to_look(use, by=by, now=now):
        return refusal
    if answer is Answer.TO_CHECK and len(note.strip()) < SHORTEST_NOTE:
        return Refusal(
            reason="「要確認」の理由が書かれていません",
            remedy="どの閲覧を、なぜ確かめるのかを書いてください",
        )
    return None


def refusal_to_decide(
    uses: Iterable[Used],
    *,
    by: str,
    in_emergency: bool,
    now: datetime,
    days_off: Collection[date] = (),
) -> Refusal | None:
    """Return why `by` may not approve the next use, or None where they may.

    Whoever approves and does not look back has overdue uses, and clears them first. In a
    declared emergency this stops nobody: `overdue` flags it instead.
    """
    late = overdue(uses, by=by, now=now, days_off=days_off)
    if not late or in_emergency:
        return None
    return Refusal(
        reason=f"期限を過ぎた「利用結果の確認」が{len(late)}件あります",
        remedy="先に確かめてから、次の都度承認をしてください",
    )


def overdue(
    uses: Iterable[Used], *, by: str, now: datetime, days_off: Collection[date] = ()
) -> Sequence[Used]:
    """Return the overdue uses for which `by` must answer, the oldest first."""
    late = (
        use
        for use in uses
        if use.looks is Looks.APPROVER
        and by in use.approvers
        and is_overdue(use, now, days_off=days_off)
    )
    return sorted(late, key=lambda use: (use.over_at, use.key))
