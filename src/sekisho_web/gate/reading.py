"""The one reader of records in this process, and the policy that its pages are decided by."""

import os
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from sekisho.policy.system import Policy
from sekisho_links.gate import Keys, NotReadable, Reader, keys_from
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.postgres import running

_readers: dict[tuple[int, str], Reader] = {}


def reader() -> Reader:
    """Return the reader of this process for Django's present database."""
    url = _url()
    found = _readers.get((os.getpid(), url))
    if found is None:
        found = _readers[os.getpid(), url] = Reader(url, key=keys().ticket)
    return found


def close_readers() -> None:
    """Close what this process holds open (the tests drop their database)."""
    while _readers:
        _readers.popitem()[1].close()


def keys() -> Keys:
    """Return the secrets of the gate; the load of the records uses the same."""
    return keys_from(settings.SECRET_KEY)


@cache
def policy() -> Policy:
    """Return the tables by which the pages are decided; the database must hold the same version."""
    return shipped_policy()


def _url() -> str:
    """Return the database that Django uses, as the application's role."""
    known = connection.settings_dict
    if known["USER"] != "sekisho_app":  # migrations, loads and tests run as the owner
        endpoint = running(Path(settings.SEKISHO_HOME))
        if endpoint is None:
            raise NotReadable(
                "記録のデータベースが動いていません",
                place="照会",
                remedy="sekisho serve で起動してください",
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
