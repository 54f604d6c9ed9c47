"""Many rows at once, in the transaction at hand."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import psycopg
from django.db import connection
from psycopg.sql import SQL, Identifier


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write many rows in the transaction at hand. table, columns: names of ours only."""
    connection.ensure_connection()
    inner = cast("psycopg.Connection[Any]", connection.connection)
    into = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(table),
        SQL(", ").join(map(Identifier, columns)),
    )
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(inner) as cursor,
        cursor.copy(into) as copy,
    ):
        for row in rows:
            copy.write_row(row)
