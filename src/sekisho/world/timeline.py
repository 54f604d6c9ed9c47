"""What was true of whom, and when: half-open periods that never overlap for one key."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sekisho.world.chance import Array

_SHIFT = 33  # a second fits below, the key above


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Periods sorted by (key, start). `row` is the position of each period in its source."""

    marks: Array
    keys: Array
    ends: Array
    row: Array

    def at(self, keys: Array, when: Array) -> Array:
        """Return the source row that holds for each key at `when`, -1 where none does."""
        if len(self.marks) == 0:
            return np.full(len(keys), -1, np.int64)
        wanted = (keys.astype(np.int64) << _SHIFT) + when.astype(np.int64)
        place = np.searchsorted(self.marks, wanted, side="right") - 1
        near = np.maximum(place, 0)
        holds = (place >= 0) & (self.keys[near] == keys) & (when < self.ends[near])
        result: Array = np.where(holds, self.row[near], -1)
        return result


def timeline(keys: Iterable[int], starts: Iterable[int], ends: Iterable[int]) -> Timeline:
    """Return the periods as a timeline. Periods of one key must not overlap."""
    key = np.array(list(keys), np.int64)
    since = np.array(list(starts), np.int64)
    until = np.array(list(ends), np.int64)
    order = np.lexsort((since, key))
    return Timeline(
        marks=(key[order] << _SHIFT) + since[order],
        keys=key[order],
        ends=until[order],
        row=order,
    )


def overlaps(keys: Array, starts: Array, ends: Array) -> int:
    """Return how many periods begin before the last one of their key is over, or never begin."""
    order = np.lexsort((starts, keys))
    key, since, until = keys[order], starts[order], ends[order]
    same = key[1:] == key[:-1]
    return int((same & (since[1:] < until[:-1])).sum() + (since >= until).sum())
