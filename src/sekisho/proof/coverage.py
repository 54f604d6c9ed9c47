"""How far 整理表 and the list of screens cover what is there (網羅): what is missing, by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sekisho.policy.masking import Field
from sekisho.policy.screens import KEY, Transition
from sekisho.policy.system import Policy, System
from sekisho.policy.treatment import Treatment
from sekisho.proof.paths import depths, doors_to, ways_of
from sekisho.proof.screens import known
from sekisho.proof.seen import Looks, groups_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One field, screen or transition that a measure finds."""

    id: str
    name: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure: of so many, these are missing."""

    key: str
    words: str  # what is missing
    covered: str  # what the others are
    of: str  # what is counted
    whole: int
    missing: tuple[Missing, ...]

    @property
    def held(self) -> int:
        """How many are covered."""
        return self.whole - len(self.missing)

    @property
    def percent(self) -> int:
        """How many of a hundred are covered, rounded down: 100 is said of all of them only."""
        return self.held * 100 // self.whole if self.whole else 100


def coverage(policy: Policy, system: System, *, today: date) -> tuple[Measure, ...]:
    """Return every measure of `system`.

    today: a day in Japan; a screen counts as confirmed within a year of it.
    """
    fields, screens = len(system.fields), len(system.screens)
    ways = ways_of(policy)
    doors = {
        name: doors_to(ways, screens=frozenset(shown_on(system, name))) for name in system.fields
    }
    return (
        Measure(
            key="class", words="項目区分のない項目", covered="区分がある", of="項目", whole=fields,
            missing=tuple(_named(one) for one in system.fields.values() if not one.item),
        ),
        Measure(
            key="unplaced", words="どの画面にもない項目", covered="画面にある", of="項目",
            whole=fields, missing=tuple(_unplaced(system)),
        ),
        Measure(
            key="nobody", words="誰にも値が出ない項目", covered="誰かに出る", of="項目",
            whole=fields, missing=tuple(_never_delivered(system)),
        ),
        Measure(
            key="one-door", words="一つの遷移からしか届かない項目", covered="二つ以上から届く",
            of="項目", whole=sum(map(bool, doors.values())),
            missing=tuple(_behind_one_door(policy, system, doors)),
        ),
        Measure(
            key="unconfirmed", words="確認日のない画面", covered="確認日がある", of="画面",
            whole=screens,
            missing=tuple(
                Missing(id=one.id, name=one.name)
                for one in system.screens.values()
                if one.confirmed is None
            ),
        ),
        Measure(
            key="stale", words="確認から1年を超えた画面", covered="1年以内に確認した",
            of="画面", whole=sum(one.confirmed is not None for one in system.screens.values()),
            missing=tuple(_stale(system, today)),
        ),
        Measure(
            key="unreached", words="どの遷移からも届かない画面", covered="入口から届く", of="画面",
            whole=screens, missing=tuple(_unreached(policy, system)),
        ),
        Measure(
            key="nowhere", words="行き先の画面がない遷移", covered="行き先がある", of="遷移",
            whole=len(system.transitions), missing=tuple(_to_nowhere(policy, system)),
        ),
    )  # fmt: skip


def shown_on(system: System, field: str) -> tuple[str, ...]:
    """Return the screens that show a field (not those where one only searches by it)."""
    return tuple(
        dict.fromkeys(
            item.screen
            for item in system.screen_items
            if item.field == field and item.use != KEY and item.screen in system.screens
        )
    )


def a_year_before(day: date) -> date:
    """Return the same day of the year before; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _named(field: Field, why: str = "") -> Missing:
    return Missing(id=field.id, name=field.name, why=why)


def _unplaced(system: System) -> Iterator[Missing]:
    placed = {item.field for item in system.screen_items if item.screen in system.screens}
    return (_named(one) for one in system.fields.values() if one.id not in placed)


def _stale(system: System, today: date) -> Iterator[Missing]:
    for screen in system.screens.values():
        if screen.confirmed and screen.confirmed < a_year_before(today):
            why = f"確認日 {screen.confirmed.isoformat()}"
            yield Missing(id=screen.id, name=screen.name, why=why)


def _unreached(policy: Policy, system: System) -> Iterator[Missing]:
    reached = depths(ways_of(policy))
    for screen in system.screens.values():
        if screen.id not in reached:
            yield Missing(id=screen.id, name=screen.name)


def _to_nowhere(policy: Policy, system: System) -> Iterator[Missing]:
    for way in system.transitions:
        if not known(policy, way.target):
            yield Missing(id=way.id, name=way.action, why=f"遷移先「{way.target}」")


def _behind_one_door(
    policy: Policy, system: System, doors: Mapping[str, tuple[Transition, ...]]
) -> Iterator[Missing]:
    for name, of in doors.items():
        if len(of) == 1:
            yield _named(system.fields[name], _said(of[0], policy))


def _said(way: Transition, policy: Policy) -> str:
    names = {
        one.id: one.name for system in policy.systems.values() for one in system.screens.values()
    }
    source, target = (names.get(place, place) for place in (way.source, way.target))
    return f"{way.id} {source} → {target}（{way.action}）"


def _never_delivered(system: System) -> Iterator[Missing]:
    """Yield the fields whose value no screen gives to anybody for whom the screen is meant."""
    looks = Looks(system)
    groups = groups_of(system)
    for field in system.fields.values():
        screens = [system.screens[name] for name in shown_on(system, field.id)]
        best = min(
            (
                looks.worst(field.id, viewer=viewer, group=group, kind=screen.kind)
                for screen in screens
                for viewer in screen.viewers
                for group in groups
            ),
            default=Treatment.REFUSE,
        )
        if best >= Treatment.HIDE:
            why = f"マスク方式 {field.mask}" if screens else "値を出す画面がない"
            yield _named(field, why)
