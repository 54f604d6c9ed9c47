"""The tables as their pages show them. They are fixed by their hash, so what is made is kept.

Every page can be read of any version: the live one, a draft, or what was live before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from math import prod
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404
from django.urls import reverse

from sekisho.policy import visible as boxed
from sekisho.policy.attributes import CIRCUMSTANCE, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.masking import Field
from sekisho.policy.system import Policy, System
from sekisho.policy.table import Rule
from sekisho.policy.treatment import Treatment
from sekisho.reports import sentences
from sekisho.reports.grid import Column, Grid, Reason, columns_of, grid_of, reason
from sekisho_web.policy import versions
from sekisho_web.policy.models import Change, Publication

GROUPS = {"自社": "own", "他社": "rival"}  # of a column, in its address
NARROWING = (CIRCUMSTANCE, SCREEN_KIND)  # attributes that the grid can be narrowed by


KEPT = 64  # of each kind of page in memory: a few dozen a version

P = ParamSpec("P")
T = TypeVar("T")


def kept(make: Callable[Concatenate[Policy, P], T]) -> Callable[Concatenate[Policy, P], T]:
    """Return `make` with what it returned kept under the hash of its policy, never without it."""
    known: dict[tuple[object, ...], T] = {}

    @wraps(make)
    def inner(policy: Policy, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (policy.hash, *args, *kwargs.values())
        if key not in known:
            if len(known) >= KEPT:
                known.pop(next(iter(known)), None)
            known[key] = make(policy, *args, **kwargs)
        return known[key]

    return inner


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A version as it is read: its tables, what it is called, and how an address names it."""

    policy: Policy
    name: str  # 公開中の版, 下書き C-0001 …
    asked: str  # the beginning of the hash as it stands in the address; empty: the live one
    change: Change | None = None

    @property
    def query(self) -> str:
        """What an address ends with so that the same version is read."""
        return f"?version={self.asked}" if self.asked else ""

    def system(self, key: str) -> System:
        """Return the system with this key; a page of another one does not exist."""
        found = self.policy.systems.get(key)
        if found is None:
            raise Http404
        return found


def reading(asked: str = "") -> Reading:
    """Return the version whose hash begins with `asked`; the live one where nothing is asked.

    Raises Http404 where there is none, Unreadable where it is a draft that cannot be read.
    At most eight queries.
    """
    live = versions.live_hash()
    if not asked or (len(asked) >= versions.SHORTEST and live.startswith(asked)):
        return Reading(policy=versions.policy_of(live), name="公開中の版", asked="")
    found = versions.version_at(asked)
    name, change = name_of(found.pk)
    return Reading(
        policy=versions.policy_of(found.pk),
        name=name,
        asked=found.pk[: versions.SHORTEST],
        change=change,
    )


def name_of(version: str) -> tuple[str, Change | None]:
    """Return what people call a version, and the change that it is a draft of (two queries)."""
    change = Change.objects.filter(Q(head__version=version)).order_by("-pk").first()
    if Publication.objects.filter(version=version, state=Publication.State.DONE).exists():
        return "以前に公開した版", change
    if change is None:
        change = Change.objects.filter(revisions__version=version).order_by("-pk").first()
        return (f"下書き {change.number} の以前の姿" if change else "保存された版"), change
    return f"下書き {change.number}", change


