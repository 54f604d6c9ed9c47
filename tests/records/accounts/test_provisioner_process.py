"""The provisioner as it runs beside the site: its own process, in the role of the pages."""

import os
import signal
from time import monotonic, sleep

import pytest
from django.db import connection
from django.utils import timezone

from sekisho_cli.site import Beside
from sekisho_web.accounts.models import Hold, Push
from sekisho_web.accounts.operations import suspend
from tests.factories.targets import ScimService, TargetFactory, living
from tests.postgres import url_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    service = ScimService(delay=0.05)
    with service.serving() as url:
        service.url = url
        yield service


@pytest.fixture
def provisioner(monkeypatch):
    """Yield the process, on Django's test database, as the application's role."""
    name = str(connection.settings_dict["NAME"])
    monkeypatch.setenv("DATABASE_URL", url_of("app", name))
    with Beside("provisioner", "--hands", "3", role="app") as beside:
        yield beside


def stopped(service):
    account = living()
    TargetFactory(system=account.system, address={"url": service.url})
    account.ext_id = service.add(account.code)
    account.save()
    suspend(target=account, reason=Hold.Reason.INVESTIGATION, by=None, now=timezone.now())
    return account


def verified(*, seconds=30):
    end = monotonic() + seconds
    while monotonic() < end:
        if not Push.objects.exclude(state="verified").exists():
            return True
        sleep(0.1)
    return False


def test_a_stop_is_verified_within_seconds(service, provisioner):
    account = stopped(service)

    assert verified()

    push = Push.objects.get()
    assert service.users[account.ext_id]["active"] is False
    assert (push.verified_at - push.planned_at).total_seconds() < 30


def test_one_that_is_killed_between_the_sending_and_the_reading_sends_nothing_twice(
    service, provisioner, monkeypatch
):
    killed = []

    def kill_once(method, path):
        reads_back = service.writes and method == "GET" and path.endswith("/u1")
        if reads_back and not killed:
            killed.append(True)
            os.kill(provisioner._process.pid, signal.SIGKILL)

    service.before_answer = kill_once
    account = stopped(service)
    end = monotonic() + 30
    while not killed and monotonic() < end:
        sleep(0.05)
    assert Push.objects.get().state in {"sent", "acknowledged"}
    Push.objects.update(next_at=timezone.now(), leased_until=None)  # its lease has ended

    assert verified()

    assert service.writes[account.ext_id] == 1
