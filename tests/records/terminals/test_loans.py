"""Lending: both sign, one holder, out until back, wiped by a third; and nothing is half done."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sekisho.terminals.loans import CHECKS
from sekisho.terminals.states import State
from sekisho_web.terminals.models import Loan
from sekisho_web.terminals.operations import loans
from sekisho_web.terminals.queries.loans import count_overdue, open_loans, overdue_loans
from sekisho_web.terminals.queries.standing import state_of
from tests.factories import DeviceFactory, HoldFactory, somebody
from tests.factories.desk import DAY, Desk

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(db):
    return Desk()


def test_a_terminal_goes_out_comes_back_is_wiped_and_goes_out_again(desk):
    loan = desk.lend(occasion="E1")
    assert state_of(loan.device, now=timezone.now()) is State.LENT
    assert list(open_loans("E1")) == [loan]

    loan = desk.take_back(loan)
    assert state_of(loan.device, now=timezone.now()) is State.RETURNED
    with pytest.raises(loans.CannotLend, match="消去待ち"):
        desk.lend(device=loan.device)

    loans.wipe(loan=loan, done=CHECKS, by=somebody(), now=timezone.now())
    assert not open_loans("E1")
    assert desk.lend(device=loan.device).device_id == loan.device_id


def test_what_is_due_and_does_not_come_back_opens_nothing_and_is_nobody_elses(desk):
    loan = desk.lend(due=HOUR)
    later = timezone.now() + 2 * HOUR

    assert loan.ends_at <= later
    assert state_of(loan.device, now=later) is State.OVERDUE
    assert [line.loan for line in overdue_loans(later)] == [loan]
    assert count_overdue(later) == 1
    rival = Loan(device=loan.device, person=somebody(), starts_at=later, ends_at=later + HOUR,
                 due_at=later + HOUR)  # fmt: skip
    with (
        pytest.raises(IntegrityError, match="a_terminal_has_one_holder_at_a_time"),
        transaction.atomic(),
    ):
        rival.save()


@pytest.mark.parametrize("missing", [loans.DESK, loans.BORROWER])
def test_without_both_signatures_nothing_is_lent(desk, missing):
    person, device, now = somebody(), DeviceFactory(lent=True), timezone.now()
    said = loans.to_lend(device=device, person=person, by=desk.clerk, due=now + DAY, now=now)
    signed = desk.signed(said, person)
    proofs = {who: proof for who, proof in signed.proofs.items() if who != missing}

    with pytest.raises(loans.CannotLend, match="両方の署名"):
        loans.lend(signed=replace(signed, proofs=proofs), by=desk.clerk, now=now)

    assert not Loan.objects.exists()


def test_a_signature_serves_for_its_own_text_and_person_only(desk):
    person, other, now = somebody(), somebody(), timezone.now()
    device, second = DeviceFactory(lent=True), DeviceFactory(lent=True)
    said = loans.to_lend(device=device, person=person, by=desk.clerk, due=now + DAY, now=now)
    signed = desk.signed(said, person)
    twins = [
        replace(signed, statement=replace(said, device=second.number)),
        replace(signed, statement=replace(said, due=(now + 9 * DAY).isoformat())),
        replace(signed, proofs=dict.fromkeys(signed.proofs, signed.proofs[loans.DESK])),
        replace(signed, proofs={**signed.proofs, loans.BORROWER: desk.sign(other, said.digest)}),
    ]

    for twin in twins:
        with pytest.raises(loans.CannotLend):
            loans.lend(signed=twin, by=desk.clerk, now=now)
    with pytest.raises(loans.CannotLend, match="古い"):
        loans.lend(signed=signed, by=desk.clerk, now=now + HOUR)

    assert not Loan.objects.exists()
    assert loans.lend(signed=signed, by=desk.clerk, now=now).device == device


def test_who_has_one_out_borrows_no_other_and_a_held_one_stays(desk):
    loan = desk.lend()
    with pytest.raises(loans.CannotLend, match=loan.device.number):
        desk.lend(person=loan.person)

    held = DeviceFactory(lent=True)
    HoldFactory(person=None, device=held, reason="lost")
    with pytest.raises(loans.CannotLend, match="停止"):
        desk.lend(device=held)


def test_hundreds_are_lent_all_or_none_in_few_statements(desk, django_assert_max_num_queries):
    now = timezone.now()
    every = []
    for _ in range(12):
        person = somebody()
        said = loans.to_lend(device=DeviceFactory(lent=True), person=person, by=desk.clerk,
                             due=now + DAY, occasion="E2", now=now)  # fmt: skip
        every.append(desk.signed(said, person))

    broken = [*every[:-1], replace(every[-1], proofs={})]
    with pytest.raises(loans.CannotLend):
        loans.lend_all(all_signed=broken, by=desk.clerk, now=now)
    assert not Loan.objects.exists()

    with django_assert_max_num_queries(22):
        made = loans.lend_all(all_signed=every, by=desk.clerk, now=now)

    assert [loan.device.number for loan in made] == [one.statement.device for one in every]


def test_the_end_of_the_occasion_ends_what_they_open_and_brings_none_home(desk):
    loan = desk.lend(due=9 * DAY, occasion="E3")
    other = desk.lend(occasion="E4")
    now = timezone.now()

    assert loans.end_all(occasion="E3", by=None, now=now) == 1

    loan.refresh_from_db()
    other.refresh_from_db()
    assert loan.ends_at == now
    assert loan.due_at < now + 6 * DAY
    assert loan.returned_at is None
    assert state_of(loan.device, now=now) is State.LENT
    assert other.ends_at > now


def test_each_act_is_entered_with_it_or_does_not_happen(desk, monkeypatch):
    entered = []
    monkeypatch.setattr(loans.ledger, "append_all", lambda **said: entered.append(said))
    loan = desk.take_back(desk.lend(occasion="E5"))
    loans.wipe(loan=loan, done=CHECKS, by=somebody(), now=timezone.now())
    assert [said["details"]["act"] for said in entered] == [
        "端末の貸与", "端末の返却", "端末の消去と点検",
    ]  # fmt: skip

    def failing(**_):
        raise OSError("the ledger is full")

    monkeypatch.setattr(loans.ledger, "append_all", failing)
    with pytest.raises(OSError, match="full"):
        desk.lend()

    assert Loan.objects.count() == 1


def loaned(desk):
    now = timezone.now()
    return Loan(device=DeviceFactory(lent=True), person=somebody(), starts_at=now,
                ends_at=now + DAY, due_at=now + DAY, lent_by=desk.clerk)  # fmt: skip


TWINS = {
    "loan_opens_nothing_past_its_due": {"due_at": HOUR},
    "loan_opens_nothing_once_it_is_back": {"returned_at": HOUR, "returned_to": "clerk"},
    "loan_comes_back_to_somebody_else": {"returned_at": 2 * DAY},
    "loan_is_wiped_by_a_third_after_it_is_back": {"wiped_at": DAY, "wiped_by": "clerk"},
    "loan_is_lent_by_somebody_else": {"lent_by": "person"},
}


@pytest.mark.parametrize("name", TWINS)
def test_the_database_refuses_what_no_operation_writes(desk, name):
    loan = loaned(desk)
    who = {"clerk": desk.clerk, "person": loan.person}
    for field, value in TWINS[name].items():
        said = loan.starts_at + value if isinstance(value, timedelta) else who[value]
        setattr(loan, field, said)

    with pytest.raises(IntegrityError, match=name):
        loan.save()
