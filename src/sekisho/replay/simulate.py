"""What another version would have answered to old looks (試算): each context asked once of both.

Only what was shown can be widened or narrowed. What was masked or refused then is counted apart,
where the new version shows more of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sekisho.policy.attributes import RELATION, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.masking import Field
from sekisho.policy.plan import plan
from sekisho.policy.system import Policy, System
from sekisho.policy.table import Context
from sekisho.policy.treatment import DUE, DUTY_WORDS, FREE, ROW, Treatment
from sekisho.replay.interning import Domains

# Forms that the mask makes: under another mask they may show more, though the word is the same.
_MADE = (Treatment.PART, Treatment.CODE)


class Effect(StrEnum):
    """What becomes of a look under the new version."""

    SAME = "same"
    LOOSER = "looser"  # something more is shown, or less is asked for
    STRICTER = "stricter"
    MIXED = "mixed"  # some of it looser, some stricter
    UNDECIDABLE = "undecidable"  # 判定不能 under both: a fact is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One context as it came: on which screen of which system, and its known values."""

    system: str
    screen: str
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cell:
    """One answer that changes, for one kind of viewer, record and screen.

    kind:   画面区分. output: レコード, an item class (項目区分), or a duty.
    before, after: treatments; of a duty 0 不要 and 1 要.
    remade: the word stays, but another mask makes the form: looked at as looser.
    """

    system: str
    viewer: str
    relation: str
    kind: str
    output: str
    before: int
    after: int
    duty: bool = False
    remade: bool = False

    @property
    def looser(self) -> bool:
        """Whether more is shown, or less is asked for, than before."""
        return self.after < self.before or self.remade

    @property
    def words(self) -> tuple[str, str]:
        """The levels before and after, in the words of the sheets."""
        if self.duty:
            return DUTY_WORDS[self.before], DUTY_WORDS[self.after]
        return Treatment(self.before).word, Treatment(self.after).word


