"""画面で直す: blocks, undo, two at once, and what a draft breaks."""

import pytest

from sekisho.policy.editing import rows_of
from sekisho_web.policy import versions
from tests.doors.policy.editing import COLUMNS, NAME, address, soup, text, write
from tests.factories.changes import RULES, change, edited, shipped_files
from tests.factories.signed_in import somebody

pytestmark = pytest.mark.django_db


# --- paste -------------------------------------------------------------------------------------


def test_a_block_is_shown_before_it_is_written(writer, draft):
    typed = {"head": "", "row": "B01", "at": NAME, "block": "拒否\t拒否\n表じ\t表示\n"}

    preview = writer.post(address(draft, "edit_paste"), typed)

    page = soup(preview)
    assert "まだ保存していません" in page.text
    assert "一覧にありません" in page.select_one(".error").text
    draft.refresh_from_db()
    assert draft.head is None
    sure = {field["name"]: field["value"] for field in page.select("main form input")}
    done = writer.post(address(draft, "edit_paste"), sure)
    assert done["Location"] == f"{address(draft)}#B01"
    assert text(draft) == "拒否"


def test_a_block_that_does_not_fit_is_refused_and_kept(writer, draft):
    typed = {"head": "", "row": "B01", "at": len(COLUMNS) - 1, "block": "一\t二"}

    answer = writer.post(address(draft, "edit_paste"), typed)

    assert answer.status_code == 422
    assert "右へはみ出します" in soup(answer).select_one(".errors").text
    assert soup(answer).select_one("#kept-block").text == "一\t二"


# --- undo --------------------------------------------------------------------------------------


def test_undo_goes_back_all_the_way_and_who_saved_what_stays(writer, draft):
    for value in ("拒否", "非表示", "一部"):
        write(writer, draft, value=value)
    seen = []
    for _ in range(3):
        draft.refresh_from_db()
        writer.post(address(draft, "edit_undo"), {"head": draft.head_id})
        draft.refresh_from_db()
        seen.append(text(draft) if draft.head else "base")

    assert seen == ["非表示", "拒否", "base"]
    page = soup(writer.get(address(draft)))
    assert not page.select("form.undo")
    saved = [line.text.split("「")[1].split("」")[0] for line in page.select(".savings li")]
    assert [note.split(": ")[1] for note in saved] == ["一部", "非表示", "拒否"]
    assert writer.person.name in page.select_one(".savings").text


def test_what_somebody_saved_meanwhile_is_not_undone_by_mistake(writer, draft):
    write(writer, draft)
    draft.refresh_from_db()
    seen = draft.head_id
    files = versions.files_of(draft.head.version_id)
    edited(draft, row="B02", value="符号化", files=files)

    answer = writer.post(address(draft, "edit_undo"), {"head": seen}, follow=True)

    assert "取り消していません" in answer.text
    assert text(draft, row="B02") == "符号化"


# --- two editors -------------------------------------------------------------------------------


def test_two_who_write_different_cells_both_keep_theirs(writer, draft):
    edited(draft, row="B02", value="符号化")

    answer = write(writer, draft, head="")

    assert answer.status_code == 200
    assert text(draft, row="B01") == "拒否"
    assert text(draft, row="B02") == "符号化"


def test_two_who_write_one_cell_are_shown_all_three_values_and_nothing_is_lost(writer, draft):
    edited(draft, value="一部")

    answer = write(writer, draft, head="", value="拒否", htmx=False)

    assert answer.status_code == 409
    page = soup(answer)
    assert [dd.text.strip() for dd in page.select(".clash dd")] == ["表示", "拒否", "一部"]
    assert draft.author.name in page.select_one(".errors").text
    assert text(draft) == "一部"
    kept = {field["name"]: field["value"] for field in page.select("form input[type=hidden]")}
    done = writer.post(address(draft, "edit_cell"), kept | {"side-0": "ours"})
    assert done.status_code == 302
    assert text(draft) == "拒否"


def test_the_other_value_may_be_left_to_stand(writer, draft):
    edited(draft, value="一部")
    page = soup(write(writer, draft, head="", value="拒否", htmx=False))
    kept = {field["name"]: field["value"] for field in page.select("form input[type=hidden]")}

    writer.post(address(draft, "edit_cell"), kept | {"side-0": "theirs"})

    assert text(draft) == "一部"


