"""One line of news from personnel (発令行), in the one shape that every door turns it into."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sekisho.terms.days import after, jst_day


class OrderKind(StrEnum):
    """What a line orders (発令区分)."""

    JOIN = "join"  # 採用・転入: the main post begins
    TRANSFER = "transfer"  # 異動・昇任: the main post is another, or has another title
    ADD = "add"  # 兼務・出向・応援・代理: a post beside those that stand
    END = "end"  # 解除・帰任: a post beside the main one ends
    LEAVE = "leave"  # 退職・転籍: every post at this employer ends
    ON_LEAVE = "on_leave"  # 休職: the posts stand, and open nothing
    RETURN = "return"  # 復職
    STATE = "state"  # a line of a snapshot (現況): so it stands on this day


class PostKind(StrEnum):
    """What sort of post it is (発令の種類)."""

    MAIN = "main"  # 本務
    CONCURRENT = "concurrent"  # 兼務
    SECONDED = "seconded"  # 出向
    DISPATCHED = "dispatched"  # 派遣
    CONTRACT = "contract"  # 委託
    SUPPORT = "support"  # 応援
    SUBSTITUTE = "substitute"  # 代理


class Correction(StrEnum):
    """What a line does to an earlier one of the same identity (訂正区分)."""

    NEW = "new"  # 新規
    CORRECT = "correct"  # 訂正
    CANCEL = "cancel"  # 取消


class Flag(StrEnum):
    """A duty or a state of a post (業務の旗)."""

    SPECIFIED_NETWORK = "specified_network"  # 特定送配電等業務
    KEY_RETAIL = "key_retail"  # 小売等で重要な役割
    OFFICER = "officer"  # 役員
    ON_LEAVE = "on_leave"  # 休職


ORDER_WORDS: Mapping[OrderKind, str] = {
    OrderKind.JOIN: "採用",
    OrderKind.TRANSFER: "異動",
    OrderKind.ADD: "兼務・出向など",
    OrderKind.END: "解除",
    OrderKind.LEAVE: "退職",
    OrderKind.ON_LEAVE: "休職",
    OrderKind.RETURN: "復職",
    OrderKind.STATE: "現況",
}
POST_WORDS: Mapping[PostKind, str] = {
    PostKind.MAIN: "本務",
    PostKind.CONCURRENT: "兼務",
    PostKind.SECONDED: "出向",
    PostKind.DISPATCHED: "派遣",
    PostKind.CONTRACT: "委託",
    PostKind.SUPPORT: "応援",
    PostKind.SUBSTITUTE: "代理",
}
CORRECTION_WORDS: Mapping[Correction, str] = {
    Correction.NEW: "新規",
    Correction.CORRECT: "訂正",
    Correction.CANCEL: "取消",
}

# Kinds whose day is a last day (終了日), which is inside the period that it ends.
BY_LAST_DAY = frozenset({OrderKind.LEAVE, OrderKind.END})

Identity = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of news about one post of one person.

    source:          key of the feed it came by.
    number:          of the line in its batch, from 1; what a refusal names.
    employee_number: as the employer writes it, in its declared width.
    employer, works_for: codes of companies; works_for differs for 出向 and 委託.
    starts:          the first day (発令日). None only where `last_day` is what counts.
    last_day:        the last day, inside the period; None is "until further notice".
    cut_at:          the moment at which a directory took the post back (SCIM DELETE): a machine
                     says "now" and no day. It counts where it is earlier than the last day.
    told_at:         when a directory told it. It tells states, not orders: the same words at
                     another time are another telling, where a file sent again is none.
    order_no, branch: 発令番号 and 枝番; with the source they are what a correction names.
    group_id:        個人番号 of the group, where personnel keep one; "" where not.
    manager:         employee number of the superior; "" where not told.
    unit_above:      code of the unit above `unit`, as the line has it; "" where not told.
    flags:           what the line itself says of the duty.
    duties:          what the second line's mapping of units and titles said when it was taken.
    raw:             the cells as they came, by the name of their column.
    """

    source: str
    batch: str
    number: int
    employee_number: str
    name: str = ""
    kana: str = ""
    employer: str
    works_for: str
    unit: str = ""
    title: str = ""
    kind: OrderKind
    post: PostKind = PostKind.MAIN
    starts: date | None = None
    last_day: date | None = None
    cut_at: datetime | None = None
    told_at: datetime | None = None
    order_no: str
    branch: str = ""
    correction: Correction = Correction.NEW
    received_at: datetime
    previous_number: str = ""
    group_id: str = ""
    manager: str = ""
    unit_above: str = ""
    flags: frozenset[str] = frozenset()
    duties: frozenset[str] = frozenset()
    raw: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> Identity:
        """What a later line names to correct or cancel this one."""
        return self.source, self.order_no, self.branch

    @property
    def effective_at(self) -> datetime:
        """The moment from which the order counts: a last day counts from the day after it.

        Raises ValueError where the line has no day; such a line is refused before it is asked.
        """
        if self.kind in BY_LAST_DAY and self.last_day is not None:
            return after(self.last_day)
        if self.starts is None:
            raise ValueError(f"line {self.number} has no day")
        return jst_day(self.starts)

    @property
    def ends_at(self) -> datetime | None:
        """The moment at which the ordered post ends; None until further notice."""
        ends = None if self.last_day is None else after(self.last_day)
        if self.cut_at is None or (ends is not None and ends <= self.cut_at):
            return ends
        return self.cut_at

    @property
    def marks(self) -> frozenset[str]:
        """The flags of the ordered post, whoever said them."""
        return self.flags | self.duties

    @property
    def says(self) -> tuple[object, ...]:
        """What the line orders, without when and how it came: two that say the same are one."""
        return (
            *(self.identity, self.employee_number, self.name, self.kana, self.employer),
            *(self.works_for, self.unit, self.title, self.kind, self.post, self.starts),
            *(self.last_day, self.correction, self.previous_number, self.group_id, self.manager),
            *(tuple(sorted(self.flags)), self.cut_at, self.told_at),
        )


def standing(lines: Iterable[OrderLine]) -> dict[Identity, OrderLine]:
    """Return the line that counts under each identity: the last received, none where cancelled.

    Of lines received at one moment, a correction counts over what it corrects and a cancellation
    over both, so that the order of the lines in a file decides nothing.
    """
    rank = {Correction.NEW: 0, Correction.CORRECT: 1, Correction.CANCEL: 2}
    last: dict[Identity, OrderLine] = {}
    for line in lines:
        held = last.get(line.identity)
        if held is None or _order(line, rank) > _order(held, rank):
            last[line.identity] = line
    return {
        identity: line
        for identity, line in last.items()
        if line.correction is not Correction.CANCEL
    }


def _order(line: OrderLine, rank: Mapping[Correction, int]) -> tuple[object, ...]:
    return line.received_at, rank[line.correction], _sortable(line)


def _sortable(line: OrderLine) -> tuple[str, ...]:
    return tuple(str(part) for part in line.says)
