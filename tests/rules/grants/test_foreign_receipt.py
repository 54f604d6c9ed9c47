"""Which days are known, how clocks differ, where an address is, who is on the allow list."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.grants.allow_list import Allowed, compared, text_of
from sekisho.grants.reconciling.classes import OfUse
from sekisho.grants.reconciling.clocks import FEWEST, beside, skew
from sekisho.grants.reconciling.facts import SECOND, Line, Use, moment
from sekisho.grants.reconciling.of_uses import uses_found
from sekisho.grants.reconciling.places import Range, places
from sekisho.grants.reconciling.receipt import (
    Stretch,
    days_of,
    due_at,
    gaps,
    is_missing,
    is_received,
    unreceived,
)
from sekisho.grants.self_inspection import Answer, Item, faults, refusal_to_sign, year_of
from sekisho.terms.days import JST

APRIL = Stretch(first=date(2026, 4, 1), last=date(2026, 4, 30))
NOON = datetime(2026, 4, 1, 12, tzinfo=JST)
days = st.integers(0, 60).map(lambda n: date(2026, 4, 1) + timedelta(days=n))
stretches = st.tuples(days, days).map(lambda two: Stretch(first=min(two), last=max(two)))


def test_a_business_day_without_a_line_is_a_gap_and_a_weekend_is_none():
    friday, monday = date(2026, 4, 3), date(2026, 4, 6)

    found = gaps(Stretch(first=friday, last=monday), {friday}, holidays=set())

    assert found == [monday]
    assert gaps(Stretch(first=friday, last=monday), {friday}, holidays={monday}) == []


@given(st.lists(stretches, max_size=6), stretches)
def test_every_day_is_received_or_said_to_be_unknown(received, asked):
    unknown = unreceived(received, first=asked.first, last=asked.last)

    for day in days_of(asked.first, asked.last):
        assert any(day in one for one in received) != any(day in one for one in unknown)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(datetime(2026, 6, 15, tzinfo=JST), False, id="期限の前の日"),
        pytest.param(datetime(2026, 6, 16, tzinfo=JST), True, id="期限の日"),
    ],
)
def test_a_log_is_missing_after_one_and_a_half_rhythms(now, expected):
    assert due_at([APRIL], began=APRIL.first, rhythm_days=31) == date(2026, 6, 16)
    assert is_missing([APRIL], began=APRIL.first, rhythm_days=31, now=now) is expected


def test_a_use_of_a_day_without_a_log_is_never_called_unused():
    known = Use("u1", "g1", "A", moment(NOON), moment(NOON + timedelta(minutes=20)))
    later = NOON + timedelta(days=40)
    unknown = Use("u2", "g1", "A", moment(later), moment(later + timedelta(minutes=20)))
    seen = Use("u3", "g1", "A", moment(NOON), moment(NOON + timedelta(minutes=20)))

    found = uses_found([known, unknown, seen], seen={"u3"}, received=[APRIL])

    assert found == {"u1": OfUse.UNUSED, "u2": OfUse.NOT_YET, "u3": OfUse.USED}


def test_a_use_over_midnight_needs_both_days():
    starts = datetime(2026, 4, 30, 23, 50, tzinfo=JST)

    assert not is_received([APRIL], starts=starts, ends=starts + timedelta(minutes=20))
    assert is_received([APRIL], starts=starts, ends=starts + timedelta(minutes=10))


def test_the_clock_is_the_median_so_that_a_stranger_moves_nothing():
    starts = [moment(NOON + timedelta(hours=n)) for n in range(9)]
    uses = [Use(f"u{n}", "g", "A", at, at + 60 * SECOND) for n, at in enumerate(starts)]
    lines = [Line(n, "A", at + 140 * SECOND) for n, at in enumerate(starts)]
    stranger = Line(99, "A", starts[0] - 20 * 60 * SECOND)

    found = skew([*lines[1:], stranger], uses)

    assert found is not None
    assert (found.seconds, found.pairs) == (140, 9)
    assert skew(lines[: FEWEST - 1], uses) is None


@pytest.mark.parametrize(
    ("at", "expected"),
    [(-30, -30), (0, 0), (59, 0), (60, 0), (200, 140)],
    ids=["前", "始まり", "内", "終わり", "後"],
)
def test_how_far_a_line_lies_beside_the_nearest_use(at, expected):
    use = Use("u1", "g", "A", 0, 60 * SECOND)

    assert beside(Line(1, "A", at * SECOND), [use]) == expected
    assert beside(Line(1, "B", 0), [use]) is None


def test_the_narrowest_range_speaks_and_an_address_in_none_is_elsewhere():
    ranges = [
        Range(network="10.0.0.0/8", site="S1", ours=True),
        Range(network="10.9.0.0/16", site="R1", ours=False),
    ]

    found = {one.ip: one.ours for one in places(["10.1.1.1", "10.9.1.1", "192.0.2.1", "x"], ranges)}

    assert found == {"10.1.1.1": True, "10.9.1.1": False, "192.0.2.1": False}
    assert places(["10.9.1.1"], ranges[1:]) == []


def test_the_allow_list_is_read_back_as_it_was_written():
    until = datetime(2026, 4, 1, 3, tzinfo=UTC)
    may = [
        Allowed(name="P0001", until=until, grant="G1"),
        Allowed(name="B2", until=until, grant="G2"),
    ]

    text = text_of([*may, may[0]], host="saiene.example", now=NOON)
    same = compared(may, text)

    assert "2 人" in text
    assert (same.listed, same.absent, same.unread, same.both) == ([], [], [], 2)
    other = compared(may, "ｐ０００１\nstranger\n佐藤 さん\n# 註\n")
    assert (other.listed, other.absent, other.unread) == (["stranger"], ["B2"], ["佐藤 さん"])


ITEM = Item(code="SI04", question="?", figures=("no_grant",), red=("no_grant",))


@pytest.mark.parametrize(
    ("answer", "note", "figure", "is_fault"),
    [
        ("yes", "", 0, False),
        ("yes", "", 3, True),
        ("none", "", 3, True),
        ("yes", "時計のずれと確かめて持ち主に報せた", 3, False),
        ("no", "", 0, True),
        ("no", "来月までにIDを分けてもらう予定", 3, False),
        ("", "", 0, True),
        ("maybe", "", 0, True),
    ],
)
def test_an_answer_that_a_figure_speaks_against_needs_words(answer, note, figure, is_fault):
    found = faults([ITEM], {"no_grant": figure}, {"SI04": (answer, note)})

    assert bool(found) is is_fault


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, None),
        ({"is_signed": True}, "もう署名されています"),
        ({"is_officer": False}, "システム管理責任者か代行"),
        ({"year": 2027}, "時期ではありません"),
        ({"year": 2024}, "時期ではありません"),
    ],
)
def test_who_signs_an_inspection_and_when(words, said):
    told = {"year": 2026, "is_officer": True, "is_signed": False, "today": date(2027, 3, 20)}

    refusal = refusal_to_sign(**told | words)

    assert (refusal is None) is (said is None)
    assert said is None or said in refusal.reason


def test_a_business_year_begins_on_the_first_of_april():
    assert (year_of(date(2027, 3, 31)), year_of(date(2027, 4, 1))) == (2026, 2027)
    assert Answer("yes") is Answer.YES
