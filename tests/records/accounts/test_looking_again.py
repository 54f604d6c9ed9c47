"""What people do, and what only a log shows, is looked at until it is so, or red."""

from datetime import timedelta

import pytest

from sekisho_web.accounts import provisioning
from sekisho_web.accounts.models import Hold, Push, Target
from sekisho_web.accounts.operations import carrying, suspend
from tests.factories import NOON
from tests.factories.targets import TargetFactory, living

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(tmp_path):
    desk = provisioning.Desk(tmp_path)
    yield desk
    desk.close()


def stopped(**target):
    account = living()
    TargetFactory(system=account.system, **target)
    suspend(target=account, reason=Hold.Reason.INVESTIGATION, by=None, now=NOON)
    return account


def look(desk, now):
    provisioning.look_round(desk, clock=lambda: now)
    carrying.escalate_overdue(now=now)
    return Push.objects.get()


def listed(tmp_path, *lines, as_of=NOON + HOUR):
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["id,state", *lines]), encoding="utf-8")
    return {"list": str(path), "as_of": as_of.isoformat()}


def test_a_work_order_is_verified_by_the_next_list(desk, tmp_path):
    account = stopped(kind=Target.Kind.BY_HAND, address={})
    Target.objects.update(address=listed(tmp_path, f"{account.code},停止"))

    push = look(desk, NOON + 2 * HOUR)

    assert (push.state, push.verified_at) == ("verified", NOON + 2 * HOUR)
    assert push.evidence["seen"]["read"] == "list of accounts"


@pytest.mark.parametrize(
    ("state", "as_of", "says"),
    [
        pytest.param("有効", NOON + HOUR, "使えます", id="まだ使える"),
        pytest.param("停止", NOON - HOUR, "停止より前", id="停止より前の一覧"),
    ],
)
def test_a_list_that_does_not_show_it_verifies_nothing(desk, tmp_path, state, as_of, says):
    account = stopped(kind=Target.Kind.BY_HAND, address={})
    Target.objects.update(address=listed(tmp_path, f"{account.code},{state}", as_of=as_of))

    push = look(desk, NOON + 2 * HOUR)

    assert (push.state, push.verified_at) == ("sent", None)
    assert says in push.problem
    assert NOON + 2 * HOUR < push.next_at <= NOON + 3 * HOUR


def test_without_a_list_a_work_order_waits_for_people_and_is_red_in_the_end(desk):
    stopped(kind=Target.Kind.BY_HAND, address={})

    assert look(desk, NOON + HOUR).state == "sent"
    assert look(desk, NOON + 2 * DAY).state == "escalated"


def logged(tmp_path, *lines, until):
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["account,at", *lines]), encoding="utf-8")
    return {"file": str(path), "whole_until": until.isoformat()}


@pytest.mark.parametrize(
    ("used", "until", "state"),
    [
        pytest.param(NOON - HOUR, NOON + 2 * DAY, "verified", id="停止の後に行がない"),
        pytest.param(NOON + HOUR, NOON + 2 * DAY, "escalated", id="停止の後に行がある"),
        pytest.param(NOON - HOUR, NOON + HOUR, "escalated", id="記録がまだそろわない"),
    ],
)
def test_a_log_proves_a_stop_by_its_silence_only_where_it_is_whole(
    desk, tmp_path, used, until, state
):
    account = stopped(kind=Target.Kind.LOG_ONLY, address={})
    line = f"{account.code},{used.isoformat()}"
    Target.objects.update(address=logged(tmp_path, line, until=until))

    assert look(desk, NOON + DAY - HOUR).state == "sent"  # before the rhythm of its log
    assert look(desk, NOON + DAY + HOUR).state == state
