"""The first administrator, and tickets from the console: only where nobody else could do it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from sekisho.accounts import bootstrap as rule
from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import (
    NO_PASSWORD,
    Appointment,
    AppointmentTerm,
    Company,
    Person,
    Unit,
    period,
)
from sekisho_web.accounts.operations.tickets import CannotIssue, issue_ticket
from sekisho_web.accounts.queries import authenticators as queries
from sekisho_web.ledger import operations as ledger

LOCK = 7_250_004  # of this act in PostgreSQL: two consoles at once make one administrator
CHECKED = "サーバーの操作卓"


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What is typed about the first administrator, the unit and the company."""

    company_code: str
    company_name: str
    unit_code: str
    unit_name: str
    title: str
    code: str
    login: str
    name: str
    kana: str = ""


@transaction.atomic
def bootstrap(first: First, *, now: datetime) -> str:
    """Set up the first administrator, and return the number of their ticket.

    The company and the unit are registered where they are not yet. With the ticket the person
    chooses a password and binds a key, at a registered terminal. Raises CannotIssue once an
    administrator exists.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if refusal := rule.refusal_to_begin(administrators=queries.administrators(now=now).count()):
        raise CannotIssue(refusal)
    company, _ = Company.objects.get_or_create(
        code=first.company_code,
        defaults={"name": first.company_name, "kind": Company.Kind.NETWORK},
    )
    unit, _ = Unit.objects.get_or_create(
        code=first.unit_code,
        defaults={"company": company, "name": first.unit_name, "kind": "it", "line": 1},
    )
    person = Person.objects.create(
        code=first.code,
        login=first.login,
        name=first.name,
        kana=first.kana,
        password=NO_PASSWORD,
    )
    appointment = Appointment.objects.create(person=person, employer=company, works_for=company)
    AppointmentTerm.objects.create(
        appointment=appointment, person=person, unit=unit, title=first.title, valid=period(now)
    )
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=None,
        subject=person,
        at=now,
        details={"act": "はじめの管理者", "company": company.code, "unit": unit.code},
    )
    if not queries.administrators(now=now).filter(pk=person.pk).exists():
        raise CannotIssue(rule.NOT_AN_ADMINISTRATOR)
    return issue_ticket(person=person, by=None, now=now, checked=CHECKED)


@transaction.atomic
def issue_on_the_console(person: Person, *, now: datetime) -> str:
    """Return the number of a ticket from the console of the server.

    Raises CannotIssue where a responsible person could issue it in person.
    """
    others = queries.who_can_issue(now=now).exclude(pk=person.pk).count()
    if refusal := rule.refusal_of_console_ticket(others=others):
        raise CannotIssue(refusal)
    return issue_ticket(person=person, by=None, now=now, checked=CHECKED)
