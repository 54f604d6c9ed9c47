"""Where rate limits are counted: a table of JSON, in which nothing can stand that runs.

Django's own cache in a table keeps pickles: whoever may write the table runs code in the web
process, and the application's role may write it. Here a value is read as JSON, or it is missing.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection
from django.utils import timezone

NEVER = datetime(9999, 1, 1, tzinfo=UTC)

READ = "SELECT cache_key, value FROM {} WHERE cache_key = ANY(%s) AND expires > %s"
WRITE = """
INSERT INTO {} AS kept (cache_key, value, expires) VALUES (%s, %s, %s)
ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""
UNLESS_THERE = "WHERE kept.expires <= %s"
TOUCH = "UPDATE {} SET expires = %s WHERE cache_key = %s AND expires > %s"
COUNT = """
UPDATE {} SET value = (value::bigint + %s)::text
WHERE cache_key = %s AND expires > %s AND value ~ '^-?[0-9]+$' AND length(value) < 18
RETURNING value
"""
DELETE = "DELETE FROM {} WHERE cache_key = ANY(%s)"
SIZE = "SELECT count(*) FROM {}"
DELETE_EXPIRED = "DELETE FROM {} WHERE expires <= %s"
DELETE_NEXT_TO_EXPIRE = """
DELETE FROM {0} WHERE cache_key IN (SELECT cache_key FROM {0} ORDER BY expires LIMIT %s)
"""


class JsonTable(BaseDatabaseCache):
    """A cache in a table of PostgreSQL. Each act is one statement, whole for all workers.

    What has expired is missing; it is deleted when the table grows beyond MAX_ENTRIES.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:  # noqa: ANN401
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        found = {}
        for name, text in self._run(READ, list(names), timezone.now()):
            try:
                found[names[name]] = json.loads(text)
            except (ValueError, RecursionError):  # not ours: somebody else wrote it
                continue
        return found

    def has_key(self, key: Any, version: int | None = None) -> bool:  # noqa: ANN401
        return key in self.get_many([key], version)

    def set(
        self,
        key: Any,  # noqa: ANN401  # the signatures of Django
        value: Any,  # noqa: ANN401
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401
        version: int | None = None,
    ) -> None:
        name = self.make_and_validate_key(key, version=version)
        self._make_room()
        self._run(WRITE, name, json.dumps(value), self._until(timeout))

    def add(
        self,
        key: Any,  # noqa: ANN401
        value: Any,  # noqa: ANN401
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401
        version: int | None = None,
    ) -> bool:
        name, now = self.make_and_validate_key(key, version=version), timezone.now()
        self._make_room()
        sql = f"{WRITE} {UNLESS_THERE} RETURNING cache_key"
        return bool(self._run(sql, name, json.dumps(value), self._until(timeout), now))

    def touch(
        self,
        key: Any,  # noqa: ANN401
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401
        version: int | None = None,
    ) -> bool:
        name = self.make_and_validate_key(key, version=version)
        sql = f"{TOUCH} RETURNING cache_key"
        return bool(self._run(sql, self._until(timeout), name, timezone.now()))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:  # noqa: ANN401
        """Return the number under `key` after `delta` was added. Raise ValueError without one."""
        name = self.make_and_validate_key(key, version=version)
        rows = self._run(COUNT, delta, name, timezone.now())
        if not rows:
            raise ValueError(f"Key '{key}' not found")
        return int(rows[0][0])

    def delete(self, key: Any, version: int | None = None) -> bool:  # noqa: ANN401
        name = self.make_and_validate_key(key, version=version)
        return bool(self._run(f"{DELETE} RETURNING cache_key", [name]))

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        self._run(DELETE, [self.make_and_validate_key(key, version=version) for key in keys])

    def clear(self) -> None:
        self._run("DELETE FROM {}")

    def _run(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]  # no stub
        with connection.cursor() as cursor:
            cursor.execute(sql.format(table), values)
            return cursor.fetchall() if cursor.description else []

    def _make_room(self) -> None:
        """Where the table is full, delete what has expired, and if need be what soon will."""
        if self._run(SIZE)[0][0] <= self._max_entries:
            return
        self._run(DELETE_EXPIRED, timezone.now())
        if (left := self._run(SIZE)[0][0]) > self._max_entries:
            self._run(DELETE_NEXT_TO_EXPIRE, left // (self._cull_frequency or 1))

    def _until(self, timeout: Any) -> datetime:  # noqa: ANN401
        seconds = self.get_backend_timeout(timeout)
        return NEVER if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
