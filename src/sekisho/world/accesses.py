"""Accesses as columns of small numbers: what a log line says, before it is written."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from sekisho.world.chance import Array

NO_RECORD = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Accesses:
    """Columns of equal length.

    label: 0 lawful, else the position (1 to 10) of the planted incident class.
    evident: False where the log cannot show the planted incident.
    """

    at: Array
    system: Array
    account: Array
    device: Array
    screen: Array
    action: Array
    record: Array
    n: Array
    result: Array
    purpose: Array
    method: Array
    label: Array
    evident: Array

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: Array) -> "Accesses":
        """Return the accesses at `rows` (positions, or a mask)."""
        return Accesses(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def together(parts: Iterable[Accesses]) -> Accesses:
    """Return all parts one after the other."""
    kept = [part for part in parts if len(part)]
    if not kept:
        return empty()
    return Accesses(
        **{f.name: np.concatenate([getattr(p, f.name) for p in kept]) for f in fields(Accesses)}
    )


TYPES = {
    "at": np.int64,
    "system": np.int8,
    "account": np.int32,
    "device": np.int32,
    "screen": np.int16,
    "action": np.int8,
    "record": np.int32,
    "n": np.int32,
    "result": np.int8,
    "purpose": np.int8,
    "method": np.int8,
    "label": np.int8,
    "evident": np.bool_,
}


def empty() -> Accesses:
    """Return no access at all."""
    return Accesses(**{name: np.zeros(0, kind) for name, kind in TYPES.items()})
