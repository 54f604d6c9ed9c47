"""Puts the schemas of the gate into a database, and takes them out again."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from sekisho.gate.names import quoted
from sekisho.gate.tickets import pads
from sekisho.gate.views import (
    effect_sql,
    finders_sql,
    indexes_sql,
    key_field,
    masks_sql,
    records_sql,
    rules_sql,
    view_sql,
)
from sekisho.gate.views.shape import shape_of
from sekisho.policy.system import Policy, System
from sekisho_links.gate.keys import Keys

Connection = psycopg.Connection[Any]

RECORD, VIEW, RULE = "sekisho_record", "sekisho_view", "sekisho_rule"


@contextmanager
def acting(owner: Connection, role: str) -> Iterator[None]:
    """Act as `role` inside the running transaction: it is said aloud, and ends here."""
    owner.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    yield
    owner.execute("reset role")


def installed(connection: Connection) -> bool:
    """Return whether the gate stands in this database, in the form that it has now."""
    row = connection.execute("select to_regclass('rule.stretch') is not null").fetchone()
    return bool(row and row[0])


def remove(owner: Connection) -> None:
    """Drop every schema of the gate, records included."""
    found = owner.execute(
        "select nspname, pg_get_userbyid(nspowner) from pg_namespace"
        " where pg_get_userbyid(nspowner) = any(%s)",
        [[RECORD, RULE]],
    ).fetchall()
    for schema, role in found:
        with acting(owner, role):
            owner.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))


def install(owner: Connection, policy: Policy, *, keys: Keys) -> None:
    """Build the schemas of all systems of `policy`, empty, in the running transaction.

    What stood before is dropped. Indexes and row security follow in `secure`, after the records.
    """
    remove(owner)
    for system in policy.systems.values():
        _schema(owner, system.key, RECORD)
        with acting(owner, RECORD):
            run(owner, records_sql(system))
            run(owner, f"grant create on schema {quoted(system.key)} to {VIEW}")
    _schema(owner, "rule", RULE)
    with acting(owner, RULE):
        run(owner, rules_sql({key: key_field(one) for key, one in policy.systems.items()}))
        run(owner, masks_sql())
        for system in policy.systems.values():
            run(owner, effect_sql(system))
        inner, outer = pads(keys.ticket)
        owner.execute("insert into rule.ticket_key (ipad, opad) values (%s, %s)", [inner, outer])
    for system in policy.systems.values():
        with acting(owner, VIEW):
            run(owner, view_sql(system))
            run(owner, finders_sql(system, policy.systems.values()))
        with acting(owner, RECORD):
            run(owner, f"revoke create on schema {quoted(system.key)} from {VIEW}")
        note_shape(owner, policy, system)


def secure(owner: Connection, policy: Policy) -> None:
    """Add keys, indexes and row security to the loaded records."""
    for system in policy.systems.values():
        with acting(owner, RECORD):
            run(owner, indexes_sql(system))
            for table in ("record", "tie", "work"):
                run(owner, f"analyze {quoted(system.key)}.{table}")


def note_shape(
    owner: Connection, policy: Policy, system: System, *, also: Mapping[str, str] | None = None
) -> None:
    """Note how `system` stands in the database; also: types of fields stored before."""
    shape = shape_of(system, policy.systems.values())
    with acting(owner, RULE):
        owner.execute(
            "insert into rule.shape values (%s, %s, %s) on conflict (system)"
            " do update set digest = excluded.digest, types = excluded.types",
            [system.key, shape.digest, json.dumps({**(also or {}), **shape.types})],
        )


def _schema(owner: Connection, name: str, role: str) -> None:
    owner.execute(
        sql.SQL("create schema {} authorization {}").format(
            sql.Identifier(name), sql.Identifier(role)
        )
    )


def run(owner: Connection, text: str) -> None:
    """Execute SQL text that `sekisho.gate.views` made."""
    owner.execute(text.encode())  # text of `sekisho.gate.views`: checked names and fixed words only
