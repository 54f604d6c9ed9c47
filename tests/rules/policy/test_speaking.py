"""Who else speaks where a rule speaks: the stricter of two is named, and nobody is left out."""

import random

import pytest

from sekisho.policy.cubes import meet
from sekisho.policy.speaking import speaking
from sekisho_links.policy.folders import shipped_policy

TABLE = shipped_policy().systems["takuso"].table


@pytest.mark.parametrize("rule", TABLE.rules, ids=lambda rule: rule.id)
def test_every_rule_that_shares_a_context_and_an_output_is_listed(rule):
    found = speaking(TABLE, rule)

    assert {one.other.id for one in found.overlaps} == {
        other.id
        for other in TABLE.rules
        if other is not rule and meet(rule.cube, other.cube) and {*rule.out} & {*other.out}
    }
    for one in found.overlaps:
        both = {*rule.out} & {*one.other.out}
        assert len(one.stopped_by) + len(one.stops) + one.alike == len(both)


def test_the_table_decides_as_the_overlap_says():
    draw = random.Random(3)
    rule = next(one for one in TABLE.rules if one.id == "B01")
    for one in speaking(TABLE, rule).overlaps:
        common = meet(rule.cube, one.other.cube)
        look = {name: draw.choice(words) for name, words in TABLE.values(common).items()}
        for output, _, theirs in one.stopped_by:
            level, by = TABLE.explain(look, output)
            assert level >= theirs
            assert rule.id not in by


def test_of_one_output_only_that_one_is_told():
    rule = next(one for one in TABLE.rules if one.id == "B01")

    found = speaking(TABLE, rule, output="本人連絡先")

    assert found.overlaps
    for one in found.overlaps:
        assert {name for name, _, _ in (*one.stopped_by, *one.stops)} <= {"本人連絡先"}
