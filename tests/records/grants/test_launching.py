"""One handle lets in one arrival, whoever brings it at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from sekisho.grants.launching import SPENT
from sekisho.grants.use import Permit
from sekisho_web.accounts.models import System
from sekisho_web.grants.models import Launch
from sekisho_web.grants.operations import launching
from sekisho_web.grants.queries import launches
from tests.factories import DeviceFactory, GrantFactory
from tests.factories.people import SystemFactory

SESSION = "s" * 64
TRIES = 8


def launched():
    """Return a launch that has just been made, its handle, and what may arrive with it."""
    grant = GrantFactory(system="kessai")
    told = {
        "person": grant.person,
        "system": SystemFactory(
            key="kessai", opens_by="oidc", address="https://kessai.example/", client_id="c",
            controlled_by=["log_only"],
        ),
        "answer": Permit(grant=str(grant.pk), emergency=None, until=None),
        "device": DeviceFactory(),
        "session": SESSION,
        "now": timezone.now(),
    }  # fmt: skip
    row, handle = launching.launch(**told)
    return row, handle, told


@pytest.mark.django_db
def test_a_launch_keeps_the_digest_of_its_handle_and_not_the_handle():
    row, handle, _ = launched()

    assert row.handle_digest == launching.digest(handle)
    assert handle not in str(vars(row))


@pytest.mark.django_db
def test_the_database_itself_knows_a_handle_once():
    row, _, told = launched()

    with (
        pytest.raises(IntegrityError, match="launch_has_a_handle_of_its_own"),
        transaction.atomic(),
    ):
        Launch.objects.create(
            person=row.person, system="kessai", outcome="opened", asked_at=told["now"],
            handle_digest=row.handle_digest,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_many_arrivals_at_once_one_gets_in():
    _, handle, told = launched()
    barrier = Barrier(TRIES)

    def arrive(_):
        try:
            barrier.wait()
            return launching.arrive(**told, handle=handle)
        finally:
            connection.close()

    with ThreadPoolExecutor(TRIES) as pool:
        answers = list(pool.map(arrive, range(TRIES)))

    assert [one for one in answers if isinstance(one, Launch)] == [
        Launch.objects.get(arrived_at__isnull=False)
    ]
    assert answers.count(SPENT) == TRIES - 1


@pytest.mark.django_db
def test_what_was_refused_is_kept_and_opens_nothing():
    _, _, told = launched()
    row, handle = launching.launch(**{**told, "answer": SPENT})

    assert handle == ""
    assert row.outcome == Launch.Outcome.REFUSED
    assert launches.as_rule(row) is None
    assert (
        not Launch.objects.filter(pk=row.pk, handle_digest="").exclude(reason=str(SPENT)).exists()
    )


@pytest.mark.django_db
def test_a_system_that_is_retired_gets_no_token_any_more():
    _, handle, told = launched()
    launching.arrive(**told, handle=handle)
    assert launches.arrived("c", now=told["now"])

    System.objects.filter(key="kessai").update(state="retired")

    assert not launches.arrived("c", now=told["now"])
