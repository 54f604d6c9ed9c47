"""The kernel equals its definition, in any order, and never opens for what it does not know."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sekisho.policy.table import DecisionTable
from sekisho.policy.treatment import ROW, Treatment
from tests.rules.policy.tables import (
    ALL,
    ATTRIBUTES,
    CLASSES,
    DUTIES,
    UNKNOWN,
    contexts,
    level_of,
    rule_lists,
    table_of,
)
from tests.rules.policy.twins import KERNELS

steady = settings(max_examples=150, derandomize=True, deadline=None, report_multiple_bugs=False)
unshrunk = settings(steady, phases=(Phase.generate,))  # to catch a twin needs no small example


def the_strictest_speaks(make, how=steady):
    @how
    @given(rule_lists, contexts)
    def holds(rules, unclear):
        table = table_of(rules, make)
        for context in (*ALL, unclear):
            decision = table.decide(context)
            expected = {name: level_of(rules, context, name) for name in CLASSES}
            due = {duty for duty in DUTIES if level_of(rules, context, duty)}
            assert dict(decision.levels) == expected
            assert decision.duties == due

    holds()


def the_order_changes_nothing(make, how=steady):
    @how
    @given(rule_lists, contexts, st.randoms(use_true_random=False))
    def holds(rules, context, random):
        shuffled = tuple(random.sample(rules, len(rules)))
        one, other = table_of(rules, make), table_of(shuffled, make)
        assert dict(one.decide(context).levels) == dict(other.decide(context).levels)
        assert one.decide(context).duties == other.decide(context).duties

    holds()


def the_unknown_matches_nothing(make, how=steady):
    @how
    @given(rule_lists, contexts, st.sampled_from(tuple(ATTRIBUTES)), st.booleans())
    def holds(rules, context, name, missing):
        look = {key: value for key, value in context.items() if key != name}
        if not missing:
            look[name] = UNKNOWN
        decision = table_of(rules, make).decide(look)
        assert set(decision.levels.values()) == {Treatment.REFUSE}
        assert decision.duties == set(DUTIES)

    holds()


PROPERTIES = (the_strictest_speaks, the_order_changes_nothing, the_unknown_matches_nothing)


@pytest.mark.parametrize("holds", PROPERTIES, ids=lambda one: one.__name__)
def test_of_the_kernel_it_holds_that(holds):
    holds(DecisionTable)


@pytest.mark.parametrize("twin", KERNELS, ids=lambda one: one.__name__)
def test_a_broken_kernel_is_caught(twin):
    assert any(fails(holds, twin) for holds in PROPERTIES)


def fails(holds, kernel):
    try:
        holds(kernel, unshrunk)
    except AssertionError:
        return True
    return False


@given(rule_lists, contexts, st.sampled_from((*CLASSES, *DUTIES)))
def test_an_explanation_names_the_rules_that_say_the_level(rules, context, output):
    table = table_of(rules)

    level, ids = table.explain(context, output)

    assert level == level_of(rules, context, output)
    saying = {rule.id for rule in rules if rule.out.get(output) == level}
    assert set(ids) <= saying
    assert bool(ids) == any(
        level_of((rule,), context, output) == level and rule.id in ids for rule in rules
    )


def test_an_output_that_the_table_does_not_have_is_refused():
    assert table_of(()).explain({}, "新しい区分") == (Treatment.REFUSE, ())


def test_a_row_of_a_table_without_the_class_of_rows_is_refused():
    table = DecisionTable(attributes=ATTRIBUTES, classes=("使用量",), duties=(), rules=())

    assert ROW not in table.decide({}).levels
    assert table.decide({}).row is Treatment.REFUSE


@given(rule_lists, contexts)
def test_what_is_unknown_is_named(rules, context):
    unknown = table_of(rules).unknown(context)

    assert set(unknown) == {
        name for name, values in ATTRIBUTES.items() if context.get(name) not in values
    }
