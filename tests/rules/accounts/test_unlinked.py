from datetime import timedelta

import pytest

from sekisho.accounts.unlinked import Passage, unlinked
from sekisho.terms.days import jst_day
from tests.rules.accounts.news import date

APRIL = jst_day(date(2027, 4, 1))
LEFT = Passage(person="1", company="N09", kana="カクウ　ハナコ", at=APRIL)
JOINED = {"person": "2", "company": "R000", "kana": "ｶｸｳ ﾊﾅｺ", "at": APRIL}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        pytest.param({}, True, id="同じ読み"),
        pytest.param({"at": APRIL + timedelta(days=14)}, True, id="14日あと"),
        pytest.param({"at": APRIL + timedelta(days=14, seconds=1)}, False, id="14日を過ぎる"),
        pytest.param({"at": APRIL - timedelta(days=14)}, True, id="14日まえ"),
        pytest.param({"company": "N09"}, False, id="同じ会社"),
        pytest.param({"person": "1"}, False, id="もう同じ人"),
        pytest.param({"kana": "カクウ　タロウ"}, False, id="ほかの読み"),
        pytest.param({"kana": ""}, False, id="読みなし"),
    ],
)
def test_who_left_and_joined_within_14_days_under_one_reading_is_proposed(said, found):
    assert bool(list(unlinked([LEFT], [Passage(**{**JOINED, **said})]))) is found
