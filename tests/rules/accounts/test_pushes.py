"""Only a reading of the target that is newer than the push makes it green."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sekisho.accounts import pushes
from sekisho.accounts.pushes import Light, NotSo, State, Way
from sekisho.terms.days import jst_day
from tests.rules.accounts.twins import PUSHES as WRONG

NOON = datetime(2027, 4, 1, 3, tzinfo=UTC)


def seconds(n):
    return timedelta(seconds=n)


def test_a_failing_push_is_tried_at_the_agreed_times_then_every_quarter_of_an_hour_for_ever():
    push, at, tries = pushes.planned(now=NOON), NOON, []

    for _ in range(10):
        tries.append((at - NOON).total_seconds())
        push = pushes.failed(pushes.sending(push, now=at), why="つながらない", now=at)
        at = push.due_at

    assert tries == [0, 10, 20, 40, 80, 150, 300, 1200, 2100, 3000]
    assert push.state is State.ESCALATED
    assert push.attempts == 10


@pytest.mark.parametrize(
    ("after", "state"),
    [
        pytest.param(seconds(299), State.FAILED, id="5分の前は失敗"),
        pytest.param(seconds(300), State.ESCALATED, id="5分ちょうどで上申"),
        pytest.param(timedelta(days=1), State.ESCALATED, id="一日後も上申のまま"),
    ],
)
def test_a_push_is_escalated_five_minutes_after_its_plan(after, state):
    sent = pushes.sending(pushes.planned(now=NOON), now=NOON)

    assert pushes.failed(sent, why="断られた", now=NOON + after).state is state


@pytest.mark.parametrize("years", [0, 1, 30])
def test_no_age_makes_a_failed_push_green(years):
    failed = pushes.failed(
        pushes.sending(pushes.planned(now=NOON), now=NOON), why="入れてしまう", now=NOON
    )

    assert pushes.light(failed, now=NOON + timedelta(days=366 * years)) is Light.RED


def test_a_worker_that_stands_still_looks_red_and_not_patient():
    push = pushes.planned(now=NOON)

    assert pushes.light(push, now=NOON + seconds(299)) is Light.WAITING
    assert pushes.light(push, now=NOON + seconds(300)) is Light.RED
    assert pushes.escalated(push, now=NOON + seconds(300)).state is State.ESCALATED
    assert pushes.escalated(push, now=NOON + seconds(299)) == push


def test_an_acknowledgement_verifies_nothing():
    push = pushes.acknowledged(pushes.sending(pushes.planned(now=NOON), now=NOON), now=NOON)

    assert push.state is State.ACKNOWLEDGED
    assert pushes.light(push, now=NOON + seconds(1)) is Light.WAITING
    assert push.verified_at is None


@pytest.mark.parametrize(
    ("seen", "evidence"),
    [
        pytest.param(seconds(-1), "userAccountControl=514", id="予定より前に読んだもの"),
        pytest.param(seconds(1), "userAccountControl=514", id="送る前に読んだもの"),
        pytest.param(seconds(9), "userAccountControl=514", id="まだ来ていない時刻に読んだもの"),
        pytest.param(seconds(3), "  ", id="証拠が空"),
    ],
)
def test_what_was_read_before_proves_nothing(seen, evidence):
    sent = pushes.sending(pushes.planned(now=NOON), now=NOON + seconds(2))

    with pytest.raises(NotSo):
        pushes.verified(sent, seen_at=NOON + seen, evidence=evidence, now=NOON + seconds(4))


def test_what_was_read_after_it_was_sent_verifies():
    sent = pushes.sending(pushes.planned(now=NOON), now=NOON + seconds(2))

    push = pushes.verified(
        sent, seen_at=NOON + seconds(3), evidence="bind refused (49)", now=NOON + seconds(4)
    )

    assert pushes.light(push, now=NOON + timedelta(days=400)) is Light.GREEN


def test_an_escalated_push_stays_so_while_it_is_tried_again():
    push = pushes.escalated(pushes.planned(now=NOON), now=NOON + seconds(300))

    push = pushes.sending(push, now=NOON + seconds(301))
    assert push.state is State.ESCALATED
    assert pushes.acknowledged(push, now=NOON + seconds(302)).state is State.ESCALATED


@pytest.mark.parametrize(
    ("at", "limit"),
    [
        pytest.param((2027, 4, 1, 10), date(2027, 4, 3), id="木曜の昼なら金曜の終わり"),
        pytest.param((2027, 4, 2, 10), date(2027, 4, 6), id="金曜なら月曜の終わり"),
        pytest.param((2027, 4, 3, 0), date(2027, 4, 6), id="土曜なら月曜の終わり"),
        pytest.param((2027, 4, 28, 23), date(2027, 5, 1), id="祝日は飛ばす"),
    ],
)
def test_by_hand_there_is_one_whole_business_day(at, limit):
    now = jst_day(date(*at[:3])) + timedelta(hours=at[3])

    push = pushes.planned(now=now, way=Way.BY_HAND, days_off={date(2027, 4, 29)})

    assert push.limit_at == jst_day(limit)
    assert pushes.light(push, now=push.limit_at - seconds(1)) is Light.WAITING
    assert pushes.light(push, now=push.limit_at) is Light.RED


def test_a_log_is_awaited_for_its_own_rhythm():
    push = pushes.planned(now=NOON, way=Way.LOG_ONLY, rhythm=timedelta(days=7))

    assert push.limit_at == push.due_at == NOON + timedelta(days=7)


GOOD = "管理画面の一覧で、停止になっていることを見ました"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"by": 3}, "自分のアカウント", id="本人"),
        pytest.param({"evidence": "止めた"}, "証拠", id="短い"),
        pytest.param({"evidence": " 　 　 　 　 "}, "証拠", id="空白だけ"),
    ],
)
def test_nobody_attests_without_evidence_or_for_themselves(more, says):
    push = pushes.planned(now=NOON)

    assert pushes.refusal_to_attest(push, evidence=GOOD, by=1, holder=3) is None
    refusal = pushes.refusal_to_attest(push, **{"evidence": GOOD, "by": 1, "holder": 3} | more)
    assert says in refusal.reason
    assert refusal.remedy


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"by": 1}, "証拠を出した人", id="同じ人"),
        pytest.param({"by": 3}, "自分のアカウント", id="本人"),
        pytest.param({"attested_by": None}, "証拠が出ていません", id="証拠がまだ"),
    ],
)
def test_the_second_person_is_another(more, says):
    push = pushes.planned(now=NOON)

    assert pushes.refusal_to_confirm(push, attested_by=1, by=2, holder=3) is None
    refusal = pushes.refusal_to_confirm(push, **{"attested_by": 1, "by": 2, "holder": 3} | more)
    assert says in refusal.reason


class Life(RuleBasedStateMachine):
    """Anything may happen, in any order; a plain account of it is kept beside."""

    steps = pushes

    def __init__(self):
        super().__init__()
        self.now = NOON
        self.push = self.steps.planned(now=NOON)
        self.last_sent = None
        self.proved = False  # by a reading after the last thing that was sent
        self.by_hand = False

    def over(self):
        return self.proved or self.by_hand

    @rule(wait=st.integers(0, 4000))
    def wait(self, wait):
        self.now += seconds(wait)

    @rule()
    def sweep(self):
        self.push = self.steps.escalated(self.push, now=self.now)

    @precondition(lambda self: not self.over())
    @rule()
    def send(self):
        self.push = self.steps.sending(self.push, now=self.now)
        self.last_sent = self.now

    @precondition(lambda self: not self.over())
    @rule()
    def fail(self):
        self.push = self.steps.failed(self.push, why="×", now=self.now)
        assert self.push.due_at > self.now

    @precondition(lambda self: not self.over() and self.last_sent)
    @rule()
    def acknowledge(self):
        self.push = self.steps.acknowledged(self.push, now=self.now)

    @rule(
        ago=st.integers(0, 2) | st.integers(-5, 9000),
        evidence=st.sampled_from(["", " ", "read back"]),
    )
    def verify(self, ago, evidence):
        seen = self.now - seconds(ago)
        try:
            self.push = self.steps.verified(
                self.push, seen_at=seen, evidence=evidence, now=self.now
            )
        except NotSo:
            assert (
                self.over() or not evidence.strip() or self.last_sent is None
                or seen < self.last_sent or seen > self.now
            )  # fmt: skip
        else:
            assert not self.over()
            assert evidence.strip()
            assert NOON <= self.last_sent <= seen <= self.now
            self.proved = True

    @precondition(lambda self: not self.over())
    @rule(how=st.sampled_from(["by hand", "by a newer one"]))
    def close(self, how):
        if how == "by hand":
            self.push = self.steps.closed(self.push, evidence="two people looked")
        else:
            self.push = self.steps.superseded(self.push)
        self.by_hand = True

    @precondition(lambda self: self.over())
    @rule(step=st.sampled_from(["sending", "acknowledged", "failed"]))
    def nothing_more(self, step):
        more = {"why": "×"} if step == "failed" else {}
        with pytest.raises(NotSo):
            getattr(self.steps, step)(self.push, now=self.now, **more)

    @invariant()
    def green_is_what_was_proved_and_nothing_else(self):
        for later in (self.now, self.now + timedelta(days=4000)):
            green = self.steps.light(self.push, now=later) is Light.GREEN
            assert green == self.proved
        assert (self.push.state is State.VERIFIED) == self.proved

    @invariant()
    def what_was_escalated_stays_so_until_it_is_over(self):
        if self.push.escalated_at is not None and not self.over():
            assert self.push.state is State.ESCALATED


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.__name__)
def test_a_life_in_which_something_else_turns_green_is_caught(wrong):
    class Twin(Life):
        steps = SimpleNamespace(**vars(pushes) | {wrong.__name__.split("_")[0]: wrong})

    with pytest.raises((AssertionError, NotSo)):
        run_state_machine_as_test(
            Twin, settings=settings(max_examples=300, stateful_step_count=30, deadline=None,
                                    database=None, report_multiple_bugs=False)
        )  # fmt: skip
