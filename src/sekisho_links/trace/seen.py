"""The looks that an investigation kept, counted: by context, and of some contexts also by whom.

An atom is a set of contexts that are counted together; a key is an atom, twice, plus whether the
look was shown (`2 * atom + shown`). Distincts are kept as sorted numbers of key and thing, so that
those of any union of atoms are exact. One part of the log is in memory at a time, for each thread.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Numbers: TypeAlias = npt.NDArray[np.int32]
Wide: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Marks: TypeAlias = npt.NDArray[np.uint64]

THREADS = 2
EXAMPLES = 10
CANDIDATES = 64  # of each key and part, from which the examples are taken
NOBODY = -1  # a viewer or a point that is not known
JST, DAY = 9 * 60, 24 * 60  # minutes
EPOCH = date(1970, 1, 1)
MARKS = 1 << 26  # bytes: up to here things are marked off, beyond they are sorted
LAST = np.iinfo(np.uint64).max
# odd numbers without a pattern: examples are spread, and the same ones in every run
MIX = [np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                              0xD6E8FEB86659FD93)]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked of every look, by the number of its context.

    atoms:  in which atom it is counted; NOBODY: in none.
    opens:  whether it is also counted where it was not shown.
    groups: any number that days are told apart by.
    first, until: minutes since 1970, `until` not counted; None: everything.
    """

    atoms: Numbers
    opens: Flags
    groups: Numbers
    first: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """One look that was picked as an example. person, contract: as the investigation numbers."""

    mark: int
    minute: int
    context: int
    person: int
    contract: int
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was counted.

    came:      looks by context, first those not shown, then those shown.
    days:      (group, day of Japan since 1970) with any look.
    met:       looks by key. contracts, people, retailers: key << 32 | number, sorted, each once.
    examples:  by key.
    """

    came: Wide
    days: frozenset[tuple[int, int]]
    met: Wide
    contracts: Wide
    people: Wide
    retailers: Wide
    retailer_codes: Sequence[str]
    examples: dict[int, list[Look]]

    def distinct(self, of: Wide, keys: Sequence[int]) -> Wide:
        """Return the things of `of` that were met under any of `keys`, each once."""
        edges = np.searchsorted(of, [[key << 32, (key + 1) << 32] for key in keys])
        found = [of[begin:end] & _THING for begin, end in edges]
        if len(found) == 1:
            return found[0]
        return _each_once(*found)


_THING = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class _Things:
    """What viewers and points stand for, by their numbers; the last entry is of nobody."""

    person: Numbers
    contract: Numbers
    retailer: Numbers
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    came: Wide
    days: set[tuple[int, int]]
    met: Wide
    contracts: Wide
    people: Wide
    retailers: Wide
    examples: dict[int, list[Look]]


def tally(folder: Path, sought: Sought) -> Tally:
    """Count the looks in `folder`, as `sought` asks."""
    keys = 2 * (int(sought.atoms.max(initial=NOBODY)) + 1)
    parts = [path for path, _ in parts_of(folder, first=sought.first, until=sought.until)]
    with ThreadPoolExecutor(THREADS) as pool:
        known = pool.submit(_things, folder, wanted=keys > 0)
        found = list(pool.map(lambda path: _counted(path, sought, known, keys), parts))
        contracts = _merged([part.contracts for part in found], pool)
        things = known.result()
    examples: dict[int, list[Look]] = {}
    for part in found:
        for key, looks in part.examples.items():
            examples.setdefault(key, []).extend(looks)
    return Tally(
        came=sum((part.came for part in found), np.zeros((len(sought.atoms), 2), np.int64)),
        days=frozenset().union(*(part.days for part in found)),
        met=sum((part.met for part in found), np.zeros(keys, np.int64)),
        contracts=contracts,
        people=_each_once(*(part.people for part in found)),
        retailers=_each_once(*(part.retailers for part in found)),
        retailer_codes=things.codes,
        examples={key: nearest(looks) for key, looks in examples.items()},
    )


def parts_of(folder: Path, *, first: int | None, until: int | None) -> list[tuple[Path, int]]:
    """Return the parts that may hold looks of a period, with how many they hold in all.

    first, until: minutes since 1970, `until` not counted; None: everything.
    """
    found = []
    for path in sorted(folder.glob("seen-*.parquet")):
        known = pq.read_metadata(path)
        at = known.schema.to_arrow_schema().get_field_index("minute")
        groups = [known.row_group(n) for n in range(known.num_row_groups)]
        said = [group.column(at).statistics for group in groups]
        if all(one is not None and one.has_min_max for one in said) and said:
            if until is not None and min(one.min for one in said) >= until:
                continue
            if first is not None and max(one.max for one in said) < first:
                continue
        found.append((path, known.num_rows))
    return found


def nearest(looks: Sequence[Look]) -> list[Look]:
    """Return the ten looks with the smallest marks: any ten, but always the same."""
    return sorted(looks, key=lambda look: (look.mark, look.minute))[:EXAMPLES]


def day_of(number: int) -> date:
    """Return the day with this number since 1970."""
    return EPOCH + timedelta(days=number)


def minute_of(day: date) -> int:
    """Return the first minute of a day in Japan, as looks keep it."""
    return (day - EPOCH).days * DAY - JST


def _counted(path: Path, sought: Sought, known: Future[_Things], keys: int) -> _Part:
    kept = _read(path, words="result")
    context, minute = _whole(kept, "context"), _whole(kept, "minute")
    shown = _shown(kept)
    rows: Any = slice(None)
    if sought.first is not None or sought.until is not None:
        inside = np.ones(len(minute), np.bool_)
        if sought.first is not None:
            inside &= minute >= sought.first
        if sought.until is not None:
            inside &= minute < sought.until
        rows = np.flatnonzero(inside)
        context, minute, shown = context[rows], minute[rows], shown[rows]
    came = np.bincount(context * np.int64(2) + shown, minlength=2 * len(sought.atoms))
    atoms = sought.atoms[context]
    here = np.flatnonzero((atoms != NOBODY) & (shown | sought.opens[context]))
    viewer = _whole(kept, "viewer_id")[rows][here]
    point = _whole(kept, "point_id")[rows][here]
    key = atoms[here] * np.int32(2) + shown[here]
    things = known.result()
    return _Part(
        came=came.reshape(-1, 2),
        days=_days(sought.groups[context], minute),
        met=np.bincount(key, minlength=keys),
        contracts=_met(key, things.contract[point]),
        retailers=_met(key, things.retailer[point]),
        people=_met(key, things.person[viewer]),
        examples=_picked(key, (minute[here], context[here], viewer, point), things),
    )


def _picked(
    key: Numbers, columns: tuple[Numbers, Numbers, Numbers, Numbers], things: _Things
) -> dict[int, list[Look]]:
    """Return some looks of each key, spread over all of them.

    columns: minute, context, viewer, point.
    """
    mark: Marks = np.zeros(len(key), np.uint64)
    for mix, column in zip(MIX, columns, strict=True):
        mark ^= column.astype(np.uint64) * mix
        mark *= MIX[0]
        mark ^= mark >> np.uint64(29)
    number = np.bincount(key).astype(np.uint64)
    most = np.where(number > CANDIDATES, LAST // np.maximum(number, 1) * CANDIDATES, LAST)
    few = np.flatnonzero(mark <= most[key])
    few = few[np.lexsort((mark[few], key[few]))]
    keys = key[few]
    few = few[np.arange(len(few)) - np.searchsorted(keys, keys) < EXAMPLES]
    minute, context, viewer, point = (column[few] for column in columns)
    person, contract = things.person[viewer], things.contract[point]
    found: dict[int, list[Look]] = {}
    shown = (key[few] & 1).astype(np.bool_)
    said = (mark[few], minute, context, person, contract, shown)
    for one, look in zip(
        key[few].tolist(), zip(*(column.tolist() for column in said), strict=True), strict=True
    ):
        found.setdefault(one, []).append(Look(*look))
    return found


def _days(groups: Numbers, minute: Numbers) -> set[tuple[int, int]]:
    if not len(minute):
        return set()
    day = (minute + np.int32(JST)) // np.int32(DAY)
    first = int(day.min())
    came = np.zeros((int(groups.max()) + 1, int(day.max()) - first + 1), np.bool_)
    came[groups, day - np.int32(first)] = True
    return {(int(group), int(at) + first) for group, at in zip(*np.nonzero(came), strict=True)}


def _met(key: Numbers, thing: Numbers) -> Wide:
    """Return key and thing as one number, in order and each once; without what is not known."""
    known = thing != NOBODY
    if not known.all():
        key, thing = key[known], thing[known]
    if not len(key):
        return np.zeros(0, np.int64)
    width = int(thing.max()) + 1
    places = (int(key.max()) + 1) * width
    if places > MARKS:
        return _each_once(key.astype(np.int64) << 32 | thing)
    marks = np.zeros(places, np.bool_)
    marks[key * np.int32(width) + thing] = True
    at = np.flatnonzero(marks)
    return at // width << 32 | at % width


def _merged(found: Sequence[Wide], pool: ThreadPoolExecutor) -> Wide:
    """Return the numbers of all parts, in order and each once: the halves at the same time."""
    longest = max(found, key=len, default=np.zeros(0, np.int64))
    if not len(longest):
        return longest
    edges = [int(np.searchsorted(part, longest[len(longest) // 2])) for part in found]
    lower = [part[:edge] for part, edge in zip(found, edges, strict=True)]
    upper = [part[edge:] for part, edge in zip(found, edges, strict=True)]
    return np.concatenate(list(pool.map(lambda half: _each_once(*half), (lower, upper))))


def _each_once(*found: Wide) -> Wide:
    """Return every number once, in order. By sorting: np.unique hashes, and takes ten times it."""
    whole = np.concatenate(found) if found else np.zeros(0, np.int64)
    whole.sort()
    if not len(whole):
        return whole
    return whole[np.concatenate(([True], whole[1:] != whole[:-1]))]


def _things(folder: Path, *, wanted: bool) -> _Things:
    if not wanted:
        nobody = np.full(1, NOBODY, np.int32)
        return _Things(person=nobody, contract=nobody, retailer=nobody, codes=())
    viewers = _read(folder / "viewers.parquet")
    points = _read(folder / "points.parquet", words="retailer")
    retailer = points.column("retailer").unify_dictionaries().combine_chunks()
    if isinstance(retailer, pa.ChunkedArray):  # of no rows
        retailer = pa.array([], pa.string()).dictionary_encode()
    index = pc.fill_null(retailer.indices.cast(pa.int32()), NOBODY).to_numpy()
    at = _whole(points, "point_id")
    return _Things(
        person=_by_number(_whole(viewers, "viewer_id"), _whole(viewers, "person")),
        contract=_by_number(at, _whole(points, "contract")),
        retailer=_by_number(at, index),
        codes=tuple(retailer.dictionary.to_pylist()),
    )


def _read(path: Path, *, words: str = "") -> pa.Table:
    """Return a file whole. words: a column of few different words, kept as numbers."""
    with pq.ParquetFile(path, read_dictionary=[words] if words else None) as file:
        return file.read()


def _by_number(at: Numbers, value: Numbers) -> Numbers:
    """Return the values by their numbers, and NOBODY for every other, NOBODY itself too."""
    found = np.full(int(at.max(initial=NOBODY)) + 2, NOBODY, np.int32)
    found[at] = value
    return found


def _whole(table: pa.Table, column: str) -> Numbers:
    known = table.column(column)
    if known.null_count:
        known = pc.fill_null(known, NOBODY)
    found: Numbers = known.to_numpy().astype(np.int32, copy=False)
    return found


def _shown(table: pa.Table) -> Flags:
    """Return which looks were shown."""
    found = [
        np.isin(chunk.indices.to_numpy(), np.flatnonzero(
            [word == "shown" for word in chunk.dictionary.to_pylist()]
        ))
        for chunk in table.column("result").chunks
    ]  # fmt: skip
    return np.concatenate(found) if found else np.zeros(0, np.bool_)
