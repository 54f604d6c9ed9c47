"""Scenes (場面) of a screen: boxes of contexts in which every field on it is answered alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sekisho.policy.attributes import RELATION, SCOPE, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.cubes import Cube, meet, uncovered
from sekisho.policy.masking import searchable
from sekisho.policy.plan import plan
from sekisho.policy.screens import KEY, Screen, ScreenItem
from sekisho.policy.system import System
from sekisho.policy.table import Context
from sekisho.policy.treatment import Treatment
from sekisho.policy.visible import VisibleBox, visible
from sekisho.proof.witness import ORDINARY, told

NO_COPY = "複写禁止"
OF_ONE_RECORD = frozenset({"詳細", "要配慮", "帳票"})
TAKEN_OUT = frozenset({"帳票", "CSV", "連携"})  # what 複写禁止 keeps shut


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A box in which a viewer class sees a row on a screen, every field of it in one form.

    relations: the values of 契約相手 in the box, all of one group of 整理表.
    context:   the most ordinary context of the box.
    rules:     those that show the row.
    """

    viewer: str
    relations: tuple[str, ...]
    cube: Cube
    context: Context
    forms: Mapping[str, Treatment]  # field -> delivered form
    duties: frozenset[str]
    rules: tuple[str, ...]

    def at(self, relation: str) -> dict[str, str]:
        """Return the context of the scene with one of its relations."""
        return {**self.context, RELATION: relation}

    @property
    def strangeness(self) -> int:
        """How many values are out of the ordinary."""
        return sum(value not in ORDINARY for value in self.context.values())


class Stage:
    """One system as its screens show it. What is asked twice is worked out once."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._boxes: Sequence[VisibleBox] = visible(system.table)
        self._scenes: dict[tuple[str, str], tuple[Scene, ...]] = {}
        self._spoken: dict[tuple[Cube, str], tuple[int, tuple[str, ...]]] = {}

    @property
    def viewers(self) -> tuple[str, ...]:
        return self.system.table.attributes.get(VIEWER_CLASS, ())

    @property
    def relations(self) -> tuple[str, ...]:
        return self.system.table.attributes.get(RELATION, ())

    def items(self, screen: Screen) -> tuple[ScreenItem, ...]:
        """Return the fields on `screen`, with their uses, in the order of the sheet."""
        found = [item for item in self.system.screen_items if item.screen == screen.id]
        return tuple(sorted(found, key=lambda item: (item.order, item.field, item.use)))

    def scenes(self, kind: str, viewer: str) -> tuple[Scene, ...]:
        """Return the scenes of a viewer class on screens of `kind`, the most ordinary first."""
        key = kind, viewer
        if key not in self._scenes:
            found = sorted(self._of(kind, viewer), key=lambda one: (one.strangeness, one.cube))
            self._scenes[key] = tuple(found)
        return self._scenes[key]

    def spoken(self, scene: Scene, output: str) -> tuple[int, tuple[str, ...]]:
        """Return the level of a class in a scene, and the rules that say it."""
        key = scene.cube, output
        if key not in self._spoken:
            self._spoken[key] = self.system.table.explain(scene.context, output)
        return self._spoken[key]

    def refused(self, kind: str, viewer: str, relation: str) -> dict[str, str] | None:
        """Return a context of the three in which no row is shown, or None: there always is one.

        The record alone is the reason where it can be, else as little as possible is out of the
        ordinary. Exact: None only where it is proved that there is no such context.
        """
        scenes = self.scenes(kind, viewer)
        for scene in scenes:
            if not self.shows(beside := scene.at(relation)):
                return beside
        for scene in scenes:
            for scope in self.system.table.attributes.get(SCOPE, ()):
                if not self.shows(beside := {**scene.at(relation), SCOPE: scope}):
                    return beside
        table = self.system.table
        cube = table.cube(
            {
                SCREEN_KIND: frozenset({kind}),
                VIEWER_CLASS: frozenset({viewer}),
                RELATION: frozenset({relation}),
            }
        )
        left = uncovered(cube, by=[scene.cube for scene in scenes])
        return told(table, left) if left else None

    def shows(self, context: Context) -> bool:
        """Return whether a row is shown in `context`: the table says so, and the door can obey."""
        decision = self.system.table.decide(context)
        return decision.row == Treatment.SHOW and not (
            NO_COPY in decision.duties and context.get(SCREEN_KIND) in TAKEN_OUT
        )

    def ever(self, context: Context) -> bool:
        """Return whether the looker of `context` is shown any record, whatever record it is."""
        attributes = self.system.table.attributes
        return any(
            self.shows({**context, RELATION: relation, SCOPE: scope})
            for relation in attributes.get(RELATION, ())
            for scope in attributes.get(SCOPE, ())
        )

    def form(self, item: ScreenItem, scene: Scene) -> Treatment:
        """Return the form in which a field leaves the door; one that no sheet knows is 拒否."""
        return scene.forms.get(item.field, Treatment.REFUSE)

    def usable(self, item: ScreenItem, form: Treatment) -> bool:
        """Return whether one may search by the field where it has this form."""
        known = self.system.fields.get(item.field)
        return known is not None and searchable(form, mask=known.mask)

    def outcome(self, item: ScreenItem, form: Treatment) -> Treatment | bool:
        """Return what a tester sees of the field: its form; of a search key, whether it finds."""
        return self.usable(item, form) if item.use == KEY else form

    def _of(self, kind: str, viewer: str) -> Iterator[Scene]:
        table = self.system.table
        asked = {SCREEN_KIND: frozenset({kind}), VIEWER_CLASS: frozenset({viewer})}
        groups: dict[str, set[str]] = {}
        for relation, group in self.system.groups.items():
            groups.setdefault(group, set()).add(relation)
        for relations in groups.values():
            cube = table.cube({**asked, RELATION: frozenset(relations)})
            for box in self._boxes:
                part = meet(box.cube, cube)
                if part is None or (NO_COPY in box.decision.duties and kind in TAKEN_OUT):
                    continue
                context = told(table, part)
                yield Scene(
                    viewer=viewer,
                    relations=table.values(part)[RELATION],
                    cube=part,
                    context=context,
                    forms=plan(self.system, context),
                    duties=box.decision.duties,
                    rules=box.rules,
                )
