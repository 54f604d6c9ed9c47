"""One system's tables together (System), and all systems of a folder (Policy)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from sekisho.policy.attributes import RELATION, VIEWER_CLASS, Attribute
from sekisho.policy.examples import Example
from sekisho.policy.invariant import Invariant
from sekisho.policy.masking import Field, ItemClass, MaskMethod
from sekisho.policy.place import Place
from sekisho.policy.screens import Screen, ScreenItem, Transition
from sekisho.policy.table import Context, DecisionTable, Rule
from sekisho.policy.treatment import Treatment
from sekisho.policy.watched import Watched

# The seven systems of a network company: name of the folder -> key, code.
KEYS: Mapping[str, tuple[str, str]] = {
    "託送業務システム": ("takuso", "TK"),
    "ネットワークオンラインシステム": ("nwonline", "NO"),
    "コールセンターシステム": ("callcenter", "CC"),
    "ネットワーク設定システム": ("nwsetting", "NS"),
    "最終保障供給契約管理": ("lastresort", "LR"),
    "送配電買取FIT受給契約管理": ("fitnw", "FN"),
    "再エネ業務管理システム": ("saiene", "SE"),
}
# Ledgers that no retailer has a way into, not even in a disaster (閉じた台帳).
CLOSED = frozenset({"最終保障供給契約管理", "送配電買取FIT受給契約管理", "再エネ業務管理システム"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A cell that was read otherwise than it was typed (full and half width, dashes)."""

    place: Place
    typed: str
    read: str


@dataclass(frozen=True, kw_only=True)
class System:
    """The tables of one system, and the rules that are in force together."""

    key: str
    code: str
    name: str
    rules: tuple[Rule, ...]  # every rule of 判定表, whatever its days of force
    table: DecisionTable  # the rules of one stretch of days
    fields: Mapping[str, Field]
    screens: Mapping[str, Screen]
    screen_items: tuple[ScreenItem, ...]
    transitions: tuple[Transition, ...]
    examples: tuple[Example, ...]
    groups: Mapping[str, str]  # 契約相手 -> 相手群, under which 整理表 keeps a ceiling
    hash: str
    kept_plans: dict[tuple[object, ...], Mapping[str, Treatment]] = field(
        default_factory=dict, compare=False, repr=False
    )
    # sheet (判定表.csv), name of a row -> where it stands
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict, compare=False, repr=False)

    def on(self, day: date) -> "System":
        """Return the system as its rules stand on `day` (a day in Japan)."""
        return self.with_rules(tuple(rule for rule in self.rules if rule.in_force(day)))

    def with_rules(self, rules: tuple[Rule, ...]) -> "System":
        """Return the system with `rules` in force, and nothing else changed."""
        if rules == self.table.rules:
            return self
        return replace(self, table=replace(self.table, rules=rules), kept_plans={})

    def without_rows(self) -> "System":
        """Return the system before there was anything in its sheets."""
        return replace(
            self,
            rules=(),
            table=replace(self.table, rules=()),
            fields={},
            screens={},
            screen_items=(),
            transitions=(),
            examples=(),
            kept_plans={},
        )

    def ceiling(self, field_id: str, context: Context) -> Treatment:
        """Return the most that the viewer of `context` may see of a field, by 整理表."""
        known = self.fields.get(field_id)
        if known is None:
            return Treatment.REFUSE
        group = self.groups.get(context.get(RELATION, ""), "")
        return known.ceiling(context.get(VIEWER_CLASS, ""), group)

    def place(self, sheet: str, name: str, *, words: str, column: str = "") -> Place:
        """Return where the row `name` of `sheet` (判定表.csv) stands, told in `words`."""
        file = f"{self.name}/{sheet}"
        return self.places.get((sheet, name), Place(file=file)).told(words, column=column)

    @cached_property
    def stretches(self) -> tuple[date, ...]:
        """The first day of each stretch with one set of rules in force, the earliest first."""
        edges = {rule.starts for rule in self.rules} | {rule.ends for rule in self.rules}
        return tuple(sorted(day for day in edges if day))


@dataclass(frozen=True, kw_only=True)
class Policy:
    """All tables of one folder, as they are proved and put into force together.

    As it is read, every system stands in its latest stretch of days; `on` gives another day.
    """

    attributes: Mapping[str, Attribute]
    classes: Mapping[str, ItemClass]
    masks: Mapping[str, MaskMethod]
    invariants: tuple[Invariant, ...]
    systems: Mapping[str, System]  # key -> system
    hash: str
    normalised: tuple[Normalised, ...] = ()
    watched: tuple[Watched, ...] = ()  # 見張り; no answer and no proof depends on them

    def on(self, day: date) -> "Policy":
        """Return the policy as its rules stand on `day` (a day in Japan)."""
        return replace(self, systems={key: system.on(day) for key, system in self.systems.items()})

    @cached_property
    def stretches(self) -> tuple[date, ...]:
        """The first day of each stretch with one set of rules in force, over all systems."""
        return tuple(sorted({day for system in self.systems.values() for day in system.stretches}))

    def system(self, name: str) -> System | None:
        """Return the system with this key, code or Japanese name, or None."""
        return self.systems.get(name) or next(
            (one for one in self.systems.values() if name in (one.name, one.code) and name), None
        )
