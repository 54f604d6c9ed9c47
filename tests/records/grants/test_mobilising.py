"""Helpers come into an emergency and go: all of them or nobody, and nothing stays behind."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from sekisho_web.accounts.models import Account, Appointment, AppointmentTerm, Push, period
from sekisho_web.grants.models import Grant, Supporter
from sekisho_web.grants.operations import mobilising as operations
from sekisho_web.grants.queries import mobilising as queries
from tests.factories.people import (
    NOON,
    CompanyFactory,
    HoldFactory,
    PersonFactory,
    PostFactory,
    SystemFactory,
    UnitFactory,
)
from tests.factories.relief import RosterLineFactory
from tests.factories.targets import TargetFactory
from tests.factories.uses import EmergencyFactory, GrantFactory, SupporterFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def emergency():
    return EmergencyFactory(code="E27-01", systems=["takuso"], owner=CompanyFactory())


@pytest.fixture
def desk():
    return UnitFactory(code="N09-50", kind="call_centre", name="第1コールセンター")


@pytest.fixture(autouse=True)
def system():
    return SystemFactory()


def call_out(emergency, desk, *people, now=NOON):
    return operations.call_out(
        emergency=emergency, people=people, unit=desk, by=PersonFactory(), now=now
    )


def test_a_helper_gets_a_post_that_ends_with_the_emergency_and_an_id(emergency, desk):
    line = RosterLineFactory()

    (one,) = call_out(emergency, desk, line.person)

    post, term = one.appointment, one.appointment.terms.get()
    assert (post.kind, post.works_for.code, post.employer.code) == ("support", "N09", "R000")
    assert (term.unit, term.valid_from, term.valid_to) == (desk, NOON, emergency.ends_at)
    account = Account.objects.get(appointment=post)
    assert (account.code, account.kind) == ("E27-01-0001", Account.Kind.TEMPORARY)
    assert (account.works_for.code, account.ends_at) == ("N09", emergency.ends_at)


def test_the_target_is_told_of_every_id(emergency, desk, system):
    TargetFactory(system=system)

    call_out(emergency, desk, RosterLineFactory().person, RosterLineFactory().person)

    assert Push.objects.filter(state="planned", wanted__enabled=True).count() == 2


def test_a_helper_with_two_hats_is_refused_in_words_and_nobody_is_called(emergency, desk):
    fine, both = RosterLineFactory().person, RosterLineFactory().person
    PostFactory(person=both, unit=UnitFactory(), kind=Appointment.Kind.CONCURRENT)

    with pytest.raises(operations.CannotCall) as refused:
        call_out(emergency, desk, fine, both)

    assert set(refused.value.refusals) == {both.pk}
    assert "帽子が二つになります" in refused.value.refusals[both.pk].reason
    assert not Supporter.objects.exists()
    assert not Account.objects.exists()


def test_a_helper_of_another_emergency_is_refused(emergency, desk):
    line = RosterLineFactory()
    call_out(emergency, desk, line.person)
    other = EmergencyFactory(code="E27-02", systems=["takuso"], owner=emergency.owner)

    with pytest.raises(operations.CannotCall, match="別の非常災害（E27-01）"):
        call_out(other, desk, line.person)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: PostFactory(unit=UnitFactory(sales=True)).person, "応援者名簿に載っていません"),
        (lambda: RosterLineFactory(trained_on=date(2025, 4, 1)).person, "1年が過ぎています"),
        (lambda: RosterLineFactory(removed_at=NOON - HOUR).person, "応援者名簿に載っていません"),
        (lambda: HoldFactory(person=RosterLineFactory().person).person, "停止されている"),
    ],
    ids=["名簿にない", "研修切れ", "抹消された", "停止中"],
)
def test_who_may_not_be_called_is_not(emergency, desk, make, reason):
    person = make()

    with pytest.raises(operations.CannotCall, match=reason):
        call_out(emergency, desk, person)


def test_nobody_is_called_twice(emergency, desk):
    line = RosterLineFactory()
    call_out(emergency, desk, line.person)

    with pytest.raises(operations.CannotCall, match="もう招集されています"):
        call_out(emergency, desk, line.person)


@pytest.mark.parametrize("terms", [False, None], ids=["宣言だけで確認がない", "終わった"])
def test_nobody_is_called_into_what_is_not_in_effect(desk, terms):
    if terms is None:
        emergency = EmergencyFactory(starts_at=NOON - 10 * HOUR, ends_at=NOON)
    else:
        emergency = EmergencyFactory(terms=False)

    with pytest.raises(operations.CannotCall, match="発動中の非常災害ではありません"):
        call_out(emergency, desk, RosterLineFactory().person)


def test_helpers_stand_in_a_unit_of_the_company_that_declared(emergency):
    with pytest.raises(operations.CannotCall, match="いまの組織ではありません"):
        call_out(emergency, UnitFactory(sales=True), RosterLineFactory().person)


def test_the_name_of_an_id_never_comes_back(emergency, desk):
    first = RosterLineFactory().person
    call_out(emergency, desk, first)
    operations.stand_down(emergency=emergency, at=NOON + HOUR, by=None, now=NOON + HOUR)

    assert queries.last_numbers(emergency) == {"takuso": 1}
    (_, account) = (
        call_out(emergency, desk, RosterLineFactory().person, now=NOON + 2 * HOUR),
        Account.objects.latest("pk"),
    )
    assert account.code == "E27-01-0002"


def test_the_end_takes_posts_grants_and_ids_in_that_instant(emergency, desk, system):
    TargetFactory(system=system)
    (one,) = call_out(emergency, desk, RosterLineFactory().person)
    grant = GrantFactory(
        person=one.person,
        appointment=one.appointment,
        kind=Grant.Kind.PERIOD,
        purpose="非常災害対応",
        emergency=emergency,
        valid_from=NOON,
        valid_to=NOON + 8 * HOUR,
    )
    at = NOON + HOUR

    done = operations.stand_down(emergency=emergency, at=at, by=PersonFactory(), now=at)

    assert (done.posts, done.accounts) == (1, 1)
    assert one.appointment.terms.get().valid_to == at
    grant.refresh_from_db()
    assert grant.revoked_at == at
    account = Account.objects.get()
    assert account.closed_at == at
    assert Push.objects.filter(account=account, state="planned", wanted__enabled=False).exists()
    assert list(queries.open_ids(emergency)) == []
    assert list(queries.unverified_ids(emergency)) == [account]


def test_who_comes_after_the_end_does_not_come_at_all(emergency, desk):
    (one,) = call_out(emergency, desk, RosterLineFactory().person)

    operations.stand_down(emergency=emergency, at=NOON, by=None, now=NOON)

    assert not AppointmentTerm.objects.filter(appointment=one.appointment).exists()


def test_an_extension_takes_along_who_is_there_and_nobody_who_went(emergency, desk):
    stays, went = call_out(emergency, desk, RosterLineFactory().person, RosterLineFactory().person)
    term = went.appointment.terms.get()
    term.valid = period(NOON, NOON + HOUR)
    term.save(update_fields=["valid"])
    until = emergency.ends_at + 24 * HOUR

    count = operations.prolong(emergency=emergency, until=until, by=PersonFactory(), now=NOON)

    assert count == 1
    assert stays.appointment.terms.get().valid_to == until
    assert Account.objects.get(person=stays.person).ends_at == until
    assert went.appointment.terms.get().valid_to == NOON + HOUR


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(emergency, desk, monkeypatch):
    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append_all", failing)

    with pytest.raises(OSError, match="ledger"):
        call_out(emergency, desk, RosterLineFactory().person)
    assert not Supporter.objects.exists()


def test_around_the_operation_nobody_stands_twice_in_one_emergency(emergency):
    one = SupporterFactory(emergency=emergency)

    with pytest.raises(IntegrityError), transaction.atomic():
        SupporterFactory(emergency=emergency, person=one.person)


def test_around_the_operation_a_grant_outlives_neither_post_nor_emergency(emergency, desk):
    (one,) = call_out(emergency, desk, RosterLineFactory().person)

    GrantFactory(
        person=one.person,
        appointment=one.appointment,
        kind=Grant.Kind.PERIOD,
        emergency=emergency,
        valid_from=NOON,
        valid_to=emergency.ends_at + HOUR,
    )

    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("set constraints all immediate")


@pytest.mark.parametrize("count", [2, 20])
def test_many_take_as_many_queries_as_few(emergency, desk, count, django_assert_max_num_queries):
    people = [RosterLineFactory().person for _ in range(count)]

    with django_assert_max_num_queries(45):
        call_out(emergency, desk, *people)
    with django_assert_max_num_queries(45):
        operations.stand_down(emergency=emergency, at=NOON + HOUR, by=None, now=NOON + HOUR)
