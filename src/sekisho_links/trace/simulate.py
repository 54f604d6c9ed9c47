"""A simulation (試算): two versions of the tables over the looks that an investigation kept.

The tables are asked once for each distinct context. Then the looks are counted, part by part: of
those whose answer stays, only how many; of the others, also whose and by whom. Contexts with the
same changes are one atom, so that no look is met twice.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.errors import SekishoError
from sekisho.policy.system import Policy
from sekisho.replay.interning import Domains, words_of
from sekisho.replay.simulate import Answers, Cell, Effect, Looked, answers, new_values
from sekisho.replay.simulated import Counts, Example, Met, Simulation
from sekisho_links.trace.judge import LOOKS, LOOKS_VERSION
from sekisho_links.trace.seen import (
    NOBODY,
    Sought,
    Tally,
    day_of,
    minute_of,
    nearest,
    parts_of,
    tally,
)

LOOSER, STRICTER = -1, -2  # the numbers of the two totals; the cells are 0, 1, 2 …


class NoLooks(SekishoError):
    """Results of an investigation that kept no looks to try another version on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What an investigation kept: under which tables and values it was read, and its contexts."""

    folder: Path
    policy: str
    domains: Domains
    contexts: Mapping[int, Looked]  # numbered 0, 1, 2 …


@dataclass(frozen=True, slots=True, kw_only=True)
class _Atoms:
    """Contexts that change alike. of: the cells and totals of each atom; by: the atoms of each."""

    number: Mapping[int, int]  # context -> atom
    by: Mapping[int, Sequence[int]]


def has_looks(folder: Path) -> bool:
    """Return whether the results in `folder` can be simulated on."""
    return (folder / LOOKS / "about.json").is_file()


def looks_in(folder: Path, *, first: date | None = None, until: date | None = None) -> int:
    """Return about how many looks a simulation would read: those of the months concerned."""
    begin, end = (minute_of(day) if day else None for day in (first, until))
    try:
        return sum(rows for _, rows in parts_of(folder / LOOKS, first=begin, until=end))
    except (OSError, pa.ArrowException):
        return 0  # and to simulate on it is refused


def simulate(
    old: Policy,
    new: Policy,
    folder: Path,
    *,
    first: date | None = None,
    until: date | None = None,
) -> Simulation:
    """Return what `new` would have shown otherwise than `old`, of all that was looked at.

    folder: the results of one investigation. People and contracts are counted within it, exactly;
            results of two investigations have no numbers in common.
    first, until: days of Japan, `until` not counted; none given: all that was investigated.

    Raises NoLooks where the investigation kept none.
    """
    kept = _kept(folder)
    found = answers(old, new, kept.contexts)
    cells = sorted(found.cells)
    atoms = _atoms(
        {
            LOOSER: found.contexts(looser=True),
            STRICTER: found.contexts(looser=False),
            **{n: found.cells[cell].contexts for n, cell in enumerate(cells)},
        }
    )
    try:
        counted = tally(kept.folder, _sought(kept, found, atoms, first, until))
    except (OSError, pa.ArrowException, KeyError) as error:
        raise NoLooks(
            "この調査の記録が壊れています",
            place=str(kept.folder),
            remedy="sekisho investigate で調べ直してください",
        ) from error
    met = {n: _counts(counted, atoms.by[n], shown=True) for n in atoms.by}
    opened = {
        n: _counts(counted, atoms.by[n], shown=False) if cell.looser else Counts()
        for n, cell in enumerate(cells)
    }
    examples = _examples(counted, kept, atoms, cells)
    return Simulation(
        old=old.hash,
        new=new.hash,
        read_under=kept.policy,
        first=first,
        until=until,
        looser=met[LOOSER],
        stricter=met[STRICTER],
        cells=tuple(
            Met(
                cell=cell,
                screens=tuple(sorted(found.cells[cell].screens)),
                fields=tuple(sorted(found.cells[cell].fields)),
                shown=met[n],
                opened=opened[n],
                examples=examples[n],
            )
            for n, cell in enumerate(cells)
            if met[n].accesses or opened[n].accesses
        ),
        new_values={
            name: (words, _lacking(counted, kept, name))
            for name, words in new_values(kept.domains, new).items()
        },
        **_traffic(counted, kept, found),
    )


def _kept(folder: Path) -> _Kept:
    place = folder / LOOKS
    try:
        about = json.loads((place / "about.json").read_text("utf-8"))
        with pq.ParquetFile(place / "contexts.parquet") as file:
            rows = file.read().to_pylist()
    except (OSError, ValueError, pa.ArrowException):
        about, rows = {}, []
    if about.get("version") != LOOKS_VERSION:
        raise NoLooks(
            "この調査には、試算に使う記録が残っていません",
            place=str(folder),
            remedy="sekisho investigate で調べ直してください",
        )
    domains = about["domains"]
    known: dict[int, dict[str, str]] = {}
    contexts = {}
    for row in sorted(rows, key=lambda row: int(row["context"])):
        context = known.get(row["number"])
        if context is None:
            context = known[row["number"]] = words_of(row["number"], domains)
        contexts[row["context"]] = Looked(
            system=row["system"], screen=row["screen"], context=context
        )
    return _Kept(folder=place, policy=about["policy"], domains=domains, contexts=contexts)


def _atoms(groups: Mapping[int, set[int]]) -> _Atoms:
    """Return the contexts by what they are counted in; those of the same groups are one atom."""
    member: dict[int, list[int]] = defaultdict(list)
    for group, contexts in groups.items():
        for context in contexts:
            member[context].append(group)
    atoms: dict[tuple[int, ...], int] = {}
    number = {
        context: atoms.setdefault(tuple(of), len(atoms)) for context, of in sorted(member.items())
    }
    by: dict[int, list[int]] = {group: [] for group in groups}
    for of, atom in atoms.items():
        for group in of:
            by[group].append(atom)
    return _Atoms(number=number, by=by)


def _sought(
    kept: _Kept, found: Answers, atoms: _Atoms, first: date | None, until: date | None
) -> Sought:
    looser, systems = found.contexts(looser=True), _systems(kept)
    place = {system: n for n, system in enumerate(systems)}
    return Sought(
        atoms=np.array([atoms.number.get(n, NOBODY) for n in kept.contexts], np.int32),
        opens=np.array([n in looser for n in kept.contexts], np.bool_),
        groups=np.array([place[look.system] for look in kept.contexts.values()], np.int32),
        first=minute_of(first) if first else None,
        until=minute_of(until) if until else None,
    )


def _systems(kept: _Kept) -> list[str]:
    return sorted({look.system for look in kept.contexts.values()})


def _counts(counted: Tally, atoms: Sequence[int], *, shown: bool) -> Counts:
    keys = [2 * atom + shown for atom in atoms]
    retailers = counted.distinct(counted.retailers, keys)
    return Counts(
        accesses=int(counted.met[keys].sum()),
        contracts=len(counted.distinct(counted.contracts, keys)),
        people=len(counted.distinct(counted.people, keys)),
        retailers=tuple(sorted(counted.retailer_codes[n] for n in retailers.tolist())),
    )


def _traffic(counted: Tally, kept: _Kept, found: Answers) -> dict[str, Any]:
    """Return every look under what becomes of it, and the days on which there were any."""
    systems = _systems(kept)
    effects, accesses = dict.fromkeys(Effect, 0), dict.fromkeys(systems, 0)
    opened = closed = 0
    for n, look in kept.contexts.items():
        hidden, shown = (int(count) for count in counted.came[n])
        effect = found.effects[n]
        accesses[look.system] += hidden + shown
        effects[effect] += shown
        if effect in (Effect.LOOSER, Effect.MIXED):
            opened += hidden
        else:
            closed += hidden
    every = {day for _, day in counted.days}
    span = range(min(every), max(every)) if every else ()
    return {
        "effects": effects,
        "opened": opened,
        "closed": closed,
        "accesses": accesses,
        "days": {
            system: sum(group == n for group, _ in counted.days) for n, system in enumerate(systems)
        },
        "without": tuple(day_of(day) for day in span if day not in every),
    }


def _lacking(counted: Tally, kept: _Kept, attribute: str) -> int:
    """Return how many looks were shown in which `attribute` is not known."""
    return sum(
        int(counted.came[n, 1])
        for n, look in kept.contexts.items()
        if attribute not in look.context
    )


def _examples(
    counted: Tally, kept: _Kept, atoms: _Atoms, cells: Sequence[Cell]
) -> list[tuple[Example, ...]]:
    """Return for each cell up to ten looks, spread over the period, the earliest first.

    People and contracts are numbered anew in the order in which they are first named here.
    """
    chosen = []
    for n, cell in enumerate(cells):
        keys = [
            2 * atom + shown for atom in atoms.by[n] for shown in ((0, 1) if cell.looser else (1,))
        ]
        looks = nearest([look for key in keys for look in counted.examples.get(key, ())])
        chosen.append(sorted(looks, key=lambda look: (look.minute, look.mark)))
    people = _numbered(look.person for looks in chosen for look in looks)
    contracts = _numbered(look.contract for looks in chosen for look in looks)
    return [
        tuple(
            Example(
                at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=look.minute),
                screen=kept.contexts[look.context].screen,
                context=dict(kept.contexts[look.context].context),
                shown=look.shown,
                person=people.get(look.person, 0),
                contract=contracts.get(look.contract, 0),
            )
            for look in looks
        )
        for looks in chosen
    ]


def _numbered(every: Iterable[int]) -> dict[int, int]:
    """Return a number from 1 for each, in the order in which they come; none for nobody."""
    order = dict.fromkeys(one for one in every if one != NOBODY)
    return {one: n for n, one in enumerate(order, start=1)}