def test_a_revision_of_another_change_is_not_believed(writer, draft):
    other = edited(change(title="別の案件"))

    assert write(writer, draft, head=other.head_id).status_code == 404


def test_a_change_that_ended_is_not_written(writer, draft):
    draft.state = "retired"
    draft.save(update_fields=["state"])

    page = soup(writer.get(address(draft)))
    assert "廃止の変更案件は直せません" in page.select_one(".refusal").text
    assert not page.select("#tools, td a")
    answer = write(writer, draft)
    assert answer["HX-Redirect"]
    assert "直せません" in writer.get(answer["HX-Redirect"]).text
    draft.refresh_from_db()
    assert draft.head is None


# --- what it breaks ----------------------------------------------------------------------------


def test_a_loosened_rule_shows_the_broken_invariant_its_witness_and_the_question(writer, draft):
    path = rows_of(shipped_files(), RULES).by_id["A11"]
    assert path.cells["結果:レコード"] == "拒否"
    for column in ("結果:レコード", "結果:契約"):
        write(writer, draft, row="A11", at=COLUMNS.index(column), value="表示")

    fragment = soup(writer.get(address(draft, "edit_judged")))

    assert fragment.select(".witness")
    question = fragment.find("a", string="この組合せを開く")
    answer = writer.get(question["href"])
    assert answer.status_code == 200
    assert f"下書き {draft.number}" in answer.text
    assert "緩くなる" in fragment.text
    whole = soup(writer.get(address(draft)))
    for page in (fragment, whole):
        page.select_one("#judged [name=csrfmiddlewaretoken]").decompose()
    assert fragment.select_one("#judged").prettify() == whole.select_one("#judged").prettify()


def test_an_example_that_no_longer_agrees_is_listed(writer, draft):
    write(writer, draft, at=COLUMNS.index("結果:契約"), value="拒否")

    page = soup(writer.get(address(draft)))

    assert page.select("#judged a[href*='examples']")


def test_which_rules_speak_where_a_rule_speaks(writer, draft):
    page = writer.get(address(draft, "edit_speaks"), {"row": "B01", "column": "結果:本人連絡先"})

    assert "規則 B01の「本人連絡先」" in page.text
    assert soup(page).select(".speaking tbody th a")
    ask = soup(page).find("a", string="この規則が当たる組合せを一つ開いて、答えを見る")
    assert writer.get(ask["href"]).status_code == 200
    part = writer.get(
        address(draft, "edit_speaks"),
        {"row": "B01", "column": "結果:本人連絡先"},
        headers={"HX-Request": "true"},
    )
    whole = soup(page).select_one(".speaking")
    assert soup(part).select_one(".speaking").prettify() == whole.prettify()


def test_of_a_draft_that_cannot_be_read_no_rule_speaks_yet(writer, draft):
    write(writer, draft, value="表じ")

    page = writer.get(address(draft, "edit_speaks"), {"row": "B01"})

    assert "まだ答えられません" in page.text


def test_a_sheet_that_cannot_be_taken_into_cells_says_so_and_can_be_undone(writer, draft):
    from django.utils import timezone

    from sekisho_web.policy import operations

    operations.save(
        change=draft, files=shipped_files() | {RULES: b'"'}, expected=None, note="壊れた取り込み",
        by=somebody(it=True), now=timezone.now(),
    )  # fmt: skip

    page = soup(writer.get(address(draft)))

    assert "枠に分けて読めません" in page.text
    assert page.select("form.undo")
    assert "託送業務システム/判定表.csv" in page.select_one("#judged .is-bad").text


def test_what_it_says_of_the_live_version_is_what_the_comparison_says(writer, draft):
    write(writer, draft, at=COLUMNS.index("条件:閲覧者区分"), row="A11", value="新電力")

    page = soup(writer.get(address(draft)))
    compared = soup(writer.get(page.find("a", string="違いを文で読む")["href"]))

    said = page.find("h2", string="公開中の版との違い").find_next("p")
    there = compared.find("strong", class_="number").parent
    assert [b.text for b in said.select("b")] == [b.text for b in there.select("strong")]
    assert int(said.b.text) > 0
