"""Is the ledger what it was when it was written? Everything that can be asked before sealing.

Until a record is sealed and witnessed, a superuser who removes it whole, details and all, leaves
only a gap in the numbers behind; such gaps are counted and said, but cannot be told from records
that were withdrawn.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from sekisho.ledger import leaves
from sekisho.ledger.leaves import BadLeaf
from sekisho.ledger.shards import shard_at
from sekisho_links.ledger.guards import Fault, faults_of_the_guards
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.writing import opened

BACKWARDS = timedelta(seconds=60)  # a clock that is set back by more is worth a question
BATCH = 1_000


@dataclass(slots=True, kw_only=True)
class ShardCount:
    origin: str
    records: int = 0
    details: int = 0
    erased: int = 0


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was found. `gaps` are numbers that were given out and stand nowhere."""

    shards: list[ShardCount] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    gaps: int = 0

    @property
    def records(self) -> int:
        return sum(shard.records for shard in self.shards)


def examine(
    connection: psycopg.Connection[Any],
    *,
    keys: Keys,
    report: Callable[[int, int | None], None] | None = None,
) -> Findings:
    """Return what is right and wrong with the ledger that `connection` reaches as its owner.

    One snapshot, read only, in batches: records that are written meanwhile are not looked at.
    """
    findings = Findings()
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("set local role ledger_owner")
        findings.faults += faults_of_the_guards(connection)
        total = _number(connection, "select count(*) from ledger.event")
        done = 0
        shards = connection.execute(
            "select shard, origin, company, system, fiscal_year from ledger.shard order by shard"
        ).fetchall()
        for shard, origin, *where in shards:
            count = ShardCount(origin=origin)
            findings.shards.append(count)
            before: datetime | None = None
            for record in _records(connection, shard):
                count.records += 1
                count.details += len(record.parts)
                count.erased += sum(part.salt is None for part in record.parts)
                findings.faults += _faults(record, origin, where, keys, before)
                before = record.at
                done += 1
                if report is not None and done % BATCH == 0:
                    report(done, total)
        if report is not None:
            report(total, total)
        findings.faults += _lost_ends(connection)
        findings.gaps = _gaps(connection, findings.faults)
    return findings


@dataclass(frozen=True, slots=True)
class _Part:
    number: int
    commitment: bytes
    salt: bytes | None
    nonce: bytes | None
    text: bytes | None
    key: int | None


@dataclass(frozen=True, slots=True)
class _Record:
    position: int
    event_id: UUID
    level: int
    body: bytes
    at: datetime
    parts: list[_Part]


def _records(connection: psycopg.Connection[Any], shard: int) -> Iterator[_Record]:
    """Yield the records of one shard in the order of their numbers, each with its details."""
    last = 0
    while True:
        rows = connection.execute(
            "select id, event_id, level, body, at from ledger.event"
            " where shard = %s and id > %s order by id limit %s",
            [shard, last, BATCH],
        ).fetchall()
        if not rows:
            return
        parts: dict[UUID, list[_Part]] = {}
        for event_id, *fields in connection.execute(
            "select event_id, part, commitment, salt, nonce, ct, key_id from ledger.detail"
            " where event_id = any(%s) order by event_id, part",
            [[row[1] for row in rows]],
        ):
            parts.setdefault(event_id, []).append(_Part(*fields))
        for position, event_id, level, body, at in rows:
            yield _Record(position, event_id, level, bytes(body), at, parts.get(event_id, []))
        last = rows[-1][0]


def _faults(
    record: _Record, origin: str, where: list[Any], keys: Keys, before: datetime | None
) -> Iterator[Fault]:
    place = f"{origin} 番号 {record.position}（{record.event_id}）"

    def fault(problem: str) -> Fault:
        remedy = "この記録に触れた人と時刻を調べ、写しから正しい内容を確かめてください"
        return Fault(place=place, problem=problem, remedy=remedy)

    try:
        said = leaves.read_leaf(record.body)
    except BadLeaf as error:
        yield fault(f"葉が正しい形ではありません（{error}）")
        return
    if said["log"] != origin or said["id"] != str(record.event_id):
        yield fault("葉がほかの区画またはほかの番号のものです")
    if said["lvl"] != record.level:
        yield fault("記録の強さが葉と違います")
    at = datetime.fromisoformat(said["t"])
    shard = shard_at(at, company=where[0], system=where[1])
    if [shard.company, shard.system, shard.fiscal_year] != where or said["sys"] != where[1]:
        yield fault("葉の時刻かシステムが、この区画のものではありません")
    if before is not None and record.at < before - BACKWARDS:
        yield fault("前の記録より1分以上早い時刻になっています")
    numbers = [part.number for part in record.parts]
    if numbers != list(range(said["parts"])):
        yield fault(f"詳細の数が合いません（葉 {said['parts']}、表 {len(numbers)}）")
        return
    commitments = [bytes(part.commitment) for part in record.parts]
    if leaves.text_of(leaves.commitment_of(commitments)) != said["d"]:
        yield fault("詳細の約束値が葉と合いません")
    if commitments[1:] != sorted(commitments[1:]):
        yield fault("詳細の順が違います")
    for part in record.parts:
        if (problem := _problem_of(part, record.event_id, keys)) is not None:
            yield fault(f"詳細 {part.number}: {problem}")


def _problem_of(part: _Part, event_id: UUID, keys: Keys) -> str | None:
    """Return what is wrong with one part of the details, or None: whole, or erased as a whole."""
    stored = (part.salt, part.nonce, part.text, part.key)
    if all(value is None for value in stored):
        return None
    if part.salt is None or part.nonce is None or part.text is None or part.key is None:
        return "一部だけが消されています"
    key = keys.numbered(part.key)
    if key is None:
        return "鍵がないため読めません"
    text = opened(
        bytes(part.text), nonce=bytes(part.nonce), key=key, event_id=event_id, part=part.number
    )
    if text is None:
        return "暗号文が書き換えられています"
    if leaves.commitment(text, salt=bytes(part.salt)) != bytes(part.commitment):
        return "内容が約束値と合いません"
    try:
        return None if leaves.canonical(json.loads(text)) == text else "正規の形ではありません"
    except ValueError:
        return "正規の形ではありません"


def _lost_ends(connection: psycopg.Connection[Any]) -> Iterator[Fault]:
    for table, words in (("detail", "詳細"), ("subject_ref", "お客さまの索引")):
        lost = _number(
            connection,
            f"select count(*) from ledger.{table} d where not exists"
            " (select from ledger.event e where e.event_id = d.event_id)",
        )
        if lost:
            yield Fault(
                place=f"ledger.{table}",
                problem=f"記録のない{words}が {lost} 件あります",
                remedy="記録が消されていないか、データベースの管理者の操作を調べてください",
            )


def _gaps(connection: psycopg.Connection[Any], faults: list[Fault]) -> int:
    """Return how many numbers stand nowhere. One that was never given out is a fault."""
    row = connection.execute(
        "select coalesce(max(id), 0), count(*), count(distinct id) from ledger.event"
    ).fetchone()
    highest, count, distinct = row if row is not None else (0, 0, 0)
    given = _number(connection, "select last_value from ledger.event_id_seq") if count else 0
    if highest > given or distinct != count:
        faults.append(
            Fault(
                place="ledger.event",
                problem="発番していない番号か、重なった番号の記録があります",
                remedy="その番号の記録を書いた役割を、データベースの監査記録で調べてください",
            )
        )
    return int(max(highest - count, 0))


def _number(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row is not None else 0
