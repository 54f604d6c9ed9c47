"""Stretches of days: which rules a look meets is decided by its day alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sekisho.gate.stretches import (
    DAWN,
    before_any_day,
    stretch_on,
    stretches_from,
    ticket_version,
)
from sekisho_links.policy.folders import shipped_policy

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
DAY = timedelta(days=1)


@pytest.fixture
def system():
    """Return the wheeling system with one rule from 1 May to 1 June and the rest from 1 April."""
    one, *others = shipped_policy().systems["takuso"].rules
    rules = (replace(one, starts=MAY, ends=JUNE), *others)
    return replace(shipped_policy().systems["takuso"], rules=rules)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        pytest.param(APRIL - DAY, DAWN, id="どの規則も始まる前"),
        pytest.param(APRIL, APRIL, id="初めの日"),
        pytest.param(MAY - DAY, APRIL, id="境の前日"),
        pytest.param(MAY, MAY, id="境の当日"),
        pytest.param(JUNE - DAY, MAY, id="終わりの前日"),
        pytest.param(JUNE, JUNE, id="終わりの当日"),
        pytest.param(date.max, JUNE, id="ずっと後"),
    ],
)
def test_a_day_lies_in_the_stretch_that_began_last(system, day, first):
    assert stretch_on(system, day) == first
    assert stretches_from(system, day)[0] == first
    assert system.on(day).table.rules == system.on(first).table.rules


def test_what_is_over_is_not_shipped(system):
    assert stretches_from(system, APRIL - DAY) == (DAWN, APRIL, MAY, JUNE)
    assert stretches_from(system, MAY) == (MAY, JUNE)
    assert stretches_from(system, JUNE) == (JUNE,)


def test_a_ticket_names_the_version_and_the_stretch(system):
    policy = replace(shipped_policy(), hash="abc")

    assert ticket_version(policy, system, MAY) == "abc@2026-05-01"
    assert ticket_version(policy, system, APRIL - DAY) == "abc@0001-01-01"


def test_only_rules_without_a_first_day_stand_before_all_days(system):
    undated = replace(system.rules[1], starts=None, ends=JUNE)
    system = replace(system, rules=(undated, *system.rules[2:]))
    policy = replace(shipped_policy(), systems={"takuso": system})

    before = before_any_day(policy, APRIL - DAY)

    assert [rule.id for rule in before.systems["takuso"].table.rules] == [undated.id]
    assert before.systems["takuso"].stretches == ()
    assert before_any_day(policy, APRIL).systems == {}
