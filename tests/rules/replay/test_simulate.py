"""What a simulation says of a context is what asking both versions for every field says."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.policy.plan import plan
from sekisho.policy.treatment import ROW, Treatment
from sekisho.replay.interning import domains_of
from sekisho.replay.simulate import Cell, Effect, Looked, answers, new_values
from sekisho_links.policy.folders import shipped_policy
from tests.rules.replay.test_counts import SALES, WHEELING, contexts

POLICY = shipped_policy()
SYSTEM = POLICY.systems["takuso"]
SCREENS = tuple(SYSTEM.screens)
IDS = tuple(rule.id for rule in SYSTEM.rules)


def without(*ids):
    """Return the shipped tables without these rules of one system."""
    rules = tuple(rule for rule in SYSTEM.rules if rule.id not in ids)
    system = replace(SYSTEM.with_rules(rules), rules=rules, hash="other")
    return replace(POLICY, systems={**POLICY.systems, "takuso": system}, hash="other")


def asked(policy, screen, context):
    """Return, in plain words, what a version shows on a screen: row, fields, duties."""
    system = policy.systems["takuso"]
    decision = system.table.decide(context)
    if decision.row is not Treatment.SHOW:
        return None
    on = {item.field for item in system.screen_items if item.screen == screen}
    forms = plan(system, context)
    return {field: forms[field] for field in on if field in forms}, decision.duties


def brute(old, new, screen, context):
    """Return which way a look goes, field by field."""
    if old.systems["takuso"].table.unknown(context) and new.systems["takuso"].table.unknown(
        context
    ):
        return Effect.UNDECIDABLE
    before, after = asked(old, screen, context), asked(new, screen, context)
    if before is None or after is None:
        if before is after:
            return Effect.SAME
        return Effect.LOOSER if before is None else Effect.STRICTER
    ways = set()
    for field in {*before[0], *after[0]}:
        was = before[0].get(field, Treatment.REFUSE)
        now = after[0].get(field, Treatment.REFUSE)
        ways |= {now < was} if was != now else set()
    ways |= {True} if before[1] - after[1] else set()
    ways |= {False} if after[1] - before[1] else set()
    return {
        (): Effect.SAME,
        (True,): Effect.LOOSER,
        (False,): Effect.STRICTER,
        (False, True): Effect.MIXED,
    }[tuple(sorted(ways))]


looked = st.builds(
    Looked, system=st.just("takuso"), screen=st.sampled_from(SCREENS), context=contexts()
)
versions = st.sets(st.sampled_from(IDS), max_size=4).map(lambda ids: without(*ids))


@settings(max_examples=60, deadline=None)
@given(versions, versions, st.lists(looked, max_size=12))
def test_every_context_goes_the_way_that_its_fields_go(old, new, looks):
    numbered = dict(enumerate(looks))

    found = answers(old, new, numbered)

    assert found.effects == {
        n: brute(old, new, look.screen, look.context) for n, look in numbered.items()
    }


@settings(max_examples=60, deadline=None)
@given(versions, versions, st.lists(looked, max_size=12))
def test_a_context_stands_in_a_cell_if_and_only_if_something_changes(old, new, looks):
    numbered = dict(enumerate(looks))

    found = answers(old, new, numbered)

    for looser in (True, False):
        in_cells = {
            number
            for cell, place in found.cells.items()
            if cell.looser is looser
            for number in place.contexts
        }
        assert in_cells == found.contexts(looser=looser)


@settings(max_examples=40, deadline=None)
@given(versions, versions, st.lists(looked, max_size=12))
def test_what_is_looser_one_way_is_stricter_the_other_way(old, new, looks):
    numbered = dict(enumerate(looks))

    there, back = answers(old, new, numbered), answers(new, old, numbered)

    assert {replace(cell, before=cell.after, after=cell.before) for cell in there.cells} == set(
        back.cells
    )


@given(st.lists(looked, max_size=12))
def test_a_version_changes_nothing_against_itself(looks):
    found = answers(POLICY, POLICY, dict(enumerate(looks)))

    assert found.cells == {}
    assert set(found.effects.values()) <= {Effect.SAME, Effect.UNDECIDABLE}


def the_cells(old, new, context, screen="TK-310"):
    look = Looked(system="takuso", screen=screen, context=context)
    return answers(old, new, {7: look})


def test_a_row_that_opens_is_one_cell_and_not_one_for_each_field():
    found = the_cells(without("C01"), POLICY, WHEELING)

    assert list(found.cells) == [
        Cell(
            system="takuso",
            viewer="送配電託送",
            relation="他社",
            kind="詳細",
            output=ROW,
            before=Treatment.REFUSE,
            after=Treatment.SHOW,
        )
    ]
    assert found.effects == {7: Effect.LOOSER}


def test_a_ceiling_that_is_raised_is_met_though_no_rule_changed():
    field = next(
        one
        for one in SYSTEM.fields.values()
        if one.id in {item.field for item in SYSTEM.screen_items if item.screen == "TK-310"}
        and plan(SYSTEM, WHEELING)[one.id] is Treatment.SHOW
    )
    closed = replace(field, ceilings=dict.fromkeys(field.ceilings, Treatment.REFUSE))
    system = replace(
        SYSTEM, fields={**SYSTEM.fields, field.id: closed}, kept_plans={}, hash="other"
    )
    old = replace(POLICY, systems={**POLICY.systems, "takuso": system})

    (cell,) = the_cells(old, POLICY, WHEELING).cells

    assert (cell.output, cell.words) == (field.item, ("拒否", "表示"))


def test_another_mask_under_the_same_word_is_looked_at_as_looser():
    context = next(
        found
        for found in ({**WHEELING, "閲覧者区分": "監督当局", "利用目的": "監督対応",
                       "承認": "都度承認済", "端末": "官公庁端末"},)
    )  # fmt: skip
    on = {item.field for item in SYSTEM.screen_items if item.screen == "TK-310"}
    field = next(
        SYSTEM.fields[name]
        for name, form in plan(SYSTEM, context).items()
        if form is Treatment.PART and name in on
    )
    other = next(name for name in POLICY.masks if name not in (field.mask, "空", "出さない"))
    changed = replace(field, mask=other)
    system = replace(
        SYSTEM, fields={**SYSTEM.fields, field.id: changed}, kept_plans={}, hash="other"
    )
    new = replace(POLICY, systems={**POLICY.systems, "takuso": system})

    (cell,) = the_cells(POLICY, new, context).cells

    assert cell.looser
    assert cell.remade
    assert cell.words == ("一部", "一部")


def test_the_definition_of_a_mask_counts_too():
    context = {**WHEELING, "閲覧者区分": "監督当局", "利用目的": "監督対応", "承認": "都度承認済",
               "端末": "官公庁端末"}  # fmt: skip
    masks = {name: replace(mask, masked=f"{mask.masked}＊") for name, mask in POLICY.masks.items()}

    found = the_cells(POLICY, replace(POLICY, masks=masks), context)

    assert found.cells
    assert all(cell.remade for cell in found.cells)


def test_a_duty_that_is_no_longer_asked_for_is_looser():
    report = WHEELING | {"画面区分": "帳票"}

    found = the_cells(POLICY, without("E01"), report)

    duties = [cell for cell in found.cells if cell.duty]
    assert duties
    assert {cell.words for cell in duties} == {("要", "不要")}
    assert found.effects == {7: Effect.LOOSER}


@pytest.mark.parametrize(
    ("context", "effect"),
    [
        pytest.param({}, Effect.UNDECIDABLE, id="何も分からない"),
        pytest.param(WHEELING | {"端末": "手帳"}, Effect.UNDECIDABLE, id="どちらの版も知らない値"),
        pytest.param(SALES, Effect.SAME, id="分かり、変わらない"),
    ],
)
def test_what_neither_version_can_decide_is_counted_apart(context, effect):
    assert the_cells(POLICY, without("C01"), context).effects == {7: effect}


def test_a_system_that_is_gone_shows_nothing_any_more():
    new = replace(POLICY, systems={k: v for k, v in POLICY.systems.items() if k != "takuso"})

    found = the_cells(POLICY, new, WHEELING)

    assert found.effects == {7: Effect.STRICTER}
    assert [cell.output for cell in found.cells] == [ROW]


def test_values_that_the_traffic_was_not_read_with_are_named():
    known = domains_of(POLICY) | {"利用目的": domains_of(POLICY)["利用目的"][1:]}

    assert new_values(known, POLICY) == {"利用目的": (domains_of(POLICY)["利用目的"][0],)}
    assert new_values(domains_of(POLICY), POLICY) == {}
