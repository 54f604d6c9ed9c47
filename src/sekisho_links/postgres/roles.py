"""The roles of Sekisho in PostgreSQL, the same in the embedded server and in a given one.

dba      superuser; makes roles and databases, serves nothing.
owner    runs migrations and owns Django's tables. Holds the owners below, but must say SET ROLE.
app      serves pages. Owns nothing, bypasses nothing.
sealer   reads the ledger and writes its tree.

The ledger, the records, their views and the decided rules have owners nobody can log in as.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

LOGINS = ("owner", "app", "sealer")
OWNERS = ("ledger_owner", "sekisho_record", "sekisho_view", "sekisho_rule")

# A migration waits behind no reader, and a look lasts no minute. A load may take longer.
SETTINGS = {
    "owner": {
        "lock_timeout": "3s",
        "transaction_timeout": "1h",
        "idle_in_transaction_session_timeout": "10min",
    },
    "app": {
        "transaction_timeout": "60s",
        "idle_in_transaction_session_timeout": "30s",
        "lock_timeout": "3s",
    },
    "sealer": {"transaction_timeout": "60s", "idle_in_transaction_session_timeout": "30s"},
}


def prepare_roles(
    dba: psycopg.Connection[Any], *, passwords: Mapping[str, str] | None = None
) -> None:
    """Make the roles and what `dba`'s present database grants them. To do it again changes nothing.

    dba:       a connection of a superuser to the database that Sekisho will use.
    passwords: of owner, app and sealer; left alone where not given.
    """
    for name in LOGINS:
        role = f"sekisho_{name}"
        _ensure(dba, role)
        _run(
            dba,
            "alter role {} login nosuperuser nocreaterole nobypassrls noreplication inherit",
            role,
        )
        if passwords and name in passwords:
            dba.execute(
                sql.SQL("alter role {} password {}").format(
                    sql.Identifier(role), sql.Literal(passwords[name])
                )
            )
        for setting, value in SETTINGS[name].items():
            dba.execute(
                sql.SQL("alter role {} set {} = {}").format(
                    sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)
                )
            )
    for role in OWNERS:
        _ensure(dba, role)
        _run(dba, "alter role {} nologin nosuperuser nocreaterole nobypassrls", role)
        _run(dba, "grant {} to sekisho_owner with inherit false, set true, admin false", role)
    prepare_database(dba)


def prepare_database(dba: psycopg.Connection[Any]) -> None:
    """Narrow the present database: no TEMP, no CREATE and no new function for everybody."""
    database = dba.info.dbname
    _run(dba, "revoke temp, create on database {} from public", database)
    _run(dba, "grant connect, create, temp on database {} to sekisho_owner", database)
    dba.execute("revoke create on schema public from public")
    dba.execute("grant create, usage on schema public to sekisho_owner")
    dba.execute(
        "alter default privileges for role sekisho_owner in schema public"
        " grant select, insert, update, delete on tables to sekisho_app"
    )
    dba.execute(
        "alter default privileges for role sekisho_owner in schema public"
        " grant usage, select on sequences to sekisho_app"
    )
    for role in ("sekisho_owner", *OWNERS):
        _run(
            dba,
            "alter default privileges for role {} revoke execute on functions from public",
            role,
        )


def _ensure(dba: psycopg.Connection[Any], role: str) -> None:
    if dba.execute("select from pg_roles where rolname = %s", [role]).fetchone() is None:
        _run(dba, "create role {}", role)


def _run(dba: psycopg.Connection[Any], text: str, *names: str) -> None:
    dba.execute(sql.SQL(text).format(*map(sql.Identifier, names)))
