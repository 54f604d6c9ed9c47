"""What is typed is saved against what was seen, merged with what others saved, and never lost."""

import pytest
from django.http import Http404
from django.utils import timezone

from sekisho.policy.editing import rows_of, with_cell, without_row
from sekisho.policy.merge import Side
from sekisho_web.policy import drafts, operations
from tests.factories.changes import RULES, change, edited, shipped_files
from tests.factories.signed_in import somebody

pytestmark = pytest.mark.django_db

NAME = "結果:本人連絡先"


@pytest.fixture
def opened():
    return change()


def writing(row, value, column=NAME):
    return lambda files: with_cell(files, RULES, row=row, column=column, value=value)


def save(opened, make, *, saw=None, **more):
    return drafts.save(
        change=opened, saw=saw, make=make, note="直す", by=more.pop("by", opened.author),
        now=timezone.now(), **more,
    )  # fmt: skip


def cells(opened):
    grid = rows_of(drafts.files_at(opened, opened.head_id), RULES)
    return {row.id: row.cells[NAME] for row in grid.rows}


def test_what_others_saved_in_between_is_kept(opened, monkeypatch):
    """Somebody saves after the merge was made and before it was written: it is made again."""
    real, raced = operations.save, []

    def racing(**what):
        if not raced:
            raced.append("B02")
            edited(opened, row="B02", value="符号化")
        return real(**what)

    monkeypatch.setattr(operations, "save", racing)

    save(opened, writing("B01", "拒否"))

    opened.refresh_from_db()
    assert cells(opened)["B01"] == "拒否"
    assert cells(opened)["B02"] == "符号化"


def test_who_saved_otherwise_is_named_and_nothing_is_written(opened):
    first = somebody(it=True)
    save(opened, writing("B01", "一部"), by=first)
    opened.refresh_from_db()
    head = opened.head_id

    with pytest.raises(drafts.Clash) as clash:
        save(opened, writing("B01", "拒否"))

    assert clash.value.by == first
    assert [(one.row, one.column) for one in clash.value.conflicts] == [("B01", NAME)]
    opened.refresh_from_db()
    assert opened.head_id == head


@pytest.mark.parametrize(("side", "stands"), [(Side.OURS, "拒否"), (Side.THEIRS, "一部")])
def test_whoever_was_chosen_stands(opened, side, stands):
    save(opened, writing("B01", "一部"))

    save(opened, writing("B01", "拒否"), settled={(RULES, "B01", NAME): side})

    opened.refresh_from_db()
    assert cells(opened)["B01"] == stands


def test_a_row_that_one_removes_and_another_rewrites_is_asked_about(opened):
    save(opened, writing("B01", "一部"))

    with pytest.raises(drafts.Clash):
        save(opened, lambda files: without_row(files, RULES, row="B01"))


def test_what_changes_nothing_leaves_no_revision(opened):
    before = rows_of(shipped_files(), RULES).by_id["B01"].cells[NAME]

    assert save(opened, writing("B01", before)) is None
    assert opened.revisions.count() == 0


def test_a_revision_of_another_change_is_none_of_this_one(opened):
    other = edited(change(title="別の案件"))

    with pytest.raises(Http404):
        save(opened, writing("B01", "拒否"), saw=other.head_id)


def test_who_never_gets_a_turn_is_told_so(opened, monkeypatch):
    def never(**_):
        raise operations.Meanwhile

    monkeypatch.setattr(operations, "save", never)

    with pytest.raises(operations.Meanwhile):
        save(opened, writing("B01", "拒否"))
