"""Which lines of news can be taken, whose they are, and why the others cannot."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sekisho.accounts.chart import circles
from sekisho.accounts.faults import Fault
from sekisho.accounts.known import Known, Member
from sekisho.accounts.names import kana_key
from sekisho.accounts.orders import (
    BY_LAST_DAY,
    Correction,
    Flag,
    Identity,
    OrderKind,
    OrderLine,
    PostKind,
)
from sekisho.terms.days import day_in_japan

BEGINS = frozenset({OrderKind.JOIN, OrderKind.STATE})
WITH_UNIT = BEGINS | {OrderKind.TRANSFER, OrderKind.ADD}
BESIDE = frozenset({OrderKind.ADD, OrderKind.END})
FAR = timedelta(days=2 * 366)
_FLAGS = frozenset(Flag)


@dataclass(slots=True)
class Judged:
    """taken: lines with the key of their person. same: people named by lines that say nothing new.

    idle: numbers of those lines. unmapped: (unit, title) without duties.
    """

    taken: list[tuple[str, OrderLine]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    idle: set[int] = field(default_factory=set)
    same: set[str] = field(default_factory=set)
    unmapped: set[tuple[str, str]] = field(default_factory=set)


class _Register:
    """What is known, by what lines name it."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.members = {member.key: member for member in known.members}
        self.numbered: dict[str, str] = {}
        self.previously: dict[str, set[str]] = defaultdict(set)
        self.grouped: dict[str, str] = {}
        self.told: dict[Identity, list[OrderLine]] = defaultdict(list)
        self.owner: dict[Identity, str] = {}
        for member in known.members:
            for company, number in member.numbers:
                self.previously[number].add(member.key)
                if company == known.company:
                    self.numbered[number] = member.key
            if member.group_id:
                self.grouped[member.group_id] = member.key
            for line in member.lines:
                self.told[line.identity].append(line)
                self.owner[line.identity] = member.key
        self.above = {code: unit.parent for code, unit in known.units.items()}
        self.circle_of: dict[str, tuple[str, ...]] = {}

    def chart(self, lines: Iterable[OrderLine]) -> None:
        """Find the circles of the chart as the lines tell it over the one that is registered."""
        told = {line.unit: line.unit_above for line in lines if line.unit and line.unit_above}
        circular = circles({**self.above, **told})
        self.circle_of = {code: circle for circle in circular for code in circle}


def judge(known: Known, lines: Sequence[OrderLine]) -> Judged:
    """Return which of `lines` can be taken, with whose they are, and the faults of the others."""
    register, judged = _Register(known), Judged()
    lines = [line for line in lines if not _told_before(register, line, judged)]
    faulty: dict[int, list[Fault]] = defaultdict(list)
    register.chart(lines)
    for fault in (*_alone(register, lines), *_together(register, lines)):
        judged.faults.append(fault)
        if fault.refused:
            faulty[fault.line].append(fault)
    sound, without = _founded(register, [line for line in lines if line.number not in faulty])
    judged.faults += without
    keys, unlinked = _keys(register, sound)
    judged.faults += unlinked
    refused = {fault.line for fault in unlinked if fault.refused}
    new = {line.identity: line for line in sound if line.correction is Correction.NEW}
    for line in sound:
        if line.number not in refused:
            judged.taken.append(
                (
                    keys[line.employee_number],
                    _with_duties(register, _dated(register, line, new), judged),
                )
            )
    return judged


def _founded(
    register: _Register, lines: Sequence[OrderLine]
) -> tuple[list[OrderLine], list[Fault]]:
    """Return the lines whose first order is sound too, and the faults of those whose is not."""
    new = {line.identity for line in lines if line.correction is Correction.NEW}
    lost = [
        line
        for line in lines
        if line.correction is not Correction.NEW
        and line.identity not in new
        and line.identity not in register.told
    ]
    faults = [
        Fault(
            line=line.number,
            column="発令番号",
            cell=line.order_no,
            problem="もとの発令の行に誤りがあります",
            remedy="もとの行を直して、二行とも送り直してください",
        )
        for line in lost
    ]
    unfounded = {line.number for line in lost}
    return [line for line in lines if line.number not in unfounded], faults


