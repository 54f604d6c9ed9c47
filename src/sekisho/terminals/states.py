"""How a terminal stands (端末の状態), derived from its records, and what may be done to it then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal


class State(StrEnum):
    """Derived, never stored."""

    IN_STOCK = "in_stock"  # 在庫
    PLACED = "placed"  # 設置
    IN_TRANSIT = "in_transit"  # 送付中
    LENT = "lent"  # 貸与中
    OVERDUE = "overdue"  # 返却遅れ
    RETURNED = "returned"  # 消去待ち
    LOST = "lost"  # 紛失
    FOUND = "found"  # 点検待ち
    DISPOSED = "disposed"  # 除却


WORDS: Mapping[State, str] = dict(
    zip(
        State,
        (
            "在庫", "設置", "送付中", "貸与中", "返却遅れ", "消去待ち", "紛失", "点検待ち", "除却",
        ),
        strict=True,
    )
)  # fmt: skip


class Act(StrEnum):
    PLACE = "place"  # 置く
    DISPATCH = "dispatch"  # 送る
    RECEIVE = "receive"  # 受け取る
    LEND = "lend"  # 貸す
    TAKE_BACK = "take_back"  # 返す
    WIPE = "wipe"  # 消去する
    LOSE = "lose"  # 失くす
    FIND = "find"  # 見つける
    INSPECT = "inspect"  # 点検する
    WRITE_OFF = "write_off"  # 見つからないまま除く
    DISPOSE = "dispose"  # 廃棄する


AT_HAND = frozenset({State.IN_STOCK, State.PLACED})
OUT = frozenset({State.LENT, State.OVERDUE})
ALLOWED: Mapping[Act, frozenset[State]] = {
    Act.PLACE: AT_HAND,
    Act.DISPATCH: AT_HAND,
    Act.RECEIVE: frozenset({State.IN_TRANSIT}),
    Act.LEND: AT_HAND,
    Act.TAKE_BACK: OUT,
    Act.WIPE: frozenset({State.RETURNED}),
    Act.LOSE: frozenset(State) - {State.LOST, State.FOUND, State.DISPOSED},
    Act.FIND: frozenset({State.LOST}),
    Act.INSPECT: frozenset({State.FOUND}),
    Act.WRITE_OFF: frozenset({State.LOST, State.FOUND}),
    Act.DISPOSE: AT_HAND,
}
# What opens nothing, whoever holds it: a terminal on its way, back and unwiped, lost, or gone.
SHUT = frozenset(
    {State.IN_TRANSIT, State.RETURNED, State.LOST, State.FOUND, State.DISPOSED, State.OVERDUE}
)
NEXT: Mapping[State, str] = {
    State.IN_STOCK: "端末台帳で確かめてください",
    State.PLACED: "端末台帳で確かめてください",
    State.IN_TRANSIT: "届け先で受領を読み取ってください",
    State.LENT: "返却を受け付けてください",
    State.OVERDUE: "借りた人に返してもらい、返却を受け付けてください",
    State.RETURNED: "別の人が消去と点検を済ませてください",
    State.LOST: "見つかったときは、紛失の頁で発見を記録してください",
    State.FOUND: "届け出た人でも見つけた人でもない人が点検してください",
    State.DISPOSED: "別の端末を使ってください",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """The last loan of a terminal, as far as its state hangs on it. due None: kept without one."""

    starts: datetime
    ends: datetime | None
    due: datetime | None
    is_back: bool
    is_wiped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The records of one terminal.

    is_lost, is_found: of the loss that is open; a loss that was inspected or written off is none.
    """

    period: Period
    is_placed: bool
    is_under_way: bool = False
    loan: Loan | None = None
    is_lost: bool = False
    is_found: bool = False


def state_of(terminal: Terminal, *, at: datetime) -> State:
    """Return how `terminal` stands at `at`.

    What is gone is gone, what is lost is lost whoever borrowed it, and what is out is out until it
    was seen to come back: a due day that passed brings nothing home.
    """
    if not terminal.period.holds(at):
        return State.DISPOSED
    if terminal.is_lost:
        return State.FOUND if terminal.is_found else State.LOST
    if terminal.is_under_way:
        return State.IN_TRANSIT
    return _of_loan(terminal.loan, at=at) or (
        State.PLACED if terminal.is_placed else State.IN_STOCK
    )


def _of_loan(loan: Loan | None, *, at: datetime) -> State | None:
    if loan is None or loan.starts > at:
        return None
    if loan.due is None:  # of the time before due days were kept
        return State.LENT if loan.ends is None or loan.ends > at else None
    if loan.is_back:
        return None if loan.is_wiped else State.RETURNED
    return State.LENT if at < loan.due else State.OVERDUE


def refusal_to(act: Act, state: State) -> Refusal | None:
    """Return why `act` may not be done to a terminal that stands so, or None where it may."""
    if state in ALLOWED[act]:
        return None
    return Refusal(reason=f"この端末は「{WORDS[state]}」です", remedy=NEXT[state])
