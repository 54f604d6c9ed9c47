"""How a change, a sign-in and a failed sign-in are entered. (A look is entered by `shows`.)"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models

from sekisho.ledger.leaves import Act, Kind
from sekisho.ledger.shards import HOUSE
from sekisho_links.ledger.recorder import Receipt
from sekisho_links.ledger.writing import Happening, Subject, row_of
from sekisho_web.ledger import recording, words

_APPEND = "select ledger.append(%s, %s, %s::smallint, %s, %s::smallint[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bigint[], %s::bytea[])"  # noqa: E501

TOGETHER = 500  # subjects of one entry


def append(
    *,
    kind: Kind,
    actor: AbstractBaseUser | None,
    subject: models.Model | str,
    at: datetime,
    system: str = HOUSE,
    details: Mapping[str, Any] | None = None,
) -> UUID:
    """Enter a change in the transaction of the change itself, and return its number.

    No entry, no change: where it cannot be written, the caller's transaction fails with it.
    Names stand in the details by value: they stay readable when the records are gone.

    actor: who made it; None for the house itself (a load, a job).
    """
    about = subject if isinstance(subject, str) else f"{subject._meta.label}:{subject.pk}"
    happening = Happening(
        kind=kind,
        at=at,
        company=recording.company(),
        system=system,
        act=Act.UPDATE,
        person=str(actor.pk) if actor is not None else None,
        details={**_who(actor), "subject": about, "said": str(subject), **(details or {})},
        subjects=[Subject(key=about, details={"subject": about})],
    )
    row = row_of(happening, keys=recording.keys())
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, row.arguments(recording.shard_number(happening.shard)))
    return row.event_id


def append_all(
    *,
    kind: Kind,
    actor: AbstractBaseUser | None,
    entries: Iterable[tuple[models.Model, Mapping[str, Any]]],
    at: datetime,
    details: Mapping[str, Any] | None = None,
    system: str = HOUSE,
) -> int:
    """Enter one change of many subjects, each with a part of its own, and return the entries.

    entries: a subject and its details. Each is found by its subject, and erased or kept by itself;
    hundreds of them share an entry, whose `details` they have in common.
    """
    parts = [
        Subject(key=about, details={"subject": about, "said": str(subject), **own})
        for subject, own in entries
        for about in [f"{subject._meta.label}:{subject.pk}"]
    ]
    chunks = [parts[n : n + TOGETHER] for n in range(0, len(parts), TOGETHER)]
    keys = recording.keys()
    with connection.cursor() as cursor:
        for number, chunk in enumerate(chunks, start=1):
            happening = Happening(
                kind=kind,
                at=at,
                company=recording.company(),
                system=system,
                act=Act.UPDATE,
                person=str(actor.pk) if actor is not None else None,
                details={
                    **_who(actor),
                    "subjects": len(parts),
                    "entry": f"{number}/{len(chunks)}",
                    **(details or {}),
                },
                subjects=chunk,
            )
            row = row_of(happening, keys=keys)
            cursor.execute(_APPEND, row.arguments(recording.shard_number(happening.shard)))
    return len(chunks)


def record_sign_in(
    *, person: AbstractBaseUser, at: datetime, method: str, address: str, device: str | None = None
) -> Receipt:
    """Record that `person` has signed in. Raise NotRecorded: then they have not.

    method: 値の符号 of 認証, or its word.
    """
    return _record(
        Kind.LOGIN,
        at=at,
        person=person,
        device=device,
        details={"method": words.code("認証", method), "address": address},
    )


def record_failed_sign_in(
    *, login: str, at: datetime, reason: str, address: str, device: str | None = None
) -> Receipt:
    """Record that somebody did not get in as `login`. Raise NotRecorded where it cannot be."""
    details = {"login": login, "refused": reason, "address": address}
    return _record(Kind.LOGIN_FAIL, at=at, person=None, device=device, details=details)


def record_reading(*, register: str, rows: int, by: str, at: datetime, address: str) -> Receipt:
    """Record that a program has read `rows` of a register. Raise NotRecorded: then it has not.

    by: which program of which company, with the number of its key.
    """
    details = {"login": by, "register": register, "rows": rows, "address": address}
    return _record(Kind.LEDGER_READ, at=at, person=None, device=None, details=details)


def _record(
    kind: Kind,
    *,
    at: datetime,
    person: AbstractBaseUser | None,
    device: str | None,
    details: Mapping[str, Any],
) -> Receipt:
    return recording.recorder().record(
        Happening(
            kind=kind,
            at=at,
            company=recording.company(),
            system=HOUSE,
            person=str(person.pk) if person is not None else None,
            device=device,
            decision="refused" if kind == Kind.LOGIN_FAIL else None,
            details={**_who(person), **details},
        )
    )


def _who(person: AbstractBaseUser | None) -> dict[str, str]:
    if person is None:
        return {}
    return {"login": person.get_username(), "name": str(getattr(person, "name", ""))}
