"""Gives the invented people at the door what runs now: posts, offices, grants, terminals."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.hashers import make_password

from sekisho.campaigns.pledges import Answer, Method, digest_of, text_digest
from sekisho.errors import SekishoError
from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import (
    Account,
    Appointment,
    AppointmentTerm,
    Company,
    Feed,
    Officer,
    Person,
    PersonNumber,
    Session,
    System,
    Unit,
    period,
)
from sekisho_web.campaigns.models import Pledge
from sekisho_web.campaigns.wording import template as the_template
from sekisho_web.grants.models import Emergency, EmergencyTerm, Grant, Supporter
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Device, Loan
from sekisho_web.world.invented import DISTRICTS, EVERYWHERE, FOR_RELIEF, PASSWORD, ROLES, Role
from sekisho_web.world.operations.facts import number_of, purpose_of, served
from sekisho_web.world.queries import PREFIX

EMERGENCY = "E-DEMO"
STANDING_DAYS, APPROVED_DAYS = 180, 30


class NotAnInventedDatabase(SekishoError):
    """There are people in the database who were not invented here."""


def renew_people(*, now: datetime) -> None:
    """Give the invented people at the door grants, loans and an emergency that run now."""
    demo = Person.objects.filter(login__startswith=PREFIX)
    Session.objects.filter(person__in=demo).delete()
    Grant.objects.filter(person__in=demo, holds=None).delete()
    Loan.objects.filter(person__in=demo).delete()
    Supporter.objects.filter(person__in=demo).delete()
    EmergencyTerm.objects.filter(emergency__code=EMERGENCY).delete()
    Emergency.objects.filter(code=EMERGENCY).delete()
    emergency = Emergency.objects.create(
        code=EMERGENCY,
        owner=Company.objects.filter(kind="network").order_by("code")[0],
        cause="台風第8号（デモ）",
        areas=list(DISTRICTS),
        systems=list(FOR_RELIEF),
        starts_at=now - timedelta(hours=6),
        ends_at=now + timedelta(hours=66),
    )
    Feed.objects.filter(ended_at=None).update(heard_at=now)
    for number, role in enumerate(ROLES, start=1):
        _renew(role, number=number, emergency=emergency, now=now)
    _declare(emergency)


def _declare(emergency: Emergency) -> None:
    """Let two people of this world have declared the emergency; what is invented is not signed."""
    declarer, confirmer = (
        Person.objects.get(login=f"{PREFIX}{login}") for login in ("manager", "line2")
    )
    EmergencyTerm.objects.create(
        emergency=emergency,
        signed=period(emergency.starts_at, emergency.ends_at),
        declared_by=declarer,
        declared_at=emergency.starts_at,
        confirmed_by=confirmer,
        confirmed_at=emergency.starts_at,
    )


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
            password_set_at=now,
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
        Device.objects.create(
            number=login,
            terminal_class=role.terminal,
            owner=_owner_of(role, unit),
            site_company=_owner_of(role, unit),
            valid_from=issued,
            **purpose_of(role.terminal),
        )
        Account.objects.bulk_create(
            Account(
                code=f"{system}-{login}",
                person=person,
                system_id=system,
                works_for=served(unit.company),
                appointment=person.appointments.get(),
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
            emergency=emergency,
            person=person,
            appointment=person.appointments.order_by("pk").first(),
            starts_at=emergency.starts_at,
            ends_at=until,
        )
        _pledge(person, "disaster_relief", emergency.code, now=now)
    if role.company_kind == "network":
        for account in Account.objects.filter(person=person, system__owner_kind="government"):
            _pledge(person, "ministry_system_user", f"{account.system_id} {account.code}", now=now)
    _grant(role, person, now=now)


def _pledge(person: Person, template: str, subject: str, *, now: datetime) -> None:
    """Let `person` have pledged on paper, once: what was pledged is not taken away again."""
    if Pledge.objects.filter(person=person, template=template, subject=subject).exists():
        return
    words = the_template(template)
    if words is None:
        raise LookupError(template)
    witness = Person.objects.exclude(pk=person.pk).order_by("pk")[0]
    entry = ledger.append(
        kind=Kind.GOVERNANCE,
        actor=witness,
        subject=person,
        at=now,
        details={"act": "誓約（架空の紙）", "template": template, "subject": subject},
    )
    body = f"{template} {subject}".encode()
    Pledge.objects.create(
        person=person,
        template=template,
        version=words.version,
        text=words.title,
        text_sha256=text_digest(words.title),
        subject_type=words.subject,
        subject=subject,
        subject_said=subject,
        answer=Answer.SIGNED,
        method=Method.PAPER,
        body=body,
        digest=digest_of(body),
        nonce=sha256(f"{person.code} {template} {subject}".encode()).hexdigest(),
        scan_sha256=sha256(body).hexdigest(),
        witness=witness,
        at=now,
        entry=entry,
    )


def _appoint(role: Role, person: Person, unit: Unit, *, starts: datetime) -> None:
    """Give `person` the one post of their role, and the office that goes with it."""
    appointment = Appointment.objects.create(
        person=person, employer=unit.company, works_for=served(unit.company)
    )
    PersonNumber.objects.create(
        person=person, company=unit.company, number=number_of(person.pk), valid_from=starts
    )
    AppointmentTerm.objects.create(
        appointment=appointment, person=person, unit=unit, title=role.title, valid=period(starts)
    )
    if role.office:
        Officer.objects.bulk_create(
            Officer(
                system=system,
                company=unit.company,
                role=role.office,
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
    """Give `person` the grants of their role for as long as they hold the post of it."""
    term = (
        AppointmentTerm.objects.in_force(now=now)
        .filter(person=person, unit__kind=role.unit_kind, unit__company__kind=role.company_kind)
        .select_related("appointment")
        .order_by("pk")
        .first()
    )
    if term is None:  # somebody of this demo has ordered them elsewhere
        return
    starts, post_ends = max(now - timedelta(days=1), term.valid.lower), term.valid.upper
    for line, given in enumerate(role.grants):
        days = STANDING_DAYS if given.kind == "standing" else APPROVED_DAYS
        ends = now + timedelta(days=days)
        Grant.objects.bulk_create(
            (
                Grant(
                    code=f"GD-{role.login}-{line}-{system}",
                    person=person,
                    appointment=term.appointment,
                    works_for_id=term.appointment.works_for_id,
                    system=system,
                    kind=given.kind,
                    purpose=given.purpose,
                    scope_areas=list(given.areas),
                    valid_from=starts,
                    valid_to=min(ends, post_ends) if post_ends else ends,
                )
                for system in given.systems
            ),
            ignore_conflicts=True,  # what is stopped stands, and is not given again
        )
