"""The days and offsets that logs write."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.trace.dates import TimeForm, day_of, shift_of


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        pytest.param("2025/04/01", TimeForm.SLASH, date(2025, 4, 1), id="斜線"),
        pytest.param("2025/4/1", TimeForm.SLASH, date(2025, 4, 1), id="一桁の月日"),
        pytest.param("２０２５／０４／０１", TimeForm.SLASH, date(2025, 4, 1), id="全角"),
        pytest.param("2025-04-01", TimeForm.ISO, date(2025, 4, 1), id="ISO"),
        pytest.param("2025-04/01", TimeForm.ISO, None, id="混ざった区切り"),
        pytest.param("2025/02/29", TimeForm.SLASH, None, id="ない日"),
        pytest.param("2024/02/29", TimeForm.SLASH, date(2024, 2, 29), id="閏日"),
        pytest.param("R07.04.01", TimeForm.WAREKI, date(2025, 4, 1), id="和暦"),
        pytest.param("Ｒ７．４．１", TimeForm.WAREKI, date(2025, 4, 1), id="全角の和暦"),
        pytest.param("令和7年4月1日", TimeForm.WAREKI, date(2025, 4, 1), id="漢字の和暦"),
        pytest.param("令和元年5月1日", TimeForm.WAREKI, date(2019, 5, 1), id="元年の初日"),
        pytest.param("R01.04.30", TimeForm.WAREKI, None, id="改元の前日を令和で書いた"),
        pytest.param("H31.04.30", TimeForm.WAREKI, date(2019, 4, 30), id="平成の最後の日"),
        pytest.param("H31.05.01", TimeForm.WAREKI, None, id="平成が終わった後"),
        pytest.param("S64.01.07", TimeForm.WAREKI, date(1989, 1, 7), id="昭和の最後の日"),
        pytest.param("H01.01.07", TimeForm.WAREKI, None, id="平成の前日"),
        pytest.param("R00.04.01", TimeForm.WAREKI, None, id="零年"),
        pytest.param("R07.04.01", TimeForm.SLASH, None, id="宣言と違う形"),
        pytest.param("2025/04/01", TimeForm.WAREKI, None, id="和暦のはずが西暦"),
        pytest.param("", TimeForm.SLASH, None, id="空"),
    ],
)
def test_a_day_is_read_in_its_declared_form_and_no_other(text, form, day):
    assert day_of(text, form) == day


@given(st.dates(date(1926, 12, 25), date(2099, 12, 31)))
def test_every_day_is_read_back_from_the_japanese_calendar(day):
    if day >= date(2019, 5, 1):
        era, year = "R", day.year - 2018
    elif day >= date(1989, 1, 8):
        era, year = "H", day.year - 1988
    else:
        era, year = "S", day.year - 1925

    assert day_of(f"{era}{year:02d}.{day.month:02d}.{day.day:02d}", TimeForm.WAREKI) == day


@given(st.text(), st.sampled_from(TimeForm))
def test_no_text_makes_the_reader_fall(text, form):
    day_of(text, form)
    shift_of(text, "UTC")


@pytest.mark.parametrize(
    ("text", "zone", "hours"),
    [
        ("", "Asia/Tokyo", 9),
        ("", "UTC", 0),
        ("Z", "Asia/Tokyo", 0),
        ("+09:00", "UTC", 9),
        ("+0900", "UTC", 9),
        ("-05:00", "UTC", -5),
    ],
)
def test_an_offset_that_is_written_outweighs_the_declared_zone(text, zone, hours):
    assert shift_of(text, zone) == timedelta(hours=hours)


def test_what_is_no_offset_is_none():
    assert shift_of("JST", "UTC") is None