def _told_before(register: _Register, line: OrderLine, judged: Judged) -> bool:
    """Return whether a line says what was taken before; then it is counted as idle."""
    for told in register.told.get(line.identity, ()):
        cancelled = line.correction is told.correction is Correction.CANCEL
        if told.says == line.says or cancelled:
            judged.idle.add(line.number)
            judged.same.add(register.owner[line.identity])
            return True
    return False


def _alone(register: _Register, lines: Iterable[OrderLine]) -> Iterator[Fault]:
    """Yield what is wrong with each line by itself."""
    for line in lines:
        yield from _of_company(register.known, line)
        if line.correction is Correction.CANCEL:
            continue  # it only names what it cancels
        yield from _of_days(line)
        yield from _of_post(register, line)
        if line.flags - _FLAGS:
            yield Fault(
                line=line.number,
                column="職務の印",
                cell="、".join(sorted(line.flags)),
                problem="知らない職務の印です",
                remedy="列の対応を確かめてください",
            )


def _of_company(known: Known, line: OrderLine) -> Iterator[Fault]:
    if line.employer != known.company:
        yield Fault(
            line=line.number,
            column="所属会社",
            cell=line.employer,
            problem=f"ほかの会社（{line.employer}）の人の行です",
            remedy="この連携では自社の籍の人だけを扱えます。その会社の連携で送ってください",
        )
    if line.works_for not in known.companies | {known.company}:
        yield Fault(
            line=line.number,
            column="従事会社",
            cell=line.works_for,
            problem=f"従事する会社「{line.works_for}」は台帳にありません",
            remedy="会社の符号を確かめるか、事業者の登録を先にしてください",
        )


def _of_days(line: OrderLine) -> Iterator[Fault]:
    if line.kind in BY_LAST_DAY and line.last_day is None:
        yield Fault(
            line=line.number,
            column="終了日",
            problem="終了日がありません",
            remedy="退職と解除の行には、最後の日（その日を含む）を書いてください",
        )
        return
    if line.kind not in BY_LAST_DAY and line.starts is None:
        yield Fault(
            line=line.number,
            column="発令日",
            problem="発令日がありません",
            remedy="いつからの発令かを書いてください",
        )
        return
    begins = line.starts if line.kind not in BY_LAST_DAY else None  # 4月1日付、3月31日まで
    if begins and line.last_day and line.last_day < begins:
        yield Fault(
            line=line.number,
            column="終了日",
            cell=line.last_day.isoformat(),
            problem="終了日が発令日より前です",
            remedy="二つの日付を確かめてください",
        )
    elif line.effective_at > line.received_at + FAR:
        yield Fault(
            line=line.number,
            column="発令日",
            cell=day_in_japan(line.effective_at).isoformat(),
            problem="二年より先の日付です",
            remedy="年の書き間違いでないか、人事に確かめてください",
            refused=False,
        )


def _of_post(register: _Register, line: OrderLine) -> Iterator[Fault]:
    if line.kind in BESIDE and line.post is PostKind.MAIN:
        yield Fault(
            line=line.number,
            column="発令の種類",
            problem="本務は足したり解いたりできません",
            remedy="異動か退職の行にするか、兼務・出向などの種類を書いてください",
        )
    if line.post is PostKind.SECONDED and line.works_for == line.employer:
        yield Fault(
            line=line.number,
            column="従事会社",
            problem="出向先の会社がありません",
            remedy="従事する会社に出向先を書いてください",
        )
    if line.kind in WITH_UNIT:
        yield from _of_unit(register, line)


