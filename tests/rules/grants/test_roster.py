"""Who of the roster may be called, for how long, and what the desk may hand out to them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.grants.roster import (
    DECLINED,
    EXPIRED,
    LONGEST_SHIFT,
    MISSING,
    VALID,
    AtDesk,
    Call,
    Helper,
    Line,
    change,
    cut,
    number_of,
    refusal_of_other_hat,
    refusal_of_shift,
    refusal_of_training,
    refusal_to_call,
    refusal_to_hand_out,
    sells,
    temporary_code,
)
from sekisho.terms.periods import Period

NOON = datetime(2027, 1, 12, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALL = Call(code="E27-01", owner="N09", runs=Period(starts=NOON - HOUR, ends=NOON + 71 * HOUR))
HELPER = Helper(
    person="7",
    is_listed=True,
    trained_on=date(2026, 6, 1),
    works_for=frozenset({"R000"}),
)
DESK = AtDesk(
    is_called=True,
    pledge=VALID,
    shift=Period(starts=NOON, ends=NOON + 8 * HOUR),
    accounts=1,
)
LATER = st.integers(-200, 200).map(lambda n: NOON + n * timedelta(minutes=30))
SHIFTS = st.builds(lambda a, b: Period(starts=a, ends=b), LATER, LATER)
LINES = st.lists(
    st.builds(
        Line,
        person=st.sampled_from("abcd"),
        unit=st.sampled_from(["U1", "U2"]),
        is_sales=st.booleans(),
    ),
    max_size=6,
)


def test_somebody_of_the_list_who_is_trained_may_be_called():
    assert refusal_to_call(HELPER, CALL, at=NOON) is None


CALLS = pytest.mark.parametrize(
    ("traits", "reason"),
    [
        ({"is_listed": False}, "応援者名簿に載っていません"),
        ({"works_for": frozenset()}, "有効な発令がありません"),
        ({"on_leave": True}, "休職中"),
        ({"is_held": True}, "停止されている"),
        ({"works_for": frozenset({"R000", "N09"})}, "帽子が二つになります"),
        ({"works_for": frozenset({"N09"})}, "帽子が二つになります"),
        ({"works_for": frozenset({"R000", "S01"})}, "帽子が二つあります"),
        ({"elsewhere": ("E27-02",)}, "別の非常災害（E27-02）"),
        ({"conflicts": ("K1",)}, "兼任・異動の制限に当たります（K1）"),
        ({"trained_on": None}, "研修を受けた記録がありません"),
        ({"trained_on": date(2026, 1, 12)}, "1年が過ぎています"),
        ({"trained_on": date(2027, 1, 13)}, "まだ来ていません"),
    ],
)


@CALLS
def test_somebody_is_refused_in_words(traits, reason):
    refusal = refusal_to_call(replace(HELPER, **traits), CALL, at=NOON)

    assert reason in refusal.reason
    assert refusal.remedy


@pytest.mark.parametrize(
    ("trained", "counts"),
    [
        (date(2026, 1, 13), True),
        (date(2026, 1, 12), False),
        (date(2027, 1, 12), True),
    ],
    ids=["1年の前の日まで", "ちょうど1年", "当日"],
)
def test_a_training_counts_until_the_same_day_a_year_later(trained, counts):
    assert (refusal_of_training(trained, on=date(2027, 1, 12)) is None) is counts


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (replace(CALL, runs=None), "発動中の非常災害ではありません"),
        (
            replace(CALL, runs=Period(starts=NOON - HOUR, ends=NOON)),
            "発動中の非常災害ではありません",
        ),
        (replace(CALL, is_closed=True), "後始末まで終わった"),
    ],
    ids=["確認されていない", "終わった瞬間", "完了"],
)
def test_nobody_is_called_or_lent_anything_without_a_running_emergency(call, reason):
    assert reason in refusal_to_call(HELPER, call, at=NOON).reason
    assert reason in refusal_to_hand_out(DESK, call, at=NOON).reason
    assert reason in refusal_of_shift(DESK.shift, call, at=NOON).reason


@pytest.mark.parametrize(
    ("shift", "reason"),
    [
        (Period(starts=NOON, ends=None), "始まりより後"),
        (Period(starts=NOON, ends=NOON), "始まりより後"),
        (Period(starts=NOON, ends=NOON + LONGEST_SHIFT + timedelta(seconds=1)), "12時間より長く"),
        (Period(starts=NOON - HOUR, ends=NOON), "終わった時刻"),
        (Period(starts=NOON - 2 * HOUR, ends=NOON + HOUR), "発動の期間に収まっていません"),
        (Period(starts=NOON + 70 * HOUR, ends=NOON + 72 * HOUR), "発動の期間に収まっていません"),
        (Period(starts=NOON + 7 * HOUR, ends=NOON + 9 * HOUR), "重なっています"),
    ],
)
def test_a_shift_that_is_none_is_refused_in_words(shift, reason):
    refusal = refusal_of_shift(shift, CALL, others=[DESK.shift], at=NOON)

    assert reason in refusal.reason
    assert refusal.remedy


@given(SHIFTS, SHIFTS, st.lists(SHIFTS, max_size=3))
def test_a_shift_is_one_where_all_that_is_asked_of_it_holds(shift, runs, others):
    runs = replace(runs, ends=max(runs.ends, runs.starts))
    call = replace(CALL, runs=runs)
    allowed = (
        runs.ends > NOON
        and shift.starts < shift.ends
        and shift.ends > NOON
        and shift.ends - shift.starts <= timedelta(hours=12)
        and runs.starts <= shift.starts
        and shift.ends <= runs.ends
        and not any(one.starts < shift.ends and shift.starts < one.ends for one in others)
    )

    assert (refusal_of_shift(shift, call, others=others, at=NOON) is None) is allowed


@given(SHIFTS, SHIFTS, LATER)
def test_what_is_left_of_a_shift_lies_in_both(shift, runs, at):
    left = cut(shift, replace(CALL, runs=runs))

    assert (left is not None and left.holds(at)) is (shift.holds(at) and runs.holds(at))


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        ({"is_called": False}, "招集されている人ではありません"),
        ({"is_held": True}, "停止されている"),
        ({"pledge": MISSING}, "誓約がまだありません"),
        ({"pledge": EXPIRED}, "誓約の期限"),
        ({"pledge": DECLINED}, "誓約を拒んだ"),
        ({"pledge": "something else"}, "誓約がまだありません"),
        ({"accounts": 0}, "一時IDがありません"),
        ({"shift": None}, "承認された勤務がありません"),
        ({"shift": Period(starts=NOON - HOUR, ends=NOON)}, "承認された勤務がありません"),
    ],
)
def test_the_desk_hands_out_nothing_while_anything_is_missing(traits, reason):
    refusal = refusal_to_hand_out(replace(DESK, **traits), CALL, at=NOON)

    assert reason in refusal.reason
    assert refusal.remedy


def test_the_desk_hands_out_where_nothing_is_missing():
    assert refusal_to_hand_out(DESK, CALL, at=NOON) is None


@given(
    st.sampled_from([None, "E1", "E2"]), st.lists(st.tuples(st.sampled_from(["E1", "E2"]), SHIFTS))
)
def test_one_hat_at_a_time(relief, worn):
    now = {code for code, shift in worn if shift.holds(NOON)}

    refusal = refusal_of_other_hat(relief=relief, worn=worn, at=NOON)

    assert (refusal is None) is (now <= {relief})


@given(LINES, LINES)
def test_a_new_list_leads_to_exactly_that_list(current, listed):
    current = list({line.person: line for line in current}.values())
    found = change(current, listed)

    after = {line.person: line for line in current if line.person not in found.gone}
    after |= {line.person: line for line in (*found.new, *found.changed)}
    wanted = {line.person: line for line in reversed(listed)}

    assert after == wanted
    assert found.same + len(found.new) + len(found.changed) == len(wanted)
    assert found.is_empty is (wanted == {line.person: line for line in current})


@pytest.mark.parametrize(
    ("kind", "said", "sold"),
    [
        ("sales", False, True),
        ("retailer", False, True),
        ("call_centre", False, False),
        ("call_centre", True, True),
    ],
)
def test_a_list_does_not_make_a_sales_unit_another_one(kind, said, sold):
    assert sells(unit_kind=kind, said=said) is sold


@given(st.integers(1, 9999))
def test_the_name_of_a_temporary_id_says_its_emergency_and_comes_back_to_its_number(number):
    code = temporary_code("E27-01", number)

    assert code.startswith("E27-01-")
    assert number_of(code, "E27-01") == number
    assert number_of(code, "E27") == 0


@pytest.mark.parametrize(("emergency", "number"), [("", 1), ("E 27", 1), ("E27", 0)])
def test_a_name_that_would_say_nothing_is_not_made(emergency, number):
    with pytest.raises(ValueError, match=r"\("):
        temporary_code(emergency, number)


# Deliberately wrong variants of the rules; each must be caught by the cases above -----------------


def one_hat_is_enough(helper):
    return replace(helper, works_for=frozenset(list(helper.works_for)[:1]) - {"N09"} or HOME)


def forgets_the_other_emergency(helper):
    return replace(helper, elsewhere=())


def trusts_any_training(helper):
    return replace(helper, trained_on=TRAINED)


def calls_whoever_is_there(helper):
    return replace(helper, is_listed=True)


def sees_no_stop(helper):
    return replace(helper, is_held=False, on_leave=False)


def asks_no_restriction(helper):
    return replace(helper, conflicts=())


HOME, TRAINED = frozenset({"R000"}), date(2026, 6, 1)
TWINS = [
    one_hat_is_enough,
    forgets_the_other_emergency,
    trusts_any_training,
    calls_whoever_is_there,
    sees_no_stop,
    asks_no_restriction,
]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.__name__)
def test_a_rule_that_forgets_something_is_caught(twin):
    cases = [traits for traits, _ in CALLS.args[1]]

    assert any(
        refusal_to_call(twin(replace(HELPER, **one)), CALL, at=NOON) is None for one in cases
    )
    assert all(refusal_to_call(replace(HELPER, **one), CALL, at=NOON) for one in cases)


DESKS = [
    lambda desk: replace(desk, pledge=VALID),
    lambda desk: replace(desk, shift=DESK.shift),
    lambda desk: replace(desk, accounts=1),
    lambda desk: replace(desk, is_called=True),
    lambda desk: replace(desk, is_held=False),
]
SPOILT = [
    {"pledge": MISSING},
    {"shift": None},
    {"accounts": 0},
    {"is_called": False},
    {"is_held": True},
]


@pytest.mark.parametrize(("twin", "traits"), list(zip(DESKS, SPOILT, strict=True)))
def test_a_desk_that_forgets_to_ask_is_caught(twin, traits):
    spoilt = replace(DESK, **traits)

    assert refusal_to_hand_out(spoilt, CALL, at=NOON)
    assert refusal_to_hand_out(twin(spoilt), CALL, at=NOON) is None
