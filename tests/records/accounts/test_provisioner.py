"""The provisioner against a real service over HTTP: what it is told, and what it then holds."""

from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread
from time import sleep

import pytest
from django.db import connection
from django.utils import timezone

from sekisho_web.accounts import provisioning
from sekisho_web.accounts.models import Account, AppointmentTerm, Hold, Push, period
from sekisho_web.accounts.operations import carrying, lift, pushes, suspend, sweeping
from sekisho_web.campaigns.models import Finding
from tests.factories import NOON, PersonFactory
from tests.factories.targets import ScimService, TargetFactory, living

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    """Time that passes when we say so."""

    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now

    def wait(self, **more):
        self.now += timedelta(**more)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def service():
    service = ScimService()
    with service.serving() as url:
        service.url = url
        yield service


@pytest.fixture
def desk(tmp_path):
    desk = provisioning.Desk(tmp_path)
    yield desk
    desk.close()


def known(service, **more):
    """Return an account that the service knows and that works there."""
    account = living(**more)
    TargetFactory(system=account.system, address={"url": service.url})
    account.ext_id = service.add(account.code)
    account.save()
    return account


def stop(account, now=NOON):
    return suspend(target=account, reason=Hold.Reason.INVESTIGATION, by=None, now=now)


def work(desk, clock, *, hours=0.0):
    """Let the provisioner work for so long, as its threads do."""
    until = clock.now + timedelta(hours=hours)
    while True:
        while provisioning.one_round(desk, clock=clock):
            pass
        carrying.escalate_overdue(now=clock.now)
        if clock.now >= until:
            return
        waits = (
            Push.objects.exclude(next_at=None).order_by("next_at").values_list("next_at", flat=True)
        )
        clock.now = min(max(waits.first() or until, clock.now + timedelta(seconds=5)), until)


def only_push(**more):
    return Push.objects.get(**more)


def test_a_stop_is_verified_by_reading_the_target_again(service, desk, clock):
    account = known(service)
    stop(account)

    work(desk, clock)

    push = only_push()
    assert service.users[account.ext_id]["active"] is False
    assert (push.state, push.verified_at, push.next_at) == ("verified", clock.now, None)
    assert push.evidence["seen"]["read"] == "GET on a fresh connection"
    assert push.evidence["seen"]["active"] is False
    assert push.evidence["sent"] is True


def test_what_is_as_wanted_already_is_verified_and_not_sent(service, desk, clock):
    account = known(service)
    service.users[account.ext_id]["active"] = False
    stop(account)

    work(desk, clock)

    assert (only_push().state, only_push().evidence["sent"]) == ("verified", False)
    assert not service.writes


def test_a_target_that_says_yes_and_lets_in_is_never_verified(service, desk, clock):
    service.pretends = True
    stop(known(service))

    work(desk, clock, hours=24)

    push = only_push()
    assert (push.state, push.verified_at, push.evidence) == ("escalated", None, None)
    assert "止めたのに使えます" in push.problem
    assert push.attempts == 7 + 95  # at the agreed times, then every quarter of an hour
    assert Finding.objects.filter(kind="push_escalated", closed_at=None).count() == 1

    service.pretends = False
    work(desk, clock, hours=0.3)
    assert only_push().state == "verified"


def killed(*_):
    raise SystemExit("killed")


@pytest.mark.parametrize(
    "step",
    [
        "sekisho_web.accounts.operations.carrying._acknowledge",
        "sekisho_links.accounts.targets.scim.Scim.verify",
        "sekisho_web.accounts.operations.carrying.finish",
    ],
    ids=["送った直後", "読み返す前", "書く前"],
)
def test_a_worker_that_is_killed_sends_nothing_twice(service, desk, clock, monkeypatch, step):
    account = known(service)
    stop(account)
    with monkeypatch.context() as patched:
        patched.setattr(step, lambda *_, **__: killed())
        with pytest.raises(SystemExit):
            provisioning.one_round(desk, clock=clock)
    assert only_push().state in {"sent", "acknowledged"}
    assert service.writes[account.ext_id] == 1

    work(desk, clock)
    assert only_push().state != "verified"  # the lease of the dead still runs
    clock.wait(seconds=61)
    work(desk, clock)

    assert only_push().state == "verified"
    assert service.writes[account.ext_id] == 1


def test_the_twin_that_writes_without_reading_first_is_caught(service, desk, clock, monkeypatch):
    from sekisho_links.accounts.targets.scim import Scim

    account = known(service)
    stop(account)
    reads_first = Scim.apply

    def apply_blindly(self, ext_id, wanted):
        with service._lock:
            service.users[ext_id]["active"] = True  # as if nothing had been read
        return reads_first(self, ext_id, wanted)

    monkeypatch.setattr(Scim, "apply", apply_blindly)
    with monkeypatch.context() as patched:
        patched.setattr(carrying, "finish", lambda *_, **__: killed())
        with pytest.raises(SystemExit):
            provisioning.one_round(desk, clock=clock)
    clock.wait(seconds=61)
    work(desk, clock)

    assert service.writes[account.ext_id] == 2


def test_a_target_that_is_down_for_a_day_is_red_and_then_recovers_at_once(service, desk, clock):
    service.down = True
    accounts = [known(service) for _ in range(12)]
    for account in accounts:
        stop(account)

    work(desk, clock, hours=0.5)
    tries = service.asked.total()
    clock.wait(hours=23.5)
    work(desk, clock)

    assert set(Push.objects.values_list("state", flat=True)) == {"escalated"}
    assert Finding.objects.filter(kind="push_escalated").count() == 1
    assert tries < 60  # it rests, and is not hammered

    service.down = False
    work(desk, clock, hours=2 / 60)

    assert set(Push.objects.values_list("state", flat=True)) == {"verified"}
    assert all(service.writes[account.ext_id] == 1 for account in accounts)


