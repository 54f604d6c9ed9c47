"""A record that was released as its version decides agrees with it; any other is told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.gate.effects import shown
from sekisho.gate.recorded import Judge
from sekisho.gate.relations import RELATIONS
from sekisho.ledger.leaves import DECISIONS
from sekisho.policy.attributes import RECORD_SIDE, RELATION
from sekisho.policy.plan import plan
from sekisho.policy.treatment import Treatment
from sekisho_links.policy.folders import shipped_policy

SYSTEM = shipped_policy().systems["takuso"]
LOOKS = list(shown(SYSTEM.table))


def released(look):
    """Return what a record of this look says: eight values, whose row, how each field left."""
    context = {name: value for name, value in look.items() if name not in RECORD_SIDE}
    items = {
        field: DECISIONS[level]
        for field, level in plan(SYSTEM, look).items()
        if level < Treatment.REFUSE
    }
    return context, RELATIONS[look[RELATION]].owner_class, items


@given(st.sampled_from(LOOKS), st.data())
def test_what_was_released_as_decided_agrees_whatever_part_was_rendered(look, data):
    context, owner, items = released(look)
    part = data.draw(st.sets(st.sampled_from(sorted(items)))) if items else set()

    assert Judge(SYSTEM).mismatch(
        context, owner=owner, items={name: items[name] for name in part}
    ) is None  # fmt: skip


@given(st.sampled_from(LOOKS), st.data())
def test_a_field_released_as_no_look_of_that_owner_would_is_told(look, data):
    context, owner, _ = released(look)
    name = data.draw(st.sampled_from(sorted(SYSTEM.fields)))
    word = data.draw(st.sampled_from(DECISIONS))
    answers = {
        DECISIONS[plan(SYSTEM, other)[name]]
        for other in LOOKS
        if all(other[key] == value for key, value in context.items())
        and RELATIONS[other[RELATION]].owner_class == owner
    }

    found = Judge(SYSTEM).mismatch(context, owner=owner, items={name: word})

    assert (found is None) == (word in answers)
    if found is not None:
        assert name in found.field
        assert SYSTEM.fields[name].name in found.words


def test_a_row_that_nobody_may_see_is_told_with_the_rules_that_refuse_it():
    context, _, _ = released(LOOKS[0])
    held = {**context, "アカウント状態": "停止中"}

    found = Judge(SYSTEM).mismatch(held, owner="rival", items={})

    assert found.field == "レコード"
    assert found.decided == "拒否"
    assert found.rules


@pytest.mark.parametrize("missing", ["端末", "認証"])
def test_a_row_shown_though_an_attribute_was_unknown_is_told(missing):
    context, owner, items = released(LOOKS[0])
    del context[missing]

    assert Judge(SYSTEM).mismatch(context, owner=owner, items=items).field == "レコード"


def test_a_field_that_the_sheet_does_not_have_is_told():
    context, owner, _ = released(LOOKS[0])

    found = Judge(SYSTEM).mismatch(context, owner=owner, items={"diary": "shown"})

    assert found.field == "diary"
    assert found.decided == "拒否"


def test_a_judge_of_other_rules_would_not_agree():
    """The twin: with the rules of another version the same record is told."""
    look = next(look for look in LOOKS if look["閲覧者区分"] == "送配電託送")
    context, owner, items = released(look)
    fewer = SYSTEM.with_rules(tuple(rule for rule in SYSTEM.rules if rule.id != "C01"))

    assert Judge(replace(fewer)).mismatch(context, owner=owner, items=items) is not None
