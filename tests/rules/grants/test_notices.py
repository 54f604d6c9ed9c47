"""A letter says that something waits and until when; of whom and of what it says nothing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sekisho.grants.notices import (
    LAST,
    SENTENCES,
    Kind,
    called,
    calls,
    digest_day,
    is_stale,
    letter,
)
from sekisho.terms.days import JST

NOON = datetime(2027, 1, 12, 3, 0, tzinfo=UTC)
SITE = "https://sekisho.example/"
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=30))


def test_one_letter_says_everything_that_waits_and_the_first_end():
    found = letter({"waiting": 2, "look_back": 1}, until=NOON, site=SITE)

    assert found.subject == "【関所】確かめていただくことが 3件あります"
    assert "・あなたの承認を待つ利用申請があります（2件）" in found.body
    assert "・利用結果の確認を待つ利用があります（1件）" in found.body
    assert "いちばん早い期限は 01月12日 12:00 です。" in found.body
    assert "このメールから承認や却下はできません" in found.body


def test_every_kind_has_its_sentence_and_an_unknown_one_a_general_one():
    assert set(SENTENCES) == set(Kind)
    assert (
        "確かめていただくことがあります（4件）"
        in letter({"something_new": 1, "something_else": 3}, until=None, site=SITE).body
    )


@given(st.dictionaries(st.sampled_from([*Kind, "x"]), st.integers(0, 500)))
def test_a_letter_holds_the_front_door_and_no_other_address(counts):
    found = letter(counts, until=None, site=SITE)

    assert found.body.count("://") == 1
    assert SITE in found.body.splitlines()
    assert "\n" not in found.subject


@given(LENGTHS)
def test_a_request_is_called_out_at_once_and_at_most_three_times_before_it_lapses(length):
    due = NOON + length
    found = calls(NOON, due)

    assert found[0] == NOON
    assert len(found) <= 3
    assert all(NOON <= one < due for one in found)
    assert all(after - before >= LAST for before, after in pairwise(found))


@given(LENGTHS, LENGTHS, LENGTHS)
def test_calls_only_become_more_as_time_goes(length, one, other):
    due, early, late = NOON + length, NOON + min(one, other), NOON + max(one, other)

    assert called(NOON, due, now=early) <= called(NOON, due, now=late)
    assert called(NOON, due, now=NOON - timedelta(seconds=1)) == 0


def test_an_hour_of_waiting_is_called_out_at_once_at_half_and_in_the_end():
    due = NOON + timedelta(hours=1)

    assert calls(NOON, due) == (NOON, NOON + timedelta(minutes=30), NOON + timedelta(minutes=50))


def test_the_morning_letter_is_due_at_half_past_eight_in_japan():
    assert digest_day(datetime(2027, 1, 12, 8, 29, tzinfo=JST)) is None
    assert digest_day(datetime(2027, 1, 12, 8, 30, tzinfo=JST)).isoformat() == "2027-01-12"


def test_a_letter_of_yesterday_is_not_sent_any_more():
    assert not is_stale(NOON, now=NOON + timedelta(hours=23))
    assert is_stale(NOON, now=NOON + timedelta(days=1))
