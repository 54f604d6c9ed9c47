"""画面で直す: every cell is written, judged at once, undone; and nobody's words are lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sekisho.policy.editing import rows_of
from sekisho_web.policy import versions
from tests.doors.policy.editing import COLUMNS, NAME, address, cell, soup, text, write
from tests.factories.changes import RULES, change, shipped_files
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db

OWN = ("rules", "fields", "screens", "screen-items", "transitions", "examples")


# --- the grid ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", OWN)
def test_every_sheet_of_the_system_stands_as_it_was_typed(writer, draft, sheet):
    page = writer.get(address(draft, sheet=sheet))

    assert page.status_code == 200
    path = next(one.path for one in _sheets(draft) if one.slug == sheet)
    grid = rows_of(shipped_files(), path)
    rows = soup(page).select("table#sheet tbody tr")
    assert [row["id"] for row in rows] == [row.id for row in grid.rows]
    first = [_typed(td) for td in rows[0].select("td")]
    assert first == list(grid.rows[0].cells.values())


@pytest.mark.parametrize("sheet", ["attributes", "classes", "masks", "invariants", "watched"])
def test_a_change_without_a_system_writes_the_shared_sheets(writer, sheet):
    shared = change(system="")

    assert writer.get(address(shared, sheet=sheet)).status_code == 200
    assert writer.get(address(shared, sheet="rules")).status_code == 404


def test_the_index_leads_to_the_first_sheet(writer, draft):
    page = writer.get(reverse("policy:edit", args=[draft.number]))

    assert page["Location"] == address(draft)


def test_what_is_not_there_is_not_found(writer, draft):
    assert writer.get(address(draft, sheet="nothing")).status_code == 404
    assert writer.get(reverse("policy:edit", args=["C-9999"])).status_code == 404
    assert writer.get(address(draft, "edit_row"), {"id": "Z99"}).status_code == 404


def test_treatments_have_sign_word_and_colour(writer, draft):
    td = cell(writer.get(address(draft)), "B01", NAME)

    assert td.text == "○ 表示"
    assert "t-show" in td["class"]


def test_who_may_only_read_sees_the_draft_and_no_way_to_write(client, draft):
    sign_in(client, audit=True)

    page = client.get(address(draft))

    assert page.status_code == 200
    assert not soup(page).select("#tools, #sheet, td a, form.undo")
    assert client.get(address(draft, "edit_row"), {"id": "B01"}).status_code == 403
    assert client.post(address(draft, "edit_cell")).status_code == 403


def test_a_retailer_sees_nothing_of_it(client, draft):
    sign_in(client, sales=True)

    assert client.get(address(draft)).status_code == 403


def test_the_page_takes_few_queries_however_much_was_saved(writer, draft):
    counts = []
    for value in ("拒否", "一部", "非表示"):
        write(writer, draft, value=value)
        writer.get(address(draft))
        with CaptureQueriesContext(connection) as queries:
            writer.get(address(draft))
        counts.append(len(queries))

    assert counts[0] == counts[-1] <= 14


# --- cells -------------------------------------------------------------------------------------


def test_a_cell_is_saved_and_answered_as_a_reload_shows_it(writer, draft):
    answer = write(writer, draft)

    assert answer.status_code == 200
    assert text(draft) == "拒否"
    assert f'"head": {draft.head_id}' in answer["HX-Trigger"]
    reloaded = cell(writer.get(address(draft)), "B01", NAME)
    assert soup(answer).td.prettify() == reloaded.prettify()
    assert reloaded.select_one("small").text == "前 表示"
    assert "is-changed" in reloaded["class"]
    assert draft.head.by == writer.person
    assert draft.head.note == "判定表 B01 結果:本人連絡先: 拒否"


def test_only_the_row_is_written_anew(writer, draft):
    write(writer, draft)

    before, after = shipped_files()[RULES], versions.files_of(draft.__class__.objects.get().head.version_id)[RULES]  # fmt: skip  # noqa: E501
    differ = set(before.splitlines()) ^ set(after.splitlines())
    assert len(differ) == 2
    assert all(line.startswith(b"B01,") for line in differ)


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        pytest.param("条件:閲覧者区分", "関係小売榮業", "近い語: 関係小売営業", id="知らない語"),
        pytest.param("結果:契約", "", "空欄です", id="空欄"),
        pytest.param("適用開始", "R8.4.1", "2026-04-01 の形", id="日付"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_cell_and_kept(writer, draft, at, value, said):
    answer = write(writer, draft, at=COLUMNS.index(at), value=value)

    assert said in soup(answer).select_one("td.is-wrong .error").text
    assert text(draft, column=at) == value
    page = soup(writer.get(address(draft)))
    link = page.select_one("#judged .is-bad a")
    assert link.text == f"B01 {at}"
    assert page.find(id=f"B01.{COLUMNS.index(at)}")
    assert "まだ確かめられません" in page.select_one("#judged").text


def test_an_id_that_is_taken_is_refused_at_the_cell_and_what_was_typed_stands_there(writer, draft):
    answer = write(writer, draft, at=0, value="B02")

    assert answer.status_code == 422
    assert "「B02」の行はもうあります" in soup(answer).select_one(".error").text
    assert soup(answer).td.a.contents[0] == "B02"
    draft.refresh_from_db()
    assert draft.head is None


def test_a_row_that_is_renamed_is_opened_under_its_new_name(writer, draft):
    answer = write(writer, draft, at=0, value="B99")

    draft.refresh_from_db()
    assert answer["HX-Redirect"] == f"{address(draft)}?head={draft.head_id}#B99"
    page = soup(writer.get(address(draft)))
    assert page.find("tr", id="B99").select_one(".mark").text == "追加"
    assert page.find("del", string="B01")


@pytest.mark.parametrize("at", [-1, 99, "x", ""])
def test_a_column_that_does_not_exist_is_not_found(writer, draft, at):
    assert write(writer, draft, at=at).status_code == 404


def test_a_text_that_is_too_long_is_refused_whole_and_cut_nowhere(writer, draft):
    answer = write(writer, draft, at=COLUMNS.index("備考"), value="長" * 4_001)

    assert answer.status_code == 422
    assert "4,001 字あります" in soup(answer).select_one(".error").text
    assert "長" * 4_001 in answer.text
    draft.refresh_from_db()
    assert draft.head is None


def test_text_that_no_file_can_hold_is_refused(writer, draft):
    answer = write(writer, draft, at=COLUMNS.index("備考"), value="\0")

    assert answer.status_code == 422


def test_a_page_without_script_writes_the_whole_row(writer, draft):
    form = soup(writer.get(address(draft, "edit_row"), {"id": "B01", "at": NAME}))
    assert form.select_one(f"#c{NAME}").has_attr("autofocus")
    typed = {field["name"]: field.get("value", field.text.removeprefix("\n")) for field in form.select("form [name]") if field["name"] != "act"}  # fmt: skip  # noqa: E501
    assert typed[f"c{NAME}"] == "表示"

    answer = writer.post(address(draft, "edit_row"), typed | {f"c{NAME}": "拒否", "c0": "B99"})

    assert answer["Location"] == f"{address(draft)}#B99"
    assert text(draft, row="B99") == "拒否"
    before = rows_of(shipped_files(), RULES).by_id["B01"].cells
    after = rows_of(versions.files_of(draft.head.version_id), RULES).by_id["B99"].cells
    assert {c for c in COLUMNS if before[c] != after[c]} == {"規則ID", "結果:本人連絡先"}


def test_the_form_of_a_row_keeps_what_was_typed_where_it_is_refused(writer, draft):
    answer = writer.post(
        address(draft, "edit_row"), {"row": "B01", "c0": "B02", f"c{NAME}": "拒否"}
    )

    assert answer.status_code == 422
    assert soup(answer).select_one(f"#c{NAME}")["value"] == "拒否"
    assert "もうあります" in soup(answer).select_one(".errors").text


# --- rows --------------------------------------------------------------------------------------


def act(client, draft, what, row="B01", sheet="rules"):
    draft.refresh_from_db()
    typed = {"head": draft.head_id or "", "row": row, "act": what}
    return client.post(address(draft, "edit_rows", sheet), typed)


def test_a_row_is_copied_below_under_a_new_name(writer, draft):
    answer = act(writer, draft, "copy")

    name = answer["Location"].partition("#")[2]
    grid = rows_of(versions.files_of(_head(draft)), RULES)
    names = [row.id for row in grid.rows]
    assert names[names.index("B01") + 1] == name
    assert {c for c in COLUMNS if grid.by_id[name].cells[c] != grid.by_id["B01"].cells[c]} == {
        "規則ID"
    }


def test_a_new_row_is_empty_and_says_what_is_missing(writer, draft):
    name = act(writer, draft, "add")["Location"].partition("#")[2]

    row = soup(writer.get(address(draft))).find("tr", id=name)
    assert row.select_one(".mark").text == "追加"
    assert len(row.select("td.is-wrong")) == 31


def test_a_row_is_removed_shown_as_removed_and_brought_back(writer, draft):
    gone = act(writer, draft, "remove")

    page = soup(writer.get(gone["Location"]))
    assert "「取り消す」で元に戻せます" in page.select_one(".notice").text
    assert page.select_one("tr.is-removed del").text == "B01"
    assert page.select_one("tr.is-removed .mark").text == "削除"
    act(writer, draft, "restore:B01", row="A01")
    grid = rows_of(versions.files_of(_head(draft)), RULES)
    assert grid.by_id["B01"].cells == rows_of(shipped_files(), RULES).by_id["B01"].cells


def test_a_row_with_several_keys_is_copied_too(writer, draft):
    path = RULES.replace("判定表", "画面項目")
    row = rows_of(shipped_files(), path).rows[0].id

    answer = act(writer, draft, "copy", row=row, sheet="screen-items")

    assert answer.status_code == 302
    assert len(rows_of(versions.files_of(_head(draft)), path).rows) == 1 + len(
        rows_of(shipped_files(), path).rows
    )


def test_a_row_that_is_gone_is_said_so(writer, draft):
    answer = act(writer, draft, "remove", row="Z99")

    assert answer.status_code == 422
    assert "行「Z99」がありません" in soup(answer).select_one(".errors").text


def _sheets(draft):
    from sekisho_web.policy.queries import editing

    return editing.sheets_of(draft, shipped_files())


def _head(draft):
    draft.refresh_from_db()
    return draft.head.version_id


def _typed(td):
    link = td.a
    if "blank" in link.get("class", ()):
        return ""
    words = str(link.contents[0])
    return words[2:] if "t" in td.get("class", ()) else words