@dataclass(slots=True)
class Place:
    """Where a cell comes up: the numbers of its contexts, its screens, the fields it is about."""

    contexts: set[int] = field(default_factory=set)
    screens: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What two versions answer to all contexts of some traffic.

    effects: number of the context -> its effect; every context has one.
    """

    effects: Mapping[int, Effect]
    cells: Mapping[Cell, Place]

    def contexts(self, *, looser: bool) -> set[int]:
        """Return the contexts in which something is looser; or, where not `looser`, stricter."""
        mine = (Effect.MIXED, Effect.LOOSER if looser else Effect.STRICTER)
        return {number for number, effect in self.effects.items() if effect in mine}


@dataclass(frozen=True, slots=True)
class _Change:
    """One output that is answered otherwise on one screen."""

    output: str
    before: int
    after: int
    duty: bool = False
    remade: bool = False
    fields: tuple[str, ...] = ()

    @property
    def looser(self) -> bool:
        return self.after < self.before or self.remade


def answers(old: Policy, new: Policy, looked: Mapping[int, Looked]) -> Answers:
    """Return what changes for each context from `old` to `new`, as the rules of both stand.

    looked: every distinct context of the traffic, by its number.

    A value that a version does not know is refused by it, as everywhere: a value that `new` adds
    may widen, one that it drops narrows. Where both lack a fact, the look is 判定不能.
    """
    effects: dict[int, Effect] = {}
    cells: dict[Cell, Place] = {}
    asked = {key: _Asked(old, new, key) for key in {look.system for look in looked.values()}}
    for number, look in looked.items():
        both = asked[look.system]
        if both.unknown(look.context):
            effects[number] = Effect.UNDECIDABLE
            continue
        changes = both.changes(look.screen, look.context)
        effects[number] = _effect(changes)
        for change in changes:
            cell = Cell(
                system=look.system,
                viewer=look.context.get(VIEWER_CLASS, ""),
                relation=look.context.get(RELATION, ""),
                kind=look.context.get(SCREEN_KIND, ""),
                output=change.output,
                before=change.before,
                after=change.after,
                duty=change.duty,
                remade=change.remade,
            )
            place = cells.setdefault(cell, Place())
            place.contexts.add(number)
            place.screens.add(look.screen)
            place.fields.update(change.fields)
    return Answers(effects=effects, cells=cells)


def new_values(known: Domains, new: Policy) -> dict[str, tuple[str, ...]]:
    """Return the values of `new` that the traffic could not be read with, by attribute.

    known: the values under which the traffic was read. A look with a newer value counts there as
           不明; only another investigation, under `new`, can tell.
    """
    found = {
        name: tuple(word for word in attribute.words if word not in known.get(name, ()))
        for name, attribute in new.attributes.items()
    }
    return {name: words for name, words in found.items() if words}


class _Asked:
    """One system in two versions; what was asked once is remembered."""

    def __init__(self, old: Policy, new: Policy, key: str) -> None:
        before, after = self._old, self._new = old.systems.get(key), new.systems.get(key)
        self._remade = frozenset(
            name for name in {*old.masks, *new.masks} if old.masks.get(name) != new.masks.get(name)
        )
        alike = before is not None and after is not None and _alike(before, after)
        self._same = alike and not self._remade
        self._known: dict[tuple[object, ...], tuple[_Change, ...]] = {}
        self._on = [_fields_on(one) if one else {} for one in (before, after)]

    def unknown(self, context: Context) -> bool:
        """Whether a value is missing, or known to neither version."""
        return all(
            one is None or bool(one.table.unknown(context)) for one in (self._old, self._new)
        )

    def changes(self, screen: str, context: Context) -> tuple[_Change, ...]:
        if self._same:
            return ()
        key = (
            screen,
            context.get(VIEWER_CLASS),
            context.get(RELATION),
            *(one.table.live(context) if one else None for one in (self._old, self._new)),
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(self._differ(screen, context))
        return known

    def _differ(self, screen: str, context: Context) -> Iterator[_Change]:
        old, new = self._old, self._new
        before, after = (
            one is not None and one.table.decide(context).row is Treatment.SHOW
            for one in (old, new)
        )
        if before != after:
            levels = (Treatment.REFUSE, Treatment.SHOW)
            yield _Change(ROW, levels[before], levels[after])
        if old is None or new is None or not (before and after):
            return
        yield from _duties(old, new, context)
        fields = [on.get(screen, {}) for on in self._on]
        yield from _of_fields(
            {name: (form, fields[0][name]) for name, form in plan(old, context).items()
             if name in fields[0]},
            {name: (form, fields[1][name]) for name, form in plan(new, context).items()
             if name in fields[1]},
            remade=self._remade,
        )  # fmt: skip


def _alike(old: System, new: System) -> bool:
    """Return whether nothing that decides differs: the bytes, the words and the days are the same.

    A system's own hash says nothing of the shared sheets, of which only groups matter here.
    """
    return (
        old.hash == new.hash
        and old.table.attributes == new.table.attributes
        and old.table.outputs == new.table.outputs
        and old.groups == new.groups
        and old.table.rules == new.table.rules
    )


def _fields_on(system: System) -> dict[str, dict[str, Field]]:
    """Return for each screen the fields that stand on it."""
    found: dict[str, dict[str, Field]] = {}
    for item in system.screen_items:
        known = system.fields.get(item.field)
        if known is not None:
            found.setdefault(item.screen, {})[known.id] = known
    return found


def _duties(old: System, new: System, context: Context) -> Iterator[_Change]:
    before, after = old.table.decide(context).duties, new.table.decide(context).duties
    for duty in sorted({*old.table.duties, *new.table.duties}):
        # a duty that a version does not have is not asked for by it
        was, now = (DUE if duty in due else FREE for due in (before, after))
        if was != now:
            yield _Change(duty, was, now, duty=True)


Shown = Mapping[str, tuple[Treatment, Field]]  # field -> its form, and its row of 整理表


def _of_fields(before: Shown, after: Shown, *, remade: Collection[str]) -> Iterator[_Change]:
    """Yield the changes of the fields of one screen, those of one class together.

    remade: the masks that make another form than before.
    """
    found: dict[tuple[str, int, int, bool], list[str]] = {}
    for name in sorted({*before, *after}):
        was, old = before.get(name, (Treatment.REFUSE, None))
        now, new = after.get(name, (Treatment.REFUSE, None))
        masks = {one.mask for one in (old, new) if one}
        again = was == now and now in _MADE and (len(masks) > 1 or not masks.isdisjoint(remade))
        if was == now and not again:
            continue
        known = new or old
        if known is not None:
            found.setdefault((known.item, was, now, again), []).append(name)
    for (item, level, other, again), names in found.items():
        yield _Change(item, level, other, remade=again, fields=tuple(names))


def _effect(changes: Iterable[_Change]) -> Effect:
    kinds = {change.looser for change in changes}
    if not kinds:
        return Effect.SAME
    if len(kinds) > 1:
        return Effect.MIXED
    return Effect.LOOSER if True in kinds else Effect.STRICTER
