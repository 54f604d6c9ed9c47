"""Loads an invented group, and its invented people, into the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import psycopg
from django.conf import settings
from django.db import connection, transaction

from sekisho.gate.views.shape import FORM
from sekisho.ledger.leaves import Kind
from sekisho_links import shipped
from sekisho_links.accounts.facts import write_work
from sekisho_links.gate.build import Report, build
from sekisho_links.gate.keys import keys_from
from sekisho_links.gate.records import load_work
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_web.accounts.models import Account, AppointmentTerm, Person
from sekisho_web.ledger import operations as ledger
from sekisho_web.policy.operations import found
from sekisho_web.terminals.models import Device
from sekisho_web.world.invented import DISTRICTS
from sekisho_web.world.models import LoadedWorld
from sekisho_web.world.operations.facts import load_facts
from sekisho_web.world.operations.people import (
    STANDING_DAYS,
    NotAnInventedDatabase,
    renew_people,
)
from sekisho_web.world.queries import PREFIX

WORK_ITEMS = 20
OURS = (
    *("grants_supporter", "grants_emergency", "grants_grant", "terminals_registration"),
    *("terminals_loan", "terminals_device", "mfa_authenticator", "accounts_session"),
    *("accounts_ticket", "accounts_hold", "accounts_account", "accounts_system"),
    *("accounts_appointmentpast", "accounts_appointmentterm", "accounts_appointment"),
    *("accounts_person", "accounts_unit", "accounts_company", "world_loadedworld"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What stands in the database afterwards."""

    persons: int
    posts: int
    accounts: int
    devices: int
    records: Mapping[str, int]  # system -> records; empty where they stood already
    again: bool  # the same world stood there already: only the people at the door were renewed


def load(
    world_dir: Path, *, now: datetime, report: Report = lambda _what, _done, _of: None
) -> Loaded:
    """Load the world in `world_dir`: all of it, or nothing. The same world again is quick.

    Runs as the owner of the database. The grants of the invented people run relative to `now`.
    """
    # other tables are another database: what stands there was decided and masked by the old ones
    said = (world_dir / "world.json").read_bytes() + f"{shipped_policy().hash} {FORM}".encode()
    digest = sha256(said).hexdigest()
    with transaction.atomic():
        there = LoadedWorld.objects.first()
        if there is None and Person.objects.exists():
            raise NotAnInventedDatabase(
                "架空でない人がいるデータベースには、架空の世界を入れられません",
                place="load_world",
                remedy="空のデータベース（sekisho demo の既定の場所）を使ってください",
            )
        again = there is not None and there.digest == digest
        records: Mapping[str, int] = {}
        if not again:
            _empty()
            load_facts(world_dir, now=now)
            records = _load_records(world_dir, report=report)
            found(files_in(shipped("tables")), now=now)
            LoadedWorld.objects.create(digest=digest, loaded_at=now)
        renew_people(now=now)
        if not again:
            _give_work(world_dir, now=now)
        ledger.append(
            kind=Kind.CONFIG_CHANGE, actor=None, subject=f"world:{digest[:16]}", at=now,
            details={"act": "架空の世界の取込", "again": again},
        )  # fmt: skip
    return Loaded(
        persons=Person.objects.count(),
        posts=AppointmentTerm.objects.count(),
        accounts=Account.objects.count(),
        devices=Device.objects.count(),
        records=records,
        again=again,
    )


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(OURS)} RESTART IDENTITY CASCADE")


def _load_records(world: Path, *, report: Report) -> Mapping[str, int]:
    """Build the gate: the seven systems, their records, the decided rows."""
    keys = keys_from(settings.SECRET_KEY)
    return build(_owner(), shipped_policy(), world, keys=keys, report=report).records


def _owner() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)


def _give_work(world: Path, *, now: datetime) -> None:
    """Give the contractor of the demo work orders that run now: all that they may see."""
    person = Person.objects.get(login=f"{PREFIX}contractor")
    file = world / "demo_work_items.parquet"
    write_work(
        world,
        file,
        person=person.code,
        district=DISTRICTS[0],
        starts=now - timedelta(days=1),
        ends=now + timedelta(days=STANDING_DAYS),
        most=WORK_ITEMS,
    )
    for system in shipped_policy().systems.values():
        load_work(_owner(), system, file)
