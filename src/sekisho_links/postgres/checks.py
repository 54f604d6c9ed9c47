"""May this connection serve pages? The same question to an embedded server and to a given one."""

from typing import Any

import psycopg

from sekisho.terms.refusals import Refusal

LEAST_VERSION = 180000


def refusal_to_serve(connection: psycopg.Connection[Any]) -> Refusal | None:
    """Return why Sekisho must not serve through `connection`, or None where it may."""
    if connection.info.server_version < LEAST_VERSION:
        return Refusal(
            reason=f"PostgreSQL {connection.info.server_version // 10000} では動きません",
            remedy="PostgreSQL 18 以降を用意してください",
        )
    if not _private(connection):
        return Refusal(
            reason="データベースとの通信が、相手を確かめる暗号になっていません",
            remedy="DATABASE_URL に sslmode=verify-full を付けるか、ソケットでつないでください",
        )
    row = connection.execute(
        "select rolsuper, rolbypassrls from pg_roles where rolname = current_user"
    ).fetchone()
    if row is None or row[0]:
        return Refusal(
            reason="データベースの管理者（superuser）でつながっています",
            remedy="DATABASE_URL の利用者を sekisho_app にしてください",
        )
    if row[1]:
        return Refusal(
            reason="行の制限を越えられる利用者（BYPASSRLS）でつながっています",
            remedy="DATABASE_URL の利用者を、この権限のない sekisho_app にしてください",
        )
    return None


def refusal_of_settings(connection: psycopg.Connection[Any]) -> Refusal | None:
    """Return which setting of the server could lose acknowledged records, or None."""
    for setting in ("fsync", "full_page_writes", "data_checksums"):
        row = connection.execute("select current_setting(%s)", [setting]).fetchone()
        if row is None or row[0] != "on":
            return Refusal(
                reason=f"PostgreSQLの設定 {setting} が切られています",
                remedy=f"{setting} = on に戻してから起動してください",
            )
    return None


def _private(connection: psycopg.Connection[Any]) -> bool:
    if connection.info.host.startswith("/"):
        return True
    verified = connection.info.get_parameters().get("sslmode") == "verify-full"
    return verified and connection.pgconn.ssl_in_use
