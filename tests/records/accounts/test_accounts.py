"""Each constraint is refused by the database when the operation is gone around."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Account, Company, Hold, Person, Session, Ticket, Unit
from sekisho_web.terminals import operations as terminals
from sekisho_web.terminals.models import Device, Loan
from tests.factories import (
    NOON,
    AccountFactory,
    CompanyFactory,
    DeviceFactory,
    HoldFactory,
    LoanFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def failing(**_):
    raise OSError("no room in the ledger")


def test_two_people_have_two_logins():
    PersonFactory(login="midori")

    with refused("accounts_person_login_key"), transaction.atomic():
        PersonFactory(login="midori")


def test_a_company_is_of_a_known_kind():
    company = CompanyFactory()

    with refused("company_is_of_a_known_kind"), transaction.atomic():
        Company.objects.filter(pk=company.pk).update(kind="holding")


def test_a_company_is_not_its_own_principal():
    company = CompanyFactory()

    with refused("company_works_for_another"), transaction.atomic():
        Company.objects.filter(pk=company.pk).update(principal=company)


def test_there_are_three_lines():
    unit = UnitFactory()

    with refused("unit_stands_on_one_of_three_lines"), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(line=4)


@pytest.mark.parametrize(
    ("starts", "is_refused"),
    [(NOON - HOUR, True), (NOON, False), (NOON + HOUR, False)],
    ids=["重なる", "終わりの時刻から", "あとから"],
)
def test_posts_in_one_unit_never_overlap(starts, is_refused):
    first = PostFactory(valid_to=NOON)

    if is_refused:
        with refused("posts_in_one_unit_never_overlap"), transaction.atomic():
            PostFactory(person=first.person, unit=first.unit, valid_from=starts)
    else:
        PostFactory(person=first.person, unit=first.unit, valid_from=starts)


def test_posts_in_two_units_may_run_at_once():
    first = PostFactory()

    PostFactory(person=first.person, unit=UnitFactory(sales=True), kind="concurrent")

    assert first.person.posts.count() == 2


def test_an_account_has_exactly_one_person():
    with refused("account_of_one_person_has_that_person"), transaction.atomic():
        AccountFactory(person=None)


def test_an_account_never_passes_to_another_person():
    account, other = AccountFactory(), PersonFactory()

    with pytest.raises(ProgrammingError, match="持つ人は替わりません"), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(person=other)


def test_a_person_has_one_open_account_a_system():
    first = AccountFactory()

    with refused("account_one_open_a_person_and_system"), transaction.atomic():
        AccountFactory(person=first.person, system=first.system)

    AccountFactory(person=first.person, system="nwonline")


def test_a_closed_account_makes_room_and_its_id_is_never_used_again():
    first = AccountFactory(code="TK1")

    Account.objects.filter(pk=first.pk).update(closed_at=NOON)

    with refused("account_code_is_never_used_again"), transaction.atomic():
        AccountFactory(code="TK1")
    AccountFactory(person=first.person, code="TK2")


def test_a_hold_is_open_once_a_person_and_reason():
    hold = HoldFactory()

    with refused("hold_is_open_once_a_person_and_reason"), transaction.atomic():
        HoldFactory(person=hold.person, reason=hold.reason)


def test_a_hold_ends_after_it_starts():
    hold = HoldFactory(starts_at=NOON)

    with refused("hold_ends_after_it_starts"), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).update(ends_at=NOON)


def test_a_ticket_is_not_issued_to_its_issuer():
    person = PersonFactory()

    with refused("ticket_not_issued_to_its_issuer"), transaction.atomic():
        Ticket.objects.create(
            person=person, issued_by=person, code_hash="x", issued_at=NOON,
            expires_at=NOON + timedelta(hours=72),
        )  # fmt: skip


def test_the_number_of_a_ticket_is_not_in_the_database():
    code = operations.issue_ticket(person=PersonFactory(), by=None, now=NOON)

    assert code not in str(Ticket.objects.values_list().get())


@pytest.mark.parametrize(
    ("later", "opens"),
    [(timedelta(hours=72) - timedelta(seconds=1), True), (timedelta(hours=72), False)],
    ids=["72時間の直前", "ちょうど72時間"],
)
def test_a_ticket_lives_three_days(later, opens):
    person = PersonFactory()
    code = operations.issue_ticket(person=person, by=None, now=NOON)

    if opens:
        assert operations.open_ticket(person=person, code=code, now=NOON + later)
    else:
        with pytest.raises(operations.CannotBind, match="72時間を過ぎています"):
            operations.open_ticket(person=person, code=code, now=NOON + later)


def test_a_ticket_is_used_once():
    person = PersonFactory()
    code = operations.issue_ticket(person=person, by=None, now=NOON)
    ticket = operations.open_ticket(person=person, code=code, now=NOON)
    operations.use_ticket(ticket=ticket.pk, person=person, now=NOON)

    with pytest.raises(operations.CannotBind, match="使用済み"):
        operations.use_ticket(ticket=ticket.pk, person=person, now=NOON)


def test_a_stop_that_cannot_be_entered_in_the_ledger_does_not_happen(monkeypatch):
    person = PersonFactory()
    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        operations.suspend(target=person, reason=Hold.Reason.LOST, by=None, now=timezone.now())

    person.refresh_from_db()
    assert person.session_epoch == 0
    assert not Hold.objects.exists()


def test_a_stop_ends_every_session_and_the_epoch():
    person = PersonFactory()
    Session.objects.create(session_key="a", session_data="", expire_date=NOON, person=person)

    operations.suspend(target=person, reason=Hold.Reason.LOST, by=None, now=timezone.now())

    person.refresh_from_db()
    assert person.session_epoch == 1
    assert not Session.objects.exists()


def test_a_terminal_is_of_a_known_class():
    device = DeviceFactory()

    with refused("device_is_of_a_known_class"), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(terminal_class="unregistered")


def test_a_terminal_has_one_holder_at_a_time():
    loan = LoanFactory(starts_at=NOON, ends_at=None)

    with refused("a_terminal_has_one_holder_at_a_time"), transaction.atomic():
        LoanFactory(device=loan.device, starts_at=NOON + HOUR)

    Loan.objects.filter(pk=loan.pk).update(ends_at=NOON + HOUR)
    LoanFactory(device=loan.device, starts_at=NOON + HOUR)


def test_a_registration_number_serves_once_and_replaces_the_browser():
    device = DeviceFactory()
    number = terminals.issue_number(device=device, by=None, now=NOON)

    registered = terminals.register(number=number, now=NOON + HOUR)

    assert registered.serial == device.serial + 1
    with pytest.raises(terminals.CannotRegister, match="登録できません"):
        terminals.register(number=number, now=NOON + HOUR)


def test_a_registration_number_lives_one_day():
    number = terminals.issue_number(device=DeviceFactory(), by=None, now=NOON)

    with pytest.raises(terminals.CannotRegister):
        terminals.register(number=number, now=NOON + timedelta(hours=24))


def test_no_password_signs_nobody_in():
    assert not PersonFactory().check_password("!")
    assert not PersonFactory().has_usable_password()
    assert Person().has_perm("gate.look") is False
