"""How well somebody has shown who they are: one ladder for doors, facts and answers to APIs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts import levels
from sekisho.accounts.levels import FACTORS_OF_METHOD, Level, level, said

LADDER = [
    pytest.param((), None, Level.NOTHING, id="何もない"),
    pytest.param(("password",), None, Level.PASSWORD, id="パスワードだけ"),
    pytest.param(("passkey",), 0, Level.NOTHING, id="パスキーだけではパスワードがない"),
    pytest.param(("certificate", "registered_source"), 0, Level.NOTHING, id="機械は人ではない"),
    pytest.param(("password", "card"), 0, Level.PASSWORD, id="券面の番号は要素でない"),
    pytest.param(("password", "passkey"), 0, Level.FRESH, id="いま"),
    pytest.param(("password", "passkey"), 300, Level.FRESH, id="300秒"),
    pytest.param(("password", "passkey"), 301, Level.CARD, id="301秒"),
    pytest.param(("password", "passkey"), -1, Level.CARD, id="時計の狂い"),
    pytest.param(("password", "passkey"), None, Level.CARD, id="経過が分からない"),
    pytest.param(("password", "certificate"), 10, Level.FRESH, id="証明書のカード"),
    pytest.param(("password", "totp"), 10, Level.NOTHING, id="一時コードは要素でない"),
    pytest.param(("password", "passkey", "telepathy"), 10, Level.NOTHING, id="知らない方式"),
]


@pytest.mark.parametrize(("methods", "age", "expected"), LADDER)
def test_the_level(methods, age, expected):
    assert level(methods=methods, proof_age=age) is expected


METHODS = st.frozensets(st.sampled_from((*FACTORS_OF_METHOD, "totp", "telepathy")))
AGES = st.none() | st.integers(-10, 1000)


@given(METHODS, AGES)
def test_nobody_comes_past_the_password_without_something_held(methods, age):
    both = any(FACTORS_OF_METHOD.get(one, set()) >= {levels.KNOWN, levels.HELD} for one in methods)
    held = {"passkey", "certificate"} & methods

    found = level(methods=methods, proof_age=age)

    assert found < Level.CARD or both or (held and levels.KNOWN in levels.factors_of(methods))


@given(METHODS, AGES)
def test_the_table_never_hears_of_two_factors_where_a_door_saw_one(methods, age):
    told = said(methods=methods, proof_age=age)

    if "password" in methods and told in (levels.MULTI, levels.FRESH):
        assert level(methods=methods, proof_age=age) >= Level.PASSWORD
        assert len(levels.factors_of(methods)) >= 2
    if level(methods=methods, proof_age=age) is Level.FRESH:
        assert told == levels.FRESH


def test_every_level_but_none_has_its_name():
    assert [step.acr for step in Level] == [
        "", "sekisho:pw", "sekisho:card+pw", "sekisho:card+pw+fresh",
    ]  # fmt: skip
