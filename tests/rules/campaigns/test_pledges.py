"""A pledge is what somebody signed last, over which words, until when."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sekisho.campaigns import templates as written
from sekisho.campaigns.pledges import (
    Answer,
    Need,
    Pledge,
    State,
    Statement,
    changes,
    clauses_of,
    digest_of,
    filled,
    pledge_state,
    refusal,
    refusal_of_paper,
    refusal_to_sign,
    text_digest,
    valid_until,
)
from sekisho.campaigns.templates import UnreadableTemplates, current
from sekisho.terms.days import JST, jst_day
from sekisho_links import shipped

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=JST)
TEXT = shipped("content", "pledges.toml").read_text(encoding="utf-8")
TEMPLATES = written.read(TEXT, place="pledges.toml")
RELIEF = current(TEMPLATES)["disaster_relief"]
YEARLY = current(TEMPLATES)["ministry_system_user"]
DAY = timedelta(days=1)


def pledge(answer=Answer.SIGNED, at=NOON - DAY, until=None, **more):
    given_ = {"template": "disaster_relief", "subject": "E1", "answer": answer, "at": at}
    return Pledge(**given_ | {"valid_until": until} | more)


def state(*pledges, at=NOON, subject="E1"):
    return pledge_state(pledges, template="disaster_relief", subject=subject, at=at)


def test_what_was_never_signed_is_missing_and_so_is_what_was_signed_for_another_event():
    assert state() is State.MISSING
    assert state(pledge(), subject="E2") is State.MISSING
    assert state(pledge(template="terminal_loan")) is State.MISSING
    assert state(pledge(at=NOON + DAY)) is State.MISSING


def test_it_is_valid_until_its_end_and_not_at_it():
    signed = pledge(until=NOON)

    assert state(signed, at=NOON - timedelta(microseconds=1)) is State.VALID
    assert state(signed, at=NOON) is State.EXPIRED


def test_the_last_answer_counts_and_of_two_at_once_the_refusal():
    signed, refused = pledge(), pledge(Answer.REFUSED, at=NOON - timedelta(hours=1))
    again = pledge(at=NOON - timedelta(minutes=1))

    assert state(refused, signed) is State.REFUSED
    assert state(again, signed, refused) is State.VALID
    assert state(pledge(at=refused.at), refused) is State.REFUSED


NEED = Need(template="disaster_relief", subject="E1", title="災害応援の誓約")


@pytest.mark.parametrize(
    ("pledges", "says"),
    [
        pytest.param([], "未提出", id="未提出"),
        pytest.param([pledge(until=NOON)], "期限切れ", id="期限切れ"),
        pytest.param([pledge(Answer.REFUSED)], "拒否", id="拒否"),
        pytest.param([pledge()], None, id="有効"),
    ],
)
def test_what_needs_it_stays_shut_and_says_why(pledges, says):
    said = refusal(pledges, [NEED], at=NOON)

    if says is None:
        assert said is None
    else:
        assert says in said.reason
        assert "災害応援の誓約" in said.reason
        assert said.remedy


def test_where_nothing_is_needed_nothing_is_refused_and_of_two_needs_both_count():
    other = Need(template="terminal_loan", subject="L1")

    assert refusal([], [], at=NOON) is None
    assert refusal([pledge()], [NEED, other], at=NOON) is not None


moments = st.integers(-20, 20).map(lambda n: NOON + n * DAY)
some = st.lists(
    st.builds(
        lambda answer, at, days: pledge(answer, at, None if days is None else at + days * DAY),
        st.sampled_from(list(Answer)),
        moments,
        st.none() | st.integers(1, 20),
    ),
    max_size=4,
)


@given(some, moments)
def test_the_answer_is_the_same_until_the_next_change(pledges, at):
    nearest = min(changes(pledges, [NEED], at=at), default=at + 99 * DAY)
    before = nearest - timedelta(microseconds=1)

    assert refusal(pledges, [NEED], at=at) == refusal(pledges, [NEED], at=before)


# Twins ------------------------------------------------------------------------------------------


def any_signature_ever(pledges, *, template, subject, at):
    mine = [p for p in pledges if (p.template, p.subject) == (template, subject) and p.at <= at]
    signed = any(p.answer is Answer.SIGNED for p in mine)
    return State.VALID if signed else State.MISSING


def whatever_it_was_about(pledges, *, template, subject, at):
    same = [replace(one, subject=subject) for one in pledges]
    return pledge_state(same, template=template, subject=subject, at=at)


def the_end_is_inside(pledges, *, template, subject, at):
    at = at - timedelta(microseconds=1)
    return pledge_state(pledges, template=template, subject=subject, at=at)


def the_last_in_the_list(pledges, *, template, subject, at):
    return pledge_state(list(pledges)[-1:], template=template, subject=subject, at=at)


CASES = [
    ([], State.MISSING),
    ([pledge(subject="E2")], State.MISSING),
    ([pledge(until=NOON)], State.EXPIRED),
    ([pledge(Answer.REFUSED), pledge(at=NOON - 2 * DAY)], State.REFUSED),
    ([pledge(), pledge(Answer.REFUSED, at=NOON - 2 * DAY)], State.VALID),
]


def answers(ask):
    return [ask(one, template="disaster_relief", subject="E1", at=NOON) for one, _ in CASES]


@pytest.mark.parametrize(
    "twin", [any_signature_ever, whatever_it_was_about, the_end_is_inside, the_last_in_the_list]
)
def test_each_broken_twin_is_caught(twin):
    assert answers(pledge_state) == [wanted for _, wanted in CASES]
    assert answers(twin) != [wanted for _, wanted in CASES]


class OnePledge(RuleBasedStateMachine):
    """Signing, refusing and time, in any order, against a model of three lines."""

    def __init__(self):
        super().__init__()
        self.rows, self.last, self.until, self.now = [], None, None, NOON

    @rule(days=st.none() | st.integers(1, 5))
    def sign(self, days):
        self.now += timedelta(seconds=1)
        self.last, self.until = Answer.SIGNED, None if days is None else self.now + days * DAY
        self.rows.append(pledge(Answer.SIGNED, self.now, self.until))

    @rule()
    def refuse(self):
        self.now += timedelta(seconds=1)
        self.last, self.until = Answer.REFUSED, None
        self.rows.append(pledge(Answer.REFUSED, self.now))

    @rule(hours=st.integers(1, 80))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @invariant()
    def the_state_is_that_of_the_last_answer(self):
        wanted = {None: State.MISSING, Answer.REFUSED: State.REFUSED}.get(
            self.last,
            State.EXPIRED if self.until is not None and self.until <= self.now else State.VALID,
        )
        assert state(*self.rows, at=self.now) is wanted
        assert (refusal(self.rows, [NEED], at=self.now) is None) is (wanted is State.VALID)


TestOnePledge = OnePledge.TestCase


# Words ------------------------------------------------------------------------------------------


def test_the_shipped_words_are_read_and_every_subject_has_its_template():
    assert {one.code for one in TEMPLATES} == {
        "onboarding", "system_user", "administrator", "transfer_out", "disaster_relief",
        "terminal_loan", "contractor", "ministry_system_user", "hotline_handler",
    }  # fmt: skip
    assert all(one.clauses and one.without and one.when for one in TEMPLATES)
    assert current(TEMPLATES)["administrator"].notice_days == 0
    assert current(TEMPLATES)["onboarding"].notice_days == 14


def test_nobody_signs_a_gap():
    with pytest.raises(LookupError):
        filled(RELIEF, {})

    text = filled(RELIEF, {"event": "台風第8号"})

    assert "台風第8号の復旧" in text
    assert "{" not in text
    assert len(clauses_of(RELIEF, {"event": "台風第8号"})) == len(RELIEF.clauses)


def test_a_year_ends_with_the_beginning_of_the_same_day():
    signed = datetime(2027, 2, 28, 23, 59, tzinfo=JST)

    assert valid_until(YEARLY, signed_at=signed) == jst_day(date(2028, 2, 28))
    assert valid_until(RELIEF, signed_at=signed) is None


def statement(**more):
    given_ = {
        "template": "disaster_relief", "version": 1, "text": text_digest("文"), "clauses": 5,
        "person": "P1", "appointment": "7", "subject_type": "emergency", "subject": "E1",
        "answer": "signed", "valid_until": "", "at": NOON.isoformat(), "nonce": "n",
    }  # fmt: skip
    return Statement(**given_ | more)


def test_a_statement_is_the_same_bytes_each_time_and_another_for_every_part():
    seen = {statement().digest}
    for name in Statement.__slots__:
        other = statement(**{name: 99 if name in {"version", "clauses"} else "他"})
        assert other.digest not in seen
        seen.add(other.digest)

    assert statement().body == statement().body
    assert statement().digest == digest_of(statement().body)
    assert b'"type":"sekisho.pledge/1"' in statement().body


def test_it_is_signed_after_the_end_was_reached_and_every_clause_was_ticked():
    every = len(RELIEF.clauses)

    assert refusal_to_sign(template=RELIEF, ticked=every, read=True) is None
    assert "最後まで" in refusal_to_sign(template=RELIEF, ticked=every, read=False).reason
    assert "条項" in refusal_to_sign(template=RELIEF, ticked=every - 1, read=True).reason


def test_paper_is_for_those_without_a_key_and_is_taken_by_somebody_else():
    taken = {"person": "1", "witness": "2", "scan": "a" * 64, "has_key": False}

    assert refusal_of_paper(**taken) is None
    for more in ({"witness": "1"}, {"has_key": True}, {"scan": ""}, {"scan": "g" * 64}):
        assert refusal_of_paper(**taken | more).remedy


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("[[templates]]", "[[templates", id="書き方"),
        pytest.param('code = "onboarding"', 'kode = "onboarding"', id="知らない項目"),
        pytest.param("version = 1", "version = 2", id="版が飛ぶ"),
        pytest.param('subject = "appointment"', 'subject = "person"', id="ない対象"),
        pytest.param("は{event}", "は{evnt}", id="ない差込み"),
        pytest.param("asked_from = 2027-04-01", 'asked_from = "四月"', id="日付でない"),
        pytest.param("異動や長い不在", '", "異動や長い不在', id="空の条項"),
    ],
)
def test_words_that_are_not_understood_are_laid_before_nobody(old, new):
    assert old in TEXT
    with pytest.raises(UnreadableTemplates) as caught:
        written.read(TEXT.replace(old, new, 1), place="誓約")

    assert caught.value.remedy


def test_an_old_version_stays_beside_the_new_one():
    again = TEXT[TEXT.index("[[templates]]") :].split("[[templates]]")[1]
    second = "[[templates]]" + again.replace("version = 1", "version = 2")

    found = [t for t in written.read(TEXT + second, place="誓約") if t.code == "onboarding"]

    assert [one.version for one in found] == [1, 2]
    assert current(found)["onboarding"].version == 2
