"""A difference is named; nothing is adopted, deleted or concluded from a list that may be short."""

import ast
import inspect
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.accounts import reconciling
from sekisho.accounts.reconciling import Class, Ours, Reading, Theirs, reconcile
from tests.rules.accounts import twins

NOON = datetime(2027, 4, 1, 3, tzinfo=UTC)


def ours(ext_id="e1", **more):
    return Ours(**{"account": 7, "ext_id": ext_id, "exists": True, "enabled": True} | more)


def reading(*accounts, **more):
    return Reading(accounts=accounts, began_at=NOON, **more)


def there(ext_id="e1", *, enabled=True, roles=None):
    return Theirs(ext_id=ext_id, enabled=enabled, roles=roles)


STOPPED = ours(enabled=False)
GONE = ours(exists=False, enabled=False)
CLERK, BOTH = frozenset({"clerk"}), frozenset({"clerk", "admin"})


@pytest.mark.parametrize(
    ("mine", "listed", "kind", "push"),
    [
        pytest.param(ours(), [there()], None, None, id="同じ"),
        pytest.param(STOPPED, [there(enabled=False)], None, None, id="止めて止まっている"),
        pytest.param(ours(), [there("E1")], None, None, id="大文字小文字は同じID"),
        pytest.param(ours(), [], Class.MISSING, True, id="欠落"),
        pytest.param(STOPPED, [], None, None, id="止めたものがないのは安全"),
        pytest.param(GONE, [], None, None, id="閉じたものがないのは望みどおり"),
        pytest.param(STOPPED, [there()], Class.REVIVED, True, id="復活"),
        pytest.param(STOPPED, [there(enabled=None)], Class.REVIVED, True, id="止まったと言わない"),
        pytest.param(GONE, [there()], Class.LEFTOVER, True, id="残存・使える"),
        pytest.param(GONE, [there(enabled=False)], Class.LEFTOVER, False, id="残存・止まっている"),
        pytest.param(ours(roles=CLERK), [there(roles=BOTH)], Class.DRIFT, True, id="権限が多い"),
        pytest.param(ours(roles=BOTH), [there(roles=CLERK)], Class.DRIFT, True, id="権限が少ない"),
        pytest.param(ours(), [there(roles=BOTH)], None, None, id="権限を持たない対象"),
        pytest.param(ours(), [there(enabled=False)], Class.DRIFT, True, id="使えるはずが止まる"),
    ],
)
def test_each_difference_has_its_class(mine, listed, kind, push):
    found = reconcile([mine], reading(*listed))

    assert [one.kind for one in found] == ([kind] if kind else [])
    assert [one.push for one in found] == ([push] if kind else [])


def test_what_is_only_there_is_found_and_never_pushed():
    found = reconcile([], reading(there("x9"), there("x8", enabled=False)))

    assert [(one.kind, one.ext_id, one.account, one.push) for one in found] == [
        (Class.ORPHAN, "x8", None, False),
        (Class.ORPHAN, "x9", None, False),
    ]


def test_a_policy_may_leave_a_drift_to_people():
    (found,) = reconcile([ours(roles=CLERK)], reading(there(roles=BOTH)), tolerate=True)

    assert (found.kind, found.push) == (Class.DRIFT, False)
    assert "余分な権限 admin" in found.says


def test_what_was_wanted_after_the_reading_began_is_left_to_its_push():
    late = ours(enabled=False, since=NOON + timedelta(seconds=1))
    early = ours(enabled=False, since=NOON - timedelta(seconds=1))

    assert reconcile([late], reading(there())) == ()
    assert [one.kind for one in reconcile([early], reading(there()))] == [Class.REVIVED]


def hundred(n):
    return [there(f"e{place}") for place in range(n)]


@pytest.mark.parametrize(
    ("found", "says"),
    [
        pytest.param(reading(*hundred(95), before=100), "", id="ちょうど5%減"),
        pytest.param(reading(*hundred(94), before=100), "減りました", id="5%を超える減り"),
        pytest.param(reading(before=10), "減りました", id="空の一覧"),
        pytest.param(reading(), "", id="初めての空の一覧"),
        pytest.param(reading(*hundred(9), declared=10), "9 件です", id="対象の言う数より少ない"),
        pytest.param(reading(*hundred(11), declared=10), "11 件です", id="対象の言う数より多い"),
        pytest.param(reading(*hundred(9), whole=False, why="2頁目で切れた"), "2頁目", id="途中"),
        pytest.param(reading(there("a"), there("A")), "二度", id="同じIDが二度"),
    ],
)
def test_a_list_that_may_be_short_gives_no_conclusion(found, says):
    differences = reconcile([STOPPED, ours("not there")], found)

    if says:
        (only,) = differences
        assert only.kind is Class.UNREADABLE
        assert says in only.says
        assert not only.push
    else:
        assert Class.UNREADABLE not in {one.kind for one in differences}


NAMES = st.sampled_from(["a", "b", "C", "c", "d"])
MINE = st.lists(
    st.builds(
        Ours, account=st.integers(1, 9), ext_id=NAMES, exists=st.booleans(),
        enabled=st.booleans(), roles=st.sampled_from([None, CLERK, BOTH]),
    ),
    unique_by=lambda one: one.ext_id.casefold(),
)  # fmt: skip
LISTED = st.lists(
    st.builds(
        Theirs, ext_id=NAMES, enabled=st.sampled_from([True, False, None]),
        roles=st.sampled_from([None, CLERK, BOTH]),
    )
)  # fmt: skip


def usable_without_reason(mine, listed):
    """The plain definition: what somebody could use in the target although we do not want it."""
    wanted = {one.ext_id.casefold() for one in mine if one.exists and one.enabled}
    return {
        one.ext_id.casefold()
        for one in listed
        if one.enabled is not False and one.ext_id.casefold() not in wanted
    }


def is_held(rule, mine, listed):
    found = rule(mine, Reading(accounts=listed, began_at=NOON))
    if any(one.kind is Class.UNREADABLE for one in found):
        return len(found) == 1
    named = {one.ext_id.casefold() for one in found}
    known = {one.account for one in mine}
    return usable_without_reason(mine, listed) <= named and all(
        one.account in known for one in found if one.push
    )


@given(MINE, LISTED)
def test_whatever_could_be_used_without_a_reason_is_named_and_only_ours_is_pushed(mine, listed):
    assert is_held(reconcile, mine, listed)


@pytest.mark.parametrize("wrong", twins.RECONCILE, ids=lambda wrong: wrong.__name__)
def test_a_reconciliation_that_forgets_or_adopts_is_caught(wrong):
    @settings(max_examples=5_000, deadline=None)  # it ends with the first that is caught
    @given(MINE, LISTED)
    def holds(mine, listed):
        assert is_held(wrong, mine, listed)

    with pytest.raises(AssertionError):
        holds()


def test_the_rule_has_no_word_for_creating_or_deleting():
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(inspect.getsource(reconciling)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert calls.isdisjoint({"create", "delete", "apply", "adopt", "rotate_secret"})
