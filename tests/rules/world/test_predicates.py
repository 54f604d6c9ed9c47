"""The fast predicates: what is planted is in its class, what is lawful is in none."""

from dataclasses import replace

import numpy as np
import pytest

from sekisho.world import calendar
from sekisho.world.accesses import empty, together
from sekisho.world.predicates import CLASSES, classify, tempting
from sekisho.world.systems import DENIED, MASKED, NOT_FOUND, SHOWN
from sekisho_links import shipped


def test_the_classes_are_those_of_the_sheet_in_its_order():
    rows = shipped("content", "incident_classes.csv").read_text(encoding="utf-8").splitlines()[1:]

    assert tuple(row.split(",")[1] for row in rows) == CLASSES
    assert [int(row.split(",")[0]) for row in rows] == list(range(1, 11))


def test_lawful_traffic_is_in_no_class_and_near_none(group, background):
    assert not classify(group, background).any()
    assert not tempting(group, background).any()
    assert not background.label.any()


def test_planted_traffic_is_in_its_class(group, wrongs):
    seen = wrongs.take(wrongs.evident)

    assert (classify(group, seen) == seen.label).all()


def test_every_class_is_planted(wrongs):
    assert set(wrongs.label.tolist()) == set(range(11))


def test_what_leaves_no_evidence_is_in_no_class(group, wrongs):
    hidden = wrongs.take(~wrongs.evident)

    assert 0 < len(hidden) < 20
    assert {CLASSES[label - 1] for label in hidden.label.tolist()} == {"lent_id"}
    assert not classify(group, hidden).any()


@pytest.mark.parametrize("result", [MASKED, DENIED, NOT_FOUND])
def test_what_was_not_shown_was_not_seen(group, wrongs, result):
    hidden = replace(wrongs, result=np.full(len(wrongs), result, np.int8))

    assert not classify(group, hidden).any()


def test_an_access_without_a_record_is_in_no_class(group, wrongs):
    bare = replace(wrongs, record=np.full(len(wrongs), -1, np.int32))

    assert not classify(group, bare).any()


def one(wrongs, name):
    rows = np.flatnonzero((wrongs.label == CLASSES.index(name) + 1) & wrongs.evident)
    return wrongs.take(rows[:1])


def named(group, look):
    (found,) = classify(group, look).tolist()
    return CLASSES[found - 1] if found else None


def test_an_emergency_ends_at_its_end_and_not_a_second_earlier(group, background):
    row = group.emergencies[0]
    relief = group.registers.account_kind[background.account] == 2
    there = np.isin(group.contracts.district[background.record], [row.district])
    shown = (background.result == SHOWN) & (background.record >= 0)
    look = background.take(np.flatnonzero(relief & there & shown)[:1])

    assert len(look) == 1
    assert named(group, replace(look, at=np.array([row.ends - 1]))) is None
    assert named(group, replace(look, at=np.array([row.ends]))) == "outside_emergency"


def test_a_leaver_is_lawful_until_the_day_of_the_transfer(group, wrongs):
    look = one(wrongs, "stale_after_transfer")
    before = calendar.TRANSFERS - 1

    assert named(group, look) == "stale_after_transfer"
    assert named(group, replace(look, at=np.array([calendar.TRANSFERS]))) == "stale_after_transfer"
    # the day before, the same person sat with the network company, and the device was not theirs
    assert named(group, replace(look, at=np.array([before]))) in {"lent_id", None}


def test_a_terminal_is_misplaced_only_while_it_stands_there(group, wrongs):
    look = one(wrongs, "terminal_misplaced")
    (standing,) = (
        s
        for s in group.devices.standings
        if s.device == int(look.device[0]) and s.site_company == "R000"
    )

    assert named(group, look) == "terminal_misplaced"
    assert named(group, replace(look, at=np.array([standing.ends]))) != "terminal_misplaced"
    assert named(group, replace(look, at=np.array([standing.starts - 1]))) != "terminal_misplaced"


def test_the_first_class_of_the_order_is_reported(group, wrongs):
    gap, state = one(wrongs, "mask_gap"), one(wrongs, "ministry_shared_id")
    both = replace(state, record=gap.record)

    assert named(group, both) == "ministry_shared_id"


def test_nothing_at_all_is_in_no_class(group):
    assert len(classify(group, empty())) == 0
    assert len(together([])) == 0
