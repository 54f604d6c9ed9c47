"""What was really shown, look by look: in one use, or on one terminal. To read is to be recorded.

Whoever looks back, or hears of a lost terminal, asks once for all of it; one reading is recorded.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser

from sekisho.ledger.leaves import Act, read_leaf, text_of
from sekisho_links.ledger.recorder import Receipt
from sekisho_links.ledger.writing import Happening
from sekisho_web.ledger import recording
from sekisho_web.ledger.queries import opened_part, reading_of, shards_of, tag_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One look in a use, with what it showed of each customer. erased: customers that are gone."""

    at: datetime
    said: Mapping[str, Any] = field(repr=False)
    customers: Sequence[Mapping[str, Any]] = field(repr=False)
    erased: int = 0

    @property
    def is_refused(self) -> bool:
        return bool(self.said["k"] == "refuse")


def shown_in_use(
    *,
    system: str,
    person: int,
    grant: int | None,
    since: datetime,
    until: datetime,
    reader: AbstractBaseUser,
    now: datetime,
    most: int = 2_000,
) -> tuple[Receipt, list[Shown]]:
    """Return the receipt of this reading, and every look of `person` in `[since, until)`.

    grant: under which it was made; None: under any. The first `most` looks, in order; three
    queries. Raise NotRecorded where the reading was not recorded.
    """
    return _shown(
        shards_of(system),
        [person],
        grant=grant,
        since=since,
        until=until,
        reading=reading_of(
            reader,
            now,
            act=Act.SEARCH,
            screen="grants:look_back",
            words={"system": system, "since": since.isoformat(), "until": until.isoformat()},
        ),
        most=most,
    )


def shown_on(
    *,
    device: str,
    people: Collection[int],
    since: datetime,
    until: datetime,
    reader: AbstractBaseUser,
    now: datetime,
    most: int = 5_000,
) -> tuple[Receipt, list[Shown]]:
    """Return the receipt of this reading, and every look of `people` on the terminal `device`.

    device: its number. Of all systems, the first `most` looks of `[since, until)`, in order.
    Raise NotRecorded where the reading was not recorded.
    """
    shards = shards_of("")
    words = {"device": device, "since": since.isoformat(), "until": until.isoformat()}
    receipt, found = _shown(
        shards,
        people,
        grant=None,
        since=since,
        until=until,
        reading=reading_of(reader, now, act=Act.SEARCH, screen="terminals:loss", words=words),
        most=most,
    )
    keys = recording.recorder().keys
    tags = {text_of(keys.person(origin, device)) for origin in shards.values()}
    return receipt, [shown for shown in found if shown.said["dev"] in tags]


def _shown(
    shards: Mapping[int, str],
    people: Collection[int],
    *,
    grant: int | None,
    since: datetime,
    until: datetime,
    reading: Happening,
    most: int,
) -> tuple[Receipt, list[Shown]]:
    recorder = recording.recorder()
    keys = recorder.keys
    receipt, rows = recorder.read(
        reading,
        "read_use",
        [
            list(shards),
            since,
            until,
            [tag_of(keys, origin, person) for origin in shards.values() for person in people],
            str(grant) if grant is not None else None,
            most,
        ],
    )
    found: dict[UUID, tuple[datetime, Mapping[str, Any], list[Mapping[str, Any] | None]]] = {}
    for event_id, at, body, part, *locked in rows:
        _, _, parts = found.setdefault(event_id, (at, read_leaf(bytes(body)), []))
        if part:
            parts.append(opened_part(keys, event_id, part, tuple(locked)))
    return receipt, [
        Shown(
            at=at,
            said=said,
            customers=[part for part in parts if part is not None],
            erased=sum(part is None for part in parts),
        )
        for at, said, parts in found.values()
    ]
