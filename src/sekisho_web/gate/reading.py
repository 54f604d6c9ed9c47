"""The one reader of records in this process, and the policy that its pages are decided by."""

import os
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from sekisho.policy.sheets import Unreadable
from sekisho.policy.system import Policy
from sekisho_links.gate import Keys, NotReadable, Reader, keys_from
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.postgres import running
from sekisho_web.policy.models import Version
from sekisho_web.policy.versions import NotAsNamed, policy_of

JAPAN = ZoneInfo("Asia/Tokyo")

_readers: dict[tuple[int, str], Reader] = {}
_standing: set[str] = set()  # databases in which the gate stands


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


def day_of(now: datetime) -> date:
    """Return the day in Japan on which `now` lies: by it the rules of a version are chosen."""
    return timezone.localtime(now, timezone=JAPAN).date()


def live(now: datetime) -> Policy:
    """Return the version that is live, with the rules of the day; one request is decided by it.

    One query, however many tables. Of the tables that ship where nothing was ever put live.
    Raises NotReadable where the live version is over, or its tables are not what they were.
    """
    day = day_of(now)
    version, ends_on = _live()
    if ends_on is not None and ends_on <= day:
        raise NotReadable(
            f"公開中の判定表は、適用終了日（{ends_on.isoformat()}）を迎えました",
            place=f"判定表 sha256:{version[:12]}",
            remedy="次の版を公開すると、また開きます。判定表の担当に知らせてください",
        )
    try:
        return policy_on(version, day)
    except (Version.DoesNotExist, Unreadable, NotAsNamed):
        raise NotReadable(
            "公開中の判定表を読めません",
            place=f"判定表 sha256:{version[:12]}",
            remedy="判定表の担当に知らせてください。読めるまで、照会は閉じたままです",
        ) from None


@lru_cache(maxsize=8)  # the live version of today and yesterday, and the one before
def policy_on(version: str, day: date) -> Policy:
    """Return a version as its rules stand on `day`; of one day always the same object."""
    return policy_of(version).on(day)


def _live() -> tuple[str, date | None]:
    database = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        if database not in _standing:  # asked until the gate stands; it does not go away again
            cursor.execute("select to_regproc('rule.ends_on') is not null")
            if cursor.fetchone()[0]:
                _standing.add(database)
        if database in _standing:
            cursor.execute("select rule.live(), rule.ends_on()")
            version, ends_on = cursor.fetchone()
            if version is not None:
                return str(version), ends_on
    return shipped_policy().hash, None


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
