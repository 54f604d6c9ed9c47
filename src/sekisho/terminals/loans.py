"""Loans of terminals (貸与): who may borrow, until when, what both sign, what comes after."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import rfc8785

from sekisho.terminals.states import Act, State, refusal_to
from sekisho.terms.days import after_business_days, day_in_japan
from sekisho.terms.refusals import Refusal

TYPE = "sekisho.loan/1"
LENDABLE = ("lent", "contractor")  # 端末の区分: what is never lent stands on a desk
LONGEST = timedelta(days=366)
GRACE_DAYS = 3  # business days, after which a terminal that is out is a finding for line 2
WIPE_DAYS = timedelta(days=7)
CHECKS: Mapping[str, str] = {
    "erased": "業務データと利用の跡を消した",
    "signed_out": "残っていた登録と鍵を外した",
    "whole": "外観と附属品に欠けがない",
    "label": "札が読める",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What both sign at the desk. Moments are ISO texts; people and terminals are their numbers.

    act:   lend or return. nonce: chosen by the site when the text is laid before them.
    """

    act: str
    device: str
    person: str
    by: str
    occasion: str
    starts: str
    due: str
    condition: str
    at: str
    nonce: str

    @property
    def text(self) -> bytes:
        """The canonical text (RFC 8785) under its type, so that no other signature serves here."""
        return f"{TYPE}\n".encode() + rfc8785.dumps({"type": TYPE, **asdict(self)})

    @property
    def digest(self) -> bytes:
        """What each passkey signs over, as its challenge: 32 bytes."""
        return sha256(self.text).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """What is asked for at the desk.

    ends_with:  when the emergency or engagement that it is lent for ends; None: it is for none.
    has_others: numbers of terminals that the borrower has out already.
    """

    state: State
    terminal_class: str
    is_held: bool
    borrower: str
    lender: str
    due: datetime
    ends_with: datetime | None = None
    has_others: Collection[str] = ()


def refusal_to_lend(asked: Lending, *, now: datetime) -> Refusal | None:
    """Return why a terminal may not be lent so, or None where it may.

    One loan is one person and one terminal: whoever has one out borrows no other.
    """
    if asked.borrower == asked.lender:
        return Refusal(
            reason="自分に貸すことはできません", remedy="窓口の別の人に貸してもらってください"
        )
    if refusal := refusal_to(Act.LEND, asked.state):
        return refusal
    if asked.is_held:
        return Refusal(reason="この端末は停止しています", remedy="別の端末を貸してください")
    if asked.terminal_class not in LENDABLE:
        return Refusal(
            reason="この端末は貸し出すものではありません",
            remedy="災害貸与端末か、委託先の端末を選んでください",
        )
    if asked.has_others:
        return Refusal(
            reason=f"借りる人は、もう端末（{'、'.join(sorted(asked.has_others))}）を持っています",
            remedy="先に返却を受け付けてください",
        )
    return _bad_due(asked, now=now)


def _bad_due(asked: Lending, *, now: datetime) -> Refusal | None:
    if asked.due <= now:
        return Refusal(
            reason="返却の期限が過ぎています", remedy="これからの時刻を期限にしてください"
        )
    if asked.due > now + LONGEST:
        return Refusal(reason="貸与は1年までです", remedy="期限を短くしてください")
    if asked.ends_with is not None and asked.due > asked.ends_with:
        return Refusal(
            reason="期限が、非常災害または委託の終わりより後です",
            remedy="終わりまでの時刻を期限にしてください",
        )
    return None


def refusal_to_take_back(*, state: State, borrower: str, to: str) -> Refusal | None:
    """Return why `to` may not take a terminal back, or None where they may."""
    if state not in (State.LOST, State.FOUND) and (refusal := refusal_to(Act.TAKE_BACK, state)):
        return refusal
    if state in (State.LOST, State.FOUND):
        return Refusal(
            reason="この端末は紛失として扱われています",
            remedy="紛失の頁で発見と点検を済ませてから、返却を受け付けてください",
        )
    if borrower == to:
        return Refusal(reason="自分の返却は受け取れません", remedy="窓口の別の人に渡してください")
    return None


def refusal_to_wipe(
    *, state: State, by: str, borrower: str, returned_to: str | None, done: Collection[str]
) -> Refusal | None:
    """Return why `by` may not answer for the wiping, or None where they may.

    done: keys of CHECKS that were found so. All of them, or the terminal is not ready.
    """
    if refusal := refusal_to(Act.WIPE, state):
        return refusal
    if by in (borrower, returned_to):
        return Refusal(
            reason="借りた人と受け取った人は、消去と点検を行えません",
            remedy="別の人が消去と点検を行ってください",
        )
    missing = [words for key, words in CHECKS.items() if key not in done]
    if missing:
        return Refusal(
            reason=f"点検が終わっていません（{'、'.join(missing)}）",
            remedy="すべて確かめるまで、この端末は貸せません",
        )
    return None


def refusal_to_prolong(
    *, is_out: bool, due: datetime, until: datetime, ends_with: datetime | None, now: datetime
) -> Refusal | None:
    """Return why the due day of a loan may not become `until`, or None where it may."""
    if not is_out:
        return Refusal(reason="この貸与は終わっています", remedy="一覧を開き直してください")
    if until <= due:
        return Refusal(reason="いまの期限より後ではありません", remedy="後の時刻を入れてください")
    if until > now + LONGEST or (ends_with is not None and until > ends_with):
        return Refusal(
            reason="その時刻までは延ばせません",
            remedy="非常災害または委託の終わりまで、長くて1年です",
        )
    return None


def due_after(ended: datetime) -> datetime:
    """Return until when a terminal must be back after that for which it was lent has ended."""
    return after_business_days(ended, GRACE_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How late a terminal is. days: of Japan, begun ones counted. is_grave: for line 2."""

    days: int
    is_grave: bool


def lateness(due: datetime, *, now: datetime) -> Lateness | None:
    """Return how late a terminal that is out is at `now`, or None where it is not due yet."""
    if now < due:
        return None
    days = (day_in_japan(now) - day_in_japan(due)).days + 1
    return Lateness(days=days, is_grave=now >= after_business_days(due, GRACE_DAYS))
