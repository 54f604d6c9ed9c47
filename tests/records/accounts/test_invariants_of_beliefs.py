"""A5: late news never erases a belief, and what was known on a day can be asked.

Everything here commits, on connections of its own, as the application's role: it cannot write a
belief, nor change one; the database does that itself.
"""

import threading
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection

from sekisho.terms.days import jst_day
from sekisho_web.accounts.models import AppointmentPast, AppointmentTerm, period
from sekisho_web.grants.known import known
from tests.factories import NOON, PostFactory, UnitFactory
from tests.factories.people import LONG_AGO
from tests.postgres import url_of
from tests.records.accounts.around import HOUR, refused, sql

pytestmark = pytest.mark.django_db(transaction=True)

APRIL = jst_day(date(2026, 4, 1))
TITLE = "UPDATE accounts_appointmentterm SET title = %s WHERE id = %s"


@contextmanager
def writer():
    """Yield a connection of the application's role of its own."""
    with psycopg.connect(url_of("app", str(connection.settings_dict["NAME"]))) as one:
        yield one


def clock() -> Any:
    return sql("SELECT clock_timestamp()")[0][0]


def beliefs():
    return [(b.title, b.valid.upper) for b in AppointmentPast.objects.order_by("known", "pk")]


def posts_known(person, *, at, on):
    """Return the units in which `person` had a post at `at`, as it was believed at `on`."""
    found = known(person=person.pk, system="takuso", device=None, at=at, as_known_on=on)
    return {
        row[1]: row[3] for row in found.rows("posts")
    }  # company whose work is done -> end in microseconds


def test_late_news_leaves_the_belief_and_both_can_be_asked():
    post = PostFactory(title="担当", valid_from=LONG_AGO)
    before = clock()
    AppointmentTerm.objects.filter(pk=post.pk).update(valid=period(LONG_AGO, APRIL))
    after = clock()

    assert beliefs() == [("担当", None)]
    assert posts_known(post.person, at=NOON, on=before) == {"N09": None}
    assert posts_known(post.person, at=NOON, on=after) == {"N09": APRIL.timestamp() * 1_000_000}
    assert posts_known(post.person, at=NOON, on=LONG_AGO) == {}  # nothing was known of it yet


def test_a_post_that_was_withdrawn_was_believed():
    post = PostFactory()
    before = clock()
    AppointmentTerm.objects.filter(pk=post.pk).delete()

    assert posts_known(post.person, at=NOON, on=before) == {"N09": None}
    assert posts_known(post.person, at=NOON, on=clock()) == {}


def test_five_edits_in_one_transaction_leave_one_belief(as_app):
    post = PostFactory(title="担当")

    for title in ("主任", "係長", "副課長", "課長", "部長"):
        as_app.execute(TITLE, [title, post.pk])
    as_app.commit()

    assert beliefs() == [("担当", None)]


def test_what_is_written_and_edited_in_one_transaction_was_never_believed(as_app):
    post = PostFactory(valid_to=NOON)
    as_app.execute(
        "INSERT INTO accounts_appointmentterm (appointment_id, person_id, unit_id, title, flags,"
        " valid) VALUES (%s, %s, %s, '主任', '{}', tstzrange(%s, NULL))",
        [post.appointment_id, post.person_id, post.unit_id, NOON],
    )
    as_app.execute("UPDATE accounts_appointmentterm SET title = '係長' WHERE title = '主任'")
    as_app.commit()

    assert beliefs() == []


