"""What stands in the ledger of Django's test database, read past every door."""

import json
from uuid import UUID

import psycopg
from django.db import connection

from sekisho.ledger.leaves import read_leaf
from sekisho_links.ledger.writing import opened
from sekisho_web.ledger import recording
from tests.postgres import url_of


def _dba():
    return psycopg.connect(url_of("dba", str(connection.settings_dict["NAME"])))


def how_many():
    with _dba() as dba:
        return dba.execute("select count(*) from ledger.event").fetchone()[0]


def leaf(number):
    """Return the fields of the record `number`, or None where there is none."""
    with _dba() as dba:
        row = dba.execute(
            "select body from ledger.event where event_id = %s", [UUID(str(number))]
        ).fetchone()
    return read_leaf(bytes(row[0])) if row else None


def last():
    """Return the fields of the newest record."""
    with _dba() as dba:
        row = dba.execute("select body from ledger.event order by id desc limit 1").fetchone()
    return read_leaf(bytes(row[0]))


def details(number):
    """Return the parts of the details of `number`, deciphered."""
    number = UUID(str(number))
    with _dba() as dba:
        rows = dba.execute(
            "select part, nonce, ct, key_id from ledger.detail where event_id = %s order by part",
            [number],
        ).fetchall()
    keys = recording.keys()
    return [
        json.loads(
            opened(
                bytes(ct), nonce=bytes(nonce), key=keys.numbered(key), event_id=number, part=part
            )
        )
        for part, nonce, ct, key in rows
    ]
