"""The numbers by which a log names a record."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.trace.numbers import POINT, Record, record_of
from sekisho.trace.refusals import Reason

NUMBER = "0912345678901234567890"


@pytest.mark.parametrize(
    ("text", "record"),
    [
        pytest.param(NUMBER, Record(key=NUMBER), id="22桁"),
        pytest.param(f" {NUMBER} ", Record(key=NUMBER), id="前後の空白"),
        pytest.param("09-1234-5678-9012-3456-7890", Record(key=NUMBER), id="ハイフン"),
        pytest.param("０９１２３４５６７８９０１２３４５６７８９０", Record(key=NUMBER), id="全角"),
        pytest.param(NUMBER[1:], Record(key=NUMBER, repaired=True), id="先頭の0が落ちた21桁"),
        pytest.param("10" + "1" * 20, Record(key="10" + "1" * 20), id="沖縄の区域"),
        pytest.param("11" + "1" * 20, Record(refused=Reason.RECORD), id="ない区域"),
        pytest.param("00" + "1" * 20, Record(refused=Reason.RECORD), id="区域00"),
        pytest.param(NUMBER + "1", Record(refused=Reason.RECORD), id="23桁"),
        pytest.param(NUMBER[2:], Record(refused=Reason.RECORD), id="20桁"),
        pytest.param("0" + "1" * 20, Record(refused=Reason.RECORD), id="0で始まる21桁"),
        pytest.param("9.00E+20", Record(refused=Reason.EXPONENT), id="指数"),
        pytest.param("9.1235e20", Record(refused=Reason.EXPONENT), id="小文字の指数"),
        pytest.param("A123456789", Record(key="A123456789"), id="設備ID"),
        pytest.param("a1234567890", Record(key="A1234567890"), id="11桁の設備ID"),
        pytest.param("", Record(), id="空"),
        pytest.param("-", Record(), id="W3Cの空"),
        pytest.param("不明", Record(refused=Reason.RECORD), id="言葉"),
    ],
)
def test_a_cell_names_a_record_or_says_why_not(text, record):
    assert record_of(text) == record


@given(st.from_regex(rf"\A{POINT}\Z"))
def test_the_short_way_of_the_engine_means_what_the_rule_means(number):
    assert record_of(number) == Record(key=number)


@given(st.text())
def test_a_key_is_always_in_one_of_the_two_forms(text):
    found = record_of(text)

    assert (
        found.key is None
        or re.fullmatch(POINT, found.key)
        or re.fullmatch(r"[A-Z][0-9A-Z]{9,10}", found.key)
    )
    assert found.key is None or found.refused is None


@given(st.from_regex(r"\A[1-9][0-9]?(\.[0-9]{1,6})?[eE]\+?[0-9]{2}\Z"))
def test_a_number_in_exponent_notation_is_never_completed(text):
    assert record_of(text).key is None
