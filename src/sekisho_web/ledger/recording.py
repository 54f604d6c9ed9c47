"""The one recorder of this process, and what it must know of the installation."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from sekisho.ledger.shards import Shard
from sekisho_links.ledger.errors import NotRecorded
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.recorder import Recorder, Still, Unchanged
from sekisho_links.postgres import running
from sekisho_web.ledger.look import Look

DEADLINE = 1.0  # seconds; later, the page is a 503
COMPANY = "n09"  # that keeps the ledger, as it stands in the name of its logs

_recorders: dict[tuple[int, str], Recorder] = {}


def recorder() -> Recorder:
    """Return the recorder of this process for Django's present database."""
    url = _url()
    found = _recorders.get((os.getpid(), url))
    if found is None:
        deadline = getattr(settings, "SEKISHO_RECORD_DEADLINE", DEADLINE)
        found = Recorder(url, keys=keys(), deadline=deadline)
        _recorders[os.getpid(), url] = found
    return found


def close() -> None:
    """Let go of every connection. The next record opens new ones."""
    for known in list(_recorders):
        _recorders.pop(known).close()


def keys() -> Keys:
    """Return the keys of this process; a child process opens its own."""
    return _keys(os.getpid(), Path(settings.SEKISHO_HOME) / "keys")


@cache
def _keys(_: int, folder: Path) -> Keys:
    return Keys(folder)


def shard_number(shard: Shard) -> int:
    """Return the number of `shard`, opened where it is new.

    By the recorder, which commits at once. Where the application's role has no address here (the
    owner of a given database loads it), in the transaction at hand.
    """
    try:
        return recorder().shard(shard)
    except NotRecorded:
        with connection.cursor() as cursor:
            cursor.execute(
                "select ledger.open_shard(%s, %s, %s)",
                [shard.company, shard.system, shard.fiscal_year],
            )
            return int(cursor.fetchone()[0])


def company() -> str:
    return getattr(settings, "SEKISHO_LEDGER_COMPANY", COMPANY)


def still_of(user: Any) -> Still | None:  # noqa: ANN401  # the ledger knows no model of people
    """Return what must still hold of the person when a look is recorded: their session's epoch."""
    epoch = getattr(user, "session_epoch", None)
    if epoch is None:
        return None
    return Still(table=user._meta.db_table, key=user.pk, column="session_epoch", value=epoch)


def unchanged_of(look: Look) -> Unchanged | None:
    """Return what `look` rests on and must still find when it is recorded. A refusal needs none."""
    return None if look.refused is not None else look.unchanged


def _url() -> str:
    """Return the database that Django uses, as the application's role."""
    known = connection.settings_dict
    if settings.SEKISHO_ROLE != "app":  # migrations, loads and tests run as the owner
        endpoint = running(Path(settings.SEKISHO_HOME))
        if endpoint is None:
            raise NotRecorded(
                "記録のデータベースが動いていません", remedy="sekisho serve で起動してください"
            )
        return endpoint.url("app", database=known["NAME"])
    return make_conninfo(
        host=known["HOST"] or None,
        port=known["PORT"] or None,
        dbname=known["NAME"],
        user=known["USER"],
        password=known["PASSWORD"] or None,
        sslmode=known["OPTIONS"].get("sslmode"),
        sslrootcert=known["OPTIONS"].get("sslrootcert"),
    )
