"""The desk hands out one terminal and one hat; what is missing, and what is twice, is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sekisho_web.accounts.models import Session, SignIn
from sekisho_web.grants.operations import desk as operations
from sekisho_web.grants.operations import mobilising
from sekisho_web.grants.queries import desk as queries
from sekisho_web.grants.queries import mobilising as facts
from sekisho_web.terminals.models import Loan
from sekisho_web.terminals.operations import loans
from tests.factories.people import HoldFactory
from tests.factories.relief import HOUR, Relief
from tests.factories.uses import DeviceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def relief():
    return Relief()


def test_a_helper_to_whom_nothing_is_missing_gets_a_terminal_until_the_end_of_the_shift(relief):
    one = relief.ready()

    loan = relief.hand_out(one)

    assert (loan.person, loan.occasion) == (one.person, "E27-01")
    assert loan.due_at == loan.ends_at == relief.now + 8 * HOUR
    (line,) = queries.lines(relief.emergency, [one], now=relief.now)
    assert line.is_in


def test_the_same_terminal_is_not_lent_twice(relief):
    device, first, second = DeviceFactory(lent=True), relief.ready(), relief.ready()
    relief.hand_out(first, device)

    with pytest.raises(loans.CannotLend, match="貸与中"):
        relief.hand_out(second, device)
    assert Loan.objects.count() == 1


def test_around_the_operation_the_same_terminal_is_not_lent_twice_either(relief):
    device, first, second = DeviceFactory(lent=True), relief.ready(), relief.ready()
    loan = relief.hand_out(first, device)
    twin = Loan(
        device=device,
        person=second.person,
        occasion=loan.occasion,
        starts_at=loan.starts_at,
        ends_at=loan.ends_at,
        due_at=loan.due_at,
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_one_helper_has_one_terminal(relief):
    one = relief.ready()
    relief.hand_out(one)

    with pytest.raises(loans.CannotLend, match="もう端末"):
        relief.hand_out(one)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (
            lambda relief, one: relief.pledged(one.person, refused=True),
            "誓約を拒んだ人です",
        ),
        (lambda relief, one: one.person.grants.update(revoked_at=relief.now), "勤務がありません"),
        (
            lambda relief, one: HoldFactory(person=one.person, starts_at=relief.now),
            "停止されている",
        ),
        (lambda relief, one: one.person.accounts.update(ends_at=relief.now), "一時IDがありません"),
        (
            lambda relief, one: (
                type(one)
                .objects.filter(pk=one.pk)
                .update(starts_at=relief.now - HOUR, ends_at=relief.now)
            ),
            "招集されている人ではありません",
        ),
    ],
    ids=["誓約", "勤務", "停止", "一時ID", "招集"],
)
def test_what_is_missing_is_said_and_nothing_is_handed_out(relief, spoil, reason):
    one = relief.ready()
    spoil(relief, one)

    with pytest.raises(operations.CannotHandOut, match=reason):
        relief.hand_out(one)
    assert not Loan.objects.exists()


def test_without_a_pledge_nothing_is_handed_out(relief):
    (one,) = relief.called()
    relief.shift(one)

    with pytest.raises(operations.CannotHandOut, match="誓約がまだありません"):
        relief.hand_out(one)


def test_what_was_signed_while_all_was_well_is_asked_again_when_it_is_handed_out(relief):
    one = relief.ready()
    signed = relief.signed(one)
    one.person.grants.update(revoked_at=relief.now)

    with pytest.raises(operations.CannotHandOut, match="勤務がありません"):
        operations.hand_out(
            emergency=relief.emergency, signed=signed, by=relief.desk.clerk, now=relief.now
        )


def test_a_text_for_another_emergency_hands_out_nothing(relief):
    one, other = relief.ready(), Relief(code="E27-02")
    signed = relief.signed(one)

    with pytest.raises(operations.CannotHandOut, match="別の非常災害"):
        operations.hand_out(
            emergency=other.emergency, signed=signed, by=relief.desk.clerk, now=relief.now
        )


def test_with_the_terminal_every_other_session_of_the_helper_is_over(relief):
    one = relief.ready()
    sign_in = SignIn.objects.create(
        person=one.person, began_at=relief.now - HOUR, seen_at=relief.now
    )
    Session.objects.create(
        session_key="0" * 64,
        session_data="",
        expire_date=relief.now + HOUR,
        person=one.person,
        sign_in=sign_in,
    )

    relief.hand_out(one)

    assert not Session.objects.filter(person=one.person).exists()
    sign_in.refresh_from_db()
    assert (sign_in.ended_because, sign_in.ended_by) == ("ended", relief.desk.clerk)


def test_a_terminal_that_came_back_is_wiped_by_another_before_it_goes_out_again(relief):
    device, one = DeviceFactory(lent=True), relief.ready()
    loan = relief.hand_out(one, device)
    assert list(facts.loans_out(relief.emergency)) == [loan]

    relief.desk.take_back(loan, now=relief.now + HOUR)

    assert not facts.loans_out(relief.emergency).exists()
    assert facts.loans_unwiped(relief.emergency).count() == 1
    with pytest.raises(loans.CannotLend, match="消去待ち"):
        relief.hand_out(relief.ready(), device)


def test_when_the_emergency_is_over_nothing_more_is_handed_out(relief):
    one = relief.ready()
    mobilising.stand_down(
        emergency=relief.emergency, at=relief.now + HOUR, by=None, now=relief.now + HOUR
    )

    with pytest.raises(operations.CannotHandOut):
        relief.hand_out(one, now=relief.now + 2 * HOUR)


def test_a_scanner_finds_helpers_of_this_emergency_only_and_never_by_name(relief):
    one, stranger = relief.ready(), relief.listed()

    assert queries.helper_with(relief.emergency, f" {one.person.code}\n") == one.person
    assert queries.helper_with(relief.emergency, one.person.name) is None
    assert queries.helper_with(relief.emergency, stranger.code) is None


@pytest.mark.parametrize("count", [2, 15])
def test_the_list_takes_as_many_queries_for_few_as_for_many(
    relief, count, django_assert_num_queries
):
    for _ in range(count):
        relief.ready()

    with django_assert_num_queries(10):
        lines = queries.lines(
            relief.emergency, queries.supporters(relief.emergency), now=relief.now
        )

    assert len(lines) == count
    assert {line.refusal for line in lines} == {None}


def test_the_next_shift_is_the_one_that_counts(relief):
    (one,) = relief.called()
    relief.pledged(one.person)
    relief.shift(one, starts=relief.now + 20 * HOUR)
    relief.shift(one, starts=relief.now + timedelta(minutes=10), hours=4)

    loan = relief.hand_out(one)

    assert loan.due_at == relief.now + timedelta(minutes=10) + 4 * HOUR
