"""Changes to the tables, as far as a test needs: the shipped tables, and drafts after them."""

from functools import cache

from django.utils import timezone

from sekisho.policy.editing import with_cell
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in
from sekisho_web.policy import operations
from tests.factories.signed_in import somebody

RULES = "託送業務システム/判定表.csv"


@cache
def shipped_files():
    return files_in(shipped("tables"))


def change(*, system="takuso", by=None, title="氏名の見せ方を改める"):
    """Return a change that was opened on the shipped tables, with nothing written in it yet."""
    now = timezone.now()
    base = operations.keep(shipped_files(), now=now)
    return operations.open_change(
        system=system, title=title, reason="試験", basis="社内の決定", starts_on=None,
        ends_on=None, base=base.pk, by=by or somebody(it=True), now=now,
    )  # fmt: skip


def edited(opened, *, row="B01", column="結果:本人連絡先", value="拒否", path=RULES, files=None):
    """Save one cell in `opened`, and return it with its new head."""
    before = files or shipped_files()
    operations.save(
        change=opened, files=with_cell(before, path, row=row, column=column, value=value),
        expected=opened.head_id, note=f"{row} {column}", by=opened.author, now=timezone.now(),
    )  # fmt: skip
    opened.refresh_from_db()
    return opened
