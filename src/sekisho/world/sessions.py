"""Sessions (one person, one walk through the screens) and the accesses that come of them."""

from dataclasses import dataclass, fields

import numpy as np

from sekisho.world.accesses import NO_RECORD, Accesses
from sekisho.world.chance import Array, Chance, pick, whole
from sekisho.world.paths import steps, walks_of
from sekisho.world.systems import (
    DENIED,
    MASKED,
    MULTI,
    NOT_FOUND,
    PURPOSE_KEPT,
    SEARCH,
    SHOWN,
    UNSAID,
)

LONGEST_LIST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Columns of equal length. records: the first and the second record that the walk is about."""

    walk: Array
    account: Array
    device: Array
    starts: Array
    record: Array
    other: Array
    purpose: Array
    method: Array
    label: Array
    evident: Array
    refused: Array

    def __len__(self) -> int:
        return len(self.walk)

    def take(self, rows: Array) -> "Sessions":
        return Sessions(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def sessions(
    chance: Chance,
    *,
    walks: str,
    system: int,
    account: Array,
    device: Array,
    starts: Array,
    record: Array,
    purpose: int = UNSAID,
    said: float | None = None,
    method: Array | int = MULTI,
    other: Array | None = None,
    label: int = 0,
    evident: bool = True,
    refused: Array | None = None,
) -> Sessions:
    """Return sessions that follow `walks` in `system`.

    purpose: what the log says where it says a purpose.
    said:    how often it does; None where it is left to the habit of that log.
    """
    size = len(account)
    numbers, weights = walks_of(walks, system)
    kept = PURPOSE_KEPT[system] if said is None else said
    return Sessions(
        walk=numbers[pick(chance, weights, size)],
        account=account,
        device=device,
        starts=starts,
        record=record,
        other=record if other is None else other,
        purpose=np.where(chance.random(size) < kept, purpose, UNSAID).astype(np.int8),
        method=np.broadcast_to(np.asarray(method, np.int8), (size,)),
        label=np.full(size, label, np.int8),
        evident=np.full(size, evident),
        refused=np.zeros(size, bool) if refused is None else refused,
    )


def joined(parts: list[Sessions]) -> Sessions:
    """Return all parts one after the other; at least one is needed."""
    return Sessions(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sessions)}
    )


def accesses_of(chance: Chance, looks: Sessions, *, until: int) -> Accesses:
    """Return one access per step of each session; none is later than the last second of `until`.

    Planted sessions label the steps that show a record; the rest of them stays unlabelled.
    """
    book = steps()
    length = book.length[looks.walk]
    of = np.repeat(np.arange(len(looks)), length)
    begins = np.cumsum(length) - length
    place = np.arange(len(of)) - begins[of]
    step = book.first[looks.walk][of] + place

    gap = whole(chance, 4, 75, len(of))
    gap[place == 0] = 0
    waited = np.cumsum(gap)
    at = looks.starts[of] + waited - waited[begins][of]
    slot = book.slot[step]
    record = np.where(
        slot == NO_RECORD, NO_RECORD, np.where(slot == 1, looks.other[of], looks.record[of])
    )
    single = record != NO_RECORD
    action = book.action[step]
    planted = looks.label[of] > 0
    luck = chance.random(len(of))

    result = np.full(len(of), SHOWN, np.int8)
    result[(action == SEARCH) & single & (luck < 0.03) & ~planted] = NOT_FOUND
    result[~single & (luck < 0.04)] = NOT_FOUND
    hidden = book.masked[step]
    result[hidden] = np.where(luck[hidden] < 0.8, MASKED, DENIED)
    result[hidden & (action == SEARCH)] = NOT_FOUND
    result[looks.refused[of]] = DENIED
    n = np.where(single, 1, whole(chance, 1, LONGEST_LIST, len(of)))
    n[(result == NOT_FOUND) | (result == DENIED)] = 0
    labelled = planted & single & (result == SHOWN)
    screen = book.screen[step]
    return Accesses(
        at=np.minimum(at, until - 1),
        system=(screen // 1000).astype(np.int8),
        account=looks.account[of].astype(np.int32),
        device=looks.device[of].astype(np.int32),
        screen=screen,
        action=action,
        record=record.astype(np.int32),
        n=n.astype(np.int32),
        result=result,
        purpose=looks.purpose[of],
        method=looks.method[of],
        label=np.where(labelled, looks.label[of], 0).astype(np.int8),
        evident=looks.evident[of] | ~labelled,
    )
