"""A label says one number; a misread or mistyped one is asked for again."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.terminals.labels import check_of, is_number, read, text_of

SIGNS = string.ascii_letters + string.digits + "._-"
numbers = st.text(alphabet=SIGNS, min_size=1, max_size=40).filter(is_number)


@given(numbers)
def test_what_a_label_says_is_read_again(number):
    found = read(text_of(number))

    assert (found.number, found.is_label, found.fault) == (number, True, None)


@given(numbers, st.data())
def test_any_one_wrong_character_is_found(number, data):
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from(SIGNS.replace(number[place], "")))
    misread = number[:place] + wrong + number[place + 1 :]

    assert check_of(misread) != check_of(number)
    assert read(f"SKT.{misread}.{check_of(number)}").fault


@given(numbers, st.data())
def test_two_neighbours_that_changed_places_are_found(number, data):
    place = data.draw(st.integers(0, max(0, len(number) - 2)))
    turned = number[:place] + number[place : place + 2][::-1] + number[place + 2 :]

    assert (check_of(turned) == check_of(number)) == (turned == number)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        pytest.param("  D00001\r\n", "D00001", id="読取り機の改行"),
        pytest.param("Ｄ０００１２", "D00012", id="全角のまま"),
        pytest.param("ＳＫＴ．Ｄ１．57", "D1", id="札が全角のまま"),
        pytest.param("skt.D1.57", "D1", id="小文字の印"),
    ],
)
def test_what_a_scanner_or_a_hand_gives_is_understood(typed, number):
    found = read(typed.replace("57", check_of("D1")))

    assert found.number == number
    assert found.fault is None


@pytest.mark.parametrize("nothing", ["", "  ", "\r\n"])
def test_nothing_is_no_label(nothing):
    assert read(nothing).fault


@pytest.mark.parametrize("wrong", ["new", "a/b1", "端末1", "", "x" * 40 + "1"])
def test_what_cannot_stand_on_a_label_is_no_number(wrong):
    assert not is_number(wrong)
