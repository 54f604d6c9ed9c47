"""How the rules on posts are written: a row that is not understood lets no rule count."""

import pytest

from sekisho.grants import conflict_rules
from sekisho.grants.conflict_rules import UnreadableRules
from sekisho.grants.conflicts import OF_POST, Effect
from tests.rules.grants.test_conflicts import RULES, TEXT, UNIT_KINDS


def test_every_shipped_rule_has_a_basis_and_withholds_what_it_says():
    assert [rule.code for rule in RULES] == [
        "K1-1", "K1-2", "K2", "K3", "K4", "K5", "K6", "K7", "K8",
    ]  # fmt: skip
    assert all(rule.basis and rule.says for rule in RULES)
    assert {rule.effect for rule in RULES} == set(Effect) - {Effect.FLAG}
    assert all(rule.relieved <= (rule.effect in OF_POST) for rule in RULES)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("番号,", "番,", "列がありません", id="列がない"),
        pytest.param(
            "会社=network 印=officer", "会社=netwark 印=officer", "netwark", id="ない会社"
        ),
        pytest.param("組織=sales", "組織=saels", "saels", id="ない組織"),
        pytest.param("組織=sales", "部署=sales", "読めません", id="ない項目"),
        pytest.param("印=officer", "印officer", "読めません", id="等号がない"),
        pytest.param("すべて止める", "止めない", "読めません", id="ない効果"),
        pytest.param(",後,12,", ",後,十二,", "数ではありません", id="数でない月数"),
        pytest.param(",後,12,", ",後,0,", "数ではありません", id="0か月"),
        pytest.param("K1-2,", "K1-1,", "二度", id="同じ番号"),
        pytest.param(",判断させない,", ",すべて止める,", "合っていません", id="判断の効果が違う"),
        pytest.param("籍=affiliate,", "－,", "合っていません", id="乙がない"),
        pytest.param("電気事業法第22条の3第1項,", ",", "空欄", id="根拠がない"),
    ],
)
def test_a_row_that_is_not_understood_lets_no_rule_count(old, new, says):
    assert old in TEXT
    with pytest.raises(UnreadableRules) as caught:
        conflict_rules.read(TEXT.replace(old, new, 1), place="表", unit_kinds=UNIT_KINDS)

    assert says in str(caught.value)
    assert caught.value.remedy


def test_rules_of_nothing_are_no_rules():
    with pytest.raises(UnreadableRules):
        conflict_rules.read(TEXT.splitlines()[0] + "\n", place="表", unit_kinds=UNIT_KINDS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_predicate_is_written_as_it_is_read(rule):
    for words in (rule.a, rule.b):
        text = conflict_rules.written(words)
        assert conflict_rules.predicate(text, place="表", unit_kinds=UNIT_KINDS) == words
