"""Do the guards of the ledger stand as they were set up: triggers, functions, grants, owners?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from sekisho_links.ledger import schema

PARENTS = {
    "event": {"only_added", "never_emptied", "force_sync"},
    "leaf": {"only_added", "never_emptied"},
    "checkpoint": {"only_added", "never_emptied"},
    "shard": {"only_added", "never_emptied"},
    "detail": {"only_added", "never_emptied"},
}
APP, SEALER, OWNER = "sekisho_app", "sekisho_sealer", "sekisho_owner"
GRANTS = {
    *((APP, "event", column, "INSERT") for column in ("shard", "event_id", "level", "body")),
    *(
        (APP, "detail", column, "INSERT")
        for column in ("event_id", "part", "commitment", "salt", "nonce", "ct", "key_id")
    ),
    (APP, "subject_ref", "", "INSERT"),
    *((role, "shard", "", "SELECT") for role in (APP, SEALER, OWNER)),
    *((SEALER, table, "", "SELECT") for table in ("event", "leaf", "tile", "checkpoint")),
    *(
        (SEALER, table, "", "INSERT")
        for table in ("leaf", "tile", "checkpoint", "cosignature", "timestamp_token")
    ),
    *((SEALER, "tile", column, "UPDATE") for column in ("w", "data")),
}
# Functions that nobody calls: triggers, and what other functions call.
INNER = {"refuse", "force_sync", "is_leaf", "with_its_record", "check_reading"}
EXECUTES = {
    (APP, "read_records"),
    (APP, "read_record"),
    (APP, "read_use"),
    *((role, name) for role in (APP, OWNER) for name in ("open_shard", "append")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with the ledger, where, and what to do."""

    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}。{self.remedy}"


def faults_of_the_guards(connection: psycopg.Connection[Any]) -> Iterator[Fault]:
    """Yield what differs from the schema as it was installed."""
    yield from _triggers(connection)
    yield from _functions(connection)
    yield from _grants(connection)
    yield from _owners(connection)


def _triggers(connection: psycopg.Connection[Any]) -> Iterator[Fault]:
    wanted = dict(PARENTS)
    for (shard,) in connection.execute("select shard from ledger.shard").fetchall():
        wanted[f"event_{shard}"] = PARENTS["event"]
    found: dict[str, set[str]] = {}
    for table, trigger in connection.execute(
        "select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'ledger'"
        " where t.tgenabled in ('O', 'A')"
    ):
        found.setdefault(table, set()).add(trigger)
    for table, triggers in wanted.items():
        for missing in sorted(triggers - found.get(table, set())):
            yield _fault(f"ledger.{table}", f"守り {missing} が外れているか止められています")
    attached = {
        name
        for (name,) in connection.execute(
            "select inhrelid::regclass::text from pg_inherits"
            " where inhparent = 'ledger.event'::regclass"
        )
    }
    for table in wanted:
        if table.startswith("event_") and f"ledger.{table}" not in attached:
            yield _fault(f"ledger.{table}", "区画が台帳から切り離されています")


def _functions(connection: psycopg.Connection[Any]) -> Iterator[Fault]:
    found = dict(
        connection.execute(
            "select p.proname, p.prosrc from pg_proc p"
            " join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'ledger'"
        ).fetchall()
    )
    wanted = {
        "refuse",
        "force_sync",
        "open_shard",
        "append",
        "check_reading",
        "is_leaf",
        "with_its_record",
    } | {name for _, name in EXECUTES}
    for name in sorted(wanted | set(found)):
        if name not in found:
            yield _fault(f"ledger.{name}()", "関数がありません")
        elif name not in wanted or found[name].strip() not in schema.FIRST + schema.OF_A_USE:
            yield _fault(f"ledger.{name}()", "関数が書き換えられています")


def _grants(connection: psycopg.Connection[Any]) -> Iterator[Fault]:
    tables = set(
        connection.execute(
            "select pg_get_userbyid(a.grantee), c.relname, '', a.privilege_type from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'ledger',"
            " aclexplode(c.relacl) a where a.grantee <> c.relowner"
        ).fetchall()
    )
    columns = set(
        connection.execute(
            "select pg_get_userbyid(a.grantee), c.relname, t.attname, a.privilege_type"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " and n.nspname = 'ledger' join pg_attribute t on t.attrelid = c.oid,"
            " aclexplode(t.attacl) a where a.grantee <> c.relowner"
        ).fetchall()
    )
    executes = set(
        connection.execute(
            "select case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end,"
            " p.proname from pg_proc p"
            " join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'ledger',"
            " aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
            " where a.grantee <> p.proowner"
        ).fetchall()
    )
    for role, table, column, privilege in sorted((tables | columns) - GRANTS):
        yield _fault(
            f"ledger.{table} {column}".strip(), f"{role} に {privilege} が与えられています"
        )
    for role, table, column, privilege in sorted(GRANTS - (tables | columns)):
        yield _fault(f"ledger.{table} {column}".strip(), f"{role} の {privilege} がありません")
    for role, name in sorted(executes - EXECUTES):
        yield _fault(f"ledger.{name}()", f"{role} に実行が与えられています")


def _owners(connection: psycopg.Connection[Any]) -> Iterator[Fault]:
    for (table,) in connection.execute(
        "select c.relname from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'ledger'"
        " where pg_get_userbyid(c.relowner) <> 'ledger_owner' order by 1"
    ):
        yield _fault(f"ledger.{table}", "持ち主が ledger_owner ではありません")
    for role, inherits in connection.execute(
        "select pg_get_userbyid(m.member), m.inherit_option from pg_auth_members m"
        " where m.roleid = 'ledger_owner'::regrole order by 1"
    ):
        if role != OWNER or inherits:
            yield _fault(f"役割 {role}", "台帳の持ち主の権限を、名乗らずに使えます")
    for (role,) in connection.execute(
        "select rolname from pg_roles where rolname in (%s, %s, %s, 'ledger_owner')"
        " and (rolsuper or rolbypassrls or rolcreaterole) order by 1",
        [APP, SEALER, OWNER],
    ):
        yield _fault(f"役割 {role}", "すべてを越えられる役割になっています")


def _fault(place: str, problem: str) -> Fault:
    remedy = "だれがいつ変えたかを調べ、元に戻してから、もう一度検証してください"
    return Fault(place=place, problem=problem, remedy=remedy)
