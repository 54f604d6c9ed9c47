from datetime import UTC, date, datetime, timedelta

from sekisho.accounts.silence import closes_at, is_silent, refusal_for_new
from sekisho.terms.days import jst_day

FRIDAY = datetime(2027, 3, 19, 0, tzinfo=UTC)  # 09:00 in Japan


def test_one_and_a_half_rhythms_without_news_are_silence():
    assert not is_silent(heard_at=FRIDAY, rhythm_hours=24, now=FRIDAY + timedelta(hours=36))
    assert is_silent(heard_at=FRIDAY, rhythm_hours=24, now=FRIDAY + timedelta(hours=36, seconds=1))


def test_three_business_days_later_nothing_new_is_given():
    # due on Saturday evening; Monday is a holiday; Tuesday, Wednesday, Thursday
    equinox = {date(2027, 3, 22)}

    assert closes_at(heard_at=FRIDAY, rhythm_hours=24) == jst_day(date(2027, 3, 25))
    assert closes_at(heard_at=FRIDAY, rhythm_hours=24, holidays=equinox) == jst_day(
        date(2027, 3, 26)
    )


def test_until_then_and_with_news_nothing_is_refused():
    asked = {"company": "九陽電力送配電", "heard_at": FRIDAY, "rhythm_hours": 24}
    closes = closes_at(heard_at=FRIDAY, rhythm_hours=24)

    assert refusal_for_new(**asked, now=closes - timedelta(seconds=1)) is None
    refusal = refusal_for_new(**asked, now=closes)
    assert "2027-03-19" in refusal.reason
    assert refusal.remedy
