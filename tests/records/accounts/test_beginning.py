"""The first administrator comes from the console, once; after that, nobody does."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import AppointmentTerm, Person, Ticket
from tests.factories import HoldFactory, PersonFactory, PostFactory, somebody
from tests.factories.passkeys import Passkey

pytestmark = pytest.mark.django_db
TOLD = {
    "company_code": "N09", "company_name": "九陽電力送配電", "unit_code": "N09-09",
    "unit_name": "情報システム統括部", "title": "部長", "code": "A00001", "login": "soh",
    "name": "霧島田 そう", "kana": "きりしまだ そう",
}  # fmt: skip


def bootstrap(**said):
    out = io.StringIO()
    call_command("bootstrap", stdout=out, stderr=io.StringIO(), **TOLD | said)
    return out.getvalue().strip()


def console_ticket(person):
    out = io.StringIO()
    call_command("ticket", person.login, stdout=out)
    return out.getvalue().strip()


def test_the_first_administrator_gets_a_ticket_and_no_password():
    code = bootstrap()

    person = Person.objects.get()
    assert not person.has_usable_password()
    term = AppointmentTerm.objects.get()
    assert (term.person, term.unit.kind, term.unit.company.kind) == (person, "it", "network")
    now = timezone.now()
    assert operations.open_ticket(person=person, code=code, now=now).issued_by is None


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(monkeypatch):
    def failing(**_):
        raise OSError("no room in the ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        bootstrap()

    assert not Person.objects.exists()


def test_once_there_is_an_administrator_the_console_makes_none():
    bootstrap()

    with pytest.raises(CommandError, match="管理する人がもういます"):
        bootstrap(code="A00002", login="other")

    assert Person.objects.count() == 1


def test_whoever_came_by_the_news_of_personnel_is_an_administrator_too():
    somebody(it=True)

    with pytest.raises(CommandError, match="管理する人がもういます"):
        bootstrap()


def test_when_the_last_administrator_left_the_console_may_begin_anew():
    now = timezone.now()
    PostFactory(
        unit__it=True, valid_from=now - timedelta(days=2), valid_to=now - timedelta(seconds=1)
    )

    assert bootstrap()


@pytest.mark.parametrize(
    "said", [{"name": " "}, {"login": ""}], ids=["氏名が空欄", "利用者IDが空欄"]
)
def test_a_blank_is_named(said):
    with pytest.raises(CommandError, match="空欄があります"):
        bootstrap(**said)

    assert not Person.objects.exists()


def test_a_unit_of_another_kind_makes_no_administrator():
    somebody()

    with pytest.raises(CommandError, match="管理する人になれません"):
        bootstrap(unit_code="N09-04")

    assert not Ticket.objects.exists()
    assert not Person.objects.filter(login="soh").exists()


def test_a_login_that_is_taken_is_refused():
    PersonFactory(login="soh")

    with pytest.raises(CommandError, match="もう使われています"):
        bootstrap()


def test_the_console_issues_tickets_while_nobody_else_can():
    clerk, head = somebody(), PersonFactory()
    PostFactory(person=head, title="課長")
    assert console_ticket(clerk)  # the head has no key yet

    Passkey(head)

    with pytest.raises(CommandError, match="発行できる責任者がいます"):
        console_ticket(clerk)
    assert console_ticket(head)  # nobody else could give the head one

    HoldFactory(person=head, starts_at=timezone.now())
    assert console_ticket(clerk)


def test_the_command_says_it_as_the_console_hears_it(monkeypatch):
    from typer.testing import CliRunner

    from sekisho_cli import accounts
    from sekisho_cli.main import app

    said = []
    monkeypatch.setattr(accounts, "run", lambda _home, *words: said.append(words) or 0)
    options = [
        word for name, value in TOLD.items() for word in (f"--{name.replace('_', '-')}", value)
    ]

    done = CliRunner().invoke(app, ["accounts", "bootstrap", *options])

    assert done.exit_code == 0, done.output
    [(command, *words)] = said
    out = io.StringIO()
    call_command(command, *words, stdout=out, stderr=io.StringIO())
    assert len(out.getvalue().strip()) == 20
    assert Person.objects.get().kana == TOLD["kana"]
