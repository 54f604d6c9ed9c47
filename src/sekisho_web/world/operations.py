"""Loads an invented group, and its invented people, into the database."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import psycopg
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from sekisho.errors import SekishoError
from sekisho.gate.views.shape import FORM
from sekisho.ledger.leaves import Kind
from sekisho_links import shipped
from sekisho_links.accounts.facts import rows, write_work
from sekisho_links.gate.build import Report, build
from sekisho_links.gate.keys import keys_from
from sekisho_links.gate.records import load_work
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_web.accounts.models import (
    NO_PASSWORD,
    Account,
    Appointment,
    AppointmentTerm,
    Company,
    Officer,
    Person,
    Session,
    System,
    Unit,
    period,
)
from sekisho_web.grants.models import Emergency, Grant, Supporter
from sekisho_web.ledger import operations as ledger
from sekisho_web.policy.operations import found
from sekisho_web.terminals.models import Device, Loan
from sekisho_web.world.invented import DISTRICTS, EVERYWHERE, PASSWORD, ROLES, TOTP_SECRET, Role
from sekisho_web.world.models import LoadedWorld
from sekisho_web.world.queries import PREFIX

BATCH = 5_000
EMERGENCY = "E-DEMO"
STANDING_DAYS, APPROVED_DAYS = 180, 30
SHARED_DAYS = 180
WORK_ITEMS = 20
KINDS = {
    "individual": Account.Kind.PERSONAL,
    "shared": Account.Kind.SHARED,
    "disaster": Account.Kind.TEMPORARY,
}
OFFICERS = {"it": "system_officer", "wheeling": "use_officer"}  # of the invented people
OURS = (
    *("grants_supporter", "grants_emergency", "grants_grant", "terminals_registration"),
    *("terminals_loan", "terminals_device", "mfa_authenticator", "accounts_session"),
    *("accounts_ticket", "accounts_hold", "accounts_account", "accounts_system"),
    *("accounts_appointmentpast", "accounts_appointmentterm", "accounts_appointment"),
    *("accounts_person", "accounts_unit", "accounts_company", "world_loadedworld"),
)


class NotAnInventedDatabase(SekishoError):
    """There are people in the database who were not invented here."""


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
            _load_facts(world_dir, now=now)
            records = _load_records(world_dir, report=report)
            found(files_in(shipped("tables")), now=now)
            LoadedWorld.objects.create(digest=digest, loaded_at=now)
        _renew_people(now=now)
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


def _load_facts(world: Path, *, now: datetime) -> None:
    companies = _load_companies(world)
    units = _load_units(world, companies)
    persons = _load_persons(world)
    _load_posts(world, persons, units)
    _load_systems()
    _load_accounts(world, persons, now=now)
    _load_devices(world, companies, persons)


def _load_companies(world: Path) -> dict[str, Company]:
    known = {
        row["code"]: row for row in rows(world, "companies", ("code", "name", "kind", "principal"))
    }
    made = Company.objects.bulk_create(
        Company(code=row["code"], name=row["name"], kind=row["kind"]) for row in known.values()
    )
    companies = {company.code: company for company in made}
    for company in made:
        if principal := known[company.code]["principal"]:
            company.principal = companies[principal]
    Company.objects.bulk_update((c for c in made if c.principal), ["principal"])
    return companies


def _load_units(world: Path, companies: Mapping[str, Company]) -> dict[str, Unit]:
    made = Unit.objects.bulk_create(
        Unit(
            code=row["unit"],
            company=companies[row["company"]],
            name=row["name"],
            kind=row["kind"],
            line=row["line"] or None,
        )
        for row in rows(world, "units", ("unit", "company", "name", "kind", "line"))
    )
    return {unit.code: unit for unit in made}


def _load_persons(world: Path) -> dict[str, int]:
    made = Person.objects.bulk_create(
        (
            Person(
                code=row["person"],
                login=row["person"].lower(),
                name=row["name"],
                kana=row["kana"] or "",
                password=NO_PASSWORD,
            )
            for row in rows(world, "persons", ("person", "name", "kana"))
        ),
        batch_size=BATCH,
    )
    return {person.code: person.pk for person in made}


def _load_posts(world: Path, persons: Mapping[str, int], units: Mapping[str, Unit]) -> None:
    columns = ("person", "unit", "role", "kind", "valid_from", "valid_to")
    posts = list(rows(world, "posts", columns))
    homes = {
        row["person"]: units[row["unit"]].company_id for row in posts if row["kind"] == "main"
    }
    made = Appointment.objects.bulk_create(
        (
            Appointment(
                person_id=persons[row["person"]],
                employer_id=homes.get(row["person"], units[row["unit"]].company_id),
                works_for_id=_served(units[row["unit"]].company).pk,
                kind=row["kind"],
            )
            for row in posts
        ),
        batch_size=BATCH,
    )
    AppointmentTerm.objects.bulk_create(
        (
            AppointmentTerm(
                appointment=appointment,
                person_id=appointment.person_id,
                unit=units[row["unit"]],
                title=row["role"],
                valid=period(row["valid_from"], row["valid_to"]),
            )
            for appointment, row in zip(made, posts, strict=True)
        ),
        batch_size=BATCH,
    )


def _served(company: Company) -> Company:
    """Return whose work is done in `company`: a contractor's principal, else its own."""
    return company.principal or company


