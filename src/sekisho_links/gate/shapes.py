"""Brings the views to the shape of another version, with the records where they are.

Who reads holds a lock on the view for the length of one reading, taken before the reading sees
anything: so a view is built anew between two readings, and never during one.
"""

import json

import psycopg
from psycopg import sql

from sekisho.errors import SekishoError
from sekisho.gate.names import quoted
from sekisho.gate.views import effect_sql, finders_sql, key_field, view_sql
from sekisho.gate.views.rules import ids_sql
from sekisho.gate.views.shape import (
    Shape,
    columns_of,
    indexed_fields,
    refusal_to_reshape,
    shape_of,
)
from sekisho.policy.system import Policy, System
from sekisho_links.gate.install import (
    RECORD,
    RULE,
    VIEW,
    Connection,
    acting,
    note_shape,
    run,
)

WAIT = "3s"  # for readings in flight; whoever comes meanwhile waits behind


class NotThisShape(SekishoError):
    """The records in the database cannot serve this version."""


class StillRead(SekishoError):
    """Readings in flight did not end in time. Nothing was changed; it can be tried again."""


def reshape(owner: Connection, policy: Policy) -> tuple[str, ...]:
    """Bring every view to the shape of `policy`, in the running transaction.

    Return the columns that were added: they are empty until the records are loaded again. What a
    version no longer names stays stored, and nothing reads it.
    Raises NotThisShape where a stored field has another type now, or a system has no records,
    and StillRead where readings do not end.
    """
    stored = _stored(owner)
    changed = []
    for key in sorted(policy.systems):  # in the order in which readings take their locks
        system = policy.systems[key]
        if key not in stored:
            raise NotThisShape(
                "記録がまだ入っていないシステムです",
                place=system.name,
                remedy="先に記録を取り込むか、このシステムのフォルダを外してください",
            )
        if refusal := refusal_to_reshape(system, stored[key].types):
            raise NotThisShape(refusal.reason, place=f"{system.name} 整理表", remedy=refusal.remedy)
        if shape_of(system, policy.systems.values()).digest != stored[key].digest:
            changed.append(system)
    if not changed:
        return ()
    _take_down(owner, changed)
    added = [f"{one.key}.{column}" for one in changed for column in _widen(owner, one)]
    with acting(owner, RULE):
        run(owner, ids_sql({key: key_field(one) for key, one in policy.systems.items()}))
    for system in changed:
        with acting(owner, RULE):
            run(owner, f"drop table rule.{quoted(system.key + '_effect')}")
            run(owner, effect_sql(system))
            owner.execute("delete from rule.edition where system = %s", [system.key])
        _set_up(owner, policy, system)
        note_shape(owner, policy, system, also=stored[system.key].types)
    return tuple(added)


def _stored(owner: Connection) -> dict[str, Shape]:
    with acting(owner, RULE):
        # as text: a connection of the web leaves jsonb as it comes
        found = owner.execute("select system, digest, types::text from rule.shape").fetchall()
    return {
        system: Shape(digest=digest, types=json.loads(types)) for system, digest, types in found
    }


def _take_down(owner: Connection, changed: list[System]) -> None:
    owner.execute(sql.SQL("set local lock_timeout = {}").format(WAIT))
    try:
        for system in changed:  # the views first: with them, readings in flight have ended
            with acting(owner, VIEW):
                run(owner, f"drop view {quoted(system.key)}.record_v")
        for system in changed:
            with acting(owner, VIEW):
                found = owner.execute(
                    "select oid::regprocedure::text from pg_proc"
                    " where pronamespace = to_regnamespace(%s) and proowner = to_regrole(%s)",
                    [quoted(system.key), VIEW],
                ).fetchall()
                for (function,) in found:
                    run(owner, f"drop function {function}")
    except psycopg.errors.LockNotAvailable:
        raise StillRead(
            "照会が続いていて、画面の形を変えられません",
            place="判定表の公開",
            remedy="何も変えていません。少し待てば、もう一度試します",
        ) from None


def _widen(owner: Connection, system: System) -> list[str]:
    """Add the columns and indexes that `system` needs and the table of records lacks."""
    table = f"{quoted(system.key)}.record"
    with acting(owner, RECORD):
        there = {
            name
            for (name,) in owner.execute(
                "select attname from pg_attribute"
                " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
                [table],
            ).fetchall()
        }
        added = [column for column in columns_of(system) if column not in there]
        for column in added:
            run(owner, f"alter table {table} add column {quoted(column)} text")
        indexed = {
            name
            for (name,) in owner.execute(
                "select a.attname from pg_index i join pg_attribute a"
                " on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"
                " where i.indrelid = to_regclass(%s) and i.indnatts = 1",
                [table],
            ).fetchall()
        }
        for field in indexed_fields(system):
            if field not in indexed:
                run(owner, f"create index on {table} ({quoted(field)})")
        run(owner, f"grant select ({quoted(key_field(system))}) on {table} to {RULE}")
    return added


def _set_up(owner: Connection, policy: Policy, system: System) -> None:
    schema = quoted(system.key)
    with acting(owner, RECORD):
        run(owner, f"grant create on schema {schema} to {VIEW}")
    with acting(owner, VIEW):
        run(owner, view_sql(system))
        run(owner, finders_sql(system, policy.systems.values()))
    with acting(owner, RECORD):
        run(owner, f"revoke create on schema {schema} from {VIEW}")
