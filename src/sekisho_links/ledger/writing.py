"""From what happened to the row that is stored: leaf, sealed commitments, encrypted details."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sekisho.ledger import leaves
from sekisho.ledger.leaves import Act, Entry, Kind, OwnerClass, Part
from sekisho.ledger.shards import Shard, shard_at
from sekisho_links.ledger.keys import Keys

NONCE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One customer that a record is about.

    key:     the number by which one asks 「この契約を誰が見たか」, and whose key locks the details.
    also:    further numbers under which it is found.
    details: what was shown of them: field and treatment, never the value.
    """

    key: str
    details: Mapping[str, Any]
    also: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What is to be recorded, in the words of the product."""

    kind: Kind
    at: datetime
    company: str  # that keeps the ledger
    system: str
    id: UUID | None = None  # given where the page shows it; else made here
    person: str | None = None
    device: str | None = None
    details: Mapping[str, Any] = field(
        default_factory=dict
    )  # part 0: names, address, reason, words
    subjects: Sequence[Subject] = ()
    screen: str | None = None
    act: Act | None = None
    purpose: str | None = None
    table: str | None = None
    context: Mapping[str, str] | None = None
    decision: str | None = None
    org: str | None = None
    grant: str | None = None
    rows: Mapping[OwnerClass, int] = field(default_factory=dict)
    seen: Mapping[OwnerClass, int] = field(default_factory=dict)
    shown: Sequence[tuple[str, int]] = ()  # (item, number of its treatment) as rendered
    level: int = 1
    previous: UUID | None = None

    @property
    def shard(self) -> Shard:
        return shard_at(self.at, company=self.company, system=self.system)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is stored of one happening, in the order of the parameters of its statement."""

    event_id: UUID
    level: int
    body: bytes
    parts: list[int]
    commitments: list[bytes]
    salts: list[bytes]
    nonces: list[bytes]
    texts: list[bytes]
    keys: list[int]
    tags: list[bytes]

    def arguments(self, shard: int) -> list[Any]:
        """Return the arguments of ledger.append() and its relatives."""
        return [
            shard, self.event_id, self.level, self.body, self.parts, self.commitments,
            self.salts, self.nonces, self.texts, self.keys, self.tags,
        ]  # fmt: skip


def number_at(at: datetime) -> UUID:
    """Return the number (記録番号) of a record that will be made of what happens at `at`."""
    return leaves.event_id(at, chance=secrets.token_bytes(10))


def row_of(happening: Happening, *, keys: Keys) -> Row:
    """Return the row of `happening`. Raise BadLeaf where it cannot be said in a leaf."""
    origin = happening.shard.origin
    event_id = happening.id or number_at(happening.at)
    owned = _parts(happening)
    parts = leaves.in_order([part for _, part in owned])
    owner_of = {id(part): owner for owner, part in owned}
    commitments = [part.commitment for part in parts]
    entry = Entry(
        log=origin, id=event_id, at=happening.at, kind=happening.kind, system=happening.system,
        screen=happening.screen, act=happening.act, purpose=happening.purpose,
        table=happening.table,
        context=leaves.context_of(happening.context) if happening.context else None,
        decision=happening.decision,
        who=keys.person(origin, happening.person) if happening.person else None,
        device=keys.person(origin, happening.device) if happening.device else None,
        org=happening.org, grant=happening.grant, rows=happening.rows, seen=happening.seen,
        columns=leaves.columns_of(happening.shown), level=happening.level,
        previous=happening.previous,
    )  # fmt: skip
    body = entry.leaf(parts=len(parts), commitment_of_parts=leaves.commitment_of(commitments))
    locks = keys.of_details([owner_of[id(part)] for part in parts])
    nonces = [secrets.token_bytes(NONCE) for _ in parts]
    return Row(
        event_id=event_id,
        level=happening.level,
        body=body,
        parts=list(range(len(parts))),
        commitments=commitments,
        salts=[part.salt for part in parts],
        nonces=nonces,
        texts=[
            AESGCM(key).encrypt(nonce, part.text, _bound_to(event_id, number))
            for number, (part, nonce, (_, key)) in enumerate(zip(parts, nonces, locks, strict=True))
        ],
        keys=[number for number, _ in locks],
        tags=sorted(
            {
                keys.customer(key)
                for subject in happening.subjects
                for key in (subject.key, *subject.also)
            }
        ),
    )


def opened(text: bytes, *, nonce: bytes, key: bytes, event_id: UUID, part: int) -> bytes | None:
    """Return a part of the details as it was written, or None where it is not what was written."""
    try:
        return AESGCM(key).decrypt(nonce, text, _bound_to(event_id, part))
    except InvalidTag:
        return None


def _parts(happening: Happening) -> list[tuple[str, Part]]:
    person = f"person:{happening.person or ''}"
    context = {"context": dict(happening.context)} if happening.context else {}
    parts = [(person, {**happening.details, **context})]
    parts += [(f"customer:{each.key}", dict(each.details)) for each in happening.subjects]
    return [
        (owner, Part(text=leaves.canonical(details), salt=secrets.token_bytes(leaves.HASH)))
        for owner, details in parts
    ]


def _bound_to(event_id: UUID, part: int) -> bytes:
    return event_id.bytes + part.to_bytes(2)
