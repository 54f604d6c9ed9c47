"""What is shown otherwise is exact: each context that differs, once, with what is delivered."""

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sekisho.policy import shown as module
from sekisho.policy.plan import plan
from sekisho.policy.shown import shown_otherwise
from sekisho.policy.treatment import ROW, Treatment
from tests.rules.policy.tables import (
    ALL,
    DUTIES,
    fields,
    inside,
    level_of,
    open_rule_lists,
    system_of,
)

steady = settings(max_examples=100, derandomize=True, deadline=None, report_multiple_bugs=False)
unshrunk = settings(steady, max_examples=300, phases=(Phase.generate,))
lists = st.lists(fields, max_size=3)
kept_or_moved = st.sampled_from(
    ({"自社": "自社", "他社": "他社"}, {"自社": "自社", "他社": "自社"})
)


def seen(system, look):
    row = system.table.decide(look).row
    shown = {ROW: Treatment.SHOW if row == Treatment.SHOW else Treatment.REFUSE}
    return {**plan(system, look), **shown}


def it_is_exact(how=steady):
    @how
    @given(open_rule_lists, open_rule_lists, lists, st.none() | lists, kept_or_moved)
    def holds(before, after, old_fields, new_fields, groups):
        old = system_of(before, old_fields)
        of_new = old_fields if new_fields is None else new_fields
        new = replace(system_of(after, of_new), groups=groups)

        found = shown_otherwise(old, new)

        for look in ALL:
            was, now = seen(old, look), seen(new, look)
            expected = {
                (name, was.get(name, Treatment.REFUSE), now.get(name, Treatment.REFUSE))
                for name in {*was, *now}
            } | {
                (duty, level_of(before, look, duty), level_of(after, look, duty)) for duty in DUTIES
            }
            listed = [
                (one.subject, one.before, one.after)
                for one in found
                for cube in one.cubes
                if inside(cube, look)
            ]
            assert sorted(listed) == sorted(one for one in expected if one[1] != one[2])

    holds()


def test_every_field_that_is_delivered_otherwise_is_listed_once_with_both_forms():
    it_is_exact()


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        pytest.param("delivered", lambda level, *, mask: level, id="マスクの形を忘れる"),
        pytest.param("_shown", lambda table, pieces: pieces, id="見えない行を数える"),
        pytest.param("_split", lambda table, output, pieces: {0: pieces}, id="緩いと思い込む"),
    ],
)
def test_a_reading_that_is_not_exact_is_caught(name, broken, monkeypatch):
    monkeypatch.setattr(module, name, broken)

    with pytest.raises(AssertionError):
        it_is_exact(unshrunk)


@steady
@given(open_rule_lists, open_rule_lists, lists, lists)
def test_what_is_looser_one_way_is_stricter_the_other_way(before, after, old_fields, new_fields):
    old, new = system_of(before, old_fields), system_of(after, new_fields)

    there, back = (
        {
            (one.subject, *(one.before, one.after)[::way], str(look))
            for one in changes
            for cube in one.cubes
            for look in ALL
            if inside(cube, look)
        }
        for changes, way in ((shown_otherwise(old, new), 1), (shown_otherwise(new, old), -1))
    )

    assert there == back
    assert shown_otherwise(old, old) == ()
