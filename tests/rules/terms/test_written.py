from datetime import date

import pytest

from sekisho.terms.written import japanese, western, written


@pytest.mark.parametrize(
    ("text", "day", "outlived"),
    [
        pytest.param("2027-04-01", date(2027, 4, 1), False, id="ISO"),
        pytest.param("2027/4/1", date(2027, 4, 1), False, id="斜線"),
        pytest.param("２０２６／０４／０１", date(2026, 4, 1), False, id="全角"),
        pytest.param("20260401", date(2026, 4, 1), False, id="区切りなし"),
        pytest.param("2027年4月1日", date(2027, 4, 1), False, id="西暦の年月日"),
        pytest.param("令和9年4月1日", date(2027, 4, 1), False, id="令和"),
        pytest.param("R9.4.1", date(2027, 4, 1), False, id="略号"),
        pytest.param("令和元年5月1日", date(2019, 5, 1), False, id="元年"),
        pytest.param("平成三十一年四月三十日", date(2019, 4, 30), False, id="漢数字"),
        pytest.param("㍻31.4.30", date(2019, 4, 30), False, id="合字"),
        pytest.param("平成31年5月1日", date(2019, 5, 1), True, id="元号の終了後"),
        pytest.param("昭和64年1月8日", date(1989, 1, 8), True, id="境目"),
        pytest.param("昭和64年1月7日", date(1989, 1, 7), False, id="境目の前の日"),
        pytest.param("2028/2/29", date(2028, 2, 29), False, id="閏日"),
    ],
)
def test_a_day_is_read_in_every_form(text, day, outlived):
    found = written(text)

    assert (found.day, found.outlived) == (day, outlived)


@pytest.mark.parametrize(
    "text",
    [
        "令和8年2月30日",
        "2027/2/29",
        "令和元年4月30日",
        "4/1",
        "46113",
        "",
        "十十年",
        "令和百年1月1日",
    ],
)
def test_what_is_no_day_is_none(text):
    assert written(text) is None


def test_forms_are_told_apart():
    assert western("R9.4.1") is None
    assert japanese("2027/4/1") is None
