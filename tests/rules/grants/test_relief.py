"""The tables say which systems an emergency can open to helpers."""

from datetime import date

from sekisho.grants.relief import open_to_relief
from sekisho_links.policy.folders import shipped_policy


def test_the_tables_keep_last_resort_fit_and_the_ministry_closed_to_helpers():
    found = open_to_relief(shipped_policy(), day=date(2027, 9, 3))

    assert found == {"takuso", "nwonline", "callcenter", "nwsetting"}


def test_before_any_rule_is_in_force_nothing_is_open():
    assert open_to_relief(shipped_policy(), day=date(2020, 1, 1)) == frozenset()
