"""Everything in which a version may show more than another, or ask for less: what two people sign.

The list is complete rather than short. What a viewer sees follows from 判定表, from the ceilings
of 整理表, and from where fields stand on screens; and what keeps all of it so are the invariants,
the examples and the words that all of them rest on. A change of any of these stands in the list,
or it can be seen from the sheet that it only closes.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

import rfc8785

from sekisho.policy import records
from sekisho.policy.attributes import VIEWER_CLASS
from sekisho.policy.compare import forms
from sekisho.policy.cubes import Cube, size
from sekisho.policy.masking import NEVER, NO_PART
from sekisho.policy.promises import narrower_watches, weaker_examples, weaker_invariants
from sekisho.policy.records import RowChange
from sekisho.policy.regions import Index, cut, hull, joined
from sekisho.policy.regions import digest_of as region_digest
from sekisho.policy.shown import Boxes, Comparison
from sekisho.policy.system import Policy, System
from sekisho.policy.table import DecisionTable
from sekisho.policy.treatment import DUTY_WORDS, ROW, Treatment


class Kind(StrEnum):
    """In which table something was loosened."""

    RULE = "rule"  # 判定表: contexts in which a class shows more, or a duty is no longer due
    DELIVERED = "delivered"  # a field that shows more although no class and no ceiling does
    CEILING = "ceiling"  # 整理表: 上限
    FIELD = "field"  # 整理表: 項目区分, マスク方式, 型 and the words that invariants pick fields by
    SCREEN = "screen"  # 画面
    SCREEN_ITEM = "screen_item"  # 画面項目
    TRANSITION = "transition"  # 画面遷移
    EXAMPLE = "example"  # 試験例
    INVARIANT = "invariant"  # 不変条件
    WATCHED = "watched"  # 見張り
    VALUE = "value"  # 属性
    ITEM_CLASS = "item_class"  # 項目区分
    MASK = "mask"  # マスク方式
    SYSTEM = "system"  # a system that is new


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosening:
    """One thing that may show more, or ask for less. Nothing in it depends on an order."""

    kind: Kind
    system: str  # key; empty: of all systems
    subject: str  # class or duty, field, screen, row id
    aspect: str = ""  # column; of a ceiling `閲覧者区分:相手群`; empty: the whole
    before: str = ""  # in the words of the sheet; empty: there was none
    after: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()  # the smallest box around the contexts
    contexts: int = 0  # how many there are exactly
    region: str = ""  # their digest: which they are exactly
    rules: tuple[str, ...] = ()  # that say the new level
    shown: bool = True  # of a rule: whether a row is shown in any of the contexts
    starts: str = ""  # ISO day; empty: open
    ends: str = ""  # the first day on which it no longer holds
    cubes: tuple[Cube, ...] = field(default=(), compare=False, repr=False)  # the contexts

    @property
    def as_json(self) -> dict[str, Any]:
        """The canonical form: the same for the same two versions, on every machine."""
        whole: dict[str, Any] = {
            "kind": self.kind.value,
            "system": self.system,
            "subject": self.subject,
            "aspect": self.aspect,
            "before": self.before,
            "after": self.after,
            "starts": self.starts,
            "ends": self.ends,
        }
        if self.region:
            whole |= {
                "where": {name: list(words) for name, words in self.where},
                "contexts": str(self.contexts),
                "region": self.region,
                "rules": list(self.rules),
                "shown": self.shown,
            }
        return whole

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal."""
        return sha256(rfc8785.dumps(self.as_json)).hexdigest()


def loosened(old: Policy, new: Policy) -> tuple[Loosening, ...]:
    """Return everything in which `new` may show more than `old`, on any day, in a fixed order.

    Values and rows are joined by their names. What `old` did not have counts as refused there.
    """
    found = [*_shared(old, new)]
    for key, system in new.systems.items():
        before = old.systems.get(key)
        if before is not system:
            found += _of_system(before, system)
    return tuple(sorted(found, key=lambda one: rfc8785.dumps(one.as_json)))


def digest_of(found: Collection[Loosening]) -> str:
    """Return the SHA-256 of a whole list, in hexadecimal: it stands in what two people sign."""
    return sha256(rfc8785.dumps(sorted(one.digest for one in found))).hexdigest()


