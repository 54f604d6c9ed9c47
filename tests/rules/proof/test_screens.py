"""Each check of structure is broken once, and says so in one sentence with the place."""

from dataclasses import replace

import pytest

from sekisho.policy.invariant import InvariantKind
from sekisho.policy.screens import ScreenItem
from sekisho.policy.treatment import ROW, Treatment
from sekisho.proof.invariants import leak
from sekisho.proof.screens import CHECKS
from sekisho_links.policy.folders import shipped_policy

POLICY = shipped_policy()
TAKUSO = POLICY.systems["takuso"]


def with_field(name, **values):
    field = replace(TAKUSO.fields[name], **values)
    return replace(TAKUSO, fields={**TAKUSO.fields, name: field}, kept_plans={})


def with_screen(name, **values):
    screen = replace(TAKUSO.screens[name], **values)
    return replace(TAKUSO, screens={**TAKUSO.screens, name: screen})


def with_item(screen, field, use="表示"):
    item = ScreenItem(screen=screen, field=field, use=use, order=1, place="画面項目.csv 999行目")
    return replace(TAKUSO, screen_items=(*TAKUSO.screen_items, item))


def with_way(**values):
    first, *rest = TAKUSO.transitions
    return replace(TAKUSO, transitions=(replace(first, **values), *rest))


def without(**names):
    kept = {k: v for k, v in TAKUSO.fields[names["field"]].ceilings.items() if k != names["column"]}
    return with_field(names["field"], ceilings=kept)


def unseen_field():
    """Return the system with a field that stands on no screen any more."""
    items = tuple(item for item in TAKUSO.screen_items if item.field != "power_factor")
    return replace(TAKUSO, screen_items=items)


def blind():
    """Return the system in which nobody sees a row on a list any more."""
    place = TAKUSO.table.places["画面区分"]
    listing = 1 << TAKUSO.table.attributes["画面区分"].index("一覧")
    rules = tuple(
        replace(
            rule, cube=(*rule.cube[:place], rule.cube[place] & ~listing, *rule.cube[place + 1 :])
        )
        if rule.out.get(ROW) == Treatment.SHOW
        else rule
        for rule in TAKUSO.table.rules
    )
    return TAKUSO.with_rules(rules)


def unreachable():
    ways = tuple(way for way in TAKUSO.transitions if way.target != "TK-430")
    return replace(TAKUSO, transitions=ways)


def taken_out_only():
    items = tuple(
        item
        for item in TAKUSO.screen_items
        if item.field != "usage_13m" or TAKUSO.screens[item.screen].kind in ("帳票", "CSV", "連携")
    )
    edited = replace(TAKUSO, screen_items=items)
    item = ScreenItem(screen="TK-510", field="usage_13m", use="CSV", order=1, place="")
    return replace(edited, screen_items=(*items, item))


BROKEN = {
    "T01": lambda: without(field="customer_name", column="災害応援"),
    "T02": lambda: with_item("TK-310", "no_such_field"),
    "T03": lambda: with_way(target="TK-999"),
    "T04": lambda: with_way(carries="氏名"),
    "T05": unreachable,
    "T06": unseen_field,
    "T07": lambda: with_item("TK-115", "customer_name", "検索条件"),
    "T08": lambda: with_item("TK-120", "phone_primary", "検索条件"),
    "T09": lambda: with_item("TK-130", "supply_point_no", "検索条件"),
    "T10": lambda: with_item("TK-610", "switching_to_retailer", "連携"),
    "T11": taken_out_only,
    "T12": lambda: with_item("TK-310", "life_support_flag"),
    "T13": lambda: with_way(target="LR-310"),
    "T14": lambda: with_field("customer_name", mask="変えない"),
    "T15": lambda: with_item("TK-380", "monthly_kwh"),
    "T16": lambda: with_item("TK-370", "switching_to_retailer"),
    "T17": blind,
    "T18": lambda: with_field(
        "building_room", ceilings={**TAKUSO.fields["building_room"].ceilings, "国": Treatment.PART}
    ),
    "T19": lambda: with_screen("TK-310", limit=2),
}


def test_there_is_a_check_for_each_invariant_of_structure():
    named = {one.check for one in POLICY.invariants if one.kind is InvariantKind.STRUCTURE}

    assert named == set(CHECKS) == set(BROKEN)


@pytest.mark.parametrize("check", BROKEN)
def test_a_structure_that_is_broken_is_named(check):
    invariant = next(one for one in POLICY.invariants if one.check == check)
    edited = BROKEN[check]()
    policy = replace(POLICY, systems={**POLICY.systems, "takuso": edited})

    witness = leak(policy, edited, invariant)

    assert witness is not None
    assert witness.context is None
    assert witness.sentence
    assert witness.output
    assert leak(POLICY, TAKUSO, invariant) is None


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"again": "しない"}, id="再判定しない"),
        pytest.param({"source": "TK-999"}, id="遷移元がない"),
    ],
)
def test_a_way_that_is_not_decided_again_or_comes_from_nowhere_is_named(values):
    edited = with_way(**values)
    policy = replace(POLICY, systems={**POLICY.systems, "takuso": edited})

    broken = [
        one.check
        for one in POLICY.invariants
        if one.kind is InvariantKind.STRUCTURE and leak(policy, edited, one)
    ]

    assert set(broken) & {"T03", "T04"}


def test_a_screen_of_a_system_that_is_not_in_the_folder_is_not_asked():
    alone = replace(POLICY, systems={"takuso": TAKUSO})
    invariant = next(one for one in POLICY.invariants if one.check == "T03")

    assert leak(alone, TAKUSO, invariant) is None
