"""Every page of the menu, as the second line: accessible, narrow, quiet, of this site alone."""

import pytest

from tests.journeys.browser import checked
from tests.journeys.steps import become

pytestmark = pytest.mark.browser

WORDS = (
    *("今日の関所", "照会", "起動ページ", "判定表", "不変条件", "人とID", "利用と承認"),
    *("端末", "閲覧の記録", "調べる", "指摘"),
)


def test_every_page_of_the_menu_is_whole(page, site):
    become(page, site, "行為規制推進室")

    links = {link.inner_text(): link.get_attribute("href") for link in page.locator("nav a").all()}

    assert tuple(links) == WORDS
    for words, url in links.items():
        answer = page.goto(f"{site.url}{url}")
        assert answer.status == 200, words
        assert page.locator("h1").count() == 1, words
        assert page.locator("nav a[aria-current=page]").inner_text() == words
        checked(page)


def test_every_page_around_the_tables_is_whole(page, site):
    become(page, site, "行為規制推進室")

    for url in (
        *("/policy/changes/", "/policy/versions/", "/reports/documents/live/"),
        *("/replay/checks/", "/replay/watched/", "/proof/certificate/"),
    ):
        assert page.goto(f"{site.url}{url}").status == 200, url
        checked(page)


def test_pages_that_say_no_are_whole_too(page, site):
    become(page, site, "玖珂 みのり")

    for url, status in (("/policy/", 403), ("/nowhere/", 404), ("/accessibility/", 200)):
        assert page.goto(f"{site.url}{url}").status == status
        checked(page)


def test_every_place_of_people_and_ids_is_whole(page, phone, site):
    for one, who, places in ((page, "情報システム統括部", 13), (phone, "行為規制推進室", 12)):
        become(one, site, who)
        one.goto(f"{site.url}/accounts/")
        urls = [link.get_attribute("href") for link in one.locator("main dl a").all()]
        assert len(urls) == places
        for url in urls:
            answer = one.goto(f"{site.url}{url}")
            assert answer.status == 200, url
            assert one.locator("h1").count() == 1, url
            checked(one)


def test_a_long_text_and_a_large_one_lose_nothing(phone, site):
    become(phone, site, "青海 つむぎ")
    for url in ("/grants/start/", "/look/", "/accounts/authenticators/"):
        phone.goto(f"{site.url}{url}")
        phone.evaluate("document.documentElement.style.fontSize = '200%'")
        wide = phone.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, url


@pytest.mark.parametrize(("hub", "least"), [("/grants/", 12), ("/terminals/", 3)])
def test_every_place_of_uses_and_terminals_is_whole(page, phone, site, hub, least):
    for one, who in ((page, "情報システム統括部"), (phone, "行為規制推進室")):
        become(one, site, who)
        one.goto(f"{site.url}{hub}")
        checked(one)
        urls = [link.get_attribute("href") for link in one.locator("main dl a").all()]
        assert len(urls) >= least
        for url in urls:
            assert one.goto(f"{site.url}{url}").status == 200, url
            assert one.locator("h1").count() == 1, url
            checked(one)
