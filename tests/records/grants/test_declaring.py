"""Two people declare an emergency; one lifts it, and everything that hangs from it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from sekisho.grants.declarations import Part, said_in
from sekisho_web.accounts.models import Account
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import EmergencyTerm, Grant
from sekisho_web.grants.operations import declaring as operations
from sekisho_web.grants.operations import mobilising
from sekisho_web.grants.queries import emergencies as queries
from tests.factories import emergencies as people
from tests.factories.emergencies import HOUR
from tests.factories.people import NOON, SystemFactory, UnitFactory
from tests.factories.relief import RosterLineFactory
from tests.factories.uses import EmergencyFactory, GrantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader():
    return people.somebody()


@pytest.fixture
def conduct():
    return people.somebody(compliance=True)


@pytest.fixture
def one(leader, conduct):
    return people.running(leader, conduct)


def state(one, *, now):
    return queries.line_of(queries.one(one.code), now=now).state.value


def test_it_is_in_effect_only_when_a_second_person_has_confirmed_it(leader, conduct):
    one = people.prepared(leader, conduct)
    people.declare(one, leader)

    assert state(one, now=NOON) == "prepared"
    assert EmergencyTerm.objects.get().valid is None

    people.confirm(one, conduct, now=NOON + HOUR)

    term = EmergencyTerm.objects.get()
    assert state(one, now=NOON + HOUR) == "declared"
    assert (term.valid.lower, term.valid.upper) == (NOON + HOUR, NOON + 72 * HOUR)


def test_what_both_signed_is_kept_and_each_names_the_whole(leader, conduct, one):
    term = one.terms.get()

    first = said_in(bytes(term.body))
    second = said_in(bytes(term.confirmed_body))
    assert (first.part, second.part) == (Part.DECLARE, Part.CONFIRM)
    assert second.answers == first.digest.hex()
    assert first.areas == ("0901", "0902")
    assert term.by_conduct_office


def test_the_same_person_does_not_declare_and_confirm(leader, conduct):
    one = people.prepared(leader, conduct)
    people.declare(one, leader)

    with pytest.raises(operations.NotDeclared, match="自分で発動を起こした人"):
        people.confirm(one, leader)


def test_the_database_refuses_one_person_twice(leader, conduct):
    one = people.prepared(leader, conduct)
    term = people.declare(one, leader)

    with pytest.raises(IntegrityError, match="confirmed_by_somebody_else"), transaction.atomic():
        EmergencyTerm.objects.filter(pk=term.pk).update(
            confirmed_by=leader.person, confirmed_at=NOON
        )


@pytest.mark.parametrize("name", ["reason", "areas", "ends_at", "commander", "at"])
def test_other_words_than_those_on_record_declare_nothing(leader, conduct, name):
    one = people.prepared(leader, conduct)
    said = people.statement(one, leader)
    other = {
        "areas": ("0901",), "ends_at": "2027-04-09T00:00:00Z", "at": "2026-03-31T00:00:00Z",
    }.get(name, "ほかの言葉")  # fmt: skip
    said = replace(said, **{name: other})

    with pytest.raises(operations.NotDeclared, match="署名した文"):
        operations.declare(emergency=one, statement=said, proof=leader.proof(said.digest),
                           by=leader.person, hat=leader.hat, now=NOON)  # fmt: skip


def test_the_signature_of_somebody_else_declares_nothing(leader, conduct):
    one = people.prepared(leader, conduct)
    said = people.statement(one, leader)

    with pytest.raises(operations.NotDeclared, match="署名した文"):
        operations.declare(emergency=one, statement=said, proof=conduct.proof(said.digest),
                           by=leader.person, hat=leader.hat, now=NOON)  # fmt: skip


def test_a_confirmation_stands_under_its_own_declaration_only(leader, conduct):
    one = people.prepared(leader, conduct)
    people.declare(one, leader)
    said = people.statement(one, conduct, part=Part.CONFIRM, answers="00" * 32)

    with pytest.raises(operations.NotDeclared, match="署名した文"):
        operations.confirm(emergency=one, no=1, statement=said,
                           proof=conduct.proof(said.digest), by=conduct.person,
                           hat=conduct.hat, now=NOON)  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({"systems": ["saiene"]}, "応援の役割のない", id="国のシステム"),
        pytest.param({"systems": ["lastresort"]}, "応援の役割のない", id="最終保障"),
        pytest.param({"areas": []}, "地区", id="地区がない"),
        pytest.param({"ends_at": NOON + 73 * HOUR}, "72時間", id="長すぎる"),
    ],
)
def test_what_may_not_be_declared_is_not_even_prepared(leader, conduct, more, said):
    with pytest.raises(operations.NotDeclared, match=said):
        people.prepared(leader, conduct, **more)


def test_an_extension_is_adjacent_and_signed_by_two_again(leader, conduct, one):
    at, ends = NOON + 70 * HOUR, NOON + 100 * HOUR
    people.extend(one, leader, ends=ends, now=at)

    assert one.terms.get(no=2).valid is None
    with pytest.raises(operations.NotDeclared, match="自分で発動を起こした人"):
        people.confirm(one, leader, no=2, now=at)
    people.confirm(one, conduct, no=2, now=at)

    assert one.terms.get(no=2).valid.lower == NOON + 72 * HOUR
    assert state(one, now=NOON + 99 * HOUR) == "declared"


def test_what_has_ended_is_not_extended_and_the_try_is_a_finding(leader, conduct, one):
    at = NOON + 80 * HOUR

    with pytest.raises(operations.NotDeclared, match="発動中ではありません"):
        people.extend(one, leader, ends=NOON + 100 * HOUR, now=at)
    operations.refused_reopening(emergency=one, by=leader.person, now=at)

    assert Finding.objects.get().key == f"{one.code} reopen"


def test_beyond_fourteen_days_the_conduct_office_is_one_of_the_two(leader, conduct):
    second = people.somebody(code="N09-21", kind="distribution")
    one = people.running(leader, second, kind="failure", areas=[], now=NOON)
    at = NOON
    for _ in range(4):
        at = one.ends_at - HOUR
        people.extend(one, leader, ends=one.ends_at + 72 * HOUR, now=at)
        if one.ends_at + 72 * HOUR - NOON > timedelta(days=14):
            break
        people.confirm(one, second, no=one.terms.count(), now=at)
        one.refresh_from_db()

    with pytest.raises(operations.NotDeclared, match="14日を超える"):
        people.confirm(one, second, no=one.terms.count(), now=at)
    people.confirm(one, conduct, no=one.terms.count(), now=at)
    assert one.terms.order_by("no").last().by_conduct_office


def helper(one, *, now):
    """Call one helper and give them a shift; return the grant."""
    SystemFactory(key="callcenter", name="コールセンターシステム")
    desk = UnitFactory(code="N09-50", kind="call_centre", name="第1コールセンター")
    person = RosterLineFactory().person
    (called,) = mobilising.call_out(
        emergency=one, people=[person], unit=desk, by=one.prepared_by, now=now
    )
    return GrantFactory(
        person=person, appointment=called.appointment, system="callcenter", kind="period",
        purpose="非常災害対応", emergency=one, valid_from=now, valid_to=now + 12 * HOUR,
    )  # fmt: skip


def test_to_lift_it_ends_everything_in_that_instant(leader, conduct, one):
    grant = helper(one, now=NOON + HOUR)
    at = NOON + 5 * HOUR

    ended = people.lift(one, leader, now=at)
    transaction.get_connection().check_constraints()

    grant.refresh_from_db()
    assert ended.posts == ended.accounts == 1
    assert grant.revoked_at == at
    assert not Grant.objects.filter(emergency=one).usable(now=at).exists()
    assert one.terms.get().valid.upper == at
    assert not Account.objects.filter(kind="temporary", closed_at=None).exists()
    assert state(one, now=at) == "ended"


def test_a_grant_that_would_outlive_the_emergency_is_refused_by_the_database(leader, conduct, one):
    grant = helper(one, now=NOON + HOUR)

    with pytest.raises(IntegrityError, match="within_the_emergency"), transaction.atomic():
        cut_the_term_alone(NOON + 2 * HOUR)
    assert grant.emergency == one


def cut_the_term_alone(at):
    EmergencyTerm.objects.update(cut_at=at)
    connection.check_constraints()


def test_a_shift_that_has_not_begun_ends_as_well(leader, conduct, one):
    grant = helper(one, now=NOON + HOUR)
    later = GrantFactory(
        person=grant.person, appointment=grant.appointment, system="callcenter", kind="period",
        purpose="非常災害対応", emergency=one, valid_from=NOON + 20 * HOUR,
        valid_to=NOON + 30 * HOUR,
    )  # fmt: skip

    people.lift(one, leader, now=NOON + 5 * HOUR)
    transaction.get_connection().check_constraints()

    later.refresh_from_db()
    assert later.valid is None


def test_somebody_who_may_not_declare_does_not_lift(one):
    clerk = people.somebody(title="担当")

    with pytest.raises(operations.NotDeclared, match="発動、延長、解除"):
        people.lift(one, clerk, now=NOON + HOUR)


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(leader, conduct, one, monkeypatch):
    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        people.lift(one, leader, now=NOON + HOUR)

    one.refresh_from_db()
    assert one.ended_at is None
    assert state(one, now=NOON + HOUR) == "declared"


def test_numbers_are_given_one_after_another(leader, conduct):
    EmergencyFactory(code="E2026-007")

    assert people.prepared(leader, conduct).code == "E2026-008"
    assert people.prepared(leader, conduct, kind="failure", areas=[]).code == "F2026-001"
