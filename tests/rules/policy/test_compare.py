"""The semantic difference is exact: every context whose answer changes, once, and no other."""

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sekisho.policy import compare as module
from sekisho.policy.compare import Sheet, changed_invariants, compare, relaxed, rule_changes
from sekisho.policy.masking import delivered
from sekisho.policy.plan import plan
from sekisho.policy.table import DecisionTable, Rule
from sekisho.policy.treatment import Treatment
from sekisho.policy.visible import conflicts, gaps, idle, standing, visible
from sekisho_links.policy.folders import shipped_policy
from tests.rules.policy.tables import (
    ALL,
    ATTRIBUTES,
    CLASSES,
    DUTIES,
    covers,
    cubes,
    field_of,
    fields,
    inside,
    level_of,
    rule_lists,
    system_of,
    systems,
    table_of,
)

OUTPUTS = (*CLASSES, *DUTIES)
steady = settings(max_examples=100, derandomize=True, deadline=None, report_multiple_bugs=False)
unshrunk = settings(steady, phases=(Phase.generate,))  # to catch a twin needs no small example


def the_difference_is_exact(compare, how=steady):
    @how
    @given(rule_lists, rule_lists)
    def holds(before, after):
        changes = compare(system_of(before), system_of(after))
        for output in OUTPUTS:
            boxes = [change for change in changes if change.output == output]
            for look in ALL:
                was, now = level_of(before, look, output), level_of(after, look, output)
                found = [(c.before, c.after) for c in boxes if inside(c.cube, look)]
                assert found == ([(was, now)] if was != now else [])

    holds()


def test_the_difference_lists_every_context_that_changes_and_no_other():
    the_difference_is_exact(compare)


def test_a_difference_that_forgets_a_box_is_caught():
    with pytest.raises(AssertionError):
        the_difference_is_exact(lambda old, new: compare(old, new)[1:], unshrunk)


def test_a_difference_that_takes_a_gap_for_permission_is_caught(monkeypatch):
    otherwise = module.otherwise
    monkeypatch.setattr(module, "otherwise", lambda old, new, *, top: otherwise(old, new, top=0))

    with pytest.raises(AssertionError):
        the_difference_is_exact(compare, unshrunk)


def test_a_difference_that_does_not_look_beside_what_it_cut_is_caught(monkeypatch):
    monkeypatch.setattr(module, "minus", lambda piece, common: iter(()))

    with pytest.raises(AssertionError):
        the_difference_is_exact(compare, unshrunk)


def test_a_difference_that_takes_touched_for_held_is_caught(monkeypatch):
    monkeypatch.setattr(module.Index, "holding", module.Index.touching)

    with pytest.raises(AssertionError):
        the_difference_is_exact(compare, unshrunk)


@steady
@given(rule_lists, rule_lists)
def test_looser_one_way_is_stricter_the_other_way(before, after):
    old, new = system_of(before), system_of(after)

    there, back = (
        {
            (change.output, levels, tuple(look.items()))
            for change in changes
            for levels in [(change.before, change.after)[::way]]
            for look in ALL
            if inside(change.cube, look)
        }
        for changes, way in ((compare(old, new), 1), (compare(new, old), -1))
    )

    assert there == back


@steady
@given(rule_lists, rule_lists)
def test_relaxed_is_exactly_where_more_is_shown(before, after):
    changes = relaxed(system_of(before), system_of(after))

    for output in OUTPUTS:
        for look in ALL:
            looser = level_of(after, look, output) < level_of(before, look, output)
            listed = [c for c in changes if c.output == output and inside(c.cube, look)]
            assert bool(listed) == looser


@steady
@given(rule_lists, st.lists(fields, max_size=2), st.lists(fields, max_size=2))
def test_no_field_shows_more_in_silence(rules, before, after):
    old, new = system_of(rules, before), system_of(rules, after)

    changes = [c for c in relaxed(old, new) if c.sheet is Sheet.FIELDS]

    for look in ALL:
        was, now = plan(old, look), plan(new, look)
        for name in new.fields:
            if now[name] < was.get(name, Treatment.REFUSE):
                assert any(c.output == name and c.shown and inside(c.cube, look) for c in changes)


@steady
@given(rule_lists, fields, st.sampled_from(Treatment))
def test_a_ceiling_is_said_to_show_more_only_where_it_does(rules, field, ceiling):
    looser = replace(field, ceilings={**field.ceilings, "送配電託送": ceiling})
    old, new = system_of(rules, [field]), system_of(rules, [looser])

    listed = any(change.shown for change in relaxed(old, new))

    assert listed == any(plan(new, look)[field.id] < plan(old, look)[field.id] for look in ALL)


def test_a_value_that_is_new_appears_wherever_a_rule_admits_it():
    grown = {**ATTRIBUTES, "認証": (*ATTRIBUTES["認証"], "顔認証")}
    whole = {name: frozenset(of) for name, of in ATTRIBUTES.items()}
    rule = replace(example_rule(), cube=table_of(()).cube(whole))
    old = system_of((rule,))
    empty = DecisionTable(attributes=grown, classes=CLASSES, duties=DUTIES, rules=())
    wide = replace(rule, cube=empty.everything)
    new = replace(old, rules=(wide,), table=replace(empty, rules=(wide,)))

    changes = relaxed(old, new)

    assert {change.where["認証"] for change in changes} == {("顔認証",)}
    assert {change.output for change in changes} == set(rule.out)


