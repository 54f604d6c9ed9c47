"""A simulation over kept looks is what re-deciding every access in plain Python comes to."""

import json
import shutil
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest

from sekisho.policy.plan import plan
from sekisho.policy.treatment import Treatment
from sekisho.replay.simulate import Effect, Looked, answers
from sekisho.replay.simulated import simulation_of
from sekisho_links.trace.simulate import NoLooks, looks_in, simulate
from tests.links.trace.oracle import RETAIL, Oracle
from tests.links.trace.worlds import CLASSES, POLICY, accesses_in, facts_of, last_uses, run

PERIOD = date(2025, 10, 1), date(2026, 1, 1)


def version(**dropped):
    """Return the shipped tables without some rules, by system."""
    systems = dict(POLICY.systems)
    for key, ids in dropped.items():
        rules = tuple(rule for rule in systems[key].rules if rule.id not in ids)
        systems[key] = replace(systems[key].with_rules(rules), rules=rules, hash=f"{ids}")
    return replace(POLICY, systems=systems, hash=f"{len(dropped)}" * 64)


def narrower(policy, key):
    """Return `policy` with a ceiling of 拒否 on one field of each report of a system."""
    system = policy.systems[key]
    reports = {one.id for one in system.screens.values() if one.kind == "帳票"}
    shown = dict.fromkeys(one.field for one in system.screen_items if one.screen in reports)
    fields = dict(system.fields)
    for name in list(shown)[:2]:
        closed = dict.fromkeys(fields[name].ceilings, Treatment.REFUSE)
        fields[name] = replace(fields[name], ceilings=closed)
    system = replace(system, fields=fields, kept_plans={}, hash="narrower")
    return replace(policy, systems={**policy.systems, key: system})


# some looks become looser, some stricter, and reports both at once: less asked for, less shown
OLD = version(takuso=("C03",), nwonline=("B01",))
NEW = narrower(version(takuso=("C01",), callcenter=("E01",), nwonline=("C01",)), "callcenter")


@pytest.fixture(scope="session")
def every(world, out):
    """Every access, with its context, person, contract and retailer, as plain Python finds them."""
    facts = facts_of(world / "facts")
    oracle = Oracle(facts, policy=POLICY, classes=CLASSES, areas={"09"})
    accesses = accesses_in(out / "store")
    used = last_uses(accesses)
    found = []
    for access in accesses:
        context, _ = oracle.judge(access, last_used=used[access["file"], access["line"]])
        holder = oracle.now(oracle.accounts[access["system"], access["account"]], access["at"])
        point = oracle.points.get(access["record"])
        contract = point and oracle.now(oracle.contracts[point["record"],], access["at"])
        company = contract and contract["company"]
        found.append(
            access
            | {
                "context": context,
                "person": holder and (holder["person"] or holder["account"]),
                "contract": point and ((contract and contract["contract"]) or point["record"]),
                "retailer": company if oracle.kind(company) in RETAIL else None,
                "day": (access["at"] + timedelta(hours=9)).date(),
            }
        )
    return found


def inside(accesses, first=None, until=None):
    return [
        one
        for one in accesses
        if (first is None or one["day"] >= first) and (until is None or one["day"] < until)
    ]


def shows(policy, access):
    system, context = policy.systems[access["system"]], access["context"]
    decision = system.table.decide(context)
    if decision.row is not Treatment.SHOW:
        return None
    on = {item.field for item in system.screen_items if item.screen == access["screen"]}
    forms = plan(system, context)
    return {name: form for name, form in forms.items() if name in on}, decision.duties


def way(access):
    if OLD.systems[access["system"]].table.unknown(access["context"]):
        return Effect.UNDECIDABLE
    before, after = shows(OLD, access), shows(NEW, access)
    if before == after:
        return Effect.SAME
    if before is None or after is None:
        return Effect.LOOSER if before is None else Effect.STRICTER
    ways = {after[0][name] < form for name, form in before[0].items() if after[0][name] != form}
    ways |= {True for _ in before[1] - after[1]} | {False for _ in after[1] - before[1]}
    if len(ways) == 2:
        return Effect.MIXED
    return Effect.LOOSER if ways == {True} else Effect.STRICTER


def tallied(accesses):
    return (
        len(accesses),
        len({one["contract"] for one in accesses} - {None}),
        len({one["person"] for one in accesses} - {None}),
        tuple(sorted({one["retailer"] for one in accesses} - {None})),
    )


def counted(counts):
    return counts.accesses, counts.contracts, counts.people, counts.retailers


