"""What is shown otherwise: where a row, a field in its delivered form, or a duty is another one.

`compare` says what the tables answer; this says what somebody sees of it, ceilings and masks
included. Exact: no box overlaps another of the same subject, and outside of them nothing differs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sekisho.policy.attributes import RELATION, VIEWER_CLASS
from sekisho.policy.compare import Said, aligned, otherwise, said
from sekisho.policy.cubes import Cube, meet
from sekisho.policy.masking import delivered
from sekisho.policy.regions import cut, joined
from sekisho.policy.system import System
from sekisho.policy.table import DecisionTable
from sekisho.policy.treatment import ROW, Treatment

REFUSE, SHOW = Treatment.REFUSE, Treatment.SHOW

Levels = tuple[int, int]  # before, after
Boxes = dict[Levels, list[Cube]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOtherwise:
    """One row, field or duty, and the contexts in which it is otherwise, by level."""

    subject: str  # a field, ROW, or a duty
    before: int
    after: int
    cubes: tuple[Cube, ...]  # over the attributes of the new version

    @property
    def looser(self) -> bool:
        """Whether more is shown, or less is asked for."""
        return self.after < self.before


def shown_otherwise(old: System, new: System) -> tuple[ShownOtherwise, ...]:
    """Return what `new` shows or asks for otherwise than `old`, as their rules now stand.

    A value that `old` did not have counted as unknown there: refused, with every duty due.
    """
    known: dict[tuple[Cube, ...], tuple[Cube, ...]] = {}  # many fields share what they are cut to
    found = []
    for subject, boxes in Comparison(old, new).subjects():
        for (before, after), cubes in sorted(boxes.items()):
            if cubes and before != after:
                key = tuple(cubes)
                if key not in known:
                    known[key] = tuple(joined(cubes))
                found.append(
                    ShownOtherwise(subject=subject, before=before, after=after, cubes=known[key])
                )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """The contexts of one viewer class and of one group of 契約相手, before and after."""

    cube: Cube
    viewer: str
    before: str
    after: str


class Comparison:
    """Two versions of one system. What is asked of a class is worked out once for its fields."""

    def __init__(self, old: System, new: System) -> None:
        self.old = replace(old, table=aligned(old.table, new.table), kept_plans={})
        self.new = new
        self._known: dict[tuple[tuple[Said, Said], int], Boxes] = {}
        rows = self.answers(ROW)
        self.opened = [cube for levels, of in rows.items() if levels[1] == SHOW for cube in of]
        self.closed = [cube for levels, of in rows.items() if levels[0] == SHOW for cube in of]
        self._classes: dict[tuple[Said, Said], Boxes] = {}
        self._spreads: dict[tuple[str, str], Boxes] = {}

    def subjects(self) -> Iterator[tuple[str, Boxes]]:
        yield ROW, {(REFUSE, SHOW): self.opened, (SHOW, REFUSE): self.closed}
        for name in dict.fromkeys((*self.new.fields, *self.old.fields)):
            yield name, self.field(name)
        for duty in self.new.table.duties:
            yield duty, self.answers(duty)

    def answers(self, output: str) -> Boxes:
        """Return where the tables answer otherwise, whether or not a row is shown."""
        pair = said(self.old.table, output), said(self.new.table, output)
        top = self.new.table.strictest(output)
        if (pair, top) not in self._known:
            boxes: Boxes = {}
            for cube, before, after in otherwise(*pair, top=top):
                boxes.setdefault((before, after), []).append(cube)
            self._known[pair, top] = boxes
        return self._known[pair, top]

    def field(self, name: str) -> Boxes:
        """Return where a field is delivered otherwise; without its row it is refused."""
        was, now = self.old.fields.get(name), self.new.fields.get(name)
        same = was and now and (was.item, was.mask) == (now.item, now.mask)
        masks: dict[tuple[bool, int, int], list[Cube]] = {}
        for place in self._places:
            before = was.ceiling(place.viewer, place.before) if was else REFUSE
            after = now.ceiling(place.viewer, place.after) if now else REFUSE
            alike = bool(same) and before == after
            masks.setdefault((alike, before, after), []).append(place.cube)
        found: Boxes = {}
        for (alike, *ceilings), places in masks.items():
            cubes = joined(places)
            if alike and now:  # it differs only where its class does
                boxes = self._of_class(now.item)
            else:
                boxes = self._spread(was.item if was else "", now.item if now else "")
            for levels, pieces in boxes.items():
                before, after = (
                    delivered(Treatment(max(level, most)), mask=field.mask) if field else REFUSE
                    for level, most, field in zip(levels, ceilings, (was, now), strict=True)
                )
                if before != after:
                    found.setdefault((before, after), []).extend(_common(pieces, cubes))
        return found

    def _of_class(self, item: str) -> Boxes:
        """Return where a class is seen otherwise, 拒否 where there is no row."""
        pair = said(self.old.table, item), said(self.new.table, item)
        if pair not in self._classes:
            boxes: Boxes = {}
            for level, pieces in _split(self.new.table, item, self.opened).items():
                boxes.setdefault((REFUSE, level), []).extend(pieces)
            for level, pieces in _split(self.old.table, item, self.closed).items():
                boxes.setdefault((level, REFUSE), []).extend(pieces)
            for levels, pieces in self.answers(item).items():
                kept = cut(pieces, by=[*self.opened, *self.closed])[1]
                boxes.setdefault(levels, []).extend(_shown(self.new.table, kept))
            self._classes[pair] = boxes
        return self._classes[pair]

    def _spread(self, old_item: str, new_item: str) -> Boxes:
        """Return every row that either version shows, by the levels of two classes in them."""
        if (old_item, new_item) not in self._spreads:
            old, new = ([box for _, box in one.table.shown] for one in (self.old, self.new))
            both, only_new = cut(new, by=old)
            boxes: Boxes = {}
            for before, pieces in _split(self.old.table, old_item, both).items():
                for after, parts in _split(self.new.table, new_item, pieces).items():
                    boxes.setdefault((before, after), []).extend(parts)
            for after, parts in _split(self.new.table, new_item, only_new).items():
                boxes.setdefault((REFUSE, after), []).extend(parts)
            for before, parts in _split(self.old.table, old_item, cut(old, by=new)[1]).items():
                boxes.setdefault((before, REFUSE), []).extend(parts)
            self._spreads[old_item, new_item] = boxes
        return self._spreads[old_item, new_item]

    @cached_property
    def _places(self) -> list[_Place]:
        groups: dict[tuple[str, str], list[str]] = {}
        for word, group in self.new.groups.items():
            groups.setdefault((self.old.groups.get(word, group), group), []).append(word)
        table = self.new.table
        return [
            _Place(
                table.cube({VIEWER_CLASS: frozenset({viewer}), RELATION: frozenset(words)}),
                viewer,
                before,
                after,
            )
            for viewer in table.attributes.get(VIEWER_CLASS, ())
            for (before, after), words in groups.items()
        ]


def _shown(table: DecisionTable, pieces: list[Cube]) -> list[Cube]:
    """Return what of `pieces` shows the row."""
    shows, walls = table.speaking(ROW, SHOW), table.walls(ROW, SHOW + 1)
    return cut(cut(pieces, by={rule.cube for rule in shows})[0], by=walls)[1]


def _split(table: DecisionTable, output: str, pieces: list[Cube]) -> dict[int, list[Cube]]:
    """Return `pieces` by the level of `output` in them."""
    spoken = said(table, output)
    by_level: dict[int, list[Cube]] = {}
    for level in sorted({level for _, level in spoken}, reverse=True):
        inside, pieces = cut(pieces, by=[cube for cube, one in spoken if one == level])
        by_level[level] = inside
    by_level.setdefault(table.strictest(output), []).extend(pieces)
    return by_level


def _common(pieces: Iterable[Cube], masks: Sequence[Cube]) -> list[Cube]:
    return [common for piece in pieces for mask in masks if (common := meet(piece, mask))]
