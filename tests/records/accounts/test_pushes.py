"""A push comes with its cause, and nothing but a reading of the target verifies it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sekisho_web.accounts.models import Hold, Push, Target
from sekisho_web.accounts.operations import carrying, lift, pushes, suspend
from sekisho_web.campaigns.models import Finding
from tests.factories import NOON, AccountFactory, PersonFactory
from tests.factories.targets import PushFactory, TargetFactory, living

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
EVIDENCE = {"says": "管理画面の一覧で、停止になっていることを見ました"}


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def stop(account, **more):
    facts = {"reason": Hold.Reason.INVESTIGATION, "by": None, "now": NOON}
    return suspend(target=account, **facts | more)


def test_a_stop_plans_a_push_for_each_account_of_the_person():
    account = living()
    TargetFactory(system=account.system)

    stop(account.person)

    push = Push.objects.get()
    assert (push.account_id, push.state, push.next_at) == (account.pk, "planned", NOON)
    assert (push.wanted["exists"], push.wanted["enabled"]) == (True, False)
    assert push.because == "停止（調査）"


def test_a_system_without_a_target_is_told_nothing():
    stop(living())

    assert not Push.objects.exists()


def test_no_cause_no_push(monkeypatch):
    account = living()
    TargetFactory(system=account.system)

    def failing(**_):
        raise OSError("no room in the ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)
    with pytest.raises(OSError, match="ledger"), transaction.atomic():
        stop(account)

    assert not Push.objects.exists()
    assert not Hold.objects.exists()


def test_a_newer_wanted_state_replaces_an_older_push_and_the_same_does_not():
    account = living()
    TargetFactory(system=account.system)
    hold = stop(account)
    first = Push.objects.get()

    stop(account, reason=Hold.Reason.REVIEW, now=NOON + SECOND)
    assert Push.objects.get().pk == first.pk  # both want it stopped

    lift(hold=hold, by=PersonFactory(), now=NOON + 2 * SECOND)
    assert Push.objects.get().pk == first.pk  # the other hold still stands

    lift(hold=Hold.objects.get(ends_at=None), by=PersonFactory(), now=NOON + 3 * SECOND)
    first.refresh_from_db()
    assert (first.state, first.next_at) == ("superseded", None)
    assert Push.objects.get(state="planned").wanted["enabled"] is True


def test_what_is_in_somebodys_hands_is_not_taken_for_proof_of_a_later_stop():
    account = living()
    TargetFactory(system=account.system)
    stop(account)
    (taken,) = carrying.take_due(now=NOON, limit=9)

    stop(account, reason=Hold.Reason.REVIEW, now=NOON + SECOND)

    taken.refresh_from_db()
    assert taken.state == "superseded"
    assert Push.objects.get(state="planned").planned_at == NOON + SECOND


def test_what_is_taken_is_written_as_sent_before_anything_goes_out():
    push = PushFactory()

    (taken,) = carrying.take_due(now=NOON, limit=9)

    push.refresh_from_db()
    assert taken.pk == push.pk
    assert (push.state, push.attempts, push.sent_at) == ("sent", 1, NOON)
    assert push.leased_until == push.next_at > NOON
    assert carrying.take_due(now=NOON, limit=9) == []
    assert carrying.take_due(now=push.leased_until, limit=9)  # its worker was killed


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"next_at": NOON + SECOND}, id="まだ先"),
        pytest.param({"state": "verified", "evidence": {"a": 1}, "sent_at": NOON,
                      "verified_at": NOON}, id="確認済み"),
        pytest.param({"state": "superseded"}, id="替わった"),
    ],
)  # fmt: skip
def test_nothing_else_is_taken(more):
    PushFactory(**more)

    assert carrying.take_due(now=NOON, limit=9) == []


def test_a_target_that_is_switched_off_or_rests_is_left_alone():
    push = PushFactory()
    assert carrying.take_due(now=NOON, limit=9, resting={push.target_id}) == []

    Target.objects.update(enabled=False)
    assert carrying.take_due(now=NOON, limit=9) == []


def test_what_is_late_is_escalated_although_nobody_ever_tried_it_and_told_once_a_target():
    account = living()
    target = TargetFactory(system=account.system)
    late = [PushFactory(account=living(), target=target) for _ in range(3)]

    assert carrying.escalate_overdue(now=NOON + timedelta(seconds=299)) == 0
    assert carrying.escalate_overdue(now=NOON + timedelta(seconds=300)) == 3
    assert carrying.escalate_overdue(now=NOON + timedelta(seconds=301)) == 0

    late[0].refresh_from_db()
    assert (late[0].state, late[0].escalated_at) == ("escalated", NOON + timedelta(seconds=300))
    finding = Finding.objects.get(kind="push_escalated")
    assert "3 件" in finding.sentence


def test_two_people_close_a_push_by_hand_and_it_is_not_green():
    push, one, two = PushFactory(), PersonFactory(), PersonFactory()

    pushes.attest(push=push, evidence=EVIDENCE, by=one, now=NOON)
    with pytest.raises(pushes.CannotClose, match="証拠を出した人"):
        pushes.confirm(push=push, by=one, now=NOON)
    closed = pushes.confirm(push=push, by=two, now=NOON + SECOND)

    assert (closed.state, closed.verified_at, closed.next_at) == ("closed", None, None)
    assert (closed.closed_by, closed.closed_second) == (one, two)


@pytest.mark.parametrize("who", ["by", "second"])
def test_the_holder_is_neither_of_the_two(who):
    push = PushFactory()
    people = {"by": PersonFactory(), "second": PersonFactory()} | {who: push.account.person}

    with pytest.raises(pushes.CannotClose, match="自分のアカウント"):
        pushes.close_by_hand(push=push, evidence=EVIDENCE, now=NOON, **people)


def test_the_look_of_a_second_person_verifies_what_people_did():
    account = living()
    TargetFactory(system=account.system, by_hand=True)
    stop(account)
    order = Push.objects.get()
    assert (order.state, order.sent_at) == ("sent", NOON)  # handed out by being there

    done = pushes.close_by_hand(
        push=order, evidence=EVIDENCE, by=PersonFactory(), second=PersonFactory(), now=NOON + SECOND
    )

    assert (done.state, done.verified_at) == ("verified", NOON + SECOND)


def test_a_work_order_is_late_after_one_whole_business_day():
    account = living()
    TargetFactory(system=account.system, by_hand=True)
    stop(account)  # NOON is a Wednesday

    assert carrying.escalate_overdue(now=NOON + timedelta(hours=35)) == 0
    assert carrying.escalate_overdue(now=NOON + timedelta(hours=36)) == 1


def test_a_log_is_not_asked_whether_somebody_may_enter():
    account = living()
    TargetFactory(system=account.system, kind=Target.Kind.LOG_ONLY)

    assert pushes.plan_for(account, because="発行", now=NOON) is None
    stop(account)
    push = Push.objects.get()
    assert push.next_at == NOON + timedelta(hours=24)  # the rhythm of its log


VERIFIED = {"state": "verified", "sent_at": NOON, "verified_at": NOON, "evidence": {"seen": 1}}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        pytest.param("push_is_verified_by_evidence", {"evidence": None}, id="証拠なし"),
        pytest.param("push_is_verified_by_evidence", {"verified_at": None}, id="時刻なし"),
        pytest.param(
            "push_is_verified_by_evidence",
            {"verified_at": NOON - SECOND, "sent_at": NOON - SECOND}, id="予定より前",
        ),
        pytest.param("push_is_verified_after_it_was_sent", {"sent_at": None}, id="送っていない"),
        pytest.param(
            "push_is_verified_after_it_was_sent", {"sent_at": NOON + SECOND}, id="送る前の確認"
        ),
        pytest.param(
            "push_is_verified_after_it_was_sent", {"state": "failed"}, id="失敗なのに確認の時刻"
        ),
        pytest.param("push_is_in_a_known_state", {"state": "green", "verified_at": None}, id="他"),
        pytest.param(
            "push_is_closed_by_two_people_with_evidence", {"state": "closed", "verified_at": None},
            id="二人でない",
        ),
    ],
)  # fmt: skip
def test_the_database_refuses_what_goes_around_the_rules(name, more):
    push = PushFactory()
    Push.objects.filter(pk=push.pk).update(**VERIFIED)

    with refused(name), transaction.atomic():
        Push.objects.filter(pk=push.pk).update(**VERIFIED | more)


def test_one_person_does_not_close_alone():
    push, one = PushFactory(), PersonFactory()
    facts = {"state": "closed", "closed_at": NOON, "closed_by": one, "evidence": EVIDENCE}

    with refused("push_is_closed_by_two_people_with_evidence"), transaction.atomic():
        Push.objects.filter(pk=push.pk).update(**facts, closed_second=one)
    Push.objects.filter(pk=push.pk).update(**facts, closed_second=PersonFactory())


def test_an_account_has_one_open_push_in_a_target():
    push = PushFactory()

    with refused("push_is_open_once_an_account"), transaction.atomic():
        PushFactory(account=push.account, target=push.target)


def test_two_accounts_are_not_one_in_their_target():
    AccountFactory(ext_id="u1")

    with refused("account_is_one_in_its_target"), transaction.atomic():
        AccountFactory(ext_id="u1")
    AccountFactory(ext_id="")
    AccountFactory(ext_id="")
