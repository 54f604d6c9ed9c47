"""The seven systems as they ship: read, free of errors, proved, and as the business agreed."""

from collections import Counter
from math import prod

import pytest

from sekisho.policy.invariant import WORD_OF_KIND
from sekisho.policy.lint import Severity, lint
from sekisho.policy.treatment import ROW, Treatment
from sekisho.policy.visible import visible
from sekisho.proof.agreed import disagreeing
from sekisho.proof.certificate import certificate
from sekisho_links.policy.folders import shipped_policy
from tests.rules.proof.loosenings import confirmed

SYSTEMS = list(shipped_policy().systems)


def test_all_invariants_of_the_seven_systems_hold():
    proved = certificate(shipped_policy())

    broken = [
        f"{proof.name} {result.invariant.id}: {result.witness.sentence}"
        for proof in proved.proofs
        for result in proof.broken
    ]
    assert broken == []
    assert proved.holds
    assert [proof.system for proof in proved.proofs] == SYSTEMS
    assert {result.invariant.id for proof in proved.proofs for result in proof.results} == {
        invariant.id for invariant in shipped_policy().invariants
    }


def test_two_hundred_invariants_of_all_twelve_kinds_ship():
    kinds = Counter(WORD_OF_KIND[one.kind] for one in shipped_policy().invariants)

    assert kinds == {
        "禁止": 94,
        "義務": 31,
        "比較": 26,
        "構造": 19,
        "上限": 14,
        "実効": 8,
        "同一": 2,
        "上限比較": 2,
        "行": 1,
        "不明": 1,
        "空区分": 1,
        "差分": 1,
    }


def test_the_tables_have_no_lint_error():
    errors = [str(one) for one in lint(shipped_policy()) if one.severity is Severity.ERROR]

    assert errors == []


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_agreed_example_is_answered_as_agreed(key):
    system = shipped_policy().systems[key]
    assert system.examples
    assert [example.title for example in disagreeing(system)] == []


def test_few_of_forty_million_contexts_show_a_row():
    boxes = visible(shipped_policy().systems["takuso"].table)

    table = shipped_policy().systems["takuso"].table
    assert prod(len(of) for of in table.attributes.values()) == 39_916_800
    assert sum(box.contexts for box in boxes) == 13_600
    assert len(table.shown) <= 20


@pytest.mark.parametrize("key", SYSTEMS)
def test_what_the_visible_boxes_say_is_what_the_kernel_says_context_by_context(key):
    table = shipped_policy().systems[key].table
    for box in visible(table):
        for context in table.contexts(box.cube):
            decision = table.decide(context)
            assert decision.levels[ROW] is Treatment.SHOW
            assert decision.levels == box.decision.levels
            assert decision.duties == box.decision.duties


def test_the_affiliate_and_its_rivals_stand_in_the_same_rows():
    for system in shipped_policy().systems.values():
        place = system.table.places["閲覧者区分"]
        words = system.table.attributes["閲覧者区分"]
        affiliate, rival = (1 << words.index(one) for one in ("関係小売営業", "新電力"))
        for rule in system.rules:
            if rule.out.get(ROW) == Treatment.SHOW:
                assert bool(rule.cube[place] & affiliate) == bool(rule.cube[place] & rival)


def test_a_witness_is_one_sentence_that_the_table_confirms():
    policy = shipped_policy()
    system = policy.systems["takuso"]
    without_a11 = tuple(rule for rule in system.table.rules if rule.id != "A11")
    wide = next(rule for rule in without_a11 if rule.id == "B01")
    place = system.table.places["契約相手"]
    cube = (*wide.cube[:place], system.table.everything[place], *wide.cube[place + 1 :])
    opened = tuple(
        rule.__class__(id=rule.id, cube=cube, out=rule.out, basis=rule.basis)
        if rule is wide
        else rule
        for rule in without_a11
    )
    from sekisho.proof.invariants import leak

    invariant = next(one for one in policy.invariants if one.id == "F01")
    edited = system.with_rules(opened)
    witness = leak(policy, edited, invariant)

    assert witness is not None
    assert confirmed(edited, witness)
    assert witness.sentence.startswith("関係小売営業が、")
    assert "最終保障の記録を" in witness.sentence or "他社の記録を" in witness.sentence
    assert witness.sentence.endswith("（規則 B01）")
    assert "\n" not in witness.sentence
    assert set(witness.context) == set(policy.attributes)
