"""A finding is closed by the second line of the network company, with a reason, once."""

import pytest

from sekisho.campaigns.findings import WORDS, Kind, refusal_to_close

MAY = {"is_open": True, "company_kind": "network", "line": 2, "reason": "台帳を直した"}


def test_the_second_line_closes_a_finding_with_a_reason():
    assert refusal_to_close(**MAY) is None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"is_open": False}, "もう閉じて", id="閉じている"),
        pytest.param({"line": 1}, "第2線", id="第1線"),
        pytest.param({"line": 3}, "第2線", id="第3線"),
        pytest.param({"line": None}, "第2線", id="線がない"),
        pytest.param({"company_kind": "affiliate"}, "第2線", id="関係小売の第2線"),
        pytest.param({"reason": ""}, "理由", id="理由がない"),
        pytest.param({"reason": "  ・　 "}, "理由", id="空白だけ"),
        pytest.param({"reason": "直した"}, "理由", id="短すぎる"),
    ],
)
def test_nobody_else_does_and_the_refusal_says_what_to_do(more, says):
    refusal = refusal_to_close(**MAY | more)

    assert says in refusal.reason
    assert refusal.remedy


def test_every_kind_has_its_words():
    assert set(WORDS) == set(Kind)
