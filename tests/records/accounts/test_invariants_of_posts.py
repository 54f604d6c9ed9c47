"""A2, A3, A6: posts never overlap, nothing outlives them, and their days are Japanese days."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import transaction

from sekisho.accounts.life import Account, State, state_of
from sekisho.terms.days import after, jst_day, months_on
from sekisho_web.accounts.models import AppointmentTerm, Officer, period
from sekisho_web.grants.models import Grant
from tests.factories import NOON, GrantFactory, PersonFactory, PostFactory, UnitFactory
from tests.factories.people import LONG_AGO, OfficerFactory
from tests.records.accounts.around import DAY, HOUR, NOT_NULL, SECOND, refused, sql

APRIL, OCTOBER = jst_day(date(2027, 4, 1)), jst_day(date(2026, 10, 1))


def cut(post, at):
    AppointmentTerm.objects.filter(pk=post.pk).update(valid=period(post.valid_from, at))


# A2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts", "ends", "is_refused"),
    [
        (OCTOBER, None, False),
        (OCTOBER - SECOND, None, True),
        (LONG_AGO - DAY, LONG_AGO, False),
        (LONG_AGO - DAY, LONG_AGO + SECOND, True),
        (LONG_AGO, OCTOBER, True),
    ],
    ids=["終わりの時刻から", "その1秒前から", "始まりの時刻まで", "その1秒後まで", "同じ期間"],
)
def test_a2_terms_of_one_appointment_never_overlap(starts, ends, is_refused):
    post = PostFactory(valid_to=OCTOBER)

    def again():
        AppointmentTerm.objects.create(
            appointment=post.appointment,
            person=post.person,
            unit=UnitFactory(it=True),
            valid=period(starts, ends),
        )

    if is_refused:
        with refused("terms_of_one_appointment_never_overlap"):
            again()
    else:
        again()


@pytest.mark.django_db
def test_a2_a_term_begins_is_of_its_person_and_names_a_unit():
    post = PostFactory()

    for valid in ("'empty'", "tstzrange(NULL, now())"):
        with refused("term_has_a_beginning"):
            sql(f"UPDATE accounts_appointmentterm SET valid = {valid} WHERE id = %s", post.pk)
    with refused("term_is_of_the_person_of_its_appointment"):
        AppointmentTerm.objects.filter(pk=post.pk).update(person=PersonFactory())
    for column in ("person_id", "unit_id", "appointment_id", "valid", "flags"):
        with refused(state=NOT_NULL):
            sql(f"UPDATE accounts_appointmentterm SET {column} = NULL WHERE id = %s", post.pk)


@pytest.mark.django_db
def test_a2_two_appointments_in_one_unit_never_run_at_once():
    post = PostFactory(valid_to=OCTOBER)

    with refused("posts_in_one_unit_never_overlap"):
        PostFactory(person=post.person, unit=post.unit, valid_from=OCTOBER - SECOND)
    PostFactory(person=post.person, unit=post.unit, valid_from=OCTOBER)


# A3


@pytest.mark.django_db
def test_a3_a_post_does_not_end_under_a_grant_or_an_officer():
    post = PostFactory()
    grant = GrantFactory(person=post.person, valid_from=NOON, valid_to=OCTOBER)
    officer = OfficerFactory(post=post)

    with refused("grant_stays_within_the_post"):
        Officer.objects.filter(pk=officer.pk).update(valid=period(LONG_AGO, NOON))
        cut(post, OCTOBER - SECOND)
    with refused("officer_stays_within_the_post"):
        cut(post, OCTOBER)
    with refused("grant_stays_within_the_post"):
        Officer.objects.filter(pk=officer.pk).delete()
        AppointmentTerm.objects.filter(pk=post.pk).delete()
    with refused("grant_stays_within_the_post"):
        Grant.objects.filter(pk=grant.pk).update(
            valid_from=LONG_AGO - SECOND, valid_to=LONG_AGO + DAY
        )
    with refused("officer_has_a_beginning"):
        sql("UPDATE accounts_officer SET valid = 'empty'")


@pytest.mark.django_db
def test_a3_both_end_together():
    post = PostFactory()
    grant = GrantFactory(person=post.person, valid_from=NOON, valid_to=OCTOBER)
    later = GrantFactory(person=post.person, valid_from=OCTOBER, valid_to=OCTOBER + 30 * DAY)
    officer = OfficerFactory(post=post)

    cut(post, NOON + HOUR)
    Grant.objects.filter(pk__in=[grant.pk, later.pk]).update(revoked_at=NOON + HOUR)
    Officer.objects.filter(pk=officer.pk).update(valid=period(LONG_AGO, NOON + HOUR))

    sql("SET CONSTRAINTS ALL IMMEDIATE")
    grant.refresh_from_db()
    later.refresh_from_db()
    assert grant.valid.upper == NOON + HOUR
    assert later.valid is None  # it never began, and so rests on nothing


@pytest.mark.django_db
def test_a3_a_grant_may_rest_on_two_terms_that_follow_each_other_and_on_no_gap():
    post = PostFactory(valid_to=NOON)
    follow = {"appointment": post.appointment, "person": post.person, "unit": post.unit}
    term = AppointmentTerm.objects.create(**follow, title="係長", valid=period(NOON))
    GrantFactory(person=post.person, valid_from=NOON - DAY, valid_to=OCTOBER)
    sql("SET CONSTRAINTS ALL IMMEDIATE")

    with refused("grant_stays_within_the_post"):
        AppointmentTerm.objects.filter(pk=term.pk).update(valid=period(NOON + SECOND))


@pytest.mark.django_db(transaction=True)
def test_a3_the_transaction_is_refused_at_commit_and_as_a_whole(as_app):
    """As the application, which asks nobody: each statement passes, COMMIT does not."""
    post = PostFactory()
    GrantFactory(person=post.person, valid_from=NOON, valid_to=OCTOBER)

    def end_the_post():
        as_app.execute("UPDATE accounts_person SET phone = '1'")
        as_app.execute(
            "UPDATE accounts_appointmentterm SET valid = tstzrange(lower(valid), %s)", [NOON + HOUR]
        )

    end_the_post()
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as caught:
        as_app.commit()
    assert caught.value.diag.constraint_name == "grant_stays_within_the_post"
    post.refresh_from_db()
    post.person.refresh_from_db()
    assert (post.valid_to, post.person.phone) == (None, "")

    end_the_post()
    as_app.execute("UPDATE grants_grant SET revoked_at = %s", [NOON + HOUR])
    as_app.commit()
    post.refresh_from_db()
    assert post.valid_to == NOON + HOUR


# A6


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_a6_a_post_ends_at_midnight_in_japan_whatever_zone_the_connection_has(zone):
    post = PostFactory(valid_to=after(date(2027, 3, 31)))
    follow = PostFactory(person=post.person, unit=UnitFactory(it=True), valid_from=APRIL)

    with transaction.atomic():
        sql(f"SET LOCAL TIME ZONE '{zone}'")
        in_force = {
            second: list(
                AppointmentTerm.objects.in_force(now=APRIL + second * SECOND)
                .filter(person=post.person)
                .values_list("pk", flat=True)
            )
            for second in (-1, 0, 1)
        }

    assert in_force == {-1: [post.pk], 0: [follow.pk], 1: [follow.pk]}
    assert datetime(2027, 3, 31, 15, tzinfo=UTC) == APRIL


@pytest.mark.parametrize(
    ("used", "stops"),
    [
        ("2026-08-30T16:00:00+00:00", date(2027, 2, 28)),  # 31 August 01:00 in Japan
        ("2027-08-30T16:00:00+00:00", date(2028, 2, 29)),  # … before a leap day
        ("2026-08-30T14:59:59+00:00", date(2027, 2, 28)),  # 30 August 23:59:59: the same last day
        ("2027-08-29T14:59:59+00:00", date(2028, 2, 29)),
        ("2028-02-29T00:00:00+09:00", date(2028, 8, 29)),
        ("2026-09-30T23:59:59+09:00", date(2027, 3, 30)),
    ],
)
def test_a6_six_months_run_to_a_day_in_japan_and_stop_at_its_midnight(used, stops):
    used_at = datetime.fromisoformat(used)
    account = Account(issued_at=LONG_AGO, last_used_at=used_at, post=_always(), dormancy_months=6)

    midnight = jst_day(stops)

    assert months_on(used_at.astimezone(midnight.tzinfo).date(), 6) == stops
    assert state_of(account, midnight - SECOND) is State.ACTIVE
    assert state_of(account, midnight) is State.DORMANT
    assert state_of(account, midnight + SECOND) is State.DORMANT


def test_a6_the_database_would_have_counted_to_the_first_of_march(db):
    """Why months are added to days: the moment of the design's trap, in a session of UTC."""
    sql("SET LOCAL TIME ZONE 'UTC'")
    wrong = sql("SELECT timestamptz '2026-08-31 01:00+09' + interval '6 months'")[0][0]

    assert wrong.astimezone(APRIL.tzinfo).date() == date(2027, 3, 1)
    assert months_on(date(2026, 8, 31), 6) == date(2027, 2, 28)


def _always():
    from sekisho.terms.periods import Period

    return Period(starts=LONG_AGO - timedelta(days=1), ends=None)
