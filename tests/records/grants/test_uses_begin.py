"""A use that was approved once begins once, whoever asks at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from sekisho.grants.refusals import NOT_BEGUN, ON_LEAVE, USED_UP
from sekisho_web.accounts.models import Hold, period
from sekisho_web.accounts.operations.stopping import suspend
from sekisho_web.grants.follows import posts_ended
from sekisho_web.grants.models import Use
from sekisho_web.grants.operations import beginning
from sekisho_web.grants.operations.beginning import CannotBegin, begin_use
from tests.factories import NOON, AccountFactory, DeviceFactory, GrantFactory

ONCE = {"kind": "per_use", "uses_max": 1, "use_minutes": 20}


def once(**changes):
    return GrantFactory(**{**ONCE, **changes})


def begin(grant, *, device=None, now=NOON, refusals=(NOT_BEGUN,), session="s1", **more):
    return begin_use(
        grant=grant,
        person=more.pop("person", grant.person),
        device=device,
        refusals=refusals,
        session=session,
        now=now,
        **more,
    )


@pytest.mark.django_db
def test_a_use_has_its_number_and_its_length():
    grant, device = once(uses_max=2), DeviceFactory()

    use = begin(grant, device=device)

    assert (use.no, use.uses_max, use.began_at) == (1, 2, NOON)
    assert use.ends_at == NOON + timedelta(minutes=20)


@pytest.mark.django_db
def test_a_use_never_outlives_what_carries_it():
    grant = once(valid_to=NOON + timedelta(minutes=5))
    longer = once(use_minutes=60)

    assert begin(grant, device=DeviceFactory()).ends_at == grant.valid_to
    until = NOON + timedelta(minutes=3)
    assert begin(longer, device=DeviceFactory(), ends=(until, None)).ends_at == until


@pytest.mark.django_db
def test_the_second_use_of_one_is_refused_and_spends_nothing():
    grant, device = once(), DeviceFactory()
    begin(grant, device=device)

    with pytest.raises(CannotBegin) as refused:
        begin(grant, device=device, now=NOON + timedelta(minutes=21))

    assert refused.value.refusal == USED_UP
    assert grant.uses.count() == 1


@pytest.mark.django_db
def test_two_clicks_begin_one_use():
    grant, device = once(), DeviceFactory()

    assert begin(grant, device=device) == begin(grant, device=device)


@pytest.mark.django_db
def test_what_runs_elsewhere_does_not_begin_here():
    grant = once(uses_max=5)
    begin(grant, device=DeviceFactory())

    with pytest.raises(CannotBegin, match="別の端末"):
        begin(grant, device=DeviceFactory(), session="s2")


@pytest.mark.django_db
@pytest.mark.parametrize("refusals", [(ON_LEAVE,), (ON_LEAVE, NOT_BEGUN)])
def test_whatever_else_refuses_stands_in_the_way(refusals):
    grant = once()

    with pytest.raises(CannotBegin, match="休職"):
        begin(grant, device=DeviceFactory(), refusals=refusals)
    assert not grant.uses.exists()


@pytest.mark.django_db
def test_a_grant_of_somebody_else_begins_nothing():
    grant = once()

    with pytest.raises(CannotBegin):
        begin(grant, device=DeviceFactory(), person=once().person)


@pytest.mark.django_db
def test_the_database_refuses_two_uses_at_one_time_and_one_too_many():
    grant, device = once(uses_max=2), DeviceFactory()
    begin(grant, device=device)
    told = {"grant": grant, "person": grant.person, "device": device}
    now = NOON + timedelta(minutes=1)

    for no, most in ((2, 2), (3, 3)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Use.objects.create(
                no=no, uses_max=most, during=period(now, now + timedelta(minutes=1)), **told
            )


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["person", "account", "device", "grant"])
def test_a_stop_ends_the_use_that_rests_on_it(what):
    account = AccountFactory()
    grant = once(person=account.person, account=account)
    use = begin(grant, device=DeviceFactory())
    target = {"person": use.person, "account": account, "device": use.device, "grant": grant}[what]
    now = NOON + timedelta(minutes=1)

    suspend(target=target, reason=Hold.Reason.INVESTIGATION, by=None, now=now)

    use.refresh_from_db()
    assert use.ends_at == now
    assert use.ended_why == (Use.End.DEVICE if what == "device" else Use.End.STOPPED)


@pytest.mark.django_db
def test_a_use_ends_with_the_post():
    grant = once()
    use = begin(grant, device=DeviceFactory())
    now = NOON + timedelta(minutes=1)

    posts_ended(endings={grant.appointment_id: now}, now=now)

    use.refresh_from_db()
    assert (use.ends_at, use.ended_why) == (now, Use.End.REVOKED)


def all_at_once(grant, devices):
    """Return how each of many starts ended, all at the same moment."""
    wait = Barrier(len(devices))

    def start(number):
        wait.wait()
        try:
            return begin(grant, device=devices[number], session=f"s{number}").no
        except CannotBegin as error:
            return error.refusal.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(len(devices)) as pool:
        return list(pool.map(start, range(len(devices))))


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_exactly_one_begins():
    grant, devices = once(), [DeviceFactory() for _ in range(20)]

    answers = all_at_once(grant, devices)

    assert answers.count(1) == 1
    assert set(answers) == {1, beginning.ELSEWHERE.reason}
    assert grant.uses.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_still_lets_one_begin(monkeypatch):
    """The twin: nobody locks, everybody sees no use; the keys of the table are left."""
    grant, devices = once(), [DeviceFactory() for _ in range(8)]
    manager = type(grant).objects
    monkeypatch.setattr(manager, "select_for_update", lambda **_: manager.all())

    def start(number):
        try:
            return begin(grant, device=devices[number], session=f"s{number}").no
        except (CannotBegin, IntegrityError):
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(start, range(8)))

    assert answers.count(1) == 1
    assert grant.uses.count() == 1
