"""A session ends for good: by every way of ending it, and with every old cookie."""

from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Hold, Person, Session, SignIn
from sekisho_web.accounts.operations import sessions as session_operations
from sekisho_web.accounts.sessions import SessionStore, kept
from sekisho_web.campaigns.models import Finding
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.cookies import signed
from sekisho_web.terminals.models import Device
from tests.doors.accounts import twins_of_sessions as twins
from tests.doors.accounts.live import (
    browser,
    cookie_of,
    enter,
    is_open,
    is_shut,
    last_sign_in,
    with_password,
)
from tests.factories import (
    DeviceFactory,
    somebody,
)
from tests.factories.uses import LoanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return with_password()


def test_a_session_knows_its_person_terminal_place_and_times(clerk):
    device = DeviceFactory()
    client = enter(clerk, device=device, address="192.0.2.7")

    row = Session.objects.get(person=clerk)

    assert (row.device, row.address, row.hat) == (device.number, "192.0.2.7", None)
    assert timezone.now() - row.began_at < timedelta(minutes=1)
    assert row.sign_in == last_sign_in(clerk)
    assert (row.sign_in.device, row.sign_in.address) == (device.number, "192.0.2.7")
    assert is_open(client)


def test_the_table_holds_no_key_that_would_open_a_session(clerk):
    cookie = cookie_of(enter(clerk))

    row = Session.objects.get(person=clerk)

    assert row.session_key == sha256(cookie.encode()).hexdigest() == kept(cookie)
    assert cookie not in str(Session.objects.values())
    thief = browser()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    thief.cookies[settings.SEKISHO_TERMINAL_COOKIE] = terminal_of(clerk)
    assert not is_open(thief)


def test_a_twin_that_keeps_the_key_itself_is_caught(clerk, monkeypatch):
    monkeypatch.setattr("sekisho_web.accounts.sessions.kept", lambda key: key)
    monkeypatch.setattr(session_operations.sessions, "kept", lambda key: key)
    enter(clerk)

    thief = browser()
    thief.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get(person=clerk).session_key
    thief.cookies[settings.SEKISHO_TERMINAL_COOKIE] = terminal_of(clerk)

    assert is_open(thief)


def terminal_of(person):
    return signed(Device.objects.get(number=last_sign_in(person).device))


def end_by_hold(person, by):
    return operations.suspend(target=person, reason=Hold.Reason.LOST, by=by, now=timezone.now())


def end_by_another(person, by):
    session_operations.end_anothers(person=person, by=by, note="紛失の届け", now=timezone.now())


@pytest.mark.parametrize("end", [end_by_hold, end_by_another])
def test_what_was_ended_never_comes_back_not_even_after_the_stop_is_lifted(clerk, end):
    client = enter(clerk)
    cookie, data = cookie_of(client), dict(client.session.items())

    hold = end(clerk, somebody())

    assert is_shut(client, clerk, cookie=cookie)
    if hold:
        operations.lift(hold=hold, by=somebody(), now=timezone.now())
    assert is_shut(client, clerk, cookie=cookie)
    # and were the row itself brought back, with everything in it, the epoch would still be old
    Session.objects.create(
        session_key=kept(cookie),
        session_data=SessionStore().encode(data),
        expire_date=timezone.now() + timedelta(hours=1),
    )
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert not is_open(client)


@pytest.mark.parametrize("twin", twins.ENDS, ids=lambda twin: twin.__name__)
def test_a_twin_that_ends_a_session_halfway_is_caught(clerk, twin):
    client = enter(clerk)
    cookie, data = cookie_of(client), dict(client.session.items())

    twin(clerk)

    Session.objects.get_or_create(
        session_key=kept(cookie),
        defaults={
            "session_data": SessionStore().encode(data),
            "expire_date": timezone.now() + timedelta(hours=1),
        },
    )
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert is_open(client)


def test_a_request_that_was_running_writes_nothing_back(clerk):
    cookie = cookie_of(enter(clerk))
    running = SessionStore(cookie)
    running["began_at"]  # it has been read

    end_by_another(clerk, somebody())

    running["purpose"] = "託送供給等"
    with pytest.raises(UpdateError):
        running.save()
    assert not Session.objects.exists()


def test_a_request_that_was_running_does_not_go_on_under_another_key(clerk):
    running = SessionStore(cookie_of(enter(clerk)))
    running["began_at"]

    end_by_another(clerk, somebody())

    with pytest.raises(SessionInterrupted):
        running.cycle_key()
    assert not Session.objects.exists()


