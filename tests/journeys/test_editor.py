"""画面で直す: a draft is written by keyboard alone, by two at once, and without any script."""

import pytest

from tests.journeys.browser import checked
from tests.journeys.steps import become

pytestmark = pytest.mark.browser

MANAGER = "情報システム統括部"
RECORD, NAME = "11", "13"  # 結果:レコード, 結果:本人連絡先: places of columns


@pytest.fixture
def writer(page, site):
    become(page, site, MANAGER)
    return page


@pytest.fixture
def other(writer):
    """A second tab: what counts is what each of the two has before their eyes."""
    page = writer.context.new_page()
    page.set_default_timeout(15_000)
    yield page
    page.close()


@pytest.fixture
def bare(chromium, site):
    """A browser that runs no script."""
    context = chromium.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    become(page, site, MANAGER)
    yield page
    context.close()


def draft(page, site, title):
    """Open a change to 託送業務システム, and return the address of its editor."""
    page.goto(f"{site.url}/policy/changes/new/")
    page.get_by_label("題").fill(title)
    page.get_by_label("対象システム").select_option("takuso")
    page.get_by_label("理由").fill("試験")
    page.get_by_label("根拠").fill("社内の決定")
    page.get_by_role("button", name="下書きを作る").click()
    page.get_by_role("heading", level=1, name=title).wait_for()
    return f"{page.url}edit/rules/"


def cell(page, row, at):
    return page.locator(f"#{row} td").nth(int(at))


def on(page):
    """Return which cell has the focus: row and place, as its link names them."""
    return page.evaluate("document.activeElement.getAttribute('href')")


def summary(page, words):
    page.locator("#judged .summary", has_text=words).wait_for()


def test_a_draft_is_written_and_undone_by_keyboard_alone(writer, site):
    address = draft(writer, site, "鍵盤だけで直す")
    writer.goto(address)
    checked(writer)
    keys = writer.keyboard
    cell(writer, "A11", RECORD).locator("a").focus()

    # the arrows walk, Enter opens, Esc leaves, Enter saves and goes down
    keys.press("ArrowLeft")
    keys.press("ArrowRight")
    keys.press("Enter")
    keys.press("Escape")
    assert on(writer) == f"row/?id=A11&at={RECORD}"
    keys.press("F2")
    keys.insert_text("表示")
    keys.press("Enter")
    assert on(writer) == f"row/?id=A12&at={RECORD}"

    # what it breaks stands beside the grid, with its witness; what stood there before in the cell
    writer.locator("#judged .witness").first.wait_for()
    assert cell(writer, "A11", RECORD).inner_text().split() == ["○", "表示", "前", "拒否"]
    assert "破れる不変条件" in writer.locator("#said").inner_text()
    checked(writer)

    # typing opens a cell, and Tab saves it and goes right; what cannot be read is said there
    keys.press("ArrowUp")
    keys.press("ArrowRight")
    keys.type("show")
    keys.press("Tab")
    assert on(writer) == f"row/?id=A11&at={int(RECORD) + 2}"
    writer.locator("#A11 td.is-wrong .error").wait_for()
    summary(writer, "直すところ 1")
    checked(writer)

    # undo, all the way, and the keyboard stays where it was
    for left in ("A11 結果:レコード", ""):
        keys.press("Control+z")
        writer.locator(".notice", has_text="取り消しました").wait_for()
        writer.wait_for_function(f"document.activeElement.href?.endsWith('at={int(RECORD) + 2}')")
        assert writer.locator("form.undo small", has_text=left).count() == bool(left)
    summary(writer, "直すところ 0")

    # which rules speak here, a copy of the row, and its removal
    keys.press("F4")
    writer.get_by_role("heading", name="規則 A11の「本人連絡先」が当たる所で").wait_for()
    checked(writer)
    keys.press("Control+Shift+Enter")
    writer.locator("tr.is-added").wait_for()
    writer.wait_for_function("document.activeElement.closest('tr.is-added')")
    keys.press("Control+Delete")
    writer.locator(".notice", has_text="行を消しました").wait_for()
    assert writer.locator("tr.is-added").count() == 0


def test_a_witness_opens_the_very_combination_in_the_draft(writer, site):
    writer.goto(draft(writer, site, "反例を開く"))
    cell(writer, "A11", RECORD).locator("a").click()
    writer.keyboard.insert_text("表示")
    writer.keyboard.press("Enter")
    writer.get_by_role("link", name="この組合せを開く").first.click()

    assert "下書き" in writer.locator(".version").inner_text()
    assert "A11" in writer.get_by_role("region", name="項目区分ごとの扱い").inner_text()
    checked(writer)


def test_a_block_from_a_spreadsheet_is_shown_before_it_is_written(writer, site):
    writer.goto(draft(writer, site, "範囲を貼り付ける"))
    cell(writer, "B01", NAME).locator("a").focus()
    writer.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        "拒否\t拒否\n拒否\t拒否\n",
    )

    writer.get_by_role("heading", name="貼り付けで変わるところ").wait_for()
    checked(writer)
    writer.get_by_role("button", name="このとおりに書く").click()
    writer.wait_for_url("**/rules/#B01")
    assert cell(writer, "B01", NAME).inner_text().split() == ["×", "拒否", "前", "表示"]


def test_two_at_once_lose_nothing(writer, other, site):
    address = draft(writer, site, "二人で直す")
    writer.goto(address)
    other.goto(address)

    # two cells: both stand
    for page, row in ((writer, "B01"), (other, "B02")):
        cell(page, row, NAME).locator("a").click()
        page.keyboard.insert_text("符号化")
        page.keyboard.press("Enter")
        page.locator(f"#{row} td.is-changed").wait_for()
    other.reload()
    assert other.locator("td.is-changed").count() == 2

    # one cell: the second is shown both, with what they typed
    for page, word in ((writer, "一部"), (other, "拒否")):
        cell(page, "B01", RECORD).locator("a").click()
        page.keyboard.insert_text(word)
        page.keyboard.press("Enter")
        if page is writer:
            page.locator("#B01 td.is-changed small", has_text="前 表示").nth(1).wait_for()
    other.get_by_role("heading", name="ほかの人が先に変えました").wait_for()
    assert other.locator(".clash dd").all_inner_texts() == ["表示", "拒否", "一部"]
    checked(other)
    other.get_by_label("あなたが書いたものにする").check()
    other.get_by_role("button", name="選んだとおりに保存する").click()
    other.wait_for_url("**/rules/#B01")
    assert cell(other, "B01", RECORD).inner_text().split()[:2] == ["×", "拒否"]


def test_without_a_script_every_cell_is_a_link_to_its_form(bare, site):
    bare.goto(draft(bare, site, "台本なしで直す"))
    cell(bare, "B01", NAME).locator("a").click()
    bare.get_by_label("結果:本人連絡先", exact=True).fill("拒否")
    bare.get_by_role("button", name="保存する").click()
    bare.wait_for_url("**/rules/#B01")
    assert "前 表示" in cell(bare, "B01", NAME).inner_text()

    bare.get_by_role("button", name="取り消す").click()
    assert "取り消しました" in bare.locator(".notice").inner_text()
    assert bare.locator("td.is-changed").count() == 0


def test_on_a_phone_the_grid_scrolls_in_its_own_region(phone, site):
    become(phone, site, MANAGER)
    phone.goto(draft(phone, site, "電話で読む"))

    checked(phone)
    for sheet in ("fields", "screens", "screen-items", "transitions", "examples"):
        phone.goto(f"{phone.url.rsplit('/', 2)[0]}/{sheet}/")
        checked(phone)