def _load_systems() -> None:
    """Load the systems in scope. The network company of the world owns those that it owns."""
    network = Company.objects.filter(kind="network").order_by("code")[0]
    with shipped("content", "systems.csv").open(encoding="utf-8-sig", newline="") as file:
        System.objects.bulk_create(
            System(
                key=row["符号"],
                name=row["システム"],
                owner=network if row["持ち主"] == "network" else None,
                owner_kind=row["持ち主"],
                controlled_by=["gateway" if row["管理"] == "gateway" else "log_only"],
            )
            for row in csv.DictReader(file)
        )


def _load_accounts(world: Path, persons: Mapping[str, int], *, now: datetime) -> None:
    """Load the IDs with their last holder; what several share, or nobody holds, has none."""
    columns = ("account", "system", "person", "kind", "issued_at", "closed_at", "valid_from")
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows(world, "accounts", columns):
        key = (row["system"], row["account"])
        if key not in last or last[key]["valid_from"] <= row["valid_from"]:
            last[key] = row
    terms = AppointmentTerm.objects.select_related("appointment").order_by("valid_from")
    works_for = {term.person_id: term.appointment.works_for_id for term in terms}
    network = Company.objects.filter(kind="network").order_by("code")[0]
    keeper = terms.filter(unit__company=network, unit__kind="it", valid_to=None)[0].person_id
    Account.objects.bulk_create(
        (
            _of_whom(account, works_for, network.pk, keeper, now=now)
            for account in _one_open_each(last.values(), persons)
        ),
        batch_size=BATCH,
    )


def _of_whom(
    account: Account, works_for: Mapping[int, int], network: int, keeper: int, *, now: datetime
) -> Account:
    """Return `account` with the company whose work it serves; a shared one with its keeper."""
    account.works_for_id = works_for.get(account.person_id or 0, network)
    account.registered_at = now
    if account.kind == Account.Kind.SHARED:
        account.custodian_id, account.reason = keeper, "旧来の共有ID（個人のIDへ移す途中）"
        account.ends_at = now + timedelta(days=SHARED_DAYS)
    if account.kind == Account.Kind.TEMPORARY:
        account.ends_at = account.closed_at or now + timedelta(days=APPROVED_DAYS)
    return account


def _one_open_each(
    known: Iterator[dict[str, Any]] | Any,  # noqa: ANN401  # a view of values
    persons: Mapping[str, int],
) -> Iterator[Account]:
    held: set[tuple[str, str]] = set()
    for row in sorted(known, key=lambda row: row["issued_at"], reverse=True):
        holder, closed_at = (row["person"], row["system"]), row["closed_at"]
        kind = KINDS[row["kind"]] if row["person"] else Account.Kind.SHARED
        if kind == Account.Kind.PERSONAL and closed_at is None:
            if holder in held:  # an older ID of the same person, replaced by the newer one
                continue
            held.add(holder)
        shared = kind == Account.Kind.SHARED
        yield Account(
            code=row["account"],
            person_id=None if shared else persons[row["person"]],
            system_id=row["system"],
            kind=kind,
            issued_at=row["issued_at"],
            closed_at=closed_at,
        )


def _load_devices(
    world: Path, companies: Mapping[str, Company], persons: Mapping[str, int]
) -> None:
    classes = {str(label): value for value, label in Device.Class.choices}
    columns = ("device", "terminal", "owner", "site_company", "keeper", "valid_from", "valid_to")
    last: dict[str, dict[str, Any]] = {}  # a terminal that moved has a row for each place
    for row in sorted(rows(world, "devices", columns), key=lambda row: row["valid_from"]):
        before = last.get(row["device"])
        last[row["device"]] = row | {"valid_from": before["valid_from"]} if before else row
    made = Device.objects.bulk_create(
        (
            Device(
                number=row["device"],
                terminal_class=classes[row["terminal"]],
                owner=companies[row["owner"]],
                site_company=companies.get(row["site_company"] or ""),
                keeper_id=persons.get(row["keeper"] or ""),
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
            )
            for row in last.values()
        ),
        batch_size=BATCH,
    )
    devices = {device.number: device.pk for device in made}
    Loan.objects.bulk_create(
        (
            Loan(
                device_id=devices[row["device"]],
                person_id=persons[row["person"]],
                starts_at=row["valid_from"],
                ends_at=row["valid_to"],
            )
            for row in rows(world, "loans", ("device", "person", "valid_from", "valid_to"))
        ),
        batch_size=BATCH,
    )