def test_a_twin_that_goes_on_under_another_key_is_caught(clerk):
    running = SessionStore(cookie_of(enter(clerk)))
    running["began_at"]
    end_by_another(clerk, somebody())

    SessionBase.cycle_key(running)  # as Django does: it makes a row, whether there was one or not
    running.save()

    assert Session.objects.filter(person=clerk).exists()


def test_a_new_key_holds_everything_at_once(clerk):
    store = SessionStore(cookie_of(enter(clerk)))
    before = store.session_key
    store.cycle_key()

    row = Session.objects.get()

    assert row.session_key == kept(store.session_key) != kept(before)
    assert row.person == clerk
    assert SessionStore(before).load() == {}


def test_a_new_session_ends_the_one_before_and_both_are_told(clerk):
    first = enter(clerk)
    before = last_sign_in(clerk)
    cookie = cookie_of(first)

    second = enter(clerk)

    before.refresh_from_db()
    assert before.ended_because == SignIn.End.ELSEWHERE
    assert last_sign_in(clerk).ended_at is None
    assert is_open(second)
    first.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert not is_open(first)
    assert Session.objects.filter(person=clerk).count() == 1


def test_two_who_sign_in_at_once_leave_one_session_that_opens(clerk):
    """The older of two rows that slipped in together has an older epoch: it opens nothing."""
    first = enter(clerk)
    row = Session.objects.get(person=clerk)
    second = enter(clerk)
    row.save(force_insert=True)  # as if both had been inserted at the same moment

    assert not is_open(first)
    assert is_open(second)


def test_somebody_stopped_while_they_signed_in_gets_a_session_that_opens_nothing(clerk):
    stale = Person.objects.get(pk=clerk.pk)
    client = enter(clerk)
    Person.objects.filter(pk=clerk.pk).update(session_epoch=99)
    session = client.session
    session[HASH_SESSION_KEY] = stale.get_session_auth_hash()
    session.save()

    assert not is_open(client)


def test_signing_out_is_told(clerk):
    client = enter(clerk)

    client.post(reverse("account_logout"))

    assert last_sign_in(clerk).ended_because == SignIn.End.SIGNED_OUT
    assert not Session.objects.filter(person=clerk).exists()


@pytest.mark.parametrize(
    ("later", "because"),
    [
        (timedelta(minutes=31), SignIn.End.IDLE),
        (timedelta(hours=12), SignIn.End.LONGEST),
    ],
)
def test_time_ends_a_session_and_says_so(clerk, later, because):
    client, now = enter(clerk), timezone.now()
    if because == SignIn.End.LONGEST:  # in use all the while
        session = client.session
        session["seen_at"] = (now + later - timedelta(minutes=1)).isoformat()
        session.set_expiry(now + timedelta(days=1))
        session.save()

    with time_machine.travel(now + later, tick=True):
        assert not is_open(client)

    assert last_sign_in(clerk).ended_because == because


def test_another_terminal_ends_a_session_and_says_so(clerk):
    client = enter(clerk)
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(DeviceFactory())

    assert not is_open(client)
    assert last_sign_in(clerk).ended_because == SignIn.End.TERMINAL


def test_another_address_is_recorded_once_and_ends_nothing(clerk, monkeypatch):
    client = enter(clerk)
    entered = []
    append = ledger.append
    monkeypatch.setattr(ledger, "append", lambda **told: entered.append(told) or append(**told))

    client.defaults["REMOTE_ADDR"] = "192.0.2.9"
    assert is_open(client)
    assert is_open(client)

    [told] = entered
    assert told["details"]["after"] == "192.0.2.9"
    assert Session.objects.get(person=clerk).address == "192.0.2.9"


def test_a_sign_in_says_who_has_the_terminal(clerk):
    owner = somebody()
    lent = DeviceFactory(lent=True)
    LoanFactory(device=lent, person=owner, starts_at=timezone.now() - timedelta(hours=1),
                ends_at=None)  # fmt: skip

    enter(clerk, device=lent)

    assert last_sign_in(clerk).holder == owner


def test_a_sign_in_on_a_second_terminal_within_minutes_is_a_sign_of_lending(clerk):
    enter(clerk)
    assert not Finding.objects.exists()

    enter(clerk)

    [finding] = Finding.objects.all()
    assert (finding.kind, finding.subject) == ("lent_id", clerk.code)
    assert clerk.name not in finding.sentence


def test_rows_that_nobody_can_open_are_forgotten_at_night_and_no_others(clerk):
    enter(clerk)
    now = timezone.now()
    Session.objects.create(session_key="a" * 64, session_data="", expire_date=now)

    assert session_operations.forget_expired(now=now) == 1
    assert Session.objects.get().person == clerk