@pytest.mark.parametrize("period", [(None, None), PERIOD], ids=["全部", "三か月"])
def test_totals_are_those_of_asking_about_every_access(out, every, period):
    mine = inside(every, *period)
    expected = defaultdict(list)
    for one in mine:
        expected[way(one), one["result"] == "shown"].append(one)

    found = simulate(OLD, NEW, out, first=period[0], until=period[1])

    assert found.effects == {effect: len(expected[effect, True]) for effect in Effect}
    assert found.effects[Effect.LOOSER]
    assert found.effects[Effect.STRICTER]
    assert found.effects[Effect.MIXED]
    assert found.total == len(mine)
    opened = expected[Effect.LOOSER, False] + expected[Effect.MIXED, False]
    assert (found.opened, found.closed) == (
        len(opened),
        sum(one["result"] != "shown" for one in mine) - len(opened),
    )
    both = expected[Effect.MIXED, True]
    assert counted(found.looser) == tallied(expected[Effect.LOOSER, True] + both)
    assert counted(found.stricter) == tallied(expected[Effect.STRICTER, True] + both)
    days = {one["day"] for one in mine}
    assert found.accesses == {
        system: sum(one["system"] == system for one in mine) for system in found.accesses
    }
    assert (
        set(found.without)
        == {min(days) + timedelta(days=n) for n in range((max(days) - min(days)).days)} - days
    )


def test_every_cell_is_counted_exactly(out, every):
    expected = defaultdict(list)
    known = {}
    for one in every:
        key = one["system"], one["screen"], tuple(one["context"].items())
        if key not in known:
            look = Looked(system=one["system"], screen=one["screen"], context=one["context"])
            known[key] = tuple(answers(OLD, NEW, {0: look}).cells)
        for cell in known[key]:
            expected[cell, one["result"] == "shown"].append(one)

    found = simulate(OLD, NEW, out)

    assert {met.cell for met in found.cells} == {
        cell for cell, shown in expected if shown or cell.looser
    }
    for met in found.cells:
        assert counted(met.shown) == tallied(expected[met.cell, True])
        opened = expected[met.cell, False] if met.cell.looser else []
        assert counted(met.opened) == tallied(opened)
        assert set(met.screens) >= {one["screen"] for one in expected[met.cell, True]}


def test_ten_examples_are_real_looks_and_name_nobody(out, every):
    there = {
        (
            one["system"],
            one["screen"],
            one["at"].replace(second=0, microsecond=0),
            tuple(sorted(one["context"].items())),
            one["result"] == "shown",
        )
        for one in every
    }

    found = simulate(OLD, NEW, out)

    for met in found.cells:
        whole = met.shown.accesses + met.opened.accesses
        assert len(met.examples) == min(10, whole)
        for one in met.examples:
            context = tuple(sorted(one.context.items()))
            assert (met.cell.system, one.screen, one.at, context, one.shown) in there
    people = {one.person for met in found.cells for one in met.examples} - {0}
    assert people == set(range(1, len(people) + 1))
    kept = json.dumps(found.as_json(), ensure_ascii=False)
    named = {one["person"] for one in every} | {one["contract"] for one in every}
    assert not any(name in kept for name in named if name and len(name) > 3)


def test_the_same_question_has_the_same_answer_and_the_same_digest(world, out, tmp_path):
    run(world, tmp_path / "again")

    first, again = simulate(OLD, NEW, out), simulate(OLD, NEW, tmp_path / "again")

    assert first == again
    assert first.digest == again.digest
    assert simulation_of(json.loads(json.dumps(first.as_json()))) == first


def test_a_version_changes_nothing_against_itself(out):
    found = simulate(POLICY, POLICY, out)

    assert found.cells == ()
    assert found.looser.accesses == found.stricter.accesses == 0
    assert found.total > 0


def test_a_period_without_traffic_is_an_answer_too(out):
    found = simulate(OLD, NEW, out, first=date(2001, 1, 1), until=date(2001, 2, 1))

    assert (found.total, found.cells, found.without) == (0, (), ())


def test_no_part_is_read_that_lies_outside_the_period(out, every):
    assert looks_in(out) == len(every)
    assert looks_in(out, first=date(2031, 1, 1)) == 0
    assert looks_in(out, until=date(2001, 1, 1)) == 0


def test_values_of_the_draft_that_no_log_was_read_with_are_said(out, every):
    purpose = POLICY.attributes["利用目的"]
    more = replace(purpose, values=(*purpose.values, replace(purpose.values[0], word="新しい目的")))
    new = replace(POLICY, attributes={**POLICY.attributes, "利用目的": more})

    found = simulate(POLICY, new, out)

    lacking = [
        one for one in every if "利用目的" not in one["context"] and one["result"] == "shown"
    ]
    assert found.new_values == {"利用目的": (("新しい目的",), len(lacking))}


@pytest.mark.parametrize("file", ["seen-00000", "viewers", "points"])
def test_kept_looks_that_are_damaged_are_refused_and_not_counted_in_part(out, tmp_path, file):
    shutil.copytree(out / "looks", tmp_path / "looks")
    path = tmp_path / "looks" / f"{file}.parquet"
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(NoLooks, match="壊れています"):
        simulate(OLD, NEW, tmp_path)


def test_results_without_looks_are_refused_with_what_to_do(out, tmp_path):
    (tmp_path / "looks").mkdir()

    with pytest.raises(NoLooks, match="調べ直してください"):
        simulate(OLD, NEW, tmp_path)
