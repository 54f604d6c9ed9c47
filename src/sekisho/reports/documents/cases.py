"""Every cell of the tables as a test case: screen × field × viewer class × 契約相手.

A cell is answered in one form or in several, as the other attributes are. Each form that occurs is
tried once, in the most ordinary situation that brings it about; what answers alike is tried in one
case, with one record for each 契約相手 that it names.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sekisho.policy.attributes import RELATION, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.screens import ENTRANCES, Screen, ScreenItem, Transition
from sekisho.policy.system import System
from sekisho.policy.table import Context
from sekisho.policy.treatment import Treatment
from sekisho.proof.witness import told
from sekisho.reports.documents.scenes import OF_ONE_RECORD, Scene, Stage


class What(StrEnum):
    """What a case looks at."""

    FIELD = "field"  # one field of one record
    SCREEN = "screen"  # what the screen asks and does: its duties
    NO_ROW = "no_row"  # the record is as if it were not there, with all its fields
    SHUT = "shut"  # the situation lets this person see no record on the screen
    NOT_MEANT = "not_meant"  # the screen is not for this viewer class


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case. Its expectation holds for each of `relations` put into `context`.

    item: None where the case is of the whole screen.
    form: in which the field leaves the door; 拒否 of a whole screen.
    """

    number: str
    what: What
    screen: Screen
    viewer: str
    relations: tuple[str, ...]
    context: Context
    item: ScreenItem | None
    form: Treatment
    usable: bool  # of a search key: whether it finds the record
    duties: frozenset[str]
    way: Transition | None  # by which the screen is reached; None: by its address

    @property
    def contexts(self) -> Iterator[dict[str, str]]:
        """Yield the contexts in which the case is tried."""
        yield from ({**self.context, RELATION: one} for one in self.relations)


Cell = tuple[str, str, str, str, str]  # screen, field, use, viewer class, 契約相手


def cells(system: System) -> set[Cell]:
    """Return every cell of the tables of `system`."""
    viewers = system.table.attributes.get(VIEWER_CLASS, ())
    relations = system.table.attributes.get(RELATION, ())
    return {
        (item.screen, item.field, item.use, viewer, relation)
        for item in system.screen_items
        if item.screen in system.screens
        for viewer in viewers
        for relation in relations
    }


def cells_of(case: Case, *, stage: Stage) -> Iterator[Cell]:
    """Yield the cells that a case covers: one field's, or those of every field on the screen."""
    if case.what is What.SCREEN:
        return
    for item in (case.item,) if case.item else stage.items(case.screen):
        for relation in case.relations:
            yield (case.screen.id, item.field, item.use, case.viewer, relation)


def cases(system: System) -> tuple[Case, ...]:
    """Return the cases of `system`, screen by screen. They cover every cell."""
    stage = Stage(system)
    found: list[Case] = []
    for screen in system.screens.values():
        n = 0
        for viewer in stage.viewers:
            for case in _of(stage, screen, viewer):
                n += 1
                found.append(replace(case, number=f"{screen.id}-{n:03}"))
    return tuple(found)


def entry(system: System, screen: Screen, viewer: str) -> Transition | None:
    """Return the transition by which a viewer class reaches a screen; None: there is none.

    From a screen that is meant for the viewer if there is one, else from outside.
    """
    ways = [one for one in system.transitions if one.target == screen.id]
    for one in ways:
        source = system.screens.get(one.source)
        if source is not None and viewer in source.viewers:
            return one
    return next((one for one in ways if one.source in ENTRANCES), None)


def _of(stage: Stage, screen: Screen, viewer: str) -> Iterator[Case]:
    if viewer not in screen.viewers:
        yield _not_meant(stage, screen, viewer)
        return
    yield from _shown(stage, screen, viewer)
    yield from _refused(stage, screen, viewer)


def _shown(stage: Stage, screen: Screen, viewer: str) -> Iterator[Case]:
    """Yield what is to be seen: each form of each field once for each 契約相手."""
    way = entry(stage.system, screen, viewer)
    items = stage.items(screen)
    tried: set[tuple[object, ...]] = set()
    for scene in stage.scenes(screen.kind, viewer):
        fresh = _fresh(scene, ("duties", scene.duties), tried)
        if fresh:
            yield _case(What.SCREEN, screen, scene, relations=fresh, way=way, form=Treatment.SHOW)
        for item in items:
            form = stage.form(item, scene)
            outcome = stage.outcome(item, form)
            if fresh := _fresh(scene, (item.field, item.use, outcome), tried):
                yield _case(
                    What.FIELD, screen, scene, relations=fresh, way=way, form=form, item=item,
                    usable=stage.usable(item, form),
                )  # fmt: skip


def _fresh(
    scene: Scene, what: tuple[object, ...], tried: set[tuple[object, ...]]
) -> tuple[str, ...]:
    """Return the relations of `scene` for which `what` was not tried yet, and note them."""
    fresh = tuple(one for one in scene.relations if (one, *what) not in tried)
    tried |= {(one, *what) for one in fresh}
    return fresh


def _refused(stage: Stage, screen: Screen, viewer: str) -> Iterator[Case]:
    """Yield what is not to be seen: for every 契約相手 a situation that shows no row."""
    way = entry(stage.system, screen, viewer)
    alike: dict[tuple[object, ...], Case] = {}
    for relation in stage.relations:
        context = stage.refused(screen.kind, viewer, relation)
        if context is None:
            continue
        shut = screen.kind not in OF_ONE_RECORD and not stage.ever(context)
        duties = stage.system.table.decide(context).duties
        key = (shut, duties, *(word for name, word in context.items() if name != RELATION))
        known = alike.get(key)
        alike[key] = (
            replace(known, relations=(*known.relations, relation))
            if known
            else Case(
                number="", what=What.SHUT if shut else What.NO_ROW, screen=screen, viewer=viewer,
                relations=(relation,), context=context, item=None, form=Treatment.REFUSE,
                usable=False, duties=duties, way=way,
            )
        )  # fmt: skip
    yield from alike.values()


def _not_meant(stage: Stage, screen: Screen, viewer: str) -> Case:
    """Return the case of a screen that is not for a viewer class, whatever the table says."""
    scenes = stage.scenes(screen.kind, viewer)
    table = stage.system.table
    asked = {SCREEN_KIND: frozenset({screen.kind}), VIEWER_CLASS: frozenset({viewer})}
    context = scenes[0].context if scenes else told(table, table.cube(asked))
    return Case(
        number="", what=What.NOT_MEANT, screen=screen, viewer=viewer, relations=stage.relations,
        context=context, item=None, form=Treatment.REFUSE, usable=False, duties=frozenset(),
        way=None,
    )  # fmt: skip


def _case(
    what: What,
    screen: Screen,
    scene: Scene,
    *,
    relations: Iterable[str],
    way: Transition | None,
    form: Treatment,
    item: ScreenItem | None = None,
    usable: bool = False,
) -> Case:
    kept = tuple(relations)
    return Case(
        number="", what=what, screen=screen, viewer=scene.viewer, relations=kept,
        context=scene.at(kept[0]), item=item, form=form, usable=usable, duties=scene.duties,
        way=way,
    )  # fmt: skip


def counted_by(found: Iterable[Case]) -> Mapping[What, int]:
    """Return how many cases look at what."""
    counts = dict.fromkeys(What, 0)
    for case in found:
        counts[case.what] += 1
    return counts
