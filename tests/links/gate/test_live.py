"""A version becomes live only when it is checked, proved and agreed; else nothing changes."""

from dataclasses import replace

import pytest

from sekisho.policy.treatment import Treatment
from sekisho_links.gate import MayNotGoLive, put_live
from sekisho_links.gate.install import RULE, acting


def active(owner):
    with acting(owner, RULE):
        return owner.execute("select version from rule.active_version").fetchone()


def edited(policy, key, rule_id, **changes):
    """Return `policy` with one rule of one system written otherwise, under a hash of its own."""
    system = policy.systems[key]
    rules = tuple(
        replace(rule, **changes) if rule.id == rule_id else rule for rule in system.table.rules
    )
    systems = {**policy.systems, key: system.with_rules(rules)}
    return replace(policy, systems=systems, hash="0" * 64)


def test_a_table_that_shows_a_rivals_customer_never_becomes_live(owner, policy):
    takuso = policy.systems["takuso"].table
    wall = next(rule for rule in takuso.rules if rule.id == "A11")
    retail = next(rule for rule in takuso.rules if rule.id == "B01")
    place = takuso.places["契約相手"]
    cube = (*retail.cube[:place], takuso.everything[place], *retail.cube[place + 1 :])
    rules = tuple(
        replace(rule, cube=cube) if rule is retail else rule
        for rule in takuso.rules
        if rule is not wall
    )
    systems = {**policy.systems, "takuso": policy.systems["takuso"].with_rules(rules)}
    before = active(owner)

    with pytest.raises(MayNotGoLive, match="不変条件"):
        put_live(owner, replace(policy, systems=systems, hash="0" * 64))

    assert active(owner) == before


def test_a_table_that_breaks_an_agreed_example_never_becomes_live(owner, policy):
    strict = dict.fromkeys(policy.systems["takuso"].table.classes, Treatment.REFUSE)
    rule = next(r for r in policy.systems["takuso"].table.rules if r.id == "B01")
    before = active(owner)

    with pytest.raises(MayNotGoLive, match="試験例"):
        put_live(owner, edited(policy, "takuso", "B01", out={**rule.out, **strict}))

    assert active(owner) == before


def test_the_shipped_tables_go_live_again_without_a_change(owner, policy):
    assert put_live(owner, policy).version == policy.hash == active(owner)[0]
