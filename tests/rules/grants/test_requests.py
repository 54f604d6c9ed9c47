import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.grants import references, requests
from sekisho.grants.references import Reference
from sekisho.grants.requests import (
    Answer,
    Helper,
    Standing,
    State,
    Verdict,
    faults,
    matching_code,
    open_parties,
    read,
    refusal_of_clock,
    refusal_of_reason,
    refusal_to_withdraw,
    state_of,
)
from tests.rules.grants.houses import NOON, POLICY, minutes, request


def test_what_is_read_back_is_the_same_request_and_the_same_bytes():
    asked = request(
        helpers=(Helper(person="P1", appointment="A1", account="K1"),),
        starts_at=NOON + minutes(90),
        areas=("09-01",),
    )

    assert read(asked.text) == asked
    assert read(asked.text).text == asked.text


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": "接続検討の申込内容を確認するため。"},
        {"window_minutes": 31},
        {"uses": 2},
        {"areas": ("09-01",)},
        {"references": (Reference(kind="facility", no="AA123456C2"),)},
        {"asked_at": NOON + timedelta(microseconds=1)},
    ],
    ids=["理由", "期間", "回数", "地区", "番号", "時刻"],
)
def test_an_edited_request_is_another_request(changed):
    assert request(**changed).digest != request().digest


def test_bytes_that_say_the_same_in_another_way_are_not_the_request():
    text = request().text

    with pytest.raises(ValueError, match="canonical"):
        read(json.dumps(json.loads(text)).encode())


def test_the_matching_code_is_four_digits_of_these_bytes():
    code = matching_code(request().digest)

    assert len(code) == 4
    assert code.isdigit()
    assert code == matching_code(request().digest)


def test_a_good_request_has_no_fault():
    assert faults(request(), POLICY, at=NOON) == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": "確認します"}, "10字"),
        ({"reason": "　　　確認のため　　　　　"}, "10字"),
        ({"reason": "ああああああああああああ"}, "同じ字"),
        ({"references": ()}, "番号がありません"),
        ({"references": (Reference(kind="outage", no="T-001"),)}, "番号がありません"),
        ({"references": (Reference(kind="facility", no="?"),)}, "設備ID"),
        ({"purpose": "営業提案"}, "「営業提案」"),
        ({"window_minutes": 61}, "期間の長さ"),
        ({"window_minutes": 0}, "期間の長さ"),
        ({"use_minutes": 21}, "一回の利用"),
        ({"use_minutes": 31, "window_minutes": 30}, "一回の利用"),
        ({"uses": 3}, "回数"),
        ({"uses": None}, "回数"),
        ({"policy": "sha256:00"}, "承認規程が新しく"),
        ({"starts_at": NOON - minutes(5)}, "利用の開始"),
        ({"starts_at": NOON + timedelta(days=93)}, "利用の開始"),
    ],
)
def test_what_is_wrong_is_said(changed, said):
    [fault, *_] = faults(request(**changed), POLICY, at=NOON)

    assert said in fault.reason
    assert fault.remedy


def test_a_request_for_many_is_for_two_hundred_at_most_and_for_nobody_twice():
    many = [Helper(person=f"P{n}", appointment=f"A{n}", account="") for n in range(200)]

    assert faults(request(helpers=tuple(many)), POLICY, at=NOON) == ()
    [one] = faults(request(helpers=(*many[:5], many[0])), POLICY, at=NOON)
    assert "二度" in one.reason
    [one] = faults(request(helpers=(*many, replace(many[0], person="X"))), POLICY, at=NOON)
    assert "200人" in one.reason


@given(st.text(max_size=30))
def test_a_reason_is_judged_after_it_is_tidied(text):
    said = requests.tidy(text)

    refused = refusal_of_reason(text) is not None

    assert refused == (len(said) < 10 or len(set(said)) < 4)


def test_a_reason_that_was_written_before_is_flagged():
    earlier = ["設備の状態を確認するため", "検針の日を確認するため", "別の件", "古い理由は問わない"]

    assert requests.is_repeated(" 検針の日を確認するため ", earlier)
    assert not requests.is_repeated("古い理由は問わない", earlier)


