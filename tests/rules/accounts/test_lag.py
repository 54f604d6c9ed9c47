"""The lag is what passed between the order and the verified target, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts import lag as lags
from sekisho.accounts.lag import Movement, Use, by_system, inside, lag, shares, words
from tests.rules.accounts import twins

DAY = datetime(2027, 3, 31, 15, tzinfo=UTC)  # 1 April 00:00 in Japan
NOW = DAY + timedelta(days=10)


def hours(n):
    return DAY + timedelta(hours=n)


def movement(received=-24, applied=-23, verified=1, **more):
    at = {"received": received, "applied": applied, "verified": verified}
    return Movement(
        **{"person": 1, "account": 7, "system": "takuso", "effective": DAY}
        | {name: None if n is None else hours(n) for name, n in at.items()}
        | more
    )


@pytest.mark.parametrize(
    ("one", "late"),
    [
        pytest.param(movement(), 1, id="前もって知り1時間後に確かめた"),
        pytest.param(movement(96, 97, 98), 98, id="4日後に知った"),
        pytest.param(movement(verified=-1), 0, id="期日を対象が先に持っていた"),
        pytest.param(movement(verified=0), 0, id="ちょうど"),
        pytest.param(movement(verified=None), 240, id="まだなら今までの遅れ"),
        pytest.param(movement(None, None, None), 240, id="知らせも来ない"),
    ],
)
def test_the_lag_is_verified_minus_effective(one, late):
    assert lag(one, now=NOW) == timedelta(hours=late)


def test_the_shares_say_where_the_time_went():
    found = shares(movement(96, 97, 100), now=NOW)

    assert (found.news, found.ours, found.target) == tuple(timedelta(hours=n) for n in (96, 1, 3))


MOMENTS = st.one_of(st.none(), st.integers(-50, 300))


@given(MOMENTS, MOMENTS, MOMENTS)
def test_the_shares_add_up_to_the_lag_and_none_is_negative(received, applied, verified):
    one = movement(received, applied, verified)

    found = shares(one, now=NOW)

    assert found.whole == lag(one, now=NOW)
    assert min(found.news, found.ours, found.target) >= timedelta(0)


def test_each_system_has_its_median_and_its_worst_and_the_worst_stands_first():
    group = [movement(verified=n) for n in (1, 2, 9)] + [
        movement(verified=None, system="nwonline"),
        movement(verified=0, system="saiene"),
    ]

    found = by_system(group, now=NOW)

    assert [one.system for one in found] == ["nwonline", "takuso", "saiene"]
    nwonline, takuso, saiene = found
    assert (takuso.median, takuso.worst) == (timedelta(hours=2), timedelta(hours=9))
    assert (takuso.movements, takuso.verified, takuso.on_time) == (3, 3, 0)
    assert (nwonline.waiting, nwonline.worst_is_open) == (1, True)
    assert saiene.on_time == 1


def test_an_order_of_the_future_has_no_lag_yet():
    assert by_system([movement(effective=NOW + timedelta(seconds=1))], now=NOW) == ()


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        pytest.param(-0.001, False, id="発令の前"),
        pytest.param(0, True, id="発令の時刻ちょうど"),
        pytest.param(0.999, True, id="確かめる直前"),
        pytest.param(1, False, id="確かめた時刻ちょうど"),
    ],
)
def test_a_use_is_inside_from_the_order_until_it_was_verified(at, counts):
    use = Use(account=7, at=hours(at))

    assert inside(movement(), [use], now=NOW) == ((use,) if counts else ())


def test_the_uses_of_others_do_not_count():
    assert inside(movement(), [Use(account=8, at=hours(0.5))], now=NOW) == ()


def test_while_nothing_is_verified_every_use_counts():
    use = Use(account=7, at=hours(200))

    assert inside(movement(verified=None), [use], now=NOW) == (use,)


@pytest.mark.parametrize("name", ["lag", "shares"])
def test_a_lag_that_flatters_is_caught(name):
    wrong = twins.LAG[name]
    open_one = movement(verified=None)

    assert wrong(open_one, now=NOW) != getattr(lags, name)(open_one, now=NOW)


@pytest.mark.parametrize(
    ("late", "said"),
    [
        pytest.param(timedelta(0), "0 秒", id="なし"),
        pytest.param(timedelta(seconds=59.9), "59 秒", id="秒"),
        pytest.param(timedelta(seconds=60), "1 分", id="分"),
        pytest.param(timedelta(minutes=200), "3 時間 20 分", id="時間と分"),
        pytest.param(timedelta(hours=3), "3 時間", id="ちょうどの時間"),
        pytest.param(timedelta(days=4, hours=2), "4 日 2 時間", id="日と時間"),
    ],
)
def test_a_lag_is_said_in_two_words(late, said):
    assert words(late) == said