def test_a_target_that_is_down_keeps_no_other_waiting(service, desk, clock):
    dead = living(system="nwonline")
    TargetFactory(system=dead.system, address={"url": "http://127.0.0.1:9/scim/v2"})
    dead.ext_id = "u1"
    dead.save()
    alive = known(service)
    stop(dead)
    stop(alive)

    work(desk, clock)

    assert only_push(account=alive).state == "verified"
    assert only_push(account=dead).state == "failed"


def test_only_the_newest_wanted_state_is_carried(service, desk, clock):
    account = known(service)
    hold = stop(account)
    clock.wait(seconds=1)
    lift(hold=hold, by=PersonFactory(), now=clock.now)

    work(desk, clock)

    assert not service.writes
    assert only_push(state="verified").wanted["enabled"] is True


def test_what_changes_while_a_push_is_under_way_is_what_is_verified_in_the_end(
    service, desk, clock
):
    account = known(service)
    hold = stop(account)
    clock.wait(seconds=1)

    def lifted(method, path):
        if method == "PATCH" and hold.ends_at is None:
            hold.ends_at = clock.now  # only here: the database is asked in a thread of its own
            thread = Thread(target=lift_elsewhere)
            thread.start()
            thread.join()

    def lift_elsewhere():
        lift(hold=Hold.objects.get(), by=PersonFactory(), now=clock.now)
        connection.close()

    service.before_answer = lifted
    work(desk, clock)

    assert [push.state for push in Push.objects.order_by("pk")] == ["superseded", "verified"]
    assert service.users[account.ext_id]["active"] is True


def test_a_stop_without_the_id_of_the_target_is_red_and_not_taken_for_absence(service, desk, clock):
    account = known(service)
    Account.objects.update(ext_id="")
    stop(account)

    work(desk, clock)

    assert only_push().state == "failed"
    assert "IDが分からない" in only_push().problem


def test_an_id_that_is_made_in_the_target_is_known_by_its_answer(service, desk, clock):
    account = living()
    TargetFactory(system=account.system, address={"url": service.url})
    pushes.plan_for(account, because="発行", now=NOON)

    work(desk, clock)

    account.refresh_from_db()
    assert only_push().state == "verified"
    assert service.users[account.ext_id]["userName"] == account.code
    assert service.writes[account.ext_id] == 1


def test_a_post_that_ends_is_told_at_its_end_and_not_before(service, desk, clock):
    account = known(service)
    end = NOON + timedelta(hours=12)
    AppointmentTerm.objects.update(valid=period(NOON - timedelta(days=900), end))
    begun = clock.now - timedelta(seconds=1)

    clock.now = end - timedelta(seconds=1)
    assert sweeping.sweep(now=clock.now, since=begun) == 0
    clock.now = end
    assert sweeping.sweep(now=clock.now, since=clock.now - timedelta(seconds=1)) == 1
    assert sweeping.sweep(now=clock.now) == 0
    work(desk, clock)

    push = only_push()
    assert (push.state, push.because) == ("verified", "時刻の到来（異動済）")
    assert push.effective_at == end
    assert service.users[account.ext_id]["active"] is False


def test_a_night_without_the_provisioner_is_made_up_for(service, desk, clock):
    known(service)
    AppointmentTerm.objects.update(
        valid=period(NOON - timedelta(days=900), NOON - timedelta(days=2))
    )

    assert sweeping.sweep(now=NOON) == 1


def test_two_plans_of_one_account_at_the_same_time_are_one_push_and_no_error(service):
    account = known(service)
    together, failed = Barrier(4), []

    def plan():
        together.wait()
        try:
            pushes.plan_for(account, because="停止", now=timezone.now())
        except Exception as error:
            failed.append(error)
        connection.close()

    threads = [Thread(target=plan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert Push.objects.count() == 1


@contextmanager
def hands(n, desk):
    """Let `n` hands work in threads, with connections of their own, until the block ends."""
    over = []

    def carry():
        while not over:
            if not provisioning.one_round(desk, clock=timezone.now):
                sleep(0.02)
        connection.close()

    threads = [Thread(target=carry) for _ in range(n)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.append(True)
        for thread in threads:
            thread.join()


def test_many_hands_send_each_thing_once(service, desk):
    service.delay = 0.01
    accounts = [known(service) for _ in range(40)]
    for account in accounts:
        stop(account, now=timezone.now())

    with hands(6, desk):
        for _ in range(600):
            if not Push.objects.exclude(state="verified").exists():
                break
            sleep(0.05)

    assert set(Push.objects.values_list("state", flat=True)) == {"verified"}
    assert {service.writes[account.ext_id] for account in accounts} == {1}
    assert service.most_at_once > 2


def test_the_secrets_are_read_from_the_home_and_stand_in_no_row(tmp_path, service, desk, clock):
    from sekisho_links.accounts.targets.secrets import keep_secret

    keep_secret(tmp_path, "takuso", "the-secret-of-the-target")
    stop(known(service))
    work(desk, clock)

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'select count(*) from "{table}" t where t::text like %s',
                           ["%the-secret-of-the-target%"])  # fmt: skip
            assert cursor.fetchone()[0] == 0, table
