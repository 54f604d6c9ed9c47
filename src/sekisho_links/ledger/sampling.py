"""Looks read back from the ledger, by its owner, to be decided again. No name is read.

A sample is drawn by a number (the day): the same day draws the same records.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg

from sekisho.ledger import leaves
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.writing import opened

Connection = psycopg.Connection[Any]

BATCH = 1_000
KEPT = 65_536  # keys and digests that are remembered for one run
KeyOf = Callable[[int], bytes | None]  # number -> key; None where it was destroyed
_LOOKS = (b'"k":"release"', b'"k":"export_chunk"')  # a leaf is canonical: it stands there so
_WHOLE = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One look as it stands in the ledger.

    context: the attributes that it was decided on; None: nothing was decided, or it was erased.
    rows:    of each customer: whose, and field -> how it was rendered. None: erased.
    fault:   where leaf and details do not say the same; empty: they do.
    """

    number: UUID
    at: datetime
    system: str
    screen: str | None
    table: str | None
    context: Mapping[str, str] | None
    rows: Sequence[tuple[str, Mapping[str, str]] | None]
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One combination that was met: how often, and when last."""

    system: str
    table: str | None
    context: Mapping[str, str]
    looks: int
    last: datetime


def sample(owner: Connection, *, keys: Keys, seed: int, most: int) -> Iterator[Recorded]:
    """Yield at most about `most` looks of the ledger that were decided, all where there are fewer.

    owner: a connection as the owner of the database. Every look has the same chance.
    """
    with _reading(owner):
        shards = [row[0] for row in owner.execute("select shard from ledger.shard order by shard")]
        row = owner.execute("select count(*) from ledger.event").fetchone()
    key_of: KeyOf = lru_cache(maxsize=KEPT)(keys.numbered)
    total = int(row[0]) if row else 0
    drawn = _WHOLE if total <= most else most * _WHOLE // total
    for shard in shards:
        last = 0
        while True:
            with _reading(owner):
                found = owner.execute(
                    "select id, event_id, at, body from ledger.event"
                    " where shard = %s and id > %s"
                    " and (hashtextextended(event_id::text, %s) & 2147483647) < %s"
                    " and (position(%s::bytea in body) > 0 or position(%s::bytea in body) > 0)"
                    " order by id limit %s",
                    [shard, last, seed, drawn, *_LOOKS, BATCH],
                ).fetchall()
                parts = _parts(owner, [event for _, event, _, _ in found])
            if not found:
                break
            for _, event, at, body in found:
                look = _look(event, at, bytes(body), parts.get(event, []), key_of)
                if look is not None:
                    yield look
            last = found[-1][0]


def combinations(
    owner: Connection, *, keys: Keys, since: datetime | None, until: datetime
) -> list[Came]:
    """Return every combination that looks were decided on in `[since, until)`, each once.

    Exact, over all records: a leaf names its combination by a digest, so that one record of each
    has to be opened, and no more. Refused looks count as well.
    """
    with _reading(owner):
        found = owner.execute(
            "select said ->> 'sys', said ->> 'table', said ->> 'ctx', count(*), max(at),"
            " (array_agg(event_id order by at desc))[1:5]"
            " from (select event_id, at, convert_from(body, 'UTF8')::jsonb said from ledger.event"
            " where (%s::timestamptz is null or at >= %s) and at < %s"
            " and position('\"ctx\":null'::bytea in body) = 0) e"
            " group by 1, 2, 3 order by 1, 2, 3",
            [since, since, until],
        ).fetchall()
        parts = _parts(owner, [event for row in found for event in row[5]], only_first=True)
    came = []
    for system, table, digest, looks, last, events in found:
        context = next(
            (
                one
                for event in events
                if (one := _context(event, parts.get(event, []), keys.numbered))
            ),
            None,
        )
        if context is not None and _digest(tuple(context.items())) == digest:
            came.append(Came(system=system, table=table, context=context, looks=looks, last=last))
    return came


_Part = tuple[int, bytes | None, bytes | None, int | None]  # number, nonce, text, key


def _parts(
    owner: Connection, events: Sequence[UUID], *, only_first: bool = False
) -> dict[UUID, list[_Part]]:
    parts: dict[UUID, list[_Part]] = {}
    for event, part, nonce, text, key in owner.execute(
        "select event_id, part, nonce, ct, key_id from ledger.detail"
        " where event_id = any(%s) and (part = 0 or not %s) order by event_id, part",
        [list(events), only_first],
    ):
        parts.setdefault(event, []).append((part, nonce, text, key))
    return parts


def _look(
    event: UUID, at: datetime, body: bytes, parts: Sequence[_Part], keys: KeyOf
) -> Recorded | None:
    """Return the look, or None where it names no version: nothing was decided for it."""
    said = json.loads(body)  # that leaves are leaves is asked by `examine`
    if said["table"] is None or said["ctx"] is None:
        return None
    context = _context(event, parts, keys)
    rows = [_row(_opened(event, part, keys)) for part in parts if part[0] > 0]
    return Recorded(
        number=event,
        at=at,
        system=said["sys"],
        screen=said["scr"],
        table=said["table"],
        context=context,
        rows=rows,
        fault=_fault(said, context, rows),
    )


def _fault(
    said: Mapping[str, Any],
    context: Mapping[str, str] | None,
    rows: Sequence[tuple[str, Mapping[str, str]] | None],
) -> str:
    if context is not None and _digest(tuple(context.items())) != said["ctx"]:
        return "葉の状況の要約が、詳細の状況と合いません"
    if None in rows:
        return ""
    pairs = [
        (item, leaves.DECISIONS.index(word))
        for row in rows
        if row is not None
        for item, word in row[1].items()
        if word in leaves.DECISIONS
    ]
    if leaves.text_of(leaves.columns_of(pairs)) != said["cols"]:
        return "葉の項目の要約が、詳細の項目と合いません"
    strictest = leaves.DECISIONS[max(level for _, level in pairs)] if pairs else None
    if said["dec"] != strictest:
        return "葉の最も厳しい扱いが、詳細の項目と合いません"
    return ""


@lru_cache(maxsize=KEPT)
def _digest(context: tuple[tuple[str, str], ...]) -> str:
    return leaves.context_of(dict(context))


def _context(event: UUID, parts: Sequence[_Part], keys: KeyOf) -> Mapping[str, str] | None:
    first = next((part for part in parts if part[0] == 0), None)
    details = _opened(event, first, keys) if first else None
    context = (details or {}).get("context")
    return context if isinstance(context, dict) else None


def _row(details: Mapping[str, Any] | None) -> tuple[str, Mapping[str, str]] | None:
    if details is None:
        return None
    items = details.get("items")
    return str(details.get("owner", "")), items if isinstance(items, dict) else {}


def _opened(event: UUID, part: _Part, keys: KeyOf) -> dict[str, Any] | None:
    """Return one part of the details, or None where it was erased or is not what was written."""
    number, nonce, text, key_id = part
    if nonce is None or text is None or key_id is None:
        return None
    key = keys(key_id)
    plain = (
        opened(bytes(text), nonce=bytes(nonce), key=key, event_id=event, part=number)
        if key is not None
        else None
    )
    found = json.loads(plain) if plain is not None else None
    return found if isinstance(found, dict) else None


@contextmanager
def _reading(owner: Connection) -> Iterator[None]:
    """Read as the owner of the ledger, inside a transaction of its own."""
    with owner.transaction():
        owner.execute("set local role ledger_owner")
        yield
        owner.execute("reset role")
