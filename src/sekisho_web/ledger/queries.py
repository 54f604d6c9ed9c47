"""What people read of the ledger. To read is to be recorded: each of these writes `ledger_read`.

The application cannot select from the ledger; two functions of it append the record of the
reading and then answer. Names come out of the encrypted details, whose keys lie outside of it.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection

from sekisho.ledger.leaves import Act, Kind, read_leaf, text_of
from sekisho.ledger.shards import HOUSE
from sekisho.policy.treatment import FROM_WORD, Treatment
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.recorder import Receipt
from sekisho_links.ledger.writing import Happening, opened
from sekisho_web.ledger import recording, words

PAGE = 50
ERASED = "（消去済み）"
BY_ITSELF = "関所"  # what no person did: a load, a job


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which records are asked for."""

    since: datetime
    until: datetime
    login: str = ""
    system: str = ""
    outcome: str = ""
    record: str = ""
    before: tuple[datetime, int] | None = None  # where the page before this one ended

    def as_words(self) -> dict[str, str]:
        asked = {"login": self.login, "system": self.system, "outcome": self.outcome}
        asked |= {"record": self.record, "since": f"{self.since:%Y-%m-%d}"}
        asked |= {"until": f"{self.until:%Y-%m-%d}"}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record, in words."""

    number: UUID
    position: int
    at: datetime
    said: Mapping[str, Any] = field(repr=False)
    person: Mapping[str, Any] | None = field(repr=False)  # None: erased

    @property
    def kind(self) -> str:
        return words.KINDS[self.said["k"]]

    @property
    def system(self) -> str:
        return words.system(self.said["sys"])

    @property
    def screen(self) -> str:
        return self.said["scr"] or ""

    @property
    def act(self) -> str:
        return words.ACTS.get(self.said["act"] or "", "")

    @property
    def purpose(self) -> str:
        return words.word("利用目的", self.said["why"])

    @property
    def viewer_class(self) -> str:
        return words.word("閲覧者区分", self.said["org"])

    @property
    def who(self) -> str:
        if self.person is None:
            return ERASED
        return str(self.person.get("name") or self.person.get("login") or BY_ITSELF)

    @property
    def login(self) -> str:
        return str((self.person or {}).get("login", ""))

    @property
    def refused(self) -> str:
        return str((self.person or {}).get("refused", ""))

    @property
    def outcome(self) -> str:
        """Return what came of it: 表示 (with its strictest treatment), 該当なし or 拒否."""
        if self.said["k"] in {"refuse", "login_fail"}:
            return "拒否"
        if self.said["k"] in {"release", "export_chunk"}:
            return (
                words.TREATMENTS.get(self.said["dec"] or "", "") if self.said["n"] else "該当なし"
            )
        return ""

    @property
    def treatment(self) -> Treatment | None:
        """Return the outcome as a treatment, with its sign and its colour, where it is one."""
        return FROM_WORD.get(self.outcome)

    @property
    def rows(self) -> list[tuple[str, int, int]]:
        """Return whose customers: (自社 …, rows, of those with something shown)."""
        return [
            (words.OWNERS[kind], count, self.said["seen"].get(kind, 0))
            for kind, count in self.said["n"].items()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What one record says of one customer."""

    record: str
    owner: str
    items: Sequence[tuple[str, str]]  # field and word of its treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One record with all its details."""

    line: Line
    body: str
    customers: Sequence[Customer]
    erased: int
    sealed_as: int | None


def records(
    *, asked: Filter, reader: AbstractBaseUser, now: datetime
) -> tuple[Receipt, list[Line], Line | None]:
    """Return the receipt of this reading, a page of records, and where the next page begins.

    Three queries, whatever the length of the page. Raise NotRecorded where it was not recorded.
    """
    shards = shards_of(asked.system)
    people = _people(asked.login)
    recorder = recording.recorder()
    keys = recorder.keys
    tags = [f"{asked.system}:{asked.record}", asked.record] if asked.record else []
    receipt, rows = recorder.read(
        reading_of(reader, now, act=Act.SEARCH, screen="ledger:records", words=asked.as_words()),
        "read_records",
        [
            list(shards),
            asked.since,
            asked.until,
            [tag_of(keys, origin, pk) for origin in shards.values() for pk in people]
            if asked.login
            else None,
            asked.outcome or None,
            [keys.customer(tag) for tag in tags] or None,
            asked.before[0] if asked.before else None,
            asked.before[1] if asked.before else None,
            PAGE + 1,
        ],
    )
    lines = [
        Line(
            number=event_id,
            position=position,
            at=at,
            said=read_leaf(bytes(body)),
            person=opened_part(keys, event_id, 0, tuple(locked)),
        )
        for _, position, event_id, at, body, *locked in rows
    ]
    return receipt, lines[:PAGE], lines[PAGE - 1] if len(lines) > PAGE else None


def record(
    *, number: UUID, reader: AbstractBaseUser, now: datetime
) -> tuple[Receipt, Whole | None]:
    """Return the receipt of this reading and the record `number`, or None where there is none."""
    recorder = recording.recorder()
    keys = recorder.keys
    receipt, rows = recorder.read(
        reading_of(
            reader, now, act=Act.VIEW, screen="ledger:record", words={"record": str(number)}
        ),
        "read_record",
        [number],
    )
    if not rows:
        return receipt, None
    _, position, at, body = rows[0][:4]
    parts = [
        opened_part(keys, number, part, (nonce, text, key))
        for _, _, _, _, part, _, _, nonce, text, key, _ in rows
    ]
    line = Line(
        number=number,
        position=position,
        at=at,
        said=read_leaf(bytes(body)),
        person=parts[0],
    )
    return receipt, Whole(
        line=line,
        body=bytes(body).decode("ascii"),
        customers=sorted(
            (_customer(part, line.said["sys"]) for part in parts[1:] if part is not None),
            key=lambda customer: (customer.owner, customer.record),
        ),
        erased=sum(part is None for part in parts),
        sealed_as=rows[0][-1],
    )


