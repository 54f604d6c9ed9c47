"""The roster of helpers (応援者名簿), kept in peace, and who of it may be called, and for how long.

A helper comes from another company into a declared emergency (非常災害): one hat at a time, one
terminal, one ID, one shift. What is not known refuses: no day of training is no training.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sekisho.terms.days import day_in_japan, months_on
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal

LONGEST_SHIFT = timedelta(hours=12)
TRAINED_MONTHS = 12  # a day of training counts until the same day a year later
MOST_AT_ONCE = 200  # helpers whom one decision may name
SALES_KINDS = frozenset({"sales", "retailer"})  # kinds of units that sell (組織区分)
VALID, MISSING, EXPIRED, DECLINED = "valid", "missing", "expired", "refused"  # of a pledge

_CODE = re.compile(r"[A-Za-z0-9-]{1,32}")


# In peace: the list ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the roster. person: a key of ours. trained_on: the last day of training."""

    person: str
    unit: str
    skills: tuple[str, ...] = ()
    is_sales: bool = False
    trained_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new list of a company changes. was: as it stood, for those that are changed."""

    new: tuple[Line, ...] = ()
    changed: tuple[Line, ...] = ()
    gone: tuple[str, ...] = ()  # people who are not listed any more
    same: int = 0
    was: Mapping[str, Line] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.gone)


def change(current: Iterable[Line], listed: Iterable[Line]) -> Change:
    """Return what `listed`, the whole list of a company, changes in `current`.

    Of somebody listed twice the first line counts; that they are is a fault, told elsewhere.
    """
    was = {line.person: line for line in current}
    wanted: dict[str, Line] = {}
    for line in listed:
        wanted.setdefault(line.person, line)
    both = [line for line in wanted.values() if line.person in was]
    changed = tuple(line for line in both if line != was[line.person])
    return Change(
        new=tuple(line for line in wanted.values() if line.person not in was),
        changed=changed,
        gone=tuple(sorted(was.keys() - wanted.keys())),
        same=len(both) - len(changed),
        was=was,
    )


def day_of(text: str | None) -> date | None:
    """Return the day of 2027-04-01, as we write it; None where there is none."""
    return date.fromisoformat(text) if text else None


def sells(*, unit_kind: str, said: bool) -> bool:
    """Return whether a helper is of a sales unit: as the list says, or as their unit is known.

    A list that says no does not make a sales unit another one.
    """
    return said or unit_kind in SALES_KINDS


def trained_until(trained_on: date | None) -> date | None:
    """Return the first day on which the training counts no more; None: there was none."""
    return months_on(trained_on, TRAINED_MONTHS) if trained_on is not None else None


def refusal_of_training(trained_on: date | None, *, on: date) -> Refusal | None:
    """Return why the training does not count on the day `on`, or None where it does."""
    until = trained_until(trained_on)
    if trained_on is None or until is None:
        return Refusal(
            reason="災害応援の研修を受けた記録がありません",
            remedy="研修を受け、応援者名簿に研修日を入れてください",
        )
    if trained_on > on:
        return Refusal(
            reason=f"研修日（{trained_on:%Y-%m-%d}）がまだ来ていません",
            remedy="研修が済んでから招集するか、研修日を直してください",
        )
    if until <= on:
        return Refusal(
            reason=f"研修（{trained_on:%Y-%m-%d}）から1年が過ぎています",
            remedy="研修を受け直し、応援者名簿の研修日を改めてください",
        )
    return None


# In the emergency ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The emergency into which helpers are called.

    runs:  the stretch for which it is declared and confirmed; None: it is not in effect.
    is_closed: whether it is cleared up: nobody is named for it any more.
    """

    code: str
    owner: str  # code of the company that declared it
    runs: Period | None
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """What is known of one person who is to help.

    works_for:  codes of the companies whose work they do now, by all their posts but this help.
    elsewhere:  codes of other emergencies into which they are called now.
    conflicts:  what conflict rules withhold (兼任・異動の制限), in words.
    """

    person: str
    is_listed: bool
    trained_on: date | None = None
    works_for: frozenset[str] = frozenset()
    on_leave: bool = False
    is_held: bool = False
    elsewhere: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def refusal_to_call(helper: Helper, call: Call, *, at: datetime) -> Refusal | None:
    """Return why `helper` may not be called into the emergency, or None where they may."""
    if refusal := refusal_of_call(call, at=at):
        return refusal
    return refusal_of_helper(helper, owner=call.owner, on=day_in_japan(at))


