"""A simulation (試算): two versions of the tables over the looks that an investigation kept.

The tables are asked once for each distinct context. Then the engine counts, and only what changes:
contexts with the same changes are counted together, so that no look is met twice in a scan.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.errors import SekishoError
from sekisho.policy.system import Policy
from sekisho.replay.interning import Domains, words_of
from sekisho.replay.simulate import Answers, Cell, Effect, Looked, answers, new_values
from sekisho.replay.simulated import Counts, Example, Met, Simulation
from sekisho_links.trace.engines.duckdb import connect, text
from sekisho_links.trace.judge import LOOKS, LOOKS_VERSION

MEMORY = "900MB"
EXAMPLES = 10
JST, DAY = 9 * 60, 24 * 60  # minutes
EPOCH = date(1970, 1, 1)
LOOSER, STRICTER = -1, -2  # the numbers of the two totals; the cells are 0, 1, 2 …
NOBODY = -1  # a viewer or a point that is not known
VIEWER, POINT = (f"coalesce({one}, {NOBODY})" for one in ("viewer_id", "point_id"))
# ten of many, the same ones in every run, and not the ten of the first hour
SPREAD = f"(minute::BIGINT * 2654435761 + {VIEWER} * 40503 + {POINT} * 97 + context) % 1000003"

Group = tuple[int, bool]  # a total or a cell, and whether the looks were shown


class NoLooks(SekishoError):
    """Results of an investigation that kept no looks to try another version on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What an investigation kept: under which tables and values it was read, and its contexts."""

    folder: Path
    policy: str
    domains: Domains
    contexts: Mapping[int, Looked]


def has_looks(folder: Path) -> bool:
    """Return whether the results in `folder` can be simulated on."""
    return (folder / LOOKS / "about.json").is_file()


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
    groups = {
        LOOSER: found.contexts(looser=True),
        STRICTER: found.contexts(looser=False),
        **{n: found.cells[cell].contexts for n, cell in enumerate(cells)},
    }
    with tempfile.TemporaryDirectory() as spill:
        engine = connect(Path(spill), memory=MEMORY)
        try:
            _view(engine, kept, first, until)
            traffic = _traffic(engine, kept, found)
            counts = _counted(engine, groups)
            examples = _examples(engine, kept, cells)
            values = {
                name: (words, _unread(engine, kept, name))
                for name, words in new_values(kept.domains, new).items()
            }
        finally:
            engine.close()
    nobody = Counts()
    return Simulation(
        old=old.hash,
        new=new.hash,
        read_under=kept.policy,
        first=first,
        until=until,
        looser=counts.get((LOOSER, True), nobody),
        stricter=counts.get((STRICTER, True), nobody),
        cells=tuple(
            Met(
                cell=cell,
                screens=tuple(sorted(found.cells[cell].screens)),
                fields=tuple(sorted(found.cells[cell].fields)),
                shown=counts.get((n, True), nobody),
                opened=counts.get((n, False), nobody) if cell.looser else nobody,
                examples=examples.get(n, ()),
            )
            for n, cell in enumerate(cells)
            if (n, True) in counts or (cell.looser and (n, False) in counts)
        ),
        new_values=values,
        **traffic,
    )


def _kept(folder: Path) -> _Kept:
    place = folder / LOOKS
    try:
        about = json.loads((place / "about.json").read_text("utf-8"))
        rows = pq.read_table(place / "contexts.parquet").to_pylist()
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
    for row in rows:
        context = known.get(row["number"])
        if context is None:
            context = known[row["number"]] = words_of(row["number"], domains)
        contexts[row["context"]] = Looked(
            system=row["system"], screen=row["screen"], context=context
        )
    return _Kept(folder=place, policy=about["policy"], domains=domains, contexts=contexts)


def _view(
    engine: duckdb.DuckDBPyConnection, kept: _Kept, first: date | None, until: date | None
) -> None:
    """Let `seen` be the looks of the period, `points` and `viewers` what their numbers mean."""
    where = ["true"]
    where += [f"minute >= {_minute(first)}"] if first else []
    where += [f"minute < {_minute(until)}"] if until else []
    looks = text(str(kept.folder / "seen-*.parquet"))
    engine.execute(
        f"CREATE TEMP VIEW seen AS SELECT *, result = 'shown' AS shown"
        f" FROM read_parquet({looks}) WHERE {' AND '.join(where)}"
    )
    for table in ("points", "viewers"):
        path = text(str(kept.folder / f"{table}.parquet"))
        engine.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM read_parquet({path})")


def _minute(day: date) -> int:
    """Return the first minute of a day in Japan, as looks keep it."""
    return (day - EPOCH).days * DAY - JST


def _traffic(engine: duckdb.DuckDBPyConnection, kept: _Kept, found: Answers) -> dict[str, Any]:
    """Return every look of the period under what becomes of it; and on which days there are any."""
    effects, systems = list(Effect), sorted({look.system for look in kept.contexts.values()})
    _table(
        engine,
        "effect_of",
        {
            "context": list(kept.contexts),
            "effect": [effects.index(found.effects[number]) for number in kept.contexts],
            "system": [systems.index(look.system) for look in kept.contexts.values()],
        },
    )
    rows = engine.execute(
        f"SELECT effect, system, shown, (minute + {JST}) // {DAY} AS day, count(*)"
        " FROM seen JOIN effect_of USING (context) GROUP BY ALL"
    ).fetchall()
    came, accesses = dict.fromkeys(effects, 0), dict.fromkeys(systems, 0)
    days: dict[str, set[int]] = {system: set() for system in systems}
    opened = closed = 0
    for effect, system, shown, day, count in rows:
        accesses[systems[system]] += count
        days[systems[system]].add(day)
        if shown:
            came[effects[effect]] += count
        elif effects[effect] in (Effect.LOOSER, Effect.MIXED):
            opened += count
        else:
            closed += count
    every = set().union(*days.values())
    span = range(min(every), max(every)) if every else range(0)
    return {
        "effects": came,
        "opened": opened,
        "closed": closed,
        "accesses": accesses,
        "days": {system: len(of) for system, of in days.items()},
        "without": tuple(EPOCH + timedelta(days=day) for day in span if day not in every),
    }


def _counted(
    engine: duckdb.DuckDBPyConnection, groups: Mapping[int, set[int]]
) -> dict[Group, Counts]:
    """Return the counts of every group, exactly: distincts of groups never add up."""
    member: dict[int, list[int]] = defaultdict(list)  # context -> its groups
    for group, contexts in groups.items():
        for context in contexts:
            member[context].append(group)
    atoms: dict[tuple[int, ...], int] = {}
    atom_of = {context: atoms.setdefault(tuple(of), len(atoms)) for context, of in member.items()}
    _table(engine, "concerned", {"context": list(atom_of), "atom": list(atom_of.values())})
    pairs = [(atom, group) for of, atom in atoms.items() for group in of]
    _table(
        engine,
        "in_group",
        {"atom": [atom for atom, _ in pairs], "grp": [group for _, group in pairs]},
    )
    engine.execute(
        "CREATE TEMP TABLE met_points AS SELECT atom, shown, point_id, count(*) AS accesses"
        " FROM seen JOIN concerned USING (context) GROUP BY ALL"
    )
    engine.execute(
        "CREATE TEMP TABLE met_contracts AS"
        " SELECT atom, shown, contract, retailer, sum(accesses) AS accesses"
        " FROM met_points LEFT JOIN points USING (point_id) GROUP BY ALL"
    )
    engine.execute("DROP TABLE met_points")
    counted = engine.execute(
        "SELECT grp, shown, sum(accesses)::BIGINT, count(DISTINCT contract),"
        " list_sort(list(DISTINCT retailer) FILTER (retailer IS NOT NULL))"
        " FROM met_contracts JOIN in_group USING (atom) GROUP BY ALL"
    ).fetchall()
    people = {
        (group, shown): count
        for group, shown, count in engine.execute(
            "WITH met AS (SELECT DISTINCT atom, shown, viewer_id"
            "  FROM seen JOIN concerned USING (context))"
            " SELECT grp, shown, count(DISTINCT person) FROM met"
            " LEFT JOIN viewers USING (viewer_id) JOIN in_group USING (atom) GROUP BY ALL"
        ).fetchall()
    }
    return {
        (group, shown): Counts(
            accesses=accesses,
            contracts=contracts,
            people=people[group, shown],
            retailers=tuple(retailers or ()),
        )
        for group, shown, accesses, contracts, retailers in counted
    }


def _examples(
    engine: duckdb.DuckDBPyConnection,
    kept: _Kept,
    cells: Sequence[Cell],
) -> dict[int, tuple[Example, ...]]:
    """Return for each cell up to ten looks, spread over the period, the earliest first.

    People and contracts are numbered anew in the order in which they are first named here.
    """
    rows = engine.execute(
        "SELECT atom, shown, min({'spread': " + SPREAD + ", 'minute': minute, 'context': context,"
        f" 'viewer': {VIEWER}, 'point': {POINT}}}, {EXAMPLES})"
        " FROM seen JOIN concerned USING (context) GROUP BY ALL"
    ).fetchall()
    of_atom = defaultdict(list)
    for atom, shown, picked in rows:
        for one in picked:
            of_atom[atom].append((*one.values(), shown))
    in_atom: dict[int, list[int]] = defaultdict(list)
    for group, atom in engine.execute("SELECT grp, atom FROM in_group ORDER BY ALL").fetchall():
        in_atom[group].append(atom)
    chosen = {}
    for n, cell in enumerate(cells):
        every = [one for atom in in_atom[n] for one in of_atom[atom] if one[-1] or cell.looser]
        chosen[n] = sorted(sorted(every)[:EXAMPLES], key=lambda one: one[1:])
    people, contracts = _named(engine, chosen)
    return {
        n: tuple(
            Example(
                at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute),
                screen=kept.contexts[context].screen,
                context=dict(kept.contexts[context].context),
                shown=shown,
                person=people.get(viewer, 0),
                contract=contracts.get(point, 0),
            )
            for _, minute, context, viewer, point, shown in of
        )
        for n, of in chosen.items()
    }


def _named(
    engine: duckdb.DuckDBPyConnection, chosen: Mapping[int, Sequence[tuple[Any, ...]]]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return the numbers of viewers' persons and of points' contracts, from 1 as they come."""
    every = [one for of in chosen.values() for one in of]
    named = []
    for at, table, key, value in ((3, "viewers", "viewer_id", "person"),
                                  (4, "points", "point_id", "contract")):  # fmt: skip
        wanted = sorted({one[at] for one in every})
        known = dict(
            engine.execute(
                f"SELECT {key}, {value} FROM {table} WHERE {key} IN (SELECT unnest(?::INTEGER[]))",
                [wanted],
            ).fetchall()
        )
        order = dict.fromkeys(known[one[at]] for one in every if one[at] in known)
        number = {code: n for n, code in enumerate(order, start=1)}
        named.append({key: number[code] for key, code in known.items()})
    return named[0], named[1]


def _unread(engine: duckdb.DuckDBPyConnection, kept: _Kept, attribute: str) -> int:
    """Return how many looks were shown in which `attribute` is not known."""
    lacking = [n for n, look in kept.contexts.items() if attribute not in look.context]
    found = engine.execute(
        "SELECT count(*) FROM seen WHERE shown AND context IN (SELECT unnest(?::INTEGER[]))",
        [lacking],
    ).fetchall()
    return int(found[0][0])


def _table(
    engine: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Sequence[int]]
) -> None:
    """Make a table of whole numbers."""
    made = pa.table({name: pa.array(of, pa.int32()) for name, of in columns.items()})
    engine.register("made", made)
    engine.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM made")
    engine.unregister("made")