def looks(
    *,
    system: str,
    people: Collection[int],
    since: datetime,
    until: datetime,
    reader: AbstractBaseUser,
    now: datetime,
    most: int = 5_000,
) -> tuple[Receipt, list[tuple[int, datetime]]]:
    """Return the receipt of this reading, and who of `people` was shown something when.

    The newest `most` of `[since, until)` in one system. No detail is opened: a leaf says by its
    tag who looked, and nothing else of it is used. Raise NotRecorded where it was not recorded.
    """
    shards = shards_of(system)
    recorder = recording.recorder()
    tags = {tag_of(recorder.keys, origin, pk): pk for origin in shards.values() for pk in people}
    asked = {"system": system, "since": f"{since:%Y-%m-%d}", "until": f"{until:%Y-%m-%d}"}
    receipt, rows = recorder.read(
        reading_of(reader, now, act=Act.SEARCH, screen="reports:lag", words=asked),
        "read_records",
        [list(shards), since, until, list(tags), "shown", None, None, None, most],
    )
    return receipt, [(tags[read_leaf(bytes(row[4]))["who"]], row[3]) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One look that somebody made or tried, by what its leaf says alone.

    grant: under which it was; None: under none. is_refused: it was refused. rows: how many
    records were in it; none were found where it is 0 and nothing was refused.
    """

    person: int
    at: datetime
    grant: int | None
    is_refused: bool
    rows: int = 0


def tried(
    *,
    system: str,
    people: Collection[int],
    since: datetime,
    until: datetime,
    reader: AbstractBaseUser,
    now: datetime,
    at_once: int = 20_000,
) -> list[Tried]:
    """Return all that `people` looked at or tried to in `[since, until)` of one system.

    at_once: how many records one reading fetches; each reading is recorded, and there are as many
    as it takes. No detail is opened. The newest first. Raise NotRecorded where one was not.
    """
    shards = shards_of(system)
    recorder = recording.recorder()
    tags = {tag_of(recorder.keys, origin, pk): pk for origin in shards.values() for pk in people}
    asked = {"system": system, "since": since.isoformat(), "until": until.isoformat()}
    found: list[Tried] = []
    before: tuple[datetime | None, int | None] = (None, None)
    while True:
        _, rows = recorder.read(
            reading_of(reader, now, act=Act.SEARCH, screen="grants:closing", words=asked),
            "read_records",
            [list(shards), since, until, list(tags), None, None, *before, at_once],
        )
        for row in rows:
            leaf = read_leaf(bytes(row[4]))
            if leaf["sys"] == system and leaf["k"] in ("release", "export_chunk", "refuse"):
                grant = str(leaf["grant"] or "")
                found.append(
                    Tried(
                        person=tags[leaf["who"]],
                        at=row[3],
                        grant=int(grant) if grant.isdigit() else None,
                        is_refused=leaf["k"] == "refuse",
                        rows=sum(leaf["n"].values()),
                    )
                )
        if len(rows) < at_once:
            return found
        before = (rows[-1][3], rows[-1][1])


def reading_of(
    reader: AbstractBaseUser, now: datetime, *, act: Act, screen: str, words: Mapping[str, str]
) -> Happening:
    return Happening(
        kind=Kind.LEDGER_READ,
        at=now,
        company=recording.company(),
        system=HOUSE,
        screen=screen,
        act=act,
        person=str(reader.pk),
        details={
            "login": reader.get_username(),
            "name": str(getattr(reader, "name", "")),
            "words": dict(words),
        },
    )


def shards_of(system: str) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select shard, origin from ledger.shard where %s in ('', system) order by shard",
            [system],
        )
        return dict(cursor.fetchall())


def _people(login: str) -> list[int]:
    if not login:
        return []
    people = get_user_model()._default_manager
    field = get_user_model().USERNAME_FIELD
    return list(people.filter(**{field: login}).values_list("pk", flat=True))


def tag_of(keys: Keys, origin: str, pk: int) -> str:
    return text_of(keys.person(origin, str(pk))) or ""


def opened_part(
    keys: Keys, event_id: UUID, part: int, locked: tuple[bytes | None, bytes | None, int | None]
) -> dict[str, Any] | None:
    """Return one part of the details, or None where it was erased.

    locked: nonce, text and number of the key, as they are stored.
    """
    nonce, text, number = locked
    key = keys.numbered(number) if number is not None else None
    if nonce is None or text is None or key is None:
        return None
    clear = opened(bytes(text), nonce=bytes(nonce), key=key, event_id=event_id, part=part)
    return json.loads(clear) if clear is not None else None


def _customer(part: Mapping[str, Any], system: str) -> Customer:
    return Customer(
        record=str(part.get("record", part.get("subject", ""))),
        owner=words.OWNERS.get(part.get("owner", ""), ""),
        items=[
            (words.item(system, name), words.TREATMENTS[level])
            for name, level in part.get("items", {}).items()
        ],
    )