def contexts(one: System) -> int:
    """Return how many contexts the table decides."""
    return prod(len(values) for values in one.table.attributes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One system in the index."""

    system: System
    boxes: int
    shown: int  # contexts that show the row, of all
    invariants: int


@kept
def index(policy: Policy) -> tuple[Line, ...]:
    """Return all systems in the order of their folder (no query)."""
    lines = []
    for one in policy.systems.values():
        boxes = boxed.visible(one.table)
        lines.append(
            Line(
                system=one,
                boxes=len(boxes),
                shown=sum(box.contexts for box in boxes),
                invariants=sum(each.binds(one.name) for each in policy.invariants),
            )
        )
    return tuple(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One select over the grid. picked: the code of the value, or empty for all."""

    name: str
    code: str
    values: tuple[tuple[str, str], ...]  # code, word
    picked: str

    @property
    def word(self) -> str:
        return dict(self.values).get(self.picked, "")


def choices(policy: Policy, asked: Mapping[str, str]) -> tuple[Choice, ...]:
    """Return the selects over the grid with what was asked; an unknown value picks nothing."""
    found = []
    for name in NARROWING:
        attribute = policy.attributes[name]
        picked = asked.get(attribute.code, "")
        values = tuple((value.code, value.word) for value in attribute.values)
        found.append(
            Choice(
                name=name,
                code=attribute.code,
                values=values,
                picked=picked if picked in attribute.by_code else "",
            )
        )
    return tuple(found)


@kept
def grid(policy: Policy, key: str, within: tuple[tuple[str, str], ...] = ()) -> Grid:
    """Return the grid of a system within attribute values: at most a few dozen a system."""
    return grid_of(policy.systems[key], within={name: frozenset({word}) for name, word in within})


def slug(policy: Policy, column: Column) -> str:
    """Return how a column is named in an address: affiliate_sales-own."""
    code = policy.attributes[VIEWER_CLASS].by_word[column.viewer].code
    return f"{code}-{GROUPS.get(column.group, column.group)}" if column.group else code


def rows_of(policy: Policy, grid: Grid, *, query: str = "") -> list[dict[str, object]]:
    """Return the rows of a grid, each cell with the address that explains it.

    query: what the grid is narrowed by and the version, as they stand in an address.
    """
    names = [slug(policy, column) for column in grid.columns]
    return [
        {
            "field": row.field,
            "cells": [
                (f"cell/{row.field.id}/{name}/{query}", cell)
                for name, cell in zip(names, row.cells, strict=True)
            ],
        }
        for row in grid.rows
    ]


def column_at(policy: Policy, one: System, name: str) -> tuple[int, Column]:
    """Return the column with this name in an address, and its place."""
    for at, column in enumerate(columns_of(one)):
        if slug(policy, column) == name:
            return at, column
    raise Http404


def field(one: System, name: str) -> Field:
    found = one.fields.get(name)
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One visible box as it is read: a sentence, and what is then shown."""

    sentence: str
    shows: tuple[tuple[Treatment, str], ...]
    duties: tuple[str, ...]
    rules: tuple[str, ...]
    contexts: int


@kept
def boxes(policy: Policy, key: str) -> tuple[Box, ...]:
    """Return the visible boxes of a system, the viewers in the order of the sheet."""
    table = policy.systems[key].table
    return tuple(
        Box(
            sentence=sentences.scene(box.where, among=table.attributes),
            shows=tuple(sentences.shows(box.decision.levels)),
            duties=tuple(duty for duty in table.duties if duty in box.decision.duties),
            rules=box.rules,
            contexts=box.contexts,
        )
        for box in boxed.visible(table)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One rule as it is read. cells: its treatment per item class; None where it says －."""

    rule: Rule
    conditions: tuple[tuple[str, str], ...]
    sentence: str
    cells: tuple[Treatment | None, ...]
    duties: tuple[str, ...]


@kept
def spoken(policy: Policy, key: str) -> tuple[Spoken, ...]:
    """Return the rules of a system that are in force, in the order of the sheet."""
    table = policy.systems[key].table
    return tuple(
        Spoken(
            rule=rule,
            conditions=tuple(sentences.conditions(table, rule)),
            sentence=sentences.spoken(table, rule),
            cells=tuple(
                Treatment(rule.out[name]) if name in rule.out else None for name in table.classes
            ),
            duties=tuple(duty for duty in table.duties if rule.out.get(duty)),
        )
        for rule in table.rules
    )


def rules_named(policy: Policy, key: str, ids: tuple[str, ...]) -> list[Spoken]:
    """Return these rules of a system, in the order of the sheet."""
    return [one for one in spoken(policy, key) if one.rule.id in ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the table answers to one context, class by class and field by field."""

    scene: str
    levels: tuple[tuple[str, Treatment, tuple[str, ...]], ...]  # class, level, rules
    duties: tuple[tuple[str, bool, tuple[str, ...]], ...]
    fields: tuple[Reason, ...]
    rules: tuple[Spoken, ...]


def answer(policy: Policy, one: System, context: Mapping[str, str]) -> Answer:
    """Return what `one` answers to `context`, and every rule that speaks (no query)."""
    table = one.table
    levels = []
    for name in table.classes:
        level, ids = table.explain(context, name)
        levels.append((name, Treatment(level), ids))
    duties = []
    for name in table.duties:
        level, ids = table.explain(context, name)
        duties.append((name, bool(level), ids))
    speaking = {rule for _, _, ids in (*levels, *duties) for rule in ids}
    return Answer(
        scene=scene(context),
        levels=tuple(levels),
        duties=tuple(duties),
        fields=tuple(reason(one, each, context) for each in one.fields.values()),
        rules=tuple(rules_named(policy, one.key, tuple(speaking))),
    )


def scene(context: Mapping[str, str]) -> str:
    return sentences.scene({name: (value,) for name, value in context.items()}, among={})


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenLine:
    """One screen with its fields by use, and where it leads."""

    id: str
    name: str
    kind: str
    viewers: tuple[str, ...]
    limit: int
    uses: tuple[tuple[str, str], ...]  # 用途, names of the fields
    ways: tuple[tuple[str, str], ...]  # id of the target, what is done
    note: str


@kept
def screens(policy: Policy, key: str) -> tuple[ScreenLine, ...]:
    """Return the screens of a system in the order of the sheet."""
    one = policy.systems[key]
    lines = []
    for screen in one.screens.values():
        uses: dict[str, list[str]] = {}
        for item in sorted(one.screen_items, key=lambda item: item.order):
            if item.screen == screen.id:
                known = one.fields.get(item.field)
                uses.setdefault(item.use, []).append(known.name if known else item.field)
        lines.append(
            ScreenLine(
                id=screen.id,
                name=screen.name,
                kind=screen.kind,
                viewers=screen.viewers,
                limit=screen.limit,
                uses=tuple((use, "、".join(names)) for use, names in uses.items()),
                ways=tuple(
                    (way.target, way.action) for way in one.transitions if way.source == screen.id
                ),
                note=screen.note,
            )
        )
    return tuple(lines)


def question(policy: Policy, key: str, context: Mapping[str, str], *, version: str = "") -> str:
    """Return the address at which `context` is asked again; what is unknown is left open."""
    codes = {
        policy.attributes[name].code: policy.attributes[name].by_word[word].code
        for name, word in context.items()
        if name in policy.attributes and word in policy.attributes[name].by_word
    }
    codes |= {"version": version} if version else {}
    return f"{reverse('policy:explain', args=[key])}?{urlencode(codes)}"
