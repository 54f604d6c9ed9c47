"""Reads the records of one use, as the role app: a ticket, a finder, a masked view.

All of it inside one transaction of the caller: the ticket's token is set for the transaction only,
so a pooled connection that is handed on shows the next one nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Protocol

from sekisho.gate.effects import duties_of
from sekisho.gate.names import quoted
from sekisho.gate.relations import Relation, Scope
from sekisho.gate.tickets import Ticket, mac_of
from sekisho.gate.views import Finder
from sekisho.gate.views.finders import KeyKind
from sekisho.policy.system import System


class Cursor(Protocol):
    """What is needed of a cursor: psycopg's own, or Django's around it."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...  # noqa: ANN401
    def fetchall(self) -> list[Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record as it is delivered. A value is None where it is 非表示, 拒否, or empty."""

    id: int
    relation: Relation
    scope: Scope
    duties: frozenset[str]
    values: Mapping[str, str | None]


def live_version(cursor: Cursor) -> str | None:
    """Return the version that the views answer by; None before anything was put live."""
    cursor.execute("select to_regclass('rule.active_version') is not null")
    if not cursor.fetchall()[0][0]:
        return None
    cursor.execute("select rule.live()")
    version = cursor.fetchall()[0][0]
    return None if version is None else str(version)


def all_areas(cursor: Cursor) -> frozenset[str]:
    """Return every district in which a record stands."""
    cursor.execute("select unnest(rule.areas())")
    return frozenset(str(area) for (area,) in cursor.fetchall())


def open_ticket(cursor: Cursor, ticket: Ticket, *, key: bytes) -> bool:
    """Open `ticket` for the running transaction; False where the database does not take it."""
    token = token_urlsafe(32)
    body = ticket.body(token=token)
    cursor.execute(
        "select rule.open_ticket(%s, %s), set_config('sekisho.ticket', %s, true)",
        [body, mac_of(body, key=key), token],
    )
    return bool(cursor.fetchall()[0][0])


def found(
    cursor: Cursor,
    system: System,
    finder: Finder,
    *,
    wanted: Sequence[str],
    beginning: str = "",
    most: int,
) -> list[int]:
    """Return at most `most` ids whose field has one of the spellings `wanted`, in their order.

    A name also needs the `beginning` of the address. Ask for one more than you show.
    """
    name = f"{quoted(system.key)}.{quoted(finder.name)}"
    key: object = wanted[0] if finder.kind is KeyKind.READING else list(wanted)
    if finder.second:
        cursor.execute(f"select {name}(%s, %s, %s)", [key, beginning, most])
    else:
        cursor.execute(f"select {name}(%s, %s)", [key, most])
    return list(cursor.fetchall()[0][0])


def listed(
    cursor: Cursor, system: System, listing: str, *, following: int = 0, most: int
) -> list[int]:
    """Return ids that the use itself names: `ties`, `listed`, `written` or `own`."""
    name = f"{quoted(system.key)}.{quoted('find_' + listing)}"
    cursor.execute(f"select {name}(%s, %s)", [following, most])
    return list(cursor.fetchall()[0][0])


def elsewhere(cursor: Cursor, system: System, number: int, *, target: str) -> int | None:
    """Return the id under which a record of `system` stands in the system `target`."""
    cursor.execute(f"select {quoted(system.key)}.find_in(%s, %s)", [target, number])
    return next((found for (found,) in cursor.fetchall()), None)


def rows(cursor: Cursor, system: System, ids: Sequence[int], *, fields: Sequence[str]) -> list[Row]:
    """Return the records of `ids` that the use may see, in the order of their ids.

    A record that may not be seen is not among them, and neither is one that does not exist.
    """
    columns = "".join(f", {quoted(field)}" for field in fields)
    cursor.execute(
        f"select id, relation, scope, duties{columns} from {quoted(system.key)}.record_v"
        " where id = any(%s::bigint[]) order by id",
        [list(ids)],
    )
    return [
        Row(
            id=number,
            relation=Relation(relation),
            scope=Scope(scope),
            duties=duties_of(duties),
            values=dict(zip(fields, values, strict=True)),
        )
        for number, relation, scope, duties, *values in cursor.fetchall()
    ]