def test_nobody_says_when_something_was_learnt():
    """A row that claims to have been known for years, or to belong to a transaction to come."""
    post = PostFactory(valid_to=NOON)
    before = clock()
    with writer() as forger:
        forger.execute(
            "INSERT INTO accounts_appointmentterm (appointment_id, person_id, unit_id, title,"
            " flags, valid, known_from, known_tx) VALUES (%s, %s, %s, '主任', '{}',"
            " tstzrange(%s, NULL), '2001-01-01', '999999999')",
            [post.appointment_id, post.person_id, post.unit_id, NOON],
        )
        forger.execute(
            "UPDATE accounts_appointmentterm SET known_from = '2001-01-01' WHERE id = %s", [post.pk]
        )

    assert sql("SELECT bool_and(known_from > %s) FROM accounts_appointmentterm", before) == [
        (True,)
    ]
    assert sql("SELECT bool_and(known_tx < '999999999') FROM accounts_appointmentterm") == [(True,)]


def test_beliefs_stand_even_against_their_owner():
    post = PostFactory()
    AppointmentTerm.objects.filter(pk=post.pk).update(title="主任")

    for statement in (
        "UPDATE accounts_appointmentpast SET title = 'x'",
        "DELETE FROM accounts_appointmentpast",
        "UPDATE accounts_appointment SET kind = 'support'",
        "DELETE FROM accounts_appointment",
    ):
        with refused(state="42501"):
            sql(statement)
    with refused("beliefs_never_overlap"):
        sql(
            "INSERT INTO accounts_appointmentpast (appointment_id, person_id, unit_id, title,"
            " flags, valid, known) SELECT appointment_id, person_id, unit_id, 'x', flags, valid,"
            " known FROM accounts_appointmentpast"
        )
    for known_for in ("tstzrange(now(), NULL)", "'empty'"):
        with refused("past_was_known_for_a_time"):
            sql(
                "INSERT INTO accounts_appointmentpast (appointment_id, person_id, unit_id, title,"
                " flags, valid, known) SELECT appointment_id, person_id, unit_id, 'x', flags,"
                f" valid, {known_for} FROM accounts_appointmentpast"
            )


# two writers


def race_of_starts(post):
    """The first to begin is the last to write; both wrote over what the other believed."""
    with writer() as early, writer() as late:
        early.execute("SELECT now()")
        late.execute(TITLE, ["主任", post.pk])
        late.commit()
        early.execute(TITLE, ["係長", post.pk])
        early.commit()


def race_for_a_row(post):
    """The second waits for the row of the first."""
    with writer() as one, writer() as other:
        other.execute("SELECT now()")
        one.execute(TITLE, ["主任", post.pk])
        waits = threading.Thread(target=lambda: other.execute(TITLE, ["係長", post.pk]))
        waits.start()
        waits.join(0.2)
        assert waits.is_alive()
        one.commit()
        waits.join(10)
        other.commit()


@pytest.mark.parametrize("race", [race_of_starts, race_for_a_row])
def test_of_two_writers_neither_loses_what_was_believed(race):
    post = PostFactory(title="担当")

    race(post)

    assert AppointmentTerm.objects.get().title == "係長"
    assert [title for title, _ in beliefs()] == ["担当", "主任"]
    gaps = sql(
        "SELECT upper(known) - coalesce(lead(lower(known)) OVER (ORDER BY known), t.known_from)"
        " FROM accounts_appointmentpast, accounts_appointmentterm t"
    )
    assert [gap[0] for gap in gaps] == [HOUR * 0] * 2  # one belief ends where the next begins


def test_the_start_of_the_transaction_is_no_clock():
    """The twin: with now() in the place of the clock, the same race is lost."""
    original = sql("SELECT pg_get_functiondef('accounts_remember_term'::regproc)")[0][0]
    twin = original.replace(
        "greatest(clock_timestamp(), old.known_from + interval '1 microsecond')", "now()"
    )
    assert twin != original
    sql(twin)
    try:
        post = PostFactory(title="担当")
        with pytest.raises(psycopg.Error):
            race_of_starts(post)
    finally:
        sql(original)


def test_a_post_that_is_moved_to_another_unit_keeps_what_was_believed_of_both():
    post = PostFactory()
    AppointmentTerm.objects.filter(pk=post.pk).update(unit=UnitFactory(it=True))

    assert AppointmentPast.objects.get().unit == post.unit