def test_a_partner_that_moves_to_another_group_meets_another_ceiling(monkeypatch):
    field = field_of("name", "本人連絡先", "姓のみ", "該当", {"新電力:自社": Treatment.SHOW})
    rule = replace(example_rule(), cube=table_of(()).everything)
    old = system_of((rule,), [field])
    new = replace(old, groups={"自社": "自社", "他社": "自社"}, kept_plans={})

    (change,) = relaxed(old, new)

    assert (change.output, change.where["契約相手"], change.shown) == ("name", ("他社",), True)


def test_an_attribute_that_is_dropped_counts_as_unknown_before():
    rule = example_rule()
    old = system_of((rule,))
    fewer = {name: of for name, of in ATTRIBUTES.items() if name != "認証"}
    table = DecisionTable(attributes=fewer, classes=CLASSES, duties=DUTIES, rules=())
    kept = replace(rule, cube=table.everything)
    new = replace(old, rules=(kept,), table=replace(table, rules=(kept,)))

    assert {change.output for change in relaxed(old, new)} == set(rule.out)


def test_a_rule_that_changes_no_decision_is_still_listed():
    rule = example_rule()
    old, new = system_of((rule,)), system_of((rule, replace(rule, id="R99", note="二重の守り")))

    assert compare(old, new) == []
    assert [change.id for change in rule_changes(old, new)] == ["R99"]


def test_an_invariant_that_is_removed_or_weakened_is_named():
    policy = shipped_policy()
    first, *rest = policy.invariants
    weaker = replace(rest[0], floor=Treatment.PART)

    changed = changed_invariants(policy, replace(policy, invariants=(weaker, *rest[1:])))

    assert changed == [first.id, weaker.id]


@given(systems)
def test_the_visible_boxes_hold_exactly_the_contexts_that_show_the_row(system):
    boxes = visible(system.table)

    for look in ALL:
        holding = [box for box in boxes if inside(box.cube, look)]
        shown = level_of(system.rules, look, CLASSES[0]) == Treatment.SHOW
        assert len(holding) == shown
        for box in holding:
            assert dict(box.decision.levels) == dict(system.table.decide(look).levels)
            assert box.decision.duties == system.table.decide(look).duties


@given(rule_lists, st.sampled_from(OUTPUTS))
def test_a_gap_is_where_nobody_speaks(rules, output):
    gap = gaps(table_of(rules), output)

    unspoken = [look for look in ALL if not any(output in r.out and covers(r, look) for r in rules)]
    assert (gap is None) == (not unspoken)
    assert gap is None or all(look in unspoken for look in ALL if inside(gap, look))


@given(rule_lists)
def test_a_rule_is_idle_if_no_answer_needs_it(rules):
    named = {rule.id for rule in idle(table_of(rules))}

    for rule in rules:
        others = tuple(one for one in rules if one is not rule)
        needed = any(
            level_of(rules, look, output) != level_of(others, look, output)
            for look in ALL
            for output in OUTPUTS
        )
        assert (rule.id in named) == (not needed)


@given(rule_lists, st.sampled_from(OUTPUTS))
def test_a_conflict_is_an_overlap_that_disagrees(rules, output):
    found = {frozenset((a.id, b.id)) for a, b in conflicts(table_of(rules), output)}

    for a in rules:
        for b in rules:
            disagree = output in a.out and output in b.out and a.out[output] != b.out[output]
            overlap = any(covers(a, look) and covers(b, look) for look in ALL)
            assert (frozenset((a.id, b.id)) in found) == (disagree and overlap)


@given(rule_lists, cubes, st.sampled_from(CLASSES), st.frozensets(st.sampled_from(Treatment)))
def test_standing_finds_a_level_in_the_rows_that_are_shown(rules, cube, output, levels):
    found = standing(table_of(rules), cube, output, levels)

    standing_looks = [
        look
        for look in ALL
        if inside(cube, look)
        and level_of(rules, look, CLASSES[0]) == Treatment.SHOW
        and level_of(rules, look, output) in levels
    ]
    assert (found is None) == (not standing_looks)
    assert found is None or all(look in standing_looks for look in ALL if inside(found, look))


def example_rule():
    out = {"レコード": Treatment.SHOW, "本人連絡先": Treatment.PART, "重点記録": 0}
    return Rule(id="R00", cube=(0b111, 0b01, 0b011), out=out, basis="情報遮断規程 3条")


def test_masks_without_a_form_of_their_own_close():
    assert delivered(Treatment.PART, mask="空") is Treatment.HIDE
    assert delivered(Treatment.CODE, mask="空") is Treatment.CODE
    assert delivered(Treatment.PART, mask="出さない") is Treatment.REFUSE
    assert delivered(Treatment.CODE, mask="出さない") is Treatment.REFUSE
    assert delivered(Treatment.PART, mask="変えない") is Treatment.PART
    assert delivered(Treatment.SHOW, mask="出さない") is Treatment.SHOW
