"""What the tests of the editor do again and again: where it is, one cell written, one read."""

from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho.policy.editing import rows_of
from sekisho_web.policy import versions
from tests.factories.changes import RULES, shipped_files

COLUMNS = rows_of(shipped_files(), RULES).columns
NAME = COLUMNS.index("結果:本人連絡先")


def address(draft, name="edit_sheet", sheet="rules"):
    return reverse(f"policy:{name}", args=[draft.number, sheet])


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def write(client, draft, *, row="B01", at=NAME, value="拒否", head=None, htmx=True, **more):
    draft.refresh_from_db()
    seen = draft.head_id if head is None else head
    typed = {"head": seen or "", "row": row, "at": at, "value": value} | more
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(address(draft, "edit_cell"), typed, headers=headers)


def text(draft, *, row="B01", column="結果:本人連絡先", path=RULES):
    draft.refresh_from_db()
    files = versions.files_of(draft.head.version_id)
    return rows_of(files, path).by_id[row].cells[column]


def cell(page, row, at):
    return soup(page).find("tr", id=row).select("td")[at]