def _load_records(world: Path, *, report: Report) -> Mapping[str, int]:
    """Build the gate: the seven systems, their records, the decided rows."""
    keys = keys_from(settings.SECRET_KEY)
    return build(_owner(), shipped_policy(), world, keys=keys, report=report).records


def _owner() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)


def _renew_people(*, now: datetime) -> None:
    """Give the invented people at the door grants, loans and an emergency that run now."""
    demo = Person.objects.filter(login__startswith=PREFIX)
    Session.objects.filter(person__in=demo).delete()
    Grant.objects.filter(person__in=demo).delete()
    Loan.objects.filter(person__in=demo).delete()
    Supporter.objects.filter(person__in=demo).delete()
    Emergency.objects.filter(code=EMERGENCY).delete()
    emergency = Emergency.objects.create(
        code=EMERGENCY,
        cause="台風第8号（デモ）",
        areas=list(DISTRICTS),
        starts_at=now - timedelta(hours=6),
        ends_at=now + timedelta(hours=66),
    )
    for number, role in enumerate(ROLES, start=1):
        _renew(role, number=number, emergency=emergency, now=now)


def _renew(role: Role, *, number: int, emergency: Emergency, now: datetime) -> None:
    login = f"{PREFIX}{role.login}"
    person = Person.objects.filter(login=login).first()
    is_new = person is None
    if person is None:
        person = Person.objects.create(
            login=login,
            code=f"PD{number:04d}",
            name=role.name,
            kana=role.kana,
            password=make_password(PASSWORD),
        )
    unit = (
        Unit.objects.filter(company__kind=role.company_kind, kind=role.unit_kind)
        .select_related("company")
        .order_by("code")
        .first()
    )
    if unit is None:
        raise NotAnInventedDatabase(
            f"組織（{role.company_kind}、{role.unit_kind}）がありません",
            place="load_world",
            remedy="この版の sekisho world で世界を作り直してください",
        )
    issued = now - timedelta(days=120)
    if is_new:
        _appoint(role, person, unit, starts=issued)
        secret = get_adapter().encrypt(TOTP_SECRET)
        Authenticator.objects.create(
            user=person, type=Authenticator.Type.TOTP, data={"secret": secret}
        )
        Device.objects.create(
            number=login,
            terminal_class=role.terminal,
            owner=_owner_of(role, unit),
            site_company=unit.company,
            valid_from=issued,
        )
        Account.objects.bulk_create(
            Account(
                code=f"{system}-{login}",
                person=person,
                system_id=system,
                works_for=_served(unit.company),
                issued_at=issued,
                registered_at=issued,
            )
            for system in EVERYWHERE
        )
    Account.objects.filter(person=person).update(last_used_at=now - timedelta(days=1))
    if role.relief:
        device = Device.objects.get(number=login)
        until = emergency.ends_at
        Loan.objects.create(
            device=device, person=person, starts_at=emergency.starts_at, ends_at=until
        )
        Supporter.objects.create(
            emergency=emergency, person=person, starts_at=emergency.starts_at, ends_at=until
        )
    _grant(role, person, now=now)


def _appoint(role: Role, person: Person, unit: Unit, *, starts: datetime) -> None:
    """Give `person` the one post of their role, and the office that goes with it."""
    appointment = Appointment.objects.create(
        person=person, employer=unit.company, works_for=_served(unit.company)
    )
    AppointmentTerm.objects.create(
        appointment=appointment, person=person, unit=unit, title="担当", valid=period(starts)
    )
    if office := OFFICERS.get(role.login):
        Officer.objects.bulk_create(
            Officer(
                system=system,
                company=unit.company,
                role=office,
                appointment=appointment,
                valid=period(starts),
            )
            for system in System.objects.filter(key__in=EVERYWHERE)
        )


def _owner_of(role: Role, unit: Unit) -> Company:
    """Return whose terminal it is: what is lent belongs to the network company."""
    if role.terminal != "lent":
        return unit.company
    return Company.objects.filter(kind="network").order_by("code")[0]


def _grant(role: Role, person: Person, *, now: datetime) -> None:
    appointment = person.appointments.get()
    Grant.objects.bulk_create(
        Grant(
            code=f"GD-{role.login}-{line}-{system}",
            person=person,
            appointment=appointment,
            works_for_id=appointment.works_for_id,
            system=system,
            kind=given.kind,
            purpose=given.purpose,
            scope_areas=list(given.areas),
            valid_from=now - timedelta(days=1),
            valid_to=now
            + timedelta(days=STANDING_DAYS if given.kind == "standing" else APPROVED_DAYS),
        )
        for line, given in enumerate(role.grants)
        for system in given.systems
    )


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
