"""A session ends for good: by every way of ending it, and with every old cookie."""

from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Hold, Person, Session, SignIn
from sekisho_web.accounts.operations import sessions as session_operations
from sekisho_web.accounts.sessions import SessionStore, kept
from sekisho_web.campaigns.models import Finding
from sekisho_web.ledger import operations as ledger
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
    CompanyFactory,
    DeviceFactory,
    UnitFactory,
    sign_in,
    somebody,
)
from tests.factories.people import OfficerFactory
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
    assert not is_open(thief)


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
    from sekisho_web.terminals.cookies import signed

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


# --- the pages ------------------------------------------------------------------------------


def the_page(client):
    return client.get(reverse("accounts:sessions"))


def test_everybody_sees_their_own_sign_ins_and_nobody_elses(client, clerk):
    enter(clerk, address="198.51.100.7")
    person = sign_in(client)
    enter(with_password(person), client=browser(address="198.51.100.8"))
    me = sign_in(client, person)

    page = the_page(client).content.decode()

    assert "198.51.100.8" in page
    assert "198.51.100.7" not in page
    assert "ほかの人" not in page
    assert me == person


def test_the_second_line_sees_who_is_signed_in_and_ends_it_with_a_reason(client, clerk):
    victim = enter(clerk)
    sign_in(client, compliance=True)

    assert clerk.name in the_page(client).content.decode()
    url = reverse("accounts:end_session", args=[clerk.code])
    without = client.post(url, {"note": " "})
    done = client.post(url, {"note": "覚えのない端末との申告"})

    assert without.status_code == 422
    assert "理由" in without.content.decode()
    assert done["Location"] == reverse("accounts:sessions")
    assert not is_open(victim)
    told = last_sign_in(clerk)
    assert (told.ended_because, told.note) == (SignIn.End.ENDED, "覚えのない端末との申告")


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(clerk, monkeypatch):
    client = enter(clerk)

    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr(ledger, "append", failing)
    with pytest.raises(OSError, match="ledger"):
        end_by_another(clerk, somebody())

    assert is_open(client)
    assert last_sign_in(clerk).ended_at is None


def officer_of(company_unit):
    person = somebody(unit=company_unit)
    OfficerFactory(post=person.posts.get())
    return person


def test_an_officer_ends_sessions_of_their_own_company_only(client, clerk):
    other = with_password(somebody(sales=True))
    enter(clerk)
    enter(other)
    officer = officer_of(UnitFactory())
    sign_in(client, officer)

    own = client.get(reverse("accounts:end_session", args=[clerk.code]))
    foreign = client.get(reverse("accounts:end_session", args=[other.code]))

    assert own.status_code == 200
    assert foreign.status_code == 403
    assert client.post(
        reverse("accounts:end_session", args=[other.code]), {"note": "理由を書いた"}
    ).status_code == 403  # fmt: skip
    assert Session.objects.filter(person=other).exists()


@pytest.mark.parametrize("unit", [{}, {"it": True}, {"sales": True}])
def test_nobody_else_ends_the_session_of_another(client, clerk, unit):
    enter(clerk)
    sign_in(client, **unit)

    answer = client.post(
        reverse("accounts:end_session", args=[clerk.code]), {"note": "理由を書いた"}
    )

    assert answer.status_code == 403
    assert Session.objects.filter(person=clerk).exists()


def test_nobody_ends_their_own_session_in_the_name_of_another(client):
    person = sign_in(client, compliance=True)

    answer = client.post(
        reverse("accounts:end_session", args=[person.code]), {"note": "理由を書いた"}
    )

    assert answer.status_code == 422
    assert "サインアウト" in answer.content.decode()


def test_the_list_takes_as_many_queries_for_three_as_for_thirty(client):
    sign_in(client, compliance=True)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert the_page(client).status_code == 200
        return len(seen)

    for _ in range(3):
        enter(with_password())
    few = queries()
    for n in range(27):
        person = somebody()
        began = timezone.now()
        Session.objects.create(
            session_key=f"{n:064}", session_data="", expire_date=began + timedelta(hours=1),
            person=person, hat=person.posts.get().appointment, began_at=began, seen_at=began,
        )  # fmt: skip

    assert queries() == few


def test_the_database_refuses_an_end_by_another_without_a_reason(clerk):
    from django.db import IntegrityError, transaction

    enter(clerk)
    other = somebody()
    for bad in (
        {"ended_by": other, "note": ""},
        {"ended_by": clerk, "note": "自分で"},
        {"ended_because": ""},
    ):
        told = {"ended_at": timezone.now(), "ended_because": SignIn.End.ENDED, **bad}
        with pytest.raises(IntegrityError), transaction.atomic():
            SignIn.objects.filter(person=clerk).update(**told)


def test_a_contractors_people_are_in_the_scope_of_the_company_whose_work_they_do(client):
    company = CompanyFactory(contractor=True, principal=CompanyFactory())
    worker = with_password(
        somebody(unit=UnitFactory(code="K01-01", name="計器課", kind="field", company=company))
    )
    enter(worker)
    sign_in(client, officer_of(UnitFactory()))

    assert client.get(reverse("accounts:end_session", args=[worker.code])).status_code == 200


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