def refusal_of_helper(helper: Helper, *, owner: str, on: date) -> Refusal | None:
    """Return why `helper` could be called into no emergency of `owner` on the day `on`."""
    if not helper.is_listed:
        return Refusal(
            reason="応援者名簿に載っていません",
            remedy="平時に名簿に載せた人だけを招集できます。名簿に載っている人を選んでください",
        )
    if not helper.works_for:
        return Refusal(
            reason="いま有効な発令がありません", remedy="発令を確かめ、ほかの人を選んでください"
        )
    if helper.on_leave:
        return Refusal(reason="休職中の人です", remedy="ほかの人を選んでください")
    if helper.is_held:
        return Refusal(
            reason="停止されている人です", remedy="停止が解除されるまで、ほかの人を選んでください"
        )
    if refusal := _two_hats(helper, owner=owner):
        return refusal
    if helper.conflicts:
        return Refusal(
            reason=f"兼任・異動の制限に当たります（{helper.conflicts[0]}）",
            remedy="行為規制担当に相談するか、ほかの人を選んでください",
        )
    return refusal_of_training(helper.trained_on, on=on)


def refusal_of_call(call: Call, *, at: datetime) -> Refusal | None:
    """Return why nobody may be called into the emergency at `at`, or None where helpers may."""
    if call.is_closed:
        return Refusal(
            reason="後始末まで終わった非常災害です",
            remedy="新しい非常災害を発動してから招集してください",
        )
    if call.runs is None or (call.runs.ends is not None and call.runs.ends <= at):
        return Refusal(
            reason="いま発動中の非常災害ではありません",
            remedy="二人の発動と確認が済んでいるかを確かめてください",
        )
    return None


def _two_hats(helper: Helper, *, owner: str) -> Refusal | None:
    """Return why this person would wear two hats (帽子) at once, or None where they would not."""
    if owner in helper.works_for:
        return Refusal(
            reason="発動した会社の業務の発令をもう持っています（帽子が二つになります）",
            remedy="応援者にせず、その発令のまま利用申請をしてください",
        )
    if len(helper.works_for) > 1:
        return Refusal(
            reason="二つの会社の業務の発令を持っています（帽子が二つあります）",
            remedy="兼務のない人を選んでください",
        )
    if helper.elsewhere:
        codes = "、".join(helper.elsewhere)
        return Refusal(
            reason=f"別の非常災害（{codes}）の応援に出ています（帽子が二つになります）",
            remedy="その応援を終えてから招集するか、ほかの人を選んでください",
        )
    return None


# A shift ---------------------------------------------------------------------------------------


def refusal_of_shift(
    shift: Period, call: Call, *, others: Sequence[Period] = (), at: datetime
) -> Refusal | None:
    """Return why `shift` cannot be one, or None where it can.

    others: the shifts that the helper has already. A shift has an end, lasts 12 hours at most,
    and lies inside the emergency: what begins before it or goes on after it is no shift of it.
    """
    if refusal := refusal_of_call(call, at=at):
        return refusal
    ends = shift.ends
    if ends is None or ends <= shift.starts:
        return Refusal(
            reason="勤務の終わりが、始まりより後にありません",
            remedy="始まりより後の時刻を入れてください",
        )
    if ends - shift.starts > LONGEST_SHIFT:
        return Refusal(
            reason=f"勤務が{_hours(LONGEST_SHIFT)}時間より長くなります",
            remedy="二つの勤務に分け、交代の人を当ててください",
        )
    if ends <= at:
        return Refusal(reason="終わった時刻の勤務です", remedy="これからの時刻を入れてください")
    runs = call.runs
    if runs is None or shift.starts < runs.starts or (runs.ends is not None and ends > runs.ends):
        return Refusal(
            reason="勤務が、発動の期間に収まっていません",
            remedy="発動の終わりまでにするか、発動の延長を待ってください",
        )
    if any(_meet(shift, other) for other in others):
        return Refusal(
            reason="同じ人の別の勤務と重なっています", remedy="前の勤務の終わりから始めてください"
        )
    return None


