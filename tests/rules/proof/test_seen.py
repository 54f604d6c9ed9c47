"""Who sees what on a screen at the worst: no look shows more, and the one that is named does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.policy.attributes import RELATION, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.plan import plan, treatment_of
from sekisho.policy.treatment import ROW, Treatment
from sekisho.proof.invariants import leak
from sekisho.proof.seen import Looks, breaks, fields_on, grid_of, groups_of, seen
from sekisho_links.policy.folders import shipped_policy

POLICY = shipped_policy()
TAKUSO = POLICY.systems["takuso"]
GRIDS = {
    key: grid_of(POLICY, system, broken=(), structure={}) for key, system in POLICY.systems.items()
}
BY_ID = {one.id: one for one in POLICY.invariants}

contexts = st.fixed_dictionaries(
    {name: st.sampled_from(one.words) for name, one in POLICY.attributes.items()}
)


def loosened(**levels):
    """Return 託送業務 with other levels in the wall A11."""
    rules = tuple(
        replace(rule, out={**rule.out, **levels}) if rule.id == "A11" else rule
        for rule in TAKUSO.rules
    )
    return replace(TAKUSO.with_rules(rules), rules=rules, kept_plans={})


def cell_of(grid, screen, viewer, group):
    row = next(row for row in grid.rows if row.screen.id == screen)
    return next(
        cell
        for column, cell in zip(grid.columns, row.cells, strict=True)
        if column.viewer == viewer and group in column.groups
    )


@pytest.mark.parametrize("key", POLICY.systems)
@given(context=contexts)
def test_no_look_shows_more_than_the_cell(key, context):
    system, grid = POLICY.systems[key], GRIDS[key]
    form = plan(system, context)
    for column_at, column in enumerate(grid.columns):
        if column.viewer != context[VIEWER_CLASS]:
            continue
        if system.groups[context[RELATION]] not in column.groups:
            continue
        for row in grid.rows:
            fields = fields_on(system, row.screen)
            if row.screen.kind == context[SCREEN_KIND] and fields:
                worst = min(form[field] for field in fields)
                assert worst >= row.cells[column_at].treatment


@pytest.mark.parametrize("key", POLICY.systems)
def test_the_look_that_is_named_shows_exactly_that(key):
    system, looks = POLICY.systems[key], Looks(POLICY.systems[key])
    for screen in system.screens.values():
        for viewer in screen.viewers:
            for group in groups_of(system):
                found = seen(looks, screen, viewer=viewer, group=group)
                for one in found:
                    assert treatment_of(system, one.field.id, one.context) == one.treatment
                    assert one.context[VIEWER_CLASS] == viewer
                    assert one.context[SCREEN_KIND] == screen.kind
                    assert system.groups[one.context[RELATION]] == group
                    _, rules = system.table.explain(one.context, one.field.item)
                    row, of_row = system.table.explain(one.context, ROW)
                    if one.rules:
                        assert one.rules == (rules if row == Treatment.SHOW else of_row)
                cell = cell_of(GRIDS[key], screen.id, viewer, group)
                assert cell.treatment == min((one.treatment for one in found), default=None)


def test_the_groups_of_a_viewer_class_that_never_differ_share_a_column():
    columns = {(one.viewer, one.groups) for one in GRIDS["takuso"].columns}

    assert ("送配電託送", ("自社", "他社")) in columns
    assert {("関係小売営業", ("自社",)), ("関係小売営業", ("他社",))} <= columns


def test_who_has_no_screen_is_left_out_and_named():
    assert GRIDS["takuso"].left_out == ("国",)
    assert "関係小売営業" in GRIDS["lastresort"].left_out


@pytest.mark.parametrize("key", POLICY.systems)
def test_the_shipped_tables_leak_in_no_cell(key):
    assert GRIDS[key].leaks == 0


@pytest.mark.parametrize("invariant", ["F01", "F10", "F74", "E01"])
def test_a_broken_invariant_marks_the_cells_where_it_is_broken(invariant):
    """The wall opens: F01 breaks for rivals' customers of an affiliate, and nowhere else."""
    system = loosened(レコード=Treatment.SHOW, 本人連絡先=Treatment.SHOW)
    broken = BY_ID[invariant]
    there = leak(POLICY, system, broken)
    grid = grid_of(POLICY, system, broken=(broken,), structure={})
    marked = {
        (column.viewer, group)
        for row in grid.rows
        for column, cell in zip(grid.columns, row.cells, strict=True)
        if cell.broken
        for group in column.groups
    }

    assert bool(marked) == (there is not None)
    if invariant == "F01" and there:
        assert marked <= {("関係小売営業", "他社"), ("関係小売委託", "他社")}


@given(
    name=st.sampled_from(sorted(TAKUSO.screens)),
    viewer=st.sampled_from(POLICY.attributes[VIEWER_CLASS].words),
    group=st.sampled_from(groups_of(TAKUSO)),
    level=st.sampled_from(Treatment),
    invariant=st.sampled_from([one.id for one in POLICY.invariants]),
)
def test_what_is_proved_breaks_in_no_cell(name, viewer, group, level, invariant):
    """A cell asks less than the whole: where the invariant holds, it holds in every cell."""
    system = loosened(使用量=level)
    if leak(POLICY, system, BY_ID[invariant]) is None:
        assert not breaks(
            POLICY, system, system.screens[name], viewer=viewer, group=group,
            invariant=BY_ID[invariant],
        )  # fmt: skip


def test_an_alike_that_is_broken_marks_the_side_that_sees_more():
    place = TAKUSO.table.places[VIEWER_CLASS]
    rival = 1 << TAKUSO.table.attributes[VIEWER_CLASS].index("新電力")
    rules = tuple(
        replace(rule, cube=(*rule.cube[:place], rule.cube[place] & ~rival, *rule.cube[place + 1 :]))
        if rule.id == "B01"
        else rule
        for rule in TAKUSO.rules
    )
    system = TAKUSO.with_rules(rules)

    grid = grid_of(POLICY, system, broken=(BY_ID["S02"],), structure={})

    assert cell_of(grid, "TK-370", "関係小売営業", "自社").broken == ("S02",)
    assert cell_of(grid, "TK-370", "新電力", "自社").broken == ()


def test_a_ceiling_that_is_broken_marks_the_screens_with_its_field():
    field = TAKUSO.fields["customer_name"]
    ceilings = {**field.ceilings, "関係小売営業:他社": Treatment.SHOW}
    fields = {**TAKUSO.fields, field.id: replace(field, ceilings=ceilings)}
    system = replace(TAKUSO, fields=fields, kept_plans={})

    grid = grid_of(POLICY, system, broken=(BY_ID["Z01"],), structure={"T02": "TK-420"})

    marked = {
        (row.screen.id, column.viewer, column.groups)
        for row in grid.rows
        for column, cell in zip(grid.columns, row.cells, strict=True)
        if cell.broken
    }
    on = {item.screen for item in TAKUSO.screen_items if item.field == "customer_name"}
    assert marked == {(screen, "関係小売営業", ("他社",)) for screen in on}
    assert [row.screen.id for row in grid.rows if row.broken] == ["TK-420"]
