"""判定表 as a living document: Excel, difference, witness, mending, trial, two signatures, live."""

import io
import json

import openpyxl
import pytest

from sekisho_links.policy.folders import shipped_policy
from sekisho_links.trace.investigate import investigate
from sekisho_links.trace.windows import windows_of
from tests.journeys.browser import checked, passkey, watched_page
from tests.journeys.steps import become, look_up, record

pytestmark = pytest.mark.browser

FIELD_SEARCH = "地点検索（現場・委託）"
ROOM = "建物名・部屋番号"


@pytest.fixture
def recorded(site):
    """The recorded traffic of the invented group: an investigation that was put on the shelf."""
    out = site.world.parent / "investigation"
    world = json.loads((site.world / "world.json").read_text(encoding="utf-8"))
    found = windows_of(world["windows"])
    investigate(
        site.world, site.world / "facts", out, policy=shipped_policy(), windows=found,
        report=lambda *_: None,
    )  # fmt: skip
    site.manage("register_investigation", str(out))
    return json.loads((out / "investigation.json").read_text(encoding="utf-8"))


@pytest.fixture
def manager(chromium, site):
    """A browser of the manager of the systems, with a passkey of their own."""
    yield from _somebody(chromium, site, "情報システム統括部")


@pytest.fixture
def second_line(chromium, site):
    yield from _somebody(chromium, site, "行為規制推進室")


@pytest.fixture
def crew(chromium, site):
    with watched_page(chromium, site.url) as watched:
        become(watched.page, site, "配電現場")
        yield watched.page
    assert watched.problems == []


def _somebody(chromium, site, words):
    with watched_page(chromium, site.url) as watched:
        passkey(watched.page)
        become(watched.page, site, words)
        watched.page.goto(f"{site.url}/accounts/authenticators/ticket/")
        watched.page.get_by_role("button", name="デモの登録票でパスキーを登録する").click()
        watched.page.get_by_role("button", name="この認証器を登録する").click()
        watched.page.wait_for_url(f"{site.url}/accounts/authenticators/")
        yield watched.page
    assert watched.problems == []


def test_a_table_is_edited_in_excel_and_goes_live_by_two_signatures(
    manager, second_line, crew, recorded, site
):
    point = record(site, own=False)
    assert not hidden(crew, site, point)

    # a draft, written out and edited in Excel: one cell as meant, and one that must never be
    manager.goto(f"{site.url}/policy/changes/")
    checked(manager)
    manager.get_by_role("link", name="変更案件を起こす").click()
    manager.get_by_label("題").fill("現場には部屋番号を見せない")
    manager.get_by_label("対象システム").select_option("takuso")
    manager.get_by_label("理由").fill("現場の作業に、部屋番号は要らない")
    manager.get_by_label("根拠").fill("社内の決定 2026-11-20")
    checked(manager)
    manager.get_by_role("button", name="下書きを作る").click()
    manager.get_by_role("heading", level=1, name="現場には部屋番号を見せない").wait_for()
    checked(manager)
    change = manager.url
    with manager.expect_download() as download:
        manager.get_by_role("link", name="Excel で書き出す").click()
    edited = in_excel(
        download.value.path().read_bytes(),
        ("TK_整理表", "building_room", "上限:配電現場", "非表示"),
        ("TK_判定表", "D01", "結果:本人連絡先", "表示"),
    )

    # the difference in sentences, and the proof that fails with its witness
    bring_in(manager, change, edited)
    words = manager.locator("main").inner_text()
    assert "配電の現場が" in words
    assert ROOM in words
    assert "反例" in words
    assert "災害応援が" in words
    checked(manager)
    manager.get_by_role("link", name="この組合せを開く").first.click()
    manager.wait_for_load_state()
    assert "本人連絡先" in manager.locator("main").inner_text()
    checked(manager)

    # mended in Excel, brought in again, checked and tried
    mended = in_excel(edited, ("TK_判定表", "D01", "結果:本人連絡先", "一部"))
    bring_in(manager, change, mended)
    assert "反例なし" in manager.locator("main").inner_text()
    manager.get_by_role("button", name="この内容を下書きにする").click()
    manager.get_by_role("button", name="点検する").click()
    manager.get_by_role("link", name="試算する").click()
    checked(manager)
    manager.get_by_role("button", name="試算する").click()
    manager.wait_for_url(lambda url: "/replay/simulations/" in url)
    words = manager.locator("main").inner_text()
    assert f"{recorded['conservation']['accepted']:,} 件の記録のうち、広がる 0 件" in words
    assert "狭まる 0 件" not in words
    checked(manager)

    # signed by the author, and by somebody of the second line
    manager.goto(change)
    manager.get_by_role("link", name="承認に回す").click()
    checked(manager)
    manager.get_by_role("button", name="パスキーで署名する").click()
    manager.wait_for_url(change)
    second_line.goto(change)
    checked(second_line)
    second_line.get_by_role("link", name="読んで承認する").click()
    assert "現場の作業に、部屋番号は要らない" in second_line.locator("main").inner_text()
    checked(second_line)
    second_line.get_by_role("button", name="パスキーで署名する").click()
    second_line.wait_for_url(change)
    assert not hidden(crew, site, point)

    # live at once, everywhere, and the record says by which version
    second_line.get_by_role("button", name="公開する").click()
    second_line.get_by_text("に公開しました").wait_for(timeout=30_000)
    checked(second_line)
    assert hidden(crew, site, point)
    [(live,)] = site.ask("select version from rule.active_version")
    [(published,)] = site.ask(
        "select version_id from policy_publication where state = 'done' order by id desc limit 1"
    )
    assert live == published


def hidden(page, site, point):
    """Return whether the field crew finds the room number hidden."""
    look_up(page, site, FIELD_SEARCH, point["service_pole_no"], by="引込柱番号")
    page.locator("main table a").first.click()
    page.wait_for_load_state()
    cell = page.locator("main dt", has_text=ROOM).locator("xpath=following-sibling::dd[1]")
    return "■ 非表示" in cell.inner_text()


def bring_in(page, change, book):
    page.goto(f"{change}import/")
    checked(page)
    page.get_by_label("Excel ブックまたは CSV の ZIP").set_input_files(
        {"name": "判定表.xlsx", "mimeType": "application/octet-stream", "buffer": book}
    )
    page.get_by_role("button", name="読んで違いを見る").click()
    page.get_by_role("button", name="この内容を下書きにする").wait_for()


def in_excel(book, *edits):
    """Return the workbook as a spreadsheet program saves it after typing into some cells."""
    opened = openpyxl.load_workbook(io.BytesIO(book))
    for title, row, column, value in edits:
        sheet = opened[title]
        head = [cell.value for cell in sheet[1]]
        line = next(
            cells for cells in sheet.iter_rows(min_row=2) if row in [c.value for c in cells]
        )
        line[head.index(column)].value = value
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()
