"""The difference of two versions as people read it: sentences first, then every row.

What changes no look at all stands in the rows only: a prohibition may go while another still
holds, and whoever signs has to see that as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from sekisho.policy import records
from sekisho.policy.loosened import Kind, Loosening
from sekisho.policy.records import RowChange, Rows
from sekisho.policy.system import Policy, System
from sekisho.proof.witness import said_by
from sekisho.reports.sentences import scene
from sekisho.reports.shown import Sentence, sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The sentences of one stretch of days. None: open."""

    starts: date | None
    ends: date | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEdit:
    """One row of one sheet that was added, removed or written otherwise."""

    sheet: str
    id: str
    mark: str  # 追加 / 削除 / 変更
    title: str
    changes: tuple[RowChange, ...]  # of 変更, by column


@dataclass(frozen=True, kw_only=True)
class SystemDifference:
    """What is otherwise in one system."""

    key: str
    name: str
    periods: tuple[Period, ...]
    edits: tuple[RowEdit, ...]  # 判定表, 整理表, 画面, 画面項目, 画面遷移, 試験例

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of all periods, the looser first."""
        every = (one for period in self.periods for one in period.sentences)
        return tuple(sorted(every, key=lambda one: not one.looser))

    @property
    def same(self) -> bool:
        """Whether nothing is shown or asked for otherwise."""
        return not self.periods


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What is otherwise in all systems, and in what they share."""

    systems: tuple[SystemDifference, ...]  # those in which anything differs
    shared: tuple[RowEdit, ...]  # 属性, 項目区分, マスク方式, 不変条件, 見張り

    @property
    def same(self) -> bool:
        """Whether nothing is shown or asked for otherwise anywhere."""
        return all(system.same for system in self.systems)

    @property
    def looser(self) -> int:
        """How many sentences say that more is shown or less is asked for."""
        return sum(one.looser for system in self.systems for one in system.sentences)

    @property
    def stricter(self) -> int:
        """How many sentences say the contrary."""
        return sum(not one.looser for system in self.systems for one in system.sentences)


def difference(old: Policy, new: Policy) -> Difference:
    """Return what `new` shows otherwise than `old`, on any day, and every row that differs."""
    systems = [
        system_difference(old.systems.get(key), new.systems.get(key))
        for key in dict.fromkeys((*new.systems, *old.systems))
    ]
    return Difference(
        systems=tuple(one for one in systems if one.periods or one.edits),
        shared=tuple(
            edit for sheet, rows in _SHARED for edit in row_edits(sheet, rows(old), rows(new))
        ),
    )


def system_difference(old: System | None, new: System | None) -> SystemDifference:
    """Return the difference of one system, which either version may lack, but not both."""
    some = new or old
    if some is None:
        raise ValueError("one of the two versions has to have the system")
    before, after = old or some.without_rows(), new or some.without_rows()
    return SystemDifference(
        key=some.key,
        name=some.name,
        periods=() if old is new else tuple(_periods(before, after)),
        edits=tuple(
            edit
            for sheet, rows in _OF_SYSTEM
            for edit in row_edits(sheet, rows(before), rows(after))
        ),
    )


def row_edits(sheet: str, before: Rows, after: Rows) -> Iterator[RowEdit]:
    """Yield the rows that differ, by id."""
    changed: dict[str, list[RowChange]] = {}
    for change in records.changes(sheet, before, after):
        changed.setdefault(change.id, []).append(change)
    for name, changes in changed.items():
        whole = not changes[0].column
        cells = after.get(name) or before[name]
        yield RowEdit(
            sheet=sheet,
            id=name,
            mark="変更" if not whole else "追加" if name in after else "削除",
            title=next(iter(cells.values()), ""),
            changes=() if whole else tuple(changes),
        )


def loosening_said(one: Loosening, policy: Policy) -> str:
    """Return a line of the list that two people sign as a sentence.

    policy: the version that is looser.
    """
    system = policy.systems.get(one.system)
    name = f"{system.name} " if system else ""
    change = f"{one.before or 'なし'} → {one.after or 'なし'}"
    if one.kind in (Kind.RULE, Kind.DELIVERED) and system:
        days = "".join(
            (
                f"{one.starts} から" if one.starts else "",
                f"{one.ends} の前日まで" if one.ends else "",
            )
        )
        where = dict(one.where)
        opening = scene(where, among=system.table.attributes) if where else "どんなときも、開くと"
        duty = one.subject in system.table.duties
        field = system.fields.get(one.subject) if one.kind is Kind.DELIVERED else None
        subject = field.name if field else f"義務の{one.subject}" if duty else one.subject
        seen = "" if one.shown or not duty else "、見えない照会のときに"
        return (
            f"{name}{opening}{seen}、{subject}が {change} になります"
            f"（{days}{'、' if days else ''}{one.contexts:,} 通り）{said_by(one.rules)}"
        )
    if one.kind is Kind.CEILING and system:
        title = system.fields[one.subject].name
        return f"{name}{title}の上限（{one.aspect}）が {change} になります"
    sheet = _SHEET_OF[one.kind]
    if one.kind is Kind.SYSTEM:
        return f"システム「{one.after}」が加わります"
    if one.aspect:
        return f"{name}{sheet}の「{one.subject}」の{one.aspect}が {change} になります"
    if one.after:
        return f"{name}{sheet}に「{one.subject}」が加わります（{one.after}）"
    return f"{name}{sheet}から「{one.subject}」がなくなります（{one.before}）"


_SHEET_OF = {
    Kind.RULE: "判定表",
    Kind.DELIVERED: "判定表",
    Kind.CEILING: "整理表",
    Kind.FIELD: "整理表",
    Kind.SCREEN: "画面",
    Kind.SCREEN_ITEM: "画面項目",
    Kind.TRANSITION: "画面遷移",
    Kind.EXAMPLE: "試験例",
    Kind.INVARIANT: "不変条件",
    Kind.WATCHED: "見張り",
    Kind.VALUE: "属性",
    Kind.ITEM_CLASS: "項目区分",
    Kind.MASK: "マスク方式",
    Kind.SYSTEM: "システム",
}
_SHARED: tuple[tuple[str, Callable[[Policy], Rows]], ...] = (
    ("属性", records.values),
    ("項目区分", records.classes),
    ("マスク方式", records.masks),
    ("不変条件", records.invariants),
    ("見張り", records.watched),
)
_OF_SYSTEM: tuple[tuple[str, Callable[[System], Rows]], ...] = (
    ("判定表", records.rules),
    ("整理表", records.fields),
    ("画面", records.screens),
    ("画面項目", records.screen_items),
    ("画面遷移", records.transitions),
    ("試験例", records.examples),
)


def _periods(old: System, new: System) -> Iterator[Period]:
    """Yield the stretches of days in which something differs; alike ones in a row are one."""
    days = sorted({date.min, *old.stretches, *new.stretches})
    ends = (*days[1:], None)
    found: list[Period] = []
    for day, end in zip(days, ends, strict=True):
        said = tuple(sentences(old.on(day), new.on(day)))
        starts = None if day == date.min else day
        if found and found[-1].sentences == said:
            found[-1] = replace(found[-1], ends=end)
        else:
            found.append(Period(starts=starts, ends=end, sentences=said))
    yield from (period for period in found if period.sentences)
