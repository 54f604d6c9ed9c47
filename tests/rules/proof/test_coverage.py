"""What the tables do not cover is found by name: each measure is broken once."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.policy.plan import plan
from sekisho.policy.screens import KEY, ScreenItem
from sekisho.policy.treatment import Treatment
from sekisho.proof.coverage import a_year_before, coverage, shown_on
from sekisho_links.policy.folders import shipped_policy

POLICY = shipped_policy()
TAKUSO = POLICY.systems["takuso"]
TODAY = date(2026, 11, 21)


def measured(system, *, today=TODAY):
    policy = replace(POLICY, systems={**POLICY.systems, system.key: system})
    return {one.key: one for one in coverage(policy, system, today=today)}


def names(measure):
    return [one.id for one in measure.missing]


def with_screen(name, **values):
    screen = replace(TAKUSO.screens[name], **values)
    return replace(TAKUSO, screens={**TAKUSO.screens, name: screen})


@pytest.mark.parametrize("key", POLICY.systems)
def test_every_measure_counts_what_it_says(key):
    found = measured(POLICY.systems[key])

    for one in found.values():
        assert 0 <= one.held <= one.whole
        assert (one.percent == 100) == (not one.missing)
    assert found["class"].missing == ()
    assert found["unreached"].missing == ()
    assert found["nowhere"].missing == ()


def test_a_field_on_no_screen_is_named_and_is_delivered_to_nobody():
    items = tuple(item for item in TAKUSO.screen_items if item.field != "power_factor")
    found = measured(replace(TAKUSO, screen_items=items))

    assert names(found["unplaced"]) == ["power_factor"]
    assert names(found["nobody"]) == ["power_factor"]


def test_a_field_that_is_searched_by_and_never_shown_is_delivered_to_nobody():
    items = [item for item in TAKUSO.screen_items if item.field != "power_factor"]
    items.append(ScreenItem(screen="TK-110", field="power_factor", use=KEY, order=9, place=""))
    found = measured(replace(TAKUSO, screen_items=tuple(items)))

    assert names(found["unplaced"]) == []
    assert names(found["nobody"]) == ["power_factor"]


def test_a_field_whose_ceilings_let_nothing_out_is_delivered_to_nobody():
    field = TAKUSO.fields["power_factor"]
    shut = dict.fromkeys(field.ceilings, Treatment.HIDE)
    fields = {**TAKUSO.fields, field.id: replace(field, ceilings=shut)}

    assert names(measured(replace(TAKUSO, fields=fields, kept_plans={}))["nobody"]) == [field.id]


@given(data=st.data())
def test_what_some_look_of_a_screen_gives_is_not_said_to_reach_nobody(data):
    system = data.draw(st.sampled_from(list(POLICY.systems.values())))
    context = data.draw(
        st.fixed_dictionaries(
            {name: st.sampled_from(of) for name, of in system.table.attributes.items()}
        )
    )
    unseen = {one.id for one in _nobody(system)}
    for field, level in plan(system, context).items():
        if level < Treatment.HIDE:
            on = [system.screens[name] for name in shown_on(system, field)]
            if any(
                one.kind == context["画面区分"] and context["閲覧者区分"] in one.viewers
                for one in on
            ):
                assert field not in unseen


def _nobody(system, kept={}):  # noqa: B006 - made once for each system
    if system.key not in kept:
        kept[system.key] = measured(system)["nobody"].missing
    return kept[system.key]


def test_a_screen_is_confirmed_for_a_year():
    on = date(2026, 2, 16)

    assert names(measured(with_screen("TK-310", confirmed=None))["unconfirmed"]) == ["TK-310"]
    for today, stale in ((date(2027, 2, 16), False), (date(2027, 2, 17), True)):
        found = measured(with_screen("TK-310", confirmed=on), today=today)["stale"]
        assert ("TK-310" in names(found)) == stale


def test_a_year_before_the_last_day_of_february():
    assert a_year_before(date(2028, 2, 29)) == date(2027, 2, 28)
    assert a_year_before(date(2026, 11, 21)) == date(2025, 11, 21)


def test_a_screen_without_a_way_to_it_and_a_way_to_no_screen_are_named():
    ways = tuple(
        replace(way, target="TK-999") if way.target == "TK-430" else way
        for way in TAKUSO.transitions
    )
    found = measured(replace(TAKUSO, transitions=ways))

    assert names(found["unreached"]) == ["TK-430"]
    assert names(found["nowhere"]) == ["TK-T34"]
    assert found["nowhere"].missing[0].why == "遷移先「TK-999」"


def test_the_one_transition_that_leads_to_a_field_is_named():
    found = measured(POLICY.systems["saiene"])["one-door"]

    why = {one.id: one.why for one in found.missing}
    assert why["tariff_price"] == "SE-T07 認定詳細 → 価格と満了（価格と満了）"