def cut(shift: Period, call: Call) -> Period | None:
    """Return the part of `shift` that lies inside the emergency; None: nothing of it does."""
    if call.runs is None:
        return None
    starts = max(shift.starts, call.runs.starts)
    ends = min((end for end in (shift.ends, call.runs.ends) if end is not None), default=None)
    return Period(starts=starts, ends=ends) if ends is None or starts < ends else None


# At the desk -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AtDesk:
    """What the desk (貸出窓口) knows of a helper when it is about to hand out a terminal.

    pledge:   the state of the pledge of this emergency (災害応援).
    accounts: how many temporary IDs of theirs are open.
    shift:    approved, now or next; None: there is none.
    is_held:  whether the person is stopped.

    Whether the terminal itself may be lent is asked of the terminals.
    """

    is_called: bool
    pledge: str
    accounts: int
    shift: Period | None
    is_held: bool = False


def refusal_to_hand_out(desk: AtDesk, call: Call, *, at: datetime) -> Refusal | None:
    """Return why no terminal may be handed out to the helper now, or None where one may."""
    if refusal := refusal_of_call(call, at=at):
        return refusal
    if not desk.is_called:
        return Refusal(
            reason="この非常災害に招集されている人ではありません",
            remedy="招集してから、もう一度読み取ってください",
        )
    if desk.is_held:
        return Refusal(reason="停止されている人です", remedy="停止の理由を確かめてください")
    if not desk.accounts:
        return Refusal(
            reason="使える一時IDがありません", remedy="招集し直して、一時IDを発行してください"
        )
    if desk.shift is None or (desk.shift.ends is not None and desk.shift.ends <= at):
        return Refusal(
            reason="承認された勤務がありません",
            remedy="勤務の申請をして、所属長と災害対策責任者の承認を受けてください",
        )
    return refusal_of_pledge(desk.pledge)


def refusal_of_pledge(state: str) -> Refusal | None:
    """Return why the pledge (誓約) does not stand, or None where it does."""
    if state == VALID:
        return None
    if state == DECLINED:
        return Refusal(
            reason="災害応援の誓約を拒んだ人です",
            remedy="端末は渡せません。行為規制担当に知らせてください",
        )
    if state == EXPIRED:
        return Refusal(
            reason="災害応援の誓約の期限が過ぎています",
            remedy="この端末で誓約書を読み、署名し直してもらってください",
        )
    return Refusal(
        reason="この非常災害の誓約がまだありません",
        remedy="この端末で誓約書を読み、署名してもらってください",
    )


def refusal_of_other_hat(
    *, relief: str | None, worn: Iterable[tuple[str, Period]], at: datetime
) -> Refusal | None:
    """Return why a hat may not be worn at `at`, or None where it may: one hat at a time.

    relief: the emergency of the hat that is asked for; None: an ordinary hat.
    worn:   the shifts during which the person holds a lent terminal, with their emergencies.
    """
    for code, shift in worn:
        if shift.holds(at) and code != relief:
            return Refusal(
                reason=f"災害応援（{code}）に出ている間は、ほかの業務では使えません",
                remedy="応援を終え、端末を返してから、業務を選び直してください",
            )
    return None


# IDs -------------------------------------------------------------------------------------------


def temporary_code(emergency: str, number: int) -> str:
    """Return the name of a temporary ID (一時ID): it says the emergency, and never comes back.

    number: from 1, counted inside the emergency and the system.
    """
    if not _CODE.fullmatch(emergency) or number < 1:
        raise ValueError((emergency, number))
    return f"{emergency}-{number:04d}"


def number_of(code: str, emergency: str) -> int:
    """Return the number of a temporary ID of `emergency`; 0 where it is none."""
    head, _, tail = code.rpartition("-")
    return int(tail) if head == emergency and tail.isascii() and tail.isdigit() else 0


def _meet(one: Period, other: Period) -> bool:
    return (other.ends is None or one.starts < other.ends) and (
        one.ends is None or other.starts < one.ends
    )


def _hours(span: timedelta) -> int:
    return int(span / timedelta(hours=1))
