"""Whoever is stopped is out with the next request, by whatever way the stop came."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import Hold, Session
from sekisho_web.accounts.operations import lift
from sekisho_web.accounts.sessions import kept
from sekisho_web.ledger import operations as ledger
from tests.doors.accounts import stops
from tests.doors.gate.conftest import _readers, gate, gate_world  # noqa: F401
from tests.doors.gate.people import enter
from tests.factories import PersonFactory
from tests.links.gate.worlds import number_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

SEARCH = "/look/tk/110"


class Inside:
    """Somebody with a live session, who has just seen data."""

    def __init__(self, client):
        self.client = client
        self.person = enter(client, "送配電託送")
        self.person.refresh_from_db()
        found = client.post(SEARCH, {"supply_point_no": number_of(9)})
        self.address = found["Location"]
        assert number_of(9) in client.get(self.address).text
        self.cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.row = Session.objects.get(session_key=kept(self.cookie))

    def sees(self):
        """Return whether the very same cookie still brings data."""
        self.client.cookies[settings.SESSION_COOKIE_NAME] = self.cookie
        answer = self.client.get(self.address)
        return answer.status_code == 200 and number_of(9) in answer.text

    def row_is_there(self):
        return Session.objects.filter(session_key=kept(self.cookie)).exists()

    def bring_the_row_back(self):
        """Write the very row again, as a request that was running might, or a backup."""
        Session.objects.update_or_create(
            session_key=self.row.session_key,
            defaults={
                "session_data": self.row.session_data,
                "expire_date": timezone.now() + timedelta(hours=1),
                "person": self.row.person,
                "device": self.row.device,
                "began_at": self.row.began_at,
                "seen_at": self.row.seen_at,
            },
        )

    def lift_everything(self):
        for hold in Hold.objects.filter(ends_at=None):
            lift(hold=hold, by=PersonFactory(), now=timezone.now(), note="済んだ")


@pytest.fixture
def inside(client):
    return Inside(client)


@pytest.fixture
def entered(inside, monkeypatch):
    """Return the kinds of what is entered in the ledger once somebody is inside."""
    kinds = []

    def noting(whole):
        def append(**said):
            kinds.append(said["kind"])
            return whole(**said)

        return append

    for name in ("append", "append_all"):
        monkeypatch.setattr(ledger, name, noting(getattr(ledger, name)))
    return kinds


@pytest.mark.parametrize("stop", stops.STOPS, ids=lambda stop: stop.__name__)
def test_the_next_request_is_refused_and_the_old_cookie_never_comes_back(inside, stop, entered):
    stop(inside.person)

    assert not inside.sees()
    assert not inside.row_is_there()
    if stop in stops.WITHOUT_A_HOLD:
        assert entered
    else:
        assert Hold.objects.filter(ends_at=None).exists()
        assert Kind.ACCOUNT_STOP in entered
    inside.lift_everything()
    assert not inside.sees()
    inside.bring_the_row_back()
    assert not inside.sees()


@pytest.mark.parametrize("stop", stops.BY_TIME, ids=lambda stop: stop.__name__)
def test_time_alone_refuses_the_next_request_and_no_job_has_run(inside, stop):
    stop(inside.person)

    assert not inside.sees()
    assert not Hold.objects.exists()


@pytest.mark.parametrize("twin", stops.TWINS, ids=lambda twin: twin.__name__)
def test_a_stop_that_does_half_is_caught(inside, twin):
    twin(inside.person)
    inside.lift_everything()
    inside.bring_the_row_back()

    assert inside.sees()  # what the test above refuses
