"""An emergency (非常災害): prepared → declared → ended → closing → closed → reviewed.

It is in effect while a term holds that one person declared and another confirmed, and never
otherwise. It ends by itself: nothing has to be done for that, and nothing can undo it. All states
are derived from what was signed and from the clock that is passed in.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal

OWNER = "network"  # 会社区分 of the companies that may declare one
SECOND_LINE = 2
LONGEST_TERM = timedelta(hours=72)
CONDUCT_AFTER = timedelta(days=14)  # in total; beyond it the conduct office signs as well
PENDING = timedelta(hours=24)  # for this long a declaration waits for its confirmation
SHORTEST_REASON = 10


class Kind(StrEnum):
    DISASTER = "disaster"  # 非常災害
    FAILURE = "failure"  # 障害時の暫定利用
    DRILL = "drill"  # 訓練: on synthetic data only


KIND_WORDS = dict(zip(Kind, ("非常災害", "障害時の暫定利用", "訓練"), strict=True))


class State(StrEnum):
    """How far an emergency has come. It only goes on, never back."""

    PREPARED = "prepared"  # 準備
    DECLARED = "declared"  # 発動
    ENDED = "ended"  # 終了
    CLOSING = "closing"  # 後始末
    CLOSED = "closed"  # 完了
    REVIEWED = "reviewed"  # 検証済


STATE_WORDS = dict(zip(State, ("準備", "発動", "終了", "後始末", "完了", "検証済"), strict=True))
OVER = tuple(State)[2:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A stretch of an emergency. confirmed_by None: declared by one person, and not in effect."""

    period: Period
    declared_by: str
    declared_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    by_conduct_office: bool = False  # one of the two signed as the second line (行為規制担当)

    def is_confirmed(self, at: datetime) -> bool:
        """Return whether two different people had signed it by `at`."""
        return (
            self.confirmed_by not in (None, self.declared_by)
            and self.confirmed_at is not None
            and self.confirmed_at <= at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """owner: code of the company whose emergency it is.

    ended_at: lifted (解除) before its time. begun_at: when its closing list was laid out.
    """

    kind: Kind
    owner: str
    terms: tuple[Term, ...] = ()
    ended_at: datetime | None = None
    begun_at: datetime | None = None
    closed_at: datetime | None = None
    reviewed_at: datetime | None = None

    @property
    def signers(self) -> frozenset[str]:
        """Everybody who declared or confirmed a term of it."""
        both = (person for term in self.terms for person in (term.declared_by, term.confirmed_by))
        return frozenset(person for person in both if person is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Somebody about to act, in the post that they wear now."""

    person: str
    company: str
    company_kind: str
    line: int | None
    may_declare: bool = False  # the board, whoever leads, the conduct office

    @property
    def is_conduct_office(self) -> bool:
        return self.company_kind == OWNER and self.line == SECOND_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to declare. owner: code of the company whose emergency it is."""

    kind: Kind
    owner: str
    cause: str
    reason: str
    areas: frozenset[str]
    systems: frozenset[str]
    commander: str  # the person who commands; of a failure, the one who answers for it
    conduct_officer: str
    period: Period


def state_of(one: Emergency, at: datetime) -> State:
    """Return the state at `at`, as far as anything had happened by then."""
    if one.reviewed_at is not None and one.reviewed_at <= at:
        return State.REVIEWED
    if one.closed_at is not None and one.closed_at <= at:
        return State.CLOSED
    ends = ends_at(one, at)
    if ends is None:
        return State.PREPARED
    if at < ends:
        return State.DECLARED
    return State.CLOSING if one.begun_at is not None and one.begun_at <= at else State.ENDED


def runs(one: Emergency, at: datetime) -> bool:
    """Return whether it is in effect at `at`. A declaration that waits changes nothing."""
    lifted = one.ended_at is not None and one.ended_at <= at
    return not lifted and any(term.period.holds(at) for term in confirmed(one, at))


def confirmed(one: Emergency, at: datetime) -> Sequence[Term]:
    """Return the terms that two people had signed by `at`, the earliest first."""
    found = [term for term in one.terms if term.is_confirmed(at)]
    return sorted(found, key=lambda term: term.period.starts)


def waiting(one: Emergency, at: datetime) -> Term | None:
    """Return the declaration that still waits for its confirmation at `at`, or None."""
    for term in one.terms:
        if term.confirmed_by is None and at < _waits_until(term):
            return term
    return None


def begins_at(one: Emergency, at: datetime) -> datetime | None:
    """Return when its first confirmed term begins, or None where there is none at `at`."""
    terms = confirmed(one, at)
    return terms[0].period.starts if terms else None


def ends_at(one: Emergency, at: datetime) -> datetime | None:
    """Return when it ends, or ended, as known at `at`; None where it is not confirmed yet."""
    ends = [term.period.ends for term in confirmed(one, at) if term.period.ends is not None]
    if not ends:
        return None
    planned = max(ends)
    lifted = one.ended_at if one.ended_at is not None and one.ended_at <= at else None
    return min(planned, lifted) if lifted is not None else planned


def lasts(one: Emergency, at: datetime) -> timedelta:
    """Return how long it lasts in total, from its first instant to its last, as known at `at`."""
    starts, ends = begins_at(one, at), ends_at(one, at)
    return ends - starts if starts is not None and ends is not None else timedelta()


def cut(terms: Sequence[Term], at: datetime) -> tuple[Term, ...]:
    """Return what is left of `terms` when the emergency is lifted at `at`: none outlives it."""
    left = []
    for term in terms:
        if term.period.starts < at:
            ends = at if term.period.ends is None else min(at, term.period.ends)
            left.append(replace(term, period=Period(starts=term.period.starts, ends=ends)))
    return tuple(left)


def in_effect_from(term: Period, *, confirmed_at: datetime) -> Period | None:
    """Return the part of what was declared that a confirmation at `confirmed_at` can still reach.

    What is past is never declared afterwards; None: all of it is past.
    """
    starts = max(term.starts, confirmed_at)
    if term.ends is None or term.ends <= starts:
        return None
    return Period(starts=starts, ends=term.ends)


# Who may do what, and when ---------------------------------------------------------------------


def refusal_to_declare(
    wanted: Wanted, *, by: Signer, at: datetime, open_to_relief: Collection[str]
) -> Refusal | None:
    """Return why `by` may not declare `wanted` at `at`, or None where they may.

    open_to_relief: the systems whose table knows relief at all (災害応援); no declaration opens
                    another one to helpers.
    """
    if refusal := _no_declarer(by, owner=wanted.owner):
        return refusal
    if refusal := _empty(wanted):
        return refusal
    if refusal := _bad_period(wanted.period, at=at):
        return refusal
    if wanted.kind is not Kind.FAILURE and (closed := wanted.systems - set(open_to_relief)):
        return Refusal(
            reason=f"応援の役割のないシステムです（{'、'.join(sorted(closed))}）",
            remedy="そのシステムを除いて発動してください。使うときは一回ごとに利用申請をします",
        )
    if wanted.commander == wanted.conduct_officer:
        return Refusal(
            reason="災害対策責任者と行為規制担当が同じ人です",
            remedy="行為規制担当には、第2線の別の人を選んでください",
        )
    return None


def refusal_to_confirm(one: Emergency, term: Term, *, by: Signer, at: datetime) -> Refusal | None:
    """Return why `by` may not confirm `term` of `one` at `at`, or None where they may."""
    if refusal := _no_declarer(by, owner=one.owner):
        return refusal
    if by.person == term.declared_by:
        return Refusal(
            reason="自分で発動を起こした人は、確認できません",
            remedy="別の人（行為規制担当など）に確認を頼んでください",
        )
    if term.confirmed_by is not None:
        return Refusal(reason="もう確認されています", remedy="画面を開き直してください")
    if at >= _waits_until(term) or in_effect_from(term.period, confirmed_at=at) is None:
        return Refusal(
            reason="確認を待つ時間が過ぎました",
            remedy="いまの時刻で、もう一度発動を起こしてください",
        )
    if confirmed(one, at):  # an extension
        if refusal := _not_running(one, at):
            return refusal
        both = term.by_conduct_office or by.is_conduct_office
        return _without_conduct_office(one, term.period, signed=both, at=at)
    return None


def refusal_to_extend(
    one: Emergency, period: Period, *, by: Signer, at: datetime
) -> Refusal | None:
    """Return why `by` may not extend `one` by `period` at `at`, or None where they may.

    Whether the conduct office is among the two is asked when the second of them signs.
    """
    if refusal := _no_declarer(by, owner=one.owner):
        return refusal
    if refusal := _not_running(one, at):
        return refusal
    if waiting(one, at) is not None:
        return Refusal(
            reason="確認を待つ延長がもうあります",
            remedy="その延長を確認するか、待つ時間が過ぎるのを待ってください",
        )
    if period.starts != ends_at(one, at):
        return Refusal(
            reason="延長は、いまの期間の終わりから始まります",
            remedy="始まりを、いまの期間の終わりに合わせてください",
        )
    return _bad_period(period, at=at)


def refusal_to_end(one: Emergency, *, by: Signer, at: datetime) -> Refusal | None:
    """Return why `by` may not lift it (解除) now, or None. To stop takes one person only."""
    return _no_declarer(by, owner=one.owner) or _not_running(one, at)


def refusal_to_close(
    one: Emergency, *, open_items: Sequence[str], by: Signer, at: datetime
) -> Refusal | None:
    """Return why the closing may not be called complete, or None where it may.

    open_items: what is still open, in words.
    """
    if refusal := _no_declarer(by, owner=one.owner):
        return refusal
    state = state_of(one, at)
    if state in (State.PREPARED, State.DECLARED):
        return Refusal(
            reason=f"まだ「{STATE_WORDS[state]}」です", remedy="終了した後に後始末を始めてください"
        )
    if state in (State.CLOSED, State.REVIEWED):
        return Refusal(reason="後始末はもう完了しています", remedy="画面を開き直してください")
    if open_items or state is not State.CLOSING:
        left = "、".join(open_items) or "後始末の一覧を作ること"
        return Refusal(
            reason=f"終わっていない後始末が {max(1, len(open_items))} 件あります（{left}）",
            remedy="一つずつ終わらせてから、完了にしてください。飛ばすことはできません",
        )
    return None


def refusal_to_review(
    one: Emergency, *, open_items: Sequence[str], closed_by: str | None, by: Signer, at: datetime
) -> Refusal | None:
    """Return why `by` may not review it, or None. open_items: the sealed dossier among them."""
    if not by.is_conduct_office:
        return Refusal(
            reason="検証は、送配電の第2線（行為規制の部署）の仕事です",
            remedy="第2線の人に検証を頼んでください",
        )
    if refusal := _other_company(by, owner=one.owner):
        return refusal
    if by.person in one.signers or by.person == closed_by:
        return Refusal(
            reason="発動、確認または完了に加わった人は、検証できません",
            remedy="加わっていない第2線の人に検証を頼んでください",
        )
    state = state_of(one, at)
    if state is State.REVIEWED:
        return Refusal(reason="もう検証されています", remedy="画面を開き直してください")
    if state is not State.CLOSED:
        return Refusal(
            reason=f"まだ「{STATE_WORDS[state]}」です", remedy="後始末を完了した後に検証します"
        )
    if open_items:
        return Refusal(
            reason=f"終わっていないものがあります（{'、'.join(open_items)}）",
            remedy="災害対応記録を封じ、開き直ったものを終わらせてから検証してください",
        )
    return None


def _no_declarer(by: Signer, *, owner: str) -> Refusal | None:
    if by.company_kind != OWNER or not by.may_declare:
        return Refusal(
            reason="発動、延長、解除ができるのは、送配電の役員、長、責任者と行為規制の部署だけです",
            remedy="送配電の責任者に連絡してください",
        )
    return _other_company(by, owner=owner)


def _other_company(by: Signer, *, owner: str) -> Refusal | None:
    if by.company == owner:
        return None
    return Refusal(
        reason="ほかの会社の非常災害は扱えません",
        remedy="持ち主の会社の責任者に求めてください",
    )


def _empty(wanted: Wanted) -> Refusal | None:
    text = "".join(wanted.reason.split())
    missing = [
        words
        for words, given in (
            ("事由", wanted.cause.strip()),
            ("対象システム", wanted.systems),
            ("地区", wanted.areas or wanted.kind is Kind.FAILURE),
            ("責任者", wanted.commander),
            ("行為規制担当", wanted.conduct_officer),
        )
        if not given
    ]
    if missing:
        return Refusal(
            reason=f"{'、'.join(missing)}がありません", remedy="書いてから、もう一度出してください"
        )
    if len(text) < SHORTEST_REASON or len(set(text)) < SHORTEST_REASON // 2:
        return Refusal(
            reason="理由が短すぎます",
            remedy=f"何が起き、なぜ要るのかを {SHORTEST_REASON} 字以上で書いてください",
        )
    return None


def _bad_period(period: Period, *, at: datetime) -> Refusal | None:
    if period.ends is None or period.ends <= period.starts or period.ends <= at:
        return Refusal(
            reason="終わりが、始まりまたはいまより前です",
            remedy="終わりを、これからの時刻にしてください",
        )
    if period.ends - period.starts > LONGEST_TERM:
        return Refusal(
            reason="一度の期間は72時間までです",
            remedy="72時間以内で発動し、要るときは終わる前に延長してください",
        )
    return None


def _not_running(one: Emergency, at: datetime) -> Refusal | None:
    state = state_of(one, at)
    if state is State.DECLARED:
        return None
    return Refusal(
        reason=f"いまは「{STATE_WORDS[state]}」で、発動中ではありません",
        remedy="終わったものは開き直せません。要るときは、新しく発動してください"
        if state in OVER
        else "先に、別の人の確認を受けてください",
    )


def _without_conduct_office(
    one: Emergency, period: Period, *, signed: bool, at: datetime
) -> Refusal | None:
    starts = begins_at(one, at)
    if starts is None or period.ends is None or signed:
        return None
    if period.ends - starts <= CONDUCT_AFTER:
        return None
    return Refusal(
        reason="全部で14日を超える延長には、行為規制担当（第2線）の署名が要ります",
        remedy="確認を、行為規制の部署の人に頼んでください",
    )


def _waits_until(term: Term) -> datetime:
    latest = term.declared_at + PENDING
    return latest if term.period.ends is None else min(latest, term.period.ends)
