"""G1, G7, G9, G13: held by the database when the operation is gone around.

Each is tried twice: as it is, and with the guard taken away, so that a test which no mistake can
fail is seen.
"""

import pytest
from django.db import IntegrityError, connection, transaction

from sekisho_web.grants.models import ClosingItem
from tests.factories.people import NOON, PersonFactory
from tests.factories.uses import EmergencyFactory, GrantFactory

pytestmark = pytest.mark.django_db
TERM, ONE, ITEM = "grants_emergencyterm", "grants_emergency", "grants_closingitem"


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


@pytest.fixture
def one():
    return EmergencyFactory(code="E-1")


def of_one_person(one):
    sql(f"update {TERM} set confirmed_by_id = declared_by_id, confirmed_at = declared_at")


def of_four_days(one):
    sql(
        f"insert into {TERM} (emergency_id, no, signed, declared_by_id, declared_at, body,"
        " declared_proof, confirmed_body, confirmed_proof, by_conduct_office) values"
        " (%s, 9, tstzrange(%s, %s::timestamptz + interval '73 hours'), %s, %s, '', '{}', '', '{}',"
        " false)",
        one.pk, NOON, NOON, PersonFactory().pk, NOON,
    )  # fmt: skip


def twice_at_a_time(one):
    sql(
        f"insert into {TERM} (emergency_id, no, signed, declared_by_id, declared_at,"
        " confirmed_by_id, confirmed_at, body, declared_proof, confirmed_body, confirmed_proof,"
        " by_conduct_office) select emergency_id, 9, signed, declared_by_id, declared_at,"
        f" confirmed_by_id, confirmed_at, '', '{{}}', '', '{{}}', false from {TERM}"
    )


def without_districts(one):
    sql(f"update {ONE} set areas = '{{}}'")


def reviewed_by_who_closed(one):
    person = PersonFactory().pk
    sql(
        f"update {ONE} set closed_at = %s, closed_by_id = %s, reviewed_at = %s,"
        " reviewed_by_id = %s",
        NOON, person, NOON, person,
    )  # fmt: skip


def reviewed_with_an_open_item(one):
    ClosingItem.objects.create(emergency=one, kind="returned", due_at=NOON)
    reviewed(one)


def reviewed(one):
    sql(
        f"update {ONE} set closed_at = %s, closed_by_id = %s, reviewed_at = %s,"
        " reviewed_by_id = %s",
        NOON, PersonFactory().pk, NOON, PersonFactory().pk,
    )  # fmt: skip
    connection.check_constraints()


def an_item_after_the_review(one):
    reviewed(one)
    ClosingItem.objects.create(emergency=one, kind="returned", due_at=NOON)


def other_words_than_those_signed(one):
    sql(f"update {TERM} set body = 'other'")


def another_second_person(one):
    sql(f"update {TERM} set confirmed_by_id = %s", PersonFactory().pk)


def longer_again(one):
    sql(f"update {TERM} set cut_at = %s", NOON)
    sql(f"update {TERM} set cut_at = null")


def a_grant_past_the_end(one):
    GrantFactory(
        emergency=one, kind="period", purpose="非常災害対応", valid_from=NOON,
        valid_to=one.ends_at.replace(year=one.ends_at.year, month=one.ends_at.month + 1),
    )  # fmt: skip
    connection.check_constraints()


def constraint(table, name):
    return f"alter table {table} drop constraint {name} cascade"


def trigger(table, name):
    return f"alter table {table} disable trigger {name}"


SIGNED = trigger(TERM, "term_stays_as_it_was_signed")
GUARDS = [
    (of_one_person, [SIGNED, constraint(TERM, "term_is_confirmed_by_somebody_else")]),
    (of_four_days, [constraint(TERM, "term_is_a_stretch_of_three_days_at_most")]),
    (twice_at_a_time, [constraint(TERM, "term_stands_alone_at_its_time")]),
    (without_districts, [constraint(ONE, "emergency_names_its_districts")]),
    (reviewed_by_who_closed, [constraint(ONE, "emergency_is_reviewed_by_somebody_else")]),
    (
        reviewed_with_an_open_item,
        [trigger(ONE, "emergency_is_reviewed_when_nothing_is_open")],
    ),
    (an_item_after_the_review, [trigger(ITEM, "emergency_that_was_reviewed_is_over")]),
    (other_words_than_those_signed, [SIGNED]),
    (another_second_person, [SIGNED]),
    (longer_again, [SIGNED]),
    (a_grant_past_the_end, [constraint("grants_grant", "grant_stays_within_the_emergency")]),
]


@pytest.mark.parametrize(("act", "_"), GUARDS, ids=[act.__name__ for act, _ in GUARDS])
def test_the_database_refuses(one, act, _):
    with pytest.raises(IntegrityError), transaction.atomic():
        act(one)


@pytest.mark.parametrize(("act", "guards"), GUARDS, ids=[act.__name__ for act, _ in GUARDS])
def test_without_its_guard_it_would_not(one, act, guards):
    connection.check_constraints()  # nothing is left that waits for the end
    for guard in guards:
        sql(guard)

    act(one)
