"""The way around the operations: statements that the database itself must refuse."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
NOT_NULL, FORBIDDEN = "23502", "42501"


def sql(statement: str, *values: object) -> list[Sequence[object]]:
    """Run `statement` as it stands and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def at_commit() -> None:
    """Ask now what the database would ask at COMMIT: the keys that wait for it."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(constraint: str = "", *, state: str = "") -> Iterator[None]:
    """Pass where what is done is refused by `constraint`, or with the SQLSTATE `state`."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():  # noqa: PT012
        yield
        at_commit()
    problem = caught.value.__cause__.diag  # type: ignore[union-attr]
    if constraint:
        assert problem.constraint_name == constraint, caught.value
    if state:
        assert problem.sqlstate == state, caught.value