def _of_unit(register: _Register, line: OrderLine) -> Iterator[Fault]:
    unit = register.known.units.get(line.unit)
    problem, remedy = "", ""
    if not line.unit:
        problem, remedy = "組織がありません", "配属先の組織の符号を書いてください"
    elif unit is None:
        problem = f"組織「{line.unit}」は台帳にありません"
        remedy = "符号を確かめるか、組織の登録を先にしてください"
    elif circle := register.circle_of.get(line.unit):
        problem = f"組織図が輪になっています（{' → '.join((*circle, circle[0]))}）"
        remedy = "上の組織を直してから、もう一度送ってください"
    elif unit.company not in (line.works_for, line.employer):
        problem = f"組織「{line.unit}」は{line.works_for}の組織ではありません"
        remedy = "従事する会社と組織の組合せを確かめてください"
    elif unit.ends and line.starts and line.effective_at >= unit.ends:
        problem = f"組織「{line.unit}」はその日には廃止されています"
        remedy = "新しい組織の符号を書いてください"
    if problem:
        yield Fault(line=line.number, column="組織", cell=line.unit, problem=problem, remedy=remedy)
    elif line.unit_above and line.unit_above != register.above.get(line.unit):
        registered = register.above.get(line.unit) or "なし"
        yield Fault(
            line=line.number,
            column="上位組織",
            cell=line.unit_above,
            problem=f"組織「{line.unit}」の上の組織が台帳（{registered}）と違います",
            remedy="発令は受け取ります。組織の台帳を確かめてください",
            refused=False,
        )


def _together(register: _Register, lines: Sequence[OrderLine]) -> Iterator[Fault]:
    """Yield what is wrong with lines beside one another, and beside what was taken before."""
    times = Counter((line.identity, line.correction) for line in lines)
    new = {line.identity: line for line in lines if line.correction is Correction.NEW}
    for line in lines:
        number, branch = line.order_no, line.branch and f"-{line.branch}"
        known = register.told.get(line.identity)
        first = known[0] if known else new.get(line.identity)
        problem = remedy = ""
        if times[line.identity, line.correction] > 1:
            problem = f"発令番号 {number}{branch} の行が二つ以上あります"
            remedy = "一つにするか、枝番を分けてください"
        elif line.correction is Correction.NEW and known:
            problem = f"発令番号 {number}{branch} は、ほかの内容で受け取っています"
            remedy = "直すときは、訂正区分を「訂正」か「取消」にしてください"
        elif line.correction is not Correction.NEW and first is None:
            problem = f"直す発令 {number}{branch} を受け取っていません"
            remedy = "もとの発令を先に送るか、訂正区分を「新規」にしてください"
        elif first is not None and first.employee_number != line.employee_number:
            problem = f"発令番号 {number}{branch} は、ほかの社員番号のものです"
            remedy = "人を変えるときは、取消と新規の二行に分けてください"
        if problem:
            yield Fault(
                line=line.number, column="発令番号", cell=number, problem=problem, remedy=remedy
            )
    yield from _of_superiors(register, lines)


def _of_superiors(register: _Register, lines: Sequence[OrderLine]) -> Iterator[Fault]:
    above = {line.employee_number: line.manager for line in lines if line.manager}
    circle_of = {number: circle for circle in circles(above) for number in circle}
    here = {line.employee_number for line in lines} | register.numbered.keys()
    here |= register.known.numbers
    for line in lines:
        if not line.manager:
            continue
        if circle := circle_of.get(line.employee_number):
            yield Fault(
                line=line.number,
                column="上司",
                cell=line.manager,
                problem=f"上司の関係が輪になっています（{' → '.join((*circle, circle[0]))}）",
                remedy="上司の社員番号を直して、もう一度送ってください",
            )
        elif line.manager not in here:
            yield Fault(
                line=line.number,
                column="上司",
                cell=line.manager,
                problem=f"上司の社員番号 {line.manager} の人がいません",
                remedy="発令は受け取ります。上司の番号を確かめてください",
                refused=False,
            )


