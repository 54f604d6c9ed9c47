"""What silence has stopped gets its hold: visible, without a session left, and to be lifted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sekisho.accounts.life import State, state_of
from sekisho_web.accounts.models import AccountReview, Hold
from sekisho_web.accounts.operations import lift
from sekisho_web.accounts.operations.lapsing import stop_what_lapsed
from sekisho_web.accounts.queries.wanted import lives_of
from tests.doors.accounts.live import enter, is_open, is_shut, with_password
from tests.factories import AccountFactory, PersonFactory

pytestmark = pytest.mark.django_db

HALF_A_YEAR = timedelta(days=184)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def person():
    return with_password()


def id_of(person, *, last):
    appointment = person.appointments.get()
    return AccountFactory(
        person=person,
        appointment=appointment,
        works_for=appointment.works_for,
        issued_at=last - timedelta(days=30),
        last_used_at=last,
    )


def state(account, now):
    return state_of(lives_of([account])[account.pk], now)


def test_an_id_that_nobody_used_for_half_a_year_is_held_and_its_sessions_are_gone(person, now):
    account = id_of(person, last=now - HALF_A_YEAR)
    client = enter(person)
    assert is_open(client)
    assert state(account, now) is State.DORMANT  # before anything ran

    assert stop_what_lapsed(now=now) == 1

    assert account.holds.get().reason == Hold.Reason.DORMANT
    assert is_shut(client, person)


def test_it_is_held_once(person, now):
    id_of(person, last=now - HALF_A_YEAR)

    assert [stop_what_lapsed(now=now), stop_what_lapsed(now=now)] == [1, 0]


@pytest.mark.parametrize("days", [0, 27, 150], ids=["今日", "一か月より前", "五か月"])
def test_an_id_in_use_goes_on(person, now, days):
    account = id_of(person, last=now - timedelta(days=days))
    client = enter(person)

    assert stop_what_lapsed(now=now) == 0
    assert is_open(client)
    assert state(account, now) is State.ACTIVE


def test_silence_about_a_review_is_noted_as_such_and_its_stop_can_be_lifted(person, now):
    account = id_of(person, last=now)
    review = AccountReview.objects.create(
        account=account,
        opened_at=now - timedelta(days=30),
        due_at=now,
        assignee=PersonFactory(),
        holder=person,
        facts={},
    )
    client = enter(person)
    assert state(account, now) is State.STOPPED  # before anything ran

    assert stop_what_lapsed(now=now) == 1

    review.refresh_from_db()
    assert (review.answer, review.answered_by) == ("silent", None)
    assert is_shut(client, person)
    lift(hold=account.holds.get(), by=PersonFactory(), now=now + timedelta(minutes=1))
    assert state(account, now + timedelta(minutes=2)) is State.ACTIVE


def test_a_review_that_is_not_due_yet_stops_nothing(person, now):
    account = id_of(person, last=now)
    AccountReview.objects.create(
        account=account,
        opened_at=now,
        due_at=now + timedelta(seconds=1),
        assignee=PersonFactory(),
        holder=person,
        facts={},
    )

    assert stop_what_lapsed(now=now) == 0
