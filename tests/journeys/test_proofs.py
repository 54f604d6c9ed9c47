"""The pages of the proofs in a browser: whole at every width; each leads to the next."""

import pytest

from tests.journeys.browser import checked
from tests.journeys.steps import become

pytestmark = pytest.mark.browser

PAGES = (
    "/proof/?system=takuso",
    "/proof/invariant/S02/",
    "/proof/grid/?system=takuso",
    "/proof/grid/takuso/TK-370/affiliate_sales/",
    "/proof/screens/?system=callcenter&field=customer_name",
    "/proof/coverage/?system=saiene",
)


def test_every_page_of_the_proofs_is_whole(page, site):
    become(page, site, "行為規制推進室")

    for url in PAGES:
        assert page.goto(f"{site.url}{url}").status == 200, url
        checked(page)


def test_from_the_grid_to_the_fields_to_the_question(page, site):
    become(page, site, "行為規制推進室")
    page.goto(f"{site.url}/proof/grid/?system=takuso")

    page.locator("tr", has_text="TK-370").get_by_role("link", name="× 拒否").first.click()

    assert "自社客詳細（小売）" in page.locator("h1").inner_text()
    page.locator("tr", has_text="customer_name").get_by_role("link", name="○ 表示").first.click()
    assert "次のようになります" in page.locator("main").inner_text()


def test_the_ways_to_a_field_are_shown_and_scroll_in_their_place(page, site):
    become(page, site, "行為規制推進室")
    page.goto(f"{site.url}/proof/screens/?system=takuso")

    page.get_by_label("どの項目への道を見るか").select_option("customer_name")
    page.get_by_role("button", name="道を見る").click()

    assert page.locator("svg .ways-line.is-path").count() > 5
    assert "入口 → 業務の選択 → 契約検索" in page.locator("main").inner_text()
    region = page.locator(".ways-picture")
    assert region.evaluate("one => one.scrollWidth > one.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
