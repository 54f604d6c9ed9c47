"""The decision table (判定表): one per system, the only source of who may see what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from operator import or_
from types import MappingProxyType

from sekisho.policy.cubes import Cube, without
from sekisho.policy.regions import Index, places
from sekisho.policy.treatment import DUE, FREE, ROW, Treatment

Context = Mapping[str, str]  # one look as the table sees it (状況の組): attribute -> value
Where = Mapping[str, frozenset[str]]  # attribute -> the values it may have

KEPT = 16_384  # how many different answers a table remembers; beyond it starts anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of a decision table: where it holds, and how strict it is there."""

    id: str
    cube: Cube  # in the order of the attributes; －, the wildcard, is every value that is known
    out: Mapping[str, int]  # class -> Treatment, duty -> 0 不要 / 1 要; absent where it says －
    basis: str
    note: str = ""
    starts: date | None = None  # 適用開始, a day in Japan
    ends: date | None = None  # 適用終了, the first day on which it no longer holds

    def in_force(self, day: date) -> bool:
        """Return whether the rule is in force on `day`: 適用開始 ≤ day < 適用終了."""
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day < self.ends
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a table answers to one context: a treatment per class, and the duties that are due."""

    levels: Mapping[str, Treatment]
    duties: frozenset[str]

    @property
    def row(self) -> Treatment:
        """Whether the row exists for this look (レコード): 表示, or 拒否."""
        return self.levels.get(ROW, Treatment.REFUSE)


@dataclass(frozen=True, kw_only=True)
class DecisionTable:
    """The rules of one system that are in force together. Their order means nothing."""

    attributes: Mapping[str, tuple[str, ...]]  # attribute -> all its values
    classes: tuple[str, ...]
    duties: tuple[str, ...]
    rules: tuple[Rule, ...]

    def live(self, context: Context) -> int:
        """Return the rules that hold in `context`, as the bits of one integer.

        A value that the table does not know, or that is missing, is accepted by no rule,
        not even by －.
        """
        holding = self._everybody
        for name, accepting in self._accepting:
            holding &= accepting.get(context.get(name, ""), 0)
            if not holding:
                break
        return holding

    def decide(self, context: Context) -> Decision:
        """Return how `context` is treated: of the rules that hold, the strictest speaks.

        Total: where no rule speaks, or a value is unknown, every class is 拒否 and every duty
        is due, since a gap must never open a screen.
        Free of order: to sort or merge a sheet changes no answer (最も厳しい扱いを採る).
        """
        holding = self.live(context)
        return self._answers.get(holding) or self._answer(holding)

    def explain(self, context: Context, output: str) -> tuple[int, tuple[str, ...]]:
        """Return the level of `output` (class or duty) in `context`, and the rules that say it.

        No rule: nobody spoke, so the strictest level stands.
        """
        holding = self.live(context)
        for level, saying in self._said.get(output, ()):
            if speaking := holding & saying:
                return level, self.ids(speaking)
        return self.strictest(output), ()

    def strictest(self, output: str) -> int:
        """Return the level of `output` where nobody speaks: 拒否 for a class, 要 for a duty."""
        return DUE if output in self.duties else Treatment.REFUSE

    def unknown(self, context: Context) -> tuple[str, ...]:
        """Return the attributes of `context` that are missing or outside their list (不明)."""
        return tuple(
            name for name, values in self.attributes.items() if context.get(name) not in values
        )

    def ids(self, rules: int) -> tuple[str, ...]:
        """Return the names of `rules`, given as bits."""
        return tuple([self.rules[n].id for n in places(rules)])

    def speaking(self, output: str, *levels: int) -> tuple[Rule, ...]:
        """Return the rules that say one of `levels` of `output`."""
        key = (output, levels)
        known = self._speaking.get(key)
        if known is None:
            known = tuple(rule for rule in self.rules if rule.out.get(output) in levels)
            self._speaking[key] = known
        return known

    def walls(self, output: str, floor: int, *, near: Cube | None = None) -> tuple[Cube, ...]:
        """Return the cubes of the rules that say at least `floor` of `output`, each once.

        near: only those that touch this cube.
        """
        strict = [level for level, _ in self._said.get(output, ()) if level >= floor]
        return tuple(dict.fromkeys([rule.cube for rule in self._near(output, strict, near)]))

    def openings(self, output: str, floor: int, *, near: Cube | None = None) -> tuple[Rule, ...]:
        """Return the rules that say less than `floor` of `output`. near: only those that touch."""
        lax = [level for level, _ in self._said.get(output, ()) if level < floor]
        return self._near(output, lax, near)

    def _near(self, output: str, levels: Sequence[int], cube: Cube | None) -> tuple[Rule, ...]:
        if cube is None:
            return self.speaking(output, *levels)
        saying = reduce(or_, (of for level, of in self._said[output] if level in levels), 0)
        return self.picked(saying & self.index.touching(cube))

    def picked(self, bits: int) -> tuple[Rule, ...]:
        """Return the rules whose place among the rules is a bit of `bits`."""
        return tuple([self.rules[n] for n in places(bits)])

    @cached_property
    def index(self) -> Index:
        """Which rules touch a cube, or hold all of it."""
        return Index([rule.cube for rule in self.rules])

    @property
    def outputs(self) -> tuple[str, ...]:
        """All that the table answers: its classes, then its duties."""
        return (*self.classes, *self.duties)

    @cached_property
    def everything(self) -> Cube:
        """The cube of all contexts."""
        return tuple((1 << len(values)) - 1 for values in self.attributes.values())

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Attribute -> its place in a cube."""
        return {name: n for n, name in enumerate(self.attributes)}

    def cube(self, where: Where) -> Cube:
        """Return `where` as a cube; an attribute that it does not name is free."""
        return tuple(
            sum([bit for value, bit in bits.items() if value in where[name]])
            if name in where
            else whole
            for (name, bits), whole in zip(self._bit.items(), self.everything, strict=True)
        )

    def words(self, cube: Cube) -> dict[str, tuple[str, ...]]:
        """Return `cube` in the words of the sheet, without the attributes that are free in it."""
        return {
            name: values
            for (name, values), bits, whole in zip(
                self.values(cube).items(), cube, self.everything, strict=True
            )
            if bits != whole
        }

    def values(self, cube: Cube) -> dict[str, tuple[str, ...]]:
        """Return the values of every attribute that lie in `cube`."""
        return {
            name: tuple(value for n, value in enumerate(values) if bits >> n & 1)
            for (name, values), bits in zip(self.attributes.items(), cube, strict=True)
        }

    def contexts(self, cube: Cube) -> Iterator[dict[str, str]]:
        """Yield every context of `cube`. Only where the cube is known to be small."""
        looks: list[dict[str, str]] = [{}]
        for name, values in self.values(cube).items():
            looks = [look | {name: value} for look in looks for value in values]
        yield from looks

    @cached_property
    def shown(self) -> tuple[tuple[Rule, Cube], ...]:
        """The boxes that show the row, without overlap, each with a rule that shows it.

        Exact: a context shows the row if and only if it lies in one of them.
        """
        shows = self.openings(ROW, Treatment.SHOW + 1)
        taken = Index([rule.cube for rule in shows])
        boxes: list[tuple[Rule, Cube]] = []
        for n, rule in enumerate(shows):
            before = taken.touching(rule.cube) & ((1 << n) - 1)
            walls = list(self.walls(ROW, Treatment.SHOW + 1, near=rule.cube))
            walls += [shows[m].cube for m in places(before)]
            boxes += [(rule, box) for box in without(rule.cube, by=walls)]
        return tuple(boxes)

    @cached_property
    def _bit(self) -> Mapping[str, Mapping[str, int]]:
        return {
            name: {value: 1 << n for n, value in enumerate(values)}
            for name, values in self.attributes.items()
        }

    @cached_property
    def _everybody(self) -> int:
        return (1 << len(self.rules)) - 1

    @cached_property
    def _accepting(self) -> tuple[tuple[str, dict[str, int]], ...]:
        return tuple(
            (
                name,
                {
                    value: _bits(bool(rule.cube[place] >> n & 1) for rule in self.rules)
                    for n, value in enumerate(values)
                },
            )
            for place, (name, values) in enumerate(self.attributes.items())
        )

    @cached_property
    def _said(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """Output -> (level, the rules that say it), the strictest first."""
        said: dict[str, dict[int, int]] = {output: {} for output in self.outputs}
        for n, rule in enumerate(self.rules):
            for output, level in rule.out.items():
                if output in said:
                    said[output][level] = said[output].get(level, 0) | 1 << n
        return {output: tuple(sorted(of.items(), reverse=True)) for output, of in said.items()}

    @cached_property
    def _of_classes(self) -> tuple[tuple[str, tuple[tuple[Treatment, int], ...]], ...]:
        return tuple(
            (name, tuple((Treatment(level), saying) for level, saying in self._said[name]))
            for name in self.classes
        )

    @cached_property
    def _of_duties(self) -> tuple[tuple[str, int, int], ...]:
        """Duty, the rules that ask for it, and the rules that say it is not due."""
        of = {duty: dict(self._said[duty]) for duty in self.duties}
        return tuple((duty, said.get(DUE, 0), said.get(FREE, 0)) for duty, said in of.items())

    @cached_property
    def _speaking(self) -> dict[tuple[str, tuple[int, ...]], tuple[Rule, ...]]:
        return {}

    @cached_property
    def _answers(self) -> dict[int, Decision]:
        return {}

    def _answer(self, holding: int) -> Decision:
        """Return the answer where `holding` holds, and remember it: few sets of rules occur."""
        levels = {}
        for name, said in self._of_classes:
            levels[name] = Treatment.REFUSE
            for level, saying in said:  # the strictest first
                if holding & saying:
                    levels[name] = level
                    break
        duties = frozenset(
            [duty for duty, due, free in self._of_duties if holding & due or not holding & free]
        )
        decision = Decision(levels=MappingProxyType(levels), duties=duties)
        if len(self._answers) >= KEPT:
            self._answers.clear()
        self._answers[holding] = decision
        return decision


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << n for n, flag in enumerate(flags) if flag)
