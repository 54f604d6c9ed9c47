from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.passwords import (
    WORDS,
    PasswordPolicy,
    Rotation,
    core,
    due_on,
    lookups,
    normalized,
    refusal_of,
    refusal_to_keep,
    repeated_refusal,
)
from tests.rules.accounts import twins_of_sign_in as twins

GOOD = "春の海 ひねもすのたりかな"
WHO = {"policy": PasswordPolicy(), "login": "yamano", "names": ("山野 みどり", "Midori")}


def why(typed, ask=refusal_of):
    found = ask(typed, **WHO)
    return found.reason if found else None


CASES = [
    pytest.param(GOOD, None, id="ことばをつないだもの"),
    pytest.param("correct-Horse7", None, id="14文字"),
    pytest.param("abcdefkmx7zq", None, id="ちょうど12文字"),
    pytest.param("abcdefkmx7z", "12文字より短く", id="11文字"),
    pytest.param("ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟｶﾞ", "12文字より短く", id="半角カナは合わせて数える"),
    pytest.param("x1y2z" * 26, "128文字より長く", id="129文字より長い"),
    pytest.param("abcdefkmx7z\n", "打てない文字", id="改行"),
    pytest.param("aaaabbbbccccdddd", "同じ文字", id="4種の文字"),
    pytest.param("123456789012", "順に並んだ文字", id="数字の列"),
    pytest.param("fedcba987654321", None, id="列が途切れる"),
    pytest.param("ponmlkjihgfedcba", "順に並んだ文字", id="逆の列"),
    pytest.param("YAMANO-natsu-2026", "利用者ID", id="利用者IDの大文字"),
    pytest.param("山野さんちの夏の朝顔日記", "利用者IDや氏名", id="氏"),
    pytest.param("ｍｉｄｏｒｉ no natsu", "利用者IDや氏名", id="全角の名"),
]


@pytest.mark.parametrize(("typed", "reason"), CASES)
def test_a_password_is_long_mixed_and_not_about_its_holder(typed, reason):
    found = why(typed)

    assert found == reason if reason is None else reason in found


@pytest.mark.parametrize("twin", twins.REFUSALS, ids=lambda twin: twin.__name__)
def test_a_twin_that_lets_a_weak_password_pass_is_caught(twin):
    wrong = [
        case.id
        for case in CASES
        if (why(case.values[0], ask=twin) is None) != (case.values[1] is None)
    ]

    assert wrong


@given(st.text(min_size=12, max_size=60))
def test_another_keyboard_gives_the_same_answer(typed):
    assert why(typed) == why(normalized(typed))


@given(st.text(max_size=40))
def test_to_fold_twice_is_to_fold_once(typed):
    assert normalized(normalized(typed)) == normalized(typed)
    assert lookups(normalized(typed)) == lookups(typed)


@pytest.mark.parametrize(
    ("typed", "bare"),
    [
        ("P@ssw0rd2026!", "password"),
        ("PasswordPassword", "password"),
        ("!!1234", ""),
        ("ＱＷＥＲＴＹ１２", "qwerty"),
        ("春の海2026", "春の海"),
    ],
)
def test_ornaments_are_taken_off_before_a_list_is_asked(typed, bare):
    assert core(typed) == bare


def test_three_letters_say_nothing_about_the_rest():
    assert "cat" not in lookups("3141592653589793cat")


def day(text):
    return date.fromisoformat(text)


def policy(rotation, months=12):
    return PasswordPolicy(rotation=rotation, months=months)


DUE = [
    pytest.param(policy(Rotation.NONE), "2026-04-01", None, id="定めない"),
    pytest.param(policy(Rotation.MONTHS, 6), "2026-08-31", "2027-02-28", id="8月31日の6か月後"),
    pytest.param(policy(Rotation.MONTHS, 6), "2027-08-31", "2028-02-29", id="うるう年"),
    pytest.param(policy(Rotation.MONTHS, 1), "2026-12-31", "2027-01-31", id="年をまたぐ"),
    pytest.param(policy(Rotation.SEASONS), "2026-03-31", "2026-04-01", id="異動の前日"),
    pytest.param(policy(Rotation.SEASONS), "2026-04-01", "2026-07-01", id="異動の当日"),
    pytest.param(policy(Rotation.SEASONS), "2026-07-01", "2027-04-01", id="7月の当日"),
    pytest.param(policy(Rotation.SEASONS), "2026-12-31", "2027-04-01", id="年末"),
]


@pytest.mark.parametrize(("of", "changed", "expected"), DUE)
def test_a_company_says_when_a_new_password_is_due(of, changed, expected):
    assert due_on(of, changed_on=day(changed)) == (expected and day(expected))


@pytest.mark.parametrize("twin", twins.DUE, ids=lambda twin: twin.__name__)
def test_a_twin_that_asks_on_another_day_is_caught(twin):
    assert [
        case.id
        for case in DUE
        if twin(case.values[0], changed_on=day(case.values[1]))
        != (case.values[2] and day(case.values[2]))
    ]


def test_on_its_day_a_password_opens_nothing_but_its_own_change():
    yearly = policy(Rotation.MONTHS, 12)

    before = refusal_to_keep(yearly, changed_on=day("2026-04-01"), today=day("2027-03-31"))
    on_it = refusal_to_keep(yearly, changed_on=day("2026-04-01"), today=day("2027-04-01"))

    assert before is None
    assert "2027-04-01" in on_it.reason


def test_a_password_that_another_gave_is_changed_whatever_the_company_says():
    found = refusal_to_keep(PasswordPolicy(), changed_on=None, today=day("2026-04-01"))

    assert "ご本人" in found.reason


@given(
    st.sampled_from(Rotation),
    st.integers(1, 36),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)
def test_what_was_just_set_serves_at_least_until_tomorrow(rotation, months, changed):
    due = due_on(policy(rotation, months), changed_on=changed)

    assert due is None or due > changed


@pytest.mark.parametrize(
    "less", [{"shortest": 11}, {"shortest": 129}, {"remembered": -1}, {"months": 0}, {"months": 37}]
)
def test_a_company_can_ask_for_more_and_never_for_less(less):
    with pytest.raises(ValueError):
        PasswordPolicy(**less)


def test_every_rotation_has_its_word():
    assert WORDS.keys() == set(Rotation)
    assert "前の5回" in repeated_refusal(PasswordPolicy()).reason
    assert "前の" not in repeated_refusal(PasswordPolicy(remembered=0)).reason
