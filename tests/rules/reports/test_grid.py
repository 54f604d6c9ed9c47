"""The grid and the sentences say what the tables say, and mark what became laxer."""

from dataclasses import replace

import pytest

from sekisho.policy.plan import treatment_of
from sekisho.policy.treatment import Treatment
from sekisho.reports import sentences
from sekisho.reports.grid import grid_of, reason
from sekisho_links.policy.folders import shipped_policy


@pytest.fixture(scope="module")
def takuso():
    return shipped_policy().systems["takuso"]


def cell(grid, field, column):
    at = [one.words for one in grid.columns].index(column)
    return next(row.cells[at] for row in grid.rows if row.field.id == field)


def loosened(system):
    """The twin: the wall between the affiliate and its rivals' customers is taken away."""
    gone = {"A11", "A20"}
    rules = tuple(
        replace(rule, cube=system.table.everything) if rule.id == "B01" else rule
        for rule in system.rules
        if rule.id not in gone
    )
    fields = {
        name: replace(field, ceilings={**field.ceilings, "関係小売営業:他社": Treatment.SHOW})
        for name, field in system.fields.items()
    }
    return replace(system, fields=fields).with_rules(rules)


def test_a_version_that_shows_more_is_marked_where_it_does_and_nowhere_else(takuso):
    before = grid_of(takuso)

    same, laxer = grid_of(takuso, before=before), grid_of(loosened(takuso), before=before)

    assert not any(one.laxer for row in same.rows for one in row.cells)
    opened = cell(laxer, "customer_name", "関係小売営業（他社）")
    assert (opened.before, opened.treatment, opened.laxer) == (
        Treatment.REFUSE,
        Treatment.SHOW,
        True,
    )


def test_the_ceiling_is_named_where_it_is_the_stricter(takuso):
    found = cell(grid_of(takuso), "supply_point_no", "送配電監査")

    assert (found.basis, found.rules) == ("整理表の上限", ())


def test_the_steps_of_a_reason_end_in_what_leaves_the_door(takuso):
    for row in grid_of(takuso).rows:
        for one in row.cells:
            why = reason(takuso, row.field, one.context)
            assert why.delivered == treatment_of(takuso, row.field.id, one.context)


def test_what_is_free_in_a_box_is_not_said(takuso):
    said = sentences.scene({"閲覧者区分": ("新電力",)}, among=takuso.table.attributes)

    assert said == "新電力が、開くと"


def test_the_shorter_of_both_ways_is_said(takuso):
    values = takuso.table.attributes["承認"]

    assert sentences.either(values[:1], among=values) == values[0]
    assert sentences.either(values[1:], among=values) == f"{values[0]}のほか"


def test_every_rule_can_be_read_aloud(takuso):
    for rule in takuso.table.rules:
        said = sentences.spoken(takuso.table, rule)
        assert "開くと" in said
        assert said.endswith("。")
        for level in {rule.out[name] for name in takuso.table.classes if name in rule.out}:
            assert Treatment(level).word in said