@pytest.mark.parametrize(
    ("kind", "no", "good"),
    [
        ("supply_point", "0912345678901234567890", True),
        ("supply_point", "０９-1234-5678-9012-3456-7890", True),
        ("supply_point", "1012345678901234567890", True),
        ("supply_point", "1112345678901234567890", False),
        ("supply_point", "0012345678901234567890", False),
        ("supply_point", "091234567890123456789", False),
        ("facility", "aa123456c1", True),
        ("facility", "AA 1234 56", True),
        ("facility", "'; drop", False),
        ("facility", "", False),
        ("nothing", "AA1", False),
    ],
)
def test_numbers_are_judged_by_their_shape(kind, no, good):
    assert (references.fault(references.normal(kind, no)) is None) is good


# How it stands ----------------------------------------------------------------------------------

DUE = NOON + minutes(60)


def answer(person, verdict, after):
    return Answer(person=person, verdict=Verdict(verdict), at=NOON + minutes(after))


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({}, State.PENDING),
        ({1: ("chief", "approve", 1)}, State.PENDING),
        ({1: ("chief", "approve", 1), 2: ("officer", "approve", 2)}, State.APPROVED),
        ({1: ("chief", "deny", 1)}, State.DENIED),
        ({1: ("chief", "approve", 1), 2: ("officer", "deny", 2)}, State.DENIED),
        ({1: ("chief", "deny", 2), 2: ("officer", "approve", 1)}, State.DENIED),
        ({1: ("chief", "approve", 1), 2: ("chief", "approve", 2)}, State.PENDING),
    ],
    ids=["答えなし", "一人", "全員", "却下", "承認と却下", "却下と承認", "一人が二役"],
)
def test_all_must_approve_and_one_denial_ends_it(answers, state):
    asked = Standing(
        parties=2, due_at=DUE, answers={number: answer(*one) for number, one in answers.items()}
    )

    assert state_of(asked, at=NOON + minutes(10)) is state


def test_silence_is_no_and_a_late_answer_is_none():
    asked = Standing(parties=2, due_at=DUE, answers={1: answer("chief", "approve", 1)})
    late = replace(asked, answers={**asked.answers, 2: answer("officer", "approve", 60)})

    assert state_of(asked, at=DUE - timedelta(seconds=1)) is State.PENDING
    assert state_of(asked, at=DUE) is State.LAPSED
    assert state_of(late, at=NOON + timedelta(days=365)) is State.LAPSED


def test_a_request_without_a_party_is_never_approved():
    assert state_of(Standing(parties=0, due_at=DUE), at=NOON) is State.LAPSED


def test_what_was_taken_back_stays_taken_back():
    asked = Standing(
        parties=1,
        due_at=DUE,
        withdrawn_at=NOON + minutes(5),
        answers={1: answer("chief", "approve", 6)},
    )

    assert state_of(asked, at=NOON + minutes(10)) is State.WITHDRAWN


def test_in_order_the_second_waits_for_the_first():
    asked = Standing(parties=2, due_at=DUE, in_order=True)
    answered = replace(asked, answers={1: answer("chief", "approve", 1)})

    assert open_parties(asked, at=NOON) == [1]
    assert open_parties(answered, at=NOON + minutes(2)) == [2]
    assert open_parties(replace(asked, in_order=False), at=NOON) == [1, 2]
    assert open_parties(asked, at=DUE) == ()


def test_only_the_asker_takes_it_back_and_only_while_it_is_pending():
    asked = Standing(parties=1, due_at=DUE)

    assert refusal_to_withdraw(asked, asker="asker", by="asker", at=NOON) is None
    assert refusal_to_withdraw(asked, asker="asker", by="chief", at=NOON)
    assert refusal_to_withdraw(asked, asker="asker", by="asker", at=DUE)


@pytest.mark.parametrize(
    ("seconds", "refused"), [(0, False), (2, False), (-2, False), (2.001, True), (-3600, True)]
)
def test_two_clocks_that_differ_decide_nothing(seconds, refused):
    said = refusal_of_clock(machine=NOON + timedelta(seconds=seconds), database=NOON)

    assert (said is not None) is refused