def _keys(register: _Register, lines: Sequence[OrderLine]) -> tuple[Mapping[str, str], list[Fault]]:
    """Return whose each employee number is; who begins and is nobody's is somebody new."""
    keys: dict[str, str] = {}
    faults: list[Fault] = []
    for line in lines:
        if line.employee_number in register.numbered:
            keys[line.employee_number] = register.numbered[line.employee_number]
            faults += _other_name(register, keys[line.employee_number], line)
        elif line.kind in BEGINS:
            key, fault = _linked(register, line)
            if fault:
                faults.append(fault)
            if key is not None:
                other = keys.setdefault(line.employee_number, key)
                if not other.startswith(_NEW):
                    faults += _other_name(register, other, line)
    taken: dict[str, str] = {}
    for number, key in sorted(keys.items()):
        if number not in register.numbered and key in taken:
            faults += [
                Fault(
                    line=line.number,
                    column="前社員番号",
                    cell=line.previous_number or line.group_id,
                    problem=f"社員番号 {taken[key]} と {number} が同じ人につながります",
                    remedy="前社員番号か個人番号を確かめてください",
                )
                for line in lines
                if line.employee_number == number
            ]
        taken[key] = number
    faults += [
        Fault(
            line=line.number,
            column="社員番号",
            cell=line.employee_number,
            problem=f"社員番号 {line.employee_number} の人がいません",
            remedy="番号を確かめるか、採用の行を一緒に送ってください",
        )
        for line in lines
        if line.employee_number not in keys
        and not any(fault.line == line.number and fault.refused for fault in faults)
    ]
    return keys, faults


_NEW = "new:"


def _linked(register: _Register, line: OrderLine) -> tuple[str | None, Fault | None]:
    """Return who somebody is who begins, by what links them, never by their name."""
    found = set(register.previously.get(line.previous_number, ())) if line.previous_number else None
    by_group = register.grouped.get(line.group_id) if line.group_id else None
    if by_group is not None:
        found = {by_group} if found is None else found & {by_group}
    if found is None:
        return f"{_NEW}{line.employee_number}", None
    if len(found) == 1:
        return found.pop(), None
    several = len(found) > 1
    return None, Fault(
        line=line.number,
        column="前社員番号",
        cell=line.previous_number or line.group_id,
        problem="前社員番号が二人以上に当たります" if several else "前社員番号の人がいません",
        remedy="個人番号も書いてください" if several else "番号を確かめるか、空欄にしてください",
    )


def _other_name(register: _Register, key: str, line: OrderLine) -> Iterator[Fault]:
    """Yield that the register knows this person under another reading: perhaps another person."""
    member: Member | None = register.members.get(key)
    if member and line.kana and member.kana and kana_key(line.kana) != kana_key(member.kana):
        yield Fault(
            line=line.number,
            column="カナ",
            cell=line.kana,
            problem="台帳とカナが違います",
            remedy="改姓か、ほかの人の番号かを人事に確かめてください",
            refused=False,
        )


def _with_duties(register: _Register, line: OrderLine, judged: Judged) -> OrderLine:
    """Return the line with the duties of its post."""
    if line.kind not in WITH_UNIT or line.correction is Correction.CANCEL:
        return line
    duties = register.known.duties
    found = duties.get((line.unit, line.title), duties.get((line.unit, "")))
    if found is None:
        judged.unmapped.add((line.unit, line.title))
        return line
    return replace(line, duties=found)


def _dated(register: _Register, line: OrderLine, new: Mapping[Identity, OrderLine]) -> OrderLine:
    """Return the line; a cancellation with the kind and the days of what it cancels."""
    if line.correction is not Correction.CANCEL:
        return line
    told = [*register.told.get(line.identity, ()), *filter(None, [new.get(line.identity)])]
    return replace(line, kind=told[-1].kind, starts=told[-1].starts, last_day=told[-1].last_day)
