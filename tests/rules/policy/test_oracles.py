"""Engines of others, asked the same questions, give the same answers."""

from dataclasses import replace
from random import Random

import pytest
import z3

from sekisho.policy.invariant import InvariantKind
from sekisho.policy.treatment import Treatment
from sekisho.policy.visible import visible
from sekisho.proof.invariants import leak
from sekisho_links.policy.folders import shipped_policy
from tests.rules.policy.oracles import Cedar, Formulas, Zen, ours, satisfiable
from tests.rules.proof.loosenings import rule_edits

POLICY = shipped_policy()
SYSTEMS = list(POLICY.systems)


def looks(table, *, count, seed):
    """Return contexts drawn at random, and others in which something is shown."""
    random = Random(seed)
    anywhere = [
        {name: random.choice(values) for name, values in table.attributes.items()}
        for _ in range(count)
    ]
    boxes = visible(table)
    shown = [
        {name: random.choice(of) for name, of in table.values(random.choice(boxes).cube).items()}
        for _ in range(count)
    ]
    return anywhere + shown


@pytest.mark.parametrize("key", SYSTEMS)
def test_cedar_decides_alike(key):
    table = POLICY.systems[key].table
    cedar = Cedar(table)
    for context in looks(table, count=15, seed=1):
        assert cedar.decide(context) == ours(table, context), context


@pytest.mark.parametrize("key", SYSTEMS)
def test_zen_decides_alike(key):
    table = POLICY.systems[key].table
    zen = Zen(table)
    for context in looks(table, count=40, seed=2):
        assert zen.decide(context) == ours(table, context), context


@pytest.mark.parametrize("key", ["takuso", "saiene"])
def test_z3_finds_no_counterexample_either(key):
    system = POLICY.systems[key]
    formulas = Formulas(system.table)
    for invariant in POLICY.invariants[::12]:
        if invariant.kind is InvariantKind.AT_LEAST and invariant.binds(system.name):
            where = formulas.inside(system.table.cube(invariant.where))
            for output in invariant.targets:
                assert not satisfiable(where, formulas.below(output, invariant.floor))


@pytest.mark.parametrize("key", ["takuso", "fitnw"])
def test_z3_agrees_on_tables_that_were_edited(key):
    system = POLICY.systems[key]
    forbidden = [
        one
        for one in POLICY.invariants
        if one.kind is InvariantKind.AT_LEAST and one.binds(system.name)
    ]
    random = Random(3)
    for edit in random.sample(list(rule_edits(system)), 8):
        leaking = [one for one in forbidden if leak(POLICY, edit.edited, one)]
        invariant = random.choice(leaking or forbidden)
        formulas = Formulas(edit.edited.table)
        where = formulas.inside(edit.edited.table.cube(invariant.where))
        broken = any(
            satisfiable(where, formulas.below(output, invariant.floor))
            for output in invariant.targets
        )
        assert (leak(POLICY, edit.edited, invariant) is not None) == broken


def test_z3_agrees_on_comparisons():
    system = POLICY.systems["takuso"]
    compared = [one for one in POLICY.invariants if one.kind is InvariantKind.NEVER_MORE]
    random = Random(4)
    for edit in random.sample(list(rule_edits(system)), 3):
        leaking = [one for one in compared if leak(POLICY, edit.edited, one)]
        invariant = random.choice(leaking or compared)
        table = edit.edited.table
        formulas = Formulas(table)
        place = table.places[invariant.attribute]
        values = table.attributes[invariant.attribute]
        better, worse = (values.index(one) for one in (invariant.better[0], invariant.worse))
        where = {k: of for k, of in invariant.where.items() if k != invariant.attribute}
        inside = formulas.inside(table.cube(where))
        broken = any(
            satisfiable(
                inside,
                formulas.at(formulas.below(output, floor), place, worse),
                formulas.at(_not_below(formulas, output, floor), place, better),
            )
            for output in invariant.targets[:4]
            for floor in list(Treatment)[1:]
        )
        asked = replace(invariant, targets=invariant.targets[:4])
        assert (leak(POLICY, edit.edited, asked) is not None) == broken


def _not_below(formulas, output, floor):
    return z3.Not(formulas.below(output, floor))
