"""Loads the facts of an invented group: units, people, posts, systems, IDs, terminals."""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from sekisho_links import shipped
from sekisho_links.accounts.facts import rows
from sekisho_web.accounts.models import (
    NO_PASSWORD,
    Account,
    Appointment,
    AppointmentTerm,
    Company,
    Feed,
    Person,
    PersonNumber,
    System,
    Target,
    Unit,
    period,
)
from sekisho_web.terminals.models import Device, Loan, Site

BATCH = 5_000
FIRST_NETWORK, NETWORKS = 20, 200  # 10.20.0.0/16 and so on: a range a place, while they last
SHARED_DAYS, HELPER_DAYS = 180, 30
YEARS = 5  # for so long the places stand already
EMPLOYERS = ("network", "affiliate", "network_contractor", "affiliate_contractor")
TOLD = {"nwonline": Target.Kind.BY_HAND, "saiene": Target.Kind.LOG_ONLY}  # by no machine
KINDS = {
    "individual": Account.Kind.PERSONAL,
    "shared": Account.Kind.SHARED,
    "disaster": Account.Kind.TEMPORARY,
}


def load_facts(world: Path, *, now: datetime) -> None:
    companies = _load_companies(world)
    units = _load_units(world, companies)
    _load_feeds(companies.values(), now=now)
    persons = _load_persons(world)
    _load_posts(world, persons, units)
    _load_numbers()
    _load_systems(now=now)
    _load_accounts(world, persons, now=now)
    sites = _load_sites(world, companies, units, now=now)
    _load_devices(world, companies, persons, sites)


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
    homes = {row["person"]: units[row["unit"]].company_id for row in posts if row["kind"] == "main"}
    made = Appointment.objects.bulk_create(
        (
            Appointment(
                person_id=persons[row["person"]],
                employer_id=homes.get(row["person"], units[row["unit"]].company_id),
                works_for_id=served(units[row["unit"]].company).pk,
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


def _load_systems(*, now: datetime) -> None:
    """Load the 35 systems in scope. Those of the network company are its own in this world."""
    owners = {
        kind: Company.objects.filter(kind=kind).order_by("code").first()
        for kind in ("network", "affiliate", "government", "regulator")
    }
    with shipped("content", "systems_in_scope.csv").open(encoding="utf-8-sig", newline="") as file:
        System.objects.bulk_create(
            System(
                key=row["符号"],
                name=row["名称"],
                owner=owners[row["持ち主"]],
                owner_kind=row["持ち主"],
                users=row["利用する人"],
                purpose=row["用途"],
                controlled_by=row["管理"].split(),
                data_classes=row["情報の区分"].split(),
                log_source=row["記録の出どころ"],
                log_retention_months=int(row["記録の保存（月）"]),
                dormancy_months=int(row["未使用で止まる（月）"]),
                device_bound=row["貸与端末に限る"] == "はい",
                eligible=[_may_have_one(words) for words in row["持てる組織"].split()],
                opens_by=row["起動のしかた"],
                address=row["宛先"],
                registered_at=now,
            )
            for row in csv.DictReader(file)
        )
    Target.objects.bulk_create(
        Target(system=System.objects.get(key=key), kind=kind, address={})
        for key, kind in TOLD.items()
    )


def _may_have_one(words: str) -> dict[str, str]:
    """Return who may have an ID, written as kind of company:kind of unit."""
    company_kind, unit_kind = words.split(":")
    return {"company_kind": company_kind, "unit_kind": unit_kind}


def _load_accounts(world: Path, persons: Mapping[str, int], *, now: datetime) -> None:
    """Load the IDs with their last holder; what several share, or nobody holds, has none."""
    columns = ("account", "system", "person", "kind", "issued_at", "closed_at", "valid_from")
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows(world, "accounts", columns):
        key = (row["system"], row["account"])
        if key not in last or last[key]["valid_from"] <= row["valid_from"]:
            last[key] = row
    terms = AppointmentTerm.objects.select_related("appointment").order_by("valid_from")
    posts: dict[int, list[AppointmentTerm]] = {}
    for term in terms:
        posts.setdefault(term.person_id, []).append(term)
    network = Company.objects.filter(kind="network").order_by("code")[0]
    keeper = terms.filter(unit__company=network, unit__kind="it", valid_to=None)[0].person_id
    Account.objects.bulk_create(
        (
            _of_whom(account, posts, network.pk, keeper, now=now)
            for account in _one_open_each(last.values(), persons)
        ),
        batch_size=BATCH,
    )


def _of_whom(
    account: Account,
    posts: Mapping[int, Sequence[AppointmentTerm]],
    network: int,
    keeper: int,
    *,
    now: datetime,
) -> Account:
    """Return `account` with the post that it rests on; a shared one with its keeper."""
    post = _post_of(account, posts.get(account.person_id or 0, ()))
    account.appointment_id = post.pk if post else None
    account.works_for_id = post.works_for_id if post else network
    account.registered_at = now
    account.last_used_at = _last_used(account, now=now)
    if account.kind == Account.Kind.SHARED:
        account.custodian_id, account.reason = keeper, "旧来の共有ID（個人のIDへ移す途中）"
        account.ends_at = now + timedelta(days=SHARED_DAYS)
    if account.kind == Account.Kind.TEMPORARY:
        account.ends_at = account.closed_at or now + timedelta(days=HELPER_DAYS)
    return account


def _post_of(account: Account, terms: Sequence[AppointmentTerm]) -> Appointment | None:
    """Return the post that an ID rests on: the last one for the company it was issued for.

    Who went over to another company has an ID whose post has ended; who moved inside has not.
    """
    began = [term for term in terms if term.valid.lower <= account.issued_at] or list(terms[:1])
    if not began:
        return None
    company = began[-1].appointment.works_for_id
    mine = [term for term in terms if term.appointment.works_for_id == company]
    return mine[-1].appointment


def _last_used(account: Account, *, now: datetime) -> datetime | None:
    """Return when an ID was last used in this world: lately, but one in twenty never since."""
    chance = crc32(account.code.encode()) % 20
    end = account.closed_at or now
    return max(account.issued_at, end - timedelta(days=3 * chance)) if chance else None


def _load_feeds(companies: Iterable[Company], *, now: datetime) -> None:
    """Let personnel of every company that employs people be heard of until now, by files."""
    mapping = tomllib.loads(shipped("content", "feeds", "orders.toml").read_text(encoding="utf-8"))
    Feed.objects.bulk_create(
        Feed(
            company=company,
            name=f"{company.name} 人事",
            kind=Feed.Kind.FILE,
            mapping=mapping | {"company": company.code},
            began_at=now - timedelta(days=365),
            heard_at=now,
        )
        for company in companies
        if company.kind in EMPLOYERS
    )


def _load_numbers() -> None:
    """Give everybody the number under which each company that employs them knows them."""
    terms = AppointmentTerm.objects.select_related("appointment").order_by("valid_from", "pk")
    first: dict[tuple[int, int], datetime] = {}
    for term in terms:
        first.setdefault((term.person_id, term.appointment.employer_id), term.valid.lower)
    PersonNumber.objects.bulk_create(
        (
            PersonNumber(
                person_id=person, company_id=company, number=number_of(person), valid_from=starts
            )
            for (person, company), starts in first.items()
        ),
        batch_size=BATCH,
    )


def number_of(person: int) -> str:
    """Return the number (社員番号) of a person in this world."""
    return f"{person:07d}"


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


def _load_sites(
    world: Path, companies: Mapping[str, Company], units: Mapping[str, Unit], *, now: datetime
) -> dict[str, Site]:
    """Let every unit have its floor, with addresses of its own: where its terminals stand."""
    known = sorted(
        {
            (row["site"], row["site_company"])
            for row in rows(world, "devices", ("site", "site_company"))
        },
        key=str,
    )
    made = Site.objects.bulk_create(
        Site(
            code=code,
            name=f"{units[code].name}の執務室" if code in units else code,
            company=companies[company],
            staff=companies[company],
            networks=[f"10.{FIRST_NETWORK + n}.0.0/16"] if n < NETWORKS else [],
            valid_from=now - timedelta(days=YEARS * 365),
        )
        for n, (code, company) in enumerate(known)
        if code and company
    )
    return {site.code: site for site in made}


def _load_devices(
    world: Path,
    companies: Mapping[str, Company],
    persons: Mapping[str, int],
    sites: Mapping[str, Site],
) -> None:
    classes = {str(label): value for value, label in Device.Class.choices}
    columns = (
        "device", "terminal", "owner", "site", "site_company", "keeper", "valid_from", "valid_to",
    )  # fmt: skip
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
                site=sites.get(row["site"] or ""),
                site_company=companies.get(row["site_company"] or ""),
                keeper_id=persons.get(row["keeper"] or ""),
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
                **purpose_of(classes[row["terminal"]]),
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


def purpose_of(terminal_class: str) -> dict[str, Any]:
    """Return what a terminal of this world is for, and whether it may show what is not public."""
    kinds = {"lent": Device.Kind.EMERGENCY, "contractor": Device.Kind.CONTRACTOR}
    return {
        "kind": kinds.get(terminal_class, Device.Kind.FIXED),
        "can_show_non_public": terminal_class in ("network", "contractor", "lent"),
    }


def served(company: Company) -> Company:
    """Return whose work is done in `company`: a contractor's principal, else its own."""
    return company.principal or company