def unsigned(found: Collection[Loosening], *, signed: Collection[str]) -> tuple[Loosening, ...]:
    """Return what of `found` nobody signed. signed: the digests of the single lines."""
    return tuple(one for one in found if one.digest not in signed)


def _of_system(old: System | None, new: System) -> Iterator[Loosening]:
    if old is None:
        yield Loosening(kind=Kind.SYSTEM, system=new.key, subject=new.key, after=new.name)
        old = new.without_rows()
    yield from _rules(old, new)
    yield from _ceilings(old, new)
    for kind, rows, counts in _SHEETS:
        for change in records.changes("", rows(old), rows(new)):
            if counts(change):
                yield _of_row(kind, change, system=new.key)
    for change in weaker_examples(old, new):
        yield _of_row(Kind.EXAMPLE, change, system=new.key)


# 整理表: what decides in which form a field is shown, what invariants pick it by, and what
# controls it. The ceilings are looked at by themselves; 番号, 形式, 例 and 備考 decide nothing.
_OF_FIELDS = frozenset(
    {
        "項目名",
        "項目区分",
        "型",
        "個人情報",
        "非公開情報",
        "提供根拠",
        "マスク方式",
        "災害時最小",
        "結合鍵の統制",
    }
)


def _field(change: RowChange) -> bool:
    return change.column in _OF_FIELDS or _is_new(change)


def _screen(change: RowChange) -> bool:
    """Say whether a screen may show more: a limit of 0 shows no row, and is no limit to rely on."""
    if change.column == "件数上限":
        return int(change.after) > int(change.before) or int(change.after) == 0
    return change.column in ("画面区分", "経路", "想定利用者") or _is_new(change)


def _is_new(change: RowChange) -> bool:
    return not change.column and bool(change.after)


def _way(change: RowChange) -> bool:
    return change.column in ("遷移元", "遷移先", "操作", "引継ぎ", "再判定") or _is_new(change)


_SHEETS: tuple[tuple[Kind, Callable[[System], records.Rows], Callable[[RowChange], bool]], ...] = (
    (Kind.FIELD, records.fields, _field),
    (Kind.SCREEN, records.screens, _screen),
    (Kind.SCREEN_ITEM, records.screen_items, _is_new),
    (Kind.TRANSITION, records.transitions, _way),
)


def _of_row(kind: Kind, change: RowChange, *, system: str = "") -> Loosening:
    return Loosening(
        kind=kind,
        system=system,
        subject=change.id,
        aspect=change.column,
        before=change.before,
        after=change.after,
    )


def _ceilings(old: System, new: System) -> Iterator[Loosening]:
    """Yield every ceiling that was raised, whether or not anything shows it now."""
    groups = {
        (old.groups.get(word, group), group): group for word, group in new.groups.items()
    } or {("", ""): ""}
    for one in new.fields.values():
        was = old.fields.get(one.id)
        for viewer in new.table.attributes.get(VIEWER_CLASS, ()):
            for before_group, group in groups:
                before = was.ceiling(viewer, before_group) if was else Treatment.REFUSE
                after = one.ceiling(viewer, group)
                # Under a mask without a partial form, a stricter ceiling can show more.
                both = zip(forms(was, viewer, before_group), forms(one, viewer, group), strict=True)
                if after < before or any(now < then for then, now in both):
                    moved = f"（{before_group}から）" if before_group != group else ""
                    yield Loosening(
                        kind=Kind.CEILING,
                        system=new.key,
                        subject=one.id,
                        aspect=f"{viewer}:{group}{moved}",
                        before=before.word,
                        after=after.word,
                    )


def _rules(old: System, new: System) -> Iterator[Loosening]:
    """Yield the contexts that are answered more leniently, over all stretches of days.

    A line is one output with its level before and after; it holds as long as its contexts are
    the same, however the rules behind it follow each other.
    """
    if old.rules == new.rules and old.table.attributes == new.table.attributes:
        return
    days = sorted({date.min, *old.stretches, *new.stretches})
    standing: dict[tuple[Kind, str, str, str, str], Loosening] = {}
    for day in days:
        found = {
            (one.kind, one.subject, one.before, one.after, one.region): one
            for one in _on(old.on(day), new.on(day))
        }
        for key in [key for key in standing if key not in found]:
            yield replace(standing.pop(key), ends=day.isoformat())
        for key, one in found.items():
            begun = standing.get(key)
            rules = tuple(sorted({*one.rules, *(begun.rules if begun else ())}))
            starts = begun.starts if begun else "" if day == date.min else day.isoformat()
            shown = one.shown or (begun is not None and begun.shown)
            standing[key] = replace(one, starts=starts, rules=rules, shown=shown)
    yield from standing.values()


