"""The result of a simulation (試算) as values: totals, cells, examples; kept and read as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import rfc8785

from sekisho.replay.simulate import Cell, Effect

FEWEST = 3  # a count below it says too much of a few people to whoever may not look at them


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Looks, and the distinct of everything behind them, exact.

    contracts: where a point has no contract, the point itself counts.
    people:    where an ID belongs to nobody, the ID itself counts.
    retailers: the codes of the companies whose customers are concerned.
    """

    accesses: int = 0
    contracts: int = 0
    people: int = 0
    retailers: tuple[str, ...] = ()

    @property
    def few(self) -> bool:
        """Whether so few are behind it that it is not for everybody's eyes."""
        return self.accesses > 0 and min(self.accesses, self.contracts, self.people) < FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One look. person, contract: numbers that mean nothing outside this result; 0: unknown.

    at: to the minute, UTC. shown: whether it was shown then; else masked or refused.
    """

    at: datetime
    screen: str
    context: Mapping[str, str]
    shown: bool
    person: int
    contract: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A cell that changes, with the looks that met it.

    shown:  what was shown then.
    opened: of a looser cell, what was masked or refused then and would show more now.
    """

    cell: Cell
    screens: tuple[str, ...]
    fields: tuple[str, ...]
    shown: Counts
    opened: Counts = Counts()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a version would have shown otherwise, of recorded traffic.

    old, new:   hashes of the two versions. read_under: of the one the traffic was read with.
    first, until: days of Japan that were asked for, `until` not counted; None: everything.
    effects:    looks that were shown, by what becomes of them.
    opened, closed: looks that were masked or refused then: in a context that is looser now, and all
                others. effects, opened and closed are all looks together.
    looser, stricter: over all cells; looks that are both count in both.
    days:       days of Japan with looks, by system. without: days without any, between the first
                and the last of the period.
    new_values: attribute -> values that the traffic was not read with, and how many looks were
                shown in which that attribute is not known: some of them may have the new value.
    """

    old: str
    new: str
    read_under: str
    first: date | None
    until: date | None
    effects: Mapping[Effect, int]
    opened: int
    closed: int
    looser: Counts
    stricter: Counts
    cells: tuple[Met, ...]
    accesses: Mapping[str, int]  # by system
    days: Mapping[str, int]
    without: tuple[date, ...]
    new_values: Mapping[str, tuple[tuple[str, ...], int]]

    @property
    def total(self) -> int:
        """All looks of the period, whatever became of them."""
        return sum(self.effects.values()) + self.opened + self.closed

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON holds it; `simulation_of` reads it back."""
        found = asdict(self)
        found["first"], found["until"] = (
            day.isoformat() if day else None for day in (self.first, self.until)
        )
        found["without"] = [day.isoformat() for day in self.without]
        found["effects"] = {effect.value: count for effect, count in self.effects.items()}
        for cell in found["cells"]:
            for example in cell["examples"]:
                example["at"] = f"{example['at']:%Y-%m-%dT%H:%MZ}"
        plain: dict[str, Any] = _plain(found)
        return plain

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal: what a signature names."""
        return sha256(rfc8785.dumps(self.as_json())).hexdigest()


def simulation_of(kept: Mapping[str, Any]) -> Simulation:
    """Return the simulation that `as_json` wrote."""
    first, until = (
        date.fromisoformat(kept[name]) if kept[name] else None for name in ("first", "until")
    )
    return Simulation(
        old=kept["old"],
        new=kept["new"],
        read_under=kept["read_under"],
        first=first,
        until=until,
        effects={effect: kept["effects"].get(effect.value, 0) for effect in Effect},
        opened=kept["opened"],
        closed=kept["closed"],
        looser=_counts(kept["looser"]),
        stricter=_counts(kept["stricter"]),
        cells=tuple(
            Met(
                cell=Cell(**met["cell"]),
                screens=tuple(met["screens"]),
                fields=tuple(met["fields"]),
                shown=_counts(met["shown"]),
                opened=_counts(met["opened"]),
                examples=tuple(
                    Example(**one | {"at": datetime.fromisoformat(one["at"])})
                    for one in met["examples"]
                ),
            )
            for met in kept["cells"]
        ),
        accesses=kept["accesses"],
        days=kept["days"],
        without=tuple(date.fromisoformat(day) for day in kept["without"]),
        new_values={
            name: (tuple(words), count) for name, (words, count) in kept["new_values"].items()
        },
    )


def nothing(
    *, old: str, new: str, first: date | None = None, until: date | None = None
) -> Simulation:
    """Return the simulation over no traffic at all: also a result, and said as one."""
    return Simulation(
        old=old,
        new=new,
        read_under="",
        first=first,
        until=until,
        effects=dict.fromkeys(Effect, 0),
        opened=0,
        closed=0,
        looser=Counts(),
        stricter=Counts(),
        cells=(),
        accesses={},
        days={},
        without=(),
        new_values={},
    )


def _counts(kept: Mapping[str, Any]) -> Counts:
    return Counts(**dict(kept) | {"retailers": tuple(kept["retailers"])})


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a result may hold
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
