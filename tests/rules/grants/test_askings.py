"""What the affiliate asks for is kept first and judged by the second line; until then it is no."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.grants import askings
from sekisho.grants.askings import ALLOWED_FOR, Answer, Judge, carries, is_asking, refusal_to_judge

NOON = datetime(2027, 1, 12, 3, 0, tzinfo=UTC)
JUDGE = Judge(person="P-1", company_kind="network", line=2)
NOTE = "小売供給の手続であり、許される範囲と認めた"
PURPOSES = st.sampled_from(
    [
        "託送供給等",
        "再エネ買取",
        "停電保安",
        "非常災害対応",
        "小売供給",
        "切替手続",
        "営業提案",
        "x",
    ]
)


@given(PURPOSES)
def test_the_affiliate_asks_whenever_it_is_no_emergency_and_not_its_own_customers(purpose):
    excepted = purpose in {"非常災害対応", "小売供給", "切替手続"}

    assert is_asking(asker_kind="affiliate", owner_kind="network", purpose=purpose) != excepted
    assert is_asking(asker_kind="something_new", owner_kind="network", purpose="営業提案")


@given(PURPOSES, st.sampled_from(["network", "network_contractor"]))
def test_the_network_company_itself_never_asks(purpose, kind):
    assert not is_asking(asker_kind=kind, owner_kind="network", purpose=purpose)
    assert not is_asking(asker_kind="affiliate", owner_kind="government", purpose=purpose)


def judged(**words):
    given_words = {
        "by": JUDGE, "asked_by": "P-2", "noted_by": "P-3", "answered": False,
        "answer": "allowed", "note": NOTE,
    }  # fmt: skip
    return refusal_to_judge(**given_words | words)


def test_the_second_line_of_the_network_company_judges():
    assert judged() is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"by": Judge(person="P-1", company_kind="network", line=1)}, "第2線"),
        ({"by": Judge(person="P-1", company_kind="network", line=None)}, "第2線"),
        ({"by": Judge(person="P-1", company_kind="affiliate", line=2)}, "第2線"),
        ({"by": Judge(person="P-2", company_kind="network", line=2)}, "自分が関わった"),
        ({"by": Judge(person="P-3", company_kind="network", line=2)}, "自分が関わった"),
        ({"answered": True}, "もう判断されています"),
        ({"answer": ""}, "選ばれていません"),
        ({"answer": "maybe"}, "選ばれていません"),
        ({"note": " 　よい　 "}, "所見が10字に足りません"),
    ],
)
def test_nobody_else_judges_and_nothing_is_judged_twice_or_without_a_word(words, reason):
    refusal = judged(**words)

    assert refusal is not None
    assert reason in refusal.reason
    assert refusal.remedy


@pytest.mark.parametrize("answer", ["", *Answer])
def test_a_judgement_carries_one_request_for_thirty_days(answer):
    def carried(after, *, spent=False):
        return carries(answer, judged_at=NOON, spent=spent, at=NOON + after)

    assert carried(timedelta(0)) == (answer == "allowed")
    assert carried(ALLOWED_FOR - timedelta(seconds=1)) == (answer == "allowed")
    assert not carried(ALLOWED_FOR)
    assert not carried(-timedelta(seconds=1))
    assert not carried(timedelta(0), spent=True)


def test_a_twin_that_forgets_the_purpose_is_found_out(monkeypatch):
    monkeypatch.setattr(askings, "OWN_CUSTOMERS", frozenset({"小売供給", "切替手続", "営業提案"}))

    with pytest.raises(AssertionError):
        assert is_asking(asker_kind="affiliate", owner_kind="network", purpose="営業提案")
