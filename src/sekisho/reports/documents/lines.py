"""How the fields of a screen are treated, in as few lines as say it exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sekisho.policy.screens import Screen, ScreenItem
from sekisho.policy.treatment import Treatment
from sekisho.reports.documents.scenes import Scene, Stage

Said = tuple[Treatment, tuple[str, ...], bool]  # form, rules, whether the ceiling decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The scenes of a screen in which everything is alike: a numbered 場面 of its section."""

    number: int
    scenes: tuple[Scene, ...]

    @property
    def duties(self) -> frozenset[str]:
        return self.scenes[0].duties

    @property
    def name(self) -> str:
        return f"場面{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How one field on one screen is treated for some viewers and records, and in which 場面."""

    item: ScreenItem
    viewers: tuple[str, ...]
    relations: tuple[str, ...]
    form: Treatment
    groups: tuple[int, ...]
    rules: tuple[str, ...]
    by_ceiling: bool


def groups_of(stage: Stage, screen: Screen) -> tuple[Group, ...]:
    """Return the 場面 of a screen: scenes that differ in nothing that can be seen there."""
    alike: dict[tuple[object, ...], list[Scene]] = {}
    for viewer in stage.viewers:
        if viewer in screen.viewers:
            for scene in stage.scenes(screen.kind, viewer):
                forms = tuple(stage.form(item, scene) for item in stage.items(screen))
                alike.setdefault((forms, scene.duties), []).append(scene)
    return tuple(
        Group(number=n, scenes=tuple(scenes)) for n, scenes in enumerate(alike.values(), start=1)
    )


def lines_of(stage: Stage, screen: Screen, groups: Sequence[Group]) -> Iterator[Line]:
    """Yield what is shown of every field of a screen, viewers and relations put together.

    What is in no line is 拒否: the row is not shown (`never`).
    """
    for item in stage.items(screen):
        places: dict[tuple[str, str, Said], set[int]] = {}
        for group in groups:
            for scene in group.scenes:
                said = _said(stage, item, scene)
                for relation in scene.relations:
                    places.setdefault((scene.viewer, relation, said), set()).add(group.number)
        relations: dict[tuple[str, Said, tuple[int, ...]], list[str]] = {}
        for (viewer, relation, said), numbers in places.items():
            relations.setdefault((viewer, said, tuple(sorted(numbers))), []).append(relation)
        viewers: dict[tuple[Said, tuple[int, ...], tuple[str, ...]], list[str]] = {}
        for (viewer, said, where), found in relations.items():
            kept = tuple(one for one in stage.relations if one in found)
            viewers.setdefault((said, where, kept), []).append(viewer)
        for (said, where, kept), who in viewers.items():
            form, rules, by_ceiling = said
            yield Line(
                item=item, viewers=tuple(who), relations=kept, form=form,
                groups=where, rules=rules, by_ceiling=by_ceiling,
            )  # fmt: skip


def never(stage: Stage, screen: Screen) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return viewer classes of the screen -> the 契約相手 of which they never see a row there."""
    found: dict[tuple[str, ...], list[str]] = {}
    for viewer in stage.viewers:
        if viewer in screen.viewers:
            shown = {one for scene in stage.scenes(screen.kind, viewer) for one in scene.relations}
            rest = tuple(one for one in stage.relations if one not in shown)
            if rest:
                found.setdefault(rest, []).append(viewer)
    return {tuple(viewers): rest for rest, viewers in found.items()}


def _said(stage: Stage, item: ScreenItem, scene: Scene) -> Said:
    """Return the form of a field in a scene, and what decides it."""
    system = stage.system
    field = system.fields.get(item.field)
    if field is None:
        return Treatment.REFUSE, (), False
    level, rules = stage.spoken(scene, field.item)
    by_ceiling = system.ceiling(field.id, scene.context) > level
    return stage.form(item, scene), () if by_ceiling else rules, by_ceiling