def _on(old: System, new: System) -> Iterator[Loosening]:
    """Yield what is looser as the rules of both now stand: first the answers, then the fields."""
    compared = Comparison(old, new)
    regions: dict[int, dict[tuple[int, int], _Region]] = {}
    looser: dict[str, list[Cube]] = {}
    for output in new.table.outputs:
        boxes = compared.answers(output)
        if id(boxes) not in regions:  # outputs that are spoken of alike share their boxes
            regions[id(boxes)] = _looser(boxes, table=new.table)
        for (before, after), region in regions[id(boxes)].items():
            looser.setdefault(output, []).extend(region.cubes)
            yield _line(new, output, before, after, region, output=output)
    # A mask without a partial form shows more where its class goes from 一部 to 符号化 or 非表示.
    versions = (*old.fields.values(), *new.fields.values())
    for name in dict.fromkeys(one.id for one in versions if one.mask in (NO_PART, NEVER)):
        for (before, after), pieces in compared.field(name).items():
            if not pieces or before <= after:
                continue
            item = new.fields[name].item
            if cubes := cut(pieces, by=[*looser.get(item, ()), *looser.get(ROW, ())])[1]:
                rest = _region(joined(cubes), table=new.table)
                yield _line(new, name, before, after, rest, output=item)


def _line(
    system: System, subject: str, before: int, after: int, region: "_Region", *, output: str
) -> Loosening:
    """Return the line of a region. output: of the table, whose rules speak there."""
    table = system.table
    words = DUTY_WORDS if subject in table.duties else [level.word for level in Treatment]
    field_of = subject in system.fields and subject != output
    speaking = [rule for rule in table.rules if output in rule.out]
    return Loosening(
        kind=Kind.DELIVERED if field_of else Kind.RULE,
        system=system.key,
        subject=subject,
        before=words[before],
        after=words[after],
        where=region.where,
        contexts=sum(map(size, region.cubes)),
        region=region.digest,
        rules=tuple(
            sorted(
                rule.id
                for rule in speaking
                if (field_of or rule.out[output] == after) and region.index.touching(rule.cube)
            )
        ),
        shown=any(region.index.touching(row) for _, row in table.shown),
        cubes=region.cubes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    cubes: tuple[Cube, ...]
    index: Index
    where: tuple[tuple[str, tuple[str, ...]], ...]
    digest: str


def _looser(boxes: Boxes, *, table: DecisionTable) -> dict[tuple[int, int], _Region]:
    return {
        (before, after): _region(cubes, table=table)
        for (before, after), cubes in boxes.items()
        if cubes and after < before
    }


def _region(cubes: Sequence[Cube], *, table: DecisionTable) -> _Region:
    return _Region(
        cubes=tuple(cubes),
        index=Index(cubes),
        where=tuple(
            sorted((name, tuple(sorted(of))) for name, of in table.words(hull(cubes)).items())
        ),
        digest=region_digest(cubes, attributes=table.attributes),
    )


def _shared(old: Policy, new: Policy) -> Iterator[Loosening]:
    """Yield what changed in the words that all tables rest on (nearly all of it may open)."""
    for change in records.changes("", records.values(old), records.values(new)):
        if change.column != "説明":
            yield _of_row(Kind.VALUE, change)
    for name, attribute in new.attributes.items():
        if before := old.attributes.get(name):
            both = {*before.words} & {*attribute.words}
            was, now = (records.ties(one, among=both) for one in (before, attribute))
            if was != now:
                yield Loosening(
                    kind=Kind.VALUE,
                    system="",
                    subject=name,
                    aspect="同じ優先の並び",
                    before=was,
                    after=now,
                )
    for change in records.changes("", records.classes(old), records.classes(new)):
        yield _of_row(Kind.ITEM_CLASS, change)
    for change in records.changes("", records.masks(old), records.masks(new)):
        yield _of_row(Kind.MASK, change)
    for change in weaker_invariants(old, new):
        yield _of_row(Kind.INVARIANT, change)
    for change in narrower_watches(old, new):
        yield _of_row(Kind.WATCHED, change)
