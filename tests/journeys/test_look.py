"""照会: an own customer, a rival's, the masks, and the record that each look leaves."""

import pytest

from tests.journeys.browser import checked
from tests.journeys.steps import (
    become,
    events,
    look_up,
    record,
)

pytestmark = pytest.mark.browser

OWN_SEARCH = "自社客の検索（小売）"
NOBODY = "0900000000000000000000"


def test_a_clerk_of_the_affiliate_looks_up_an_own_and_a_rivals_customer(page, site):
    own, rival = (record(site, own=side)["supply_point_no"] for side in (True, False))
    become(page, site, "玖珂 みのり")
    checked(page)

    look_up(page, site, OWN_SEARCH, own)
    checked(page)
    assert own in page.locator("main").inner_text()
    page.locator("main table a").first.click()
    page.wait_for_load_state()
    checked(page)
    assert "小売電気事業者名" in page.locator("main").inner_text()
    number = page.locator("footer .number").inner_text()
    seen = next(event for event in events(site) if event["id"] == number)
    assert seen["k"] == "release"
    assert seen["sys"] == "takuso"
    assert seen["org"] == "affiliate_sales"
    assert seen["seen"] == {"own": 1}

    look_up(page, site, OWN_SEARCH, rival)
    of_rival = shown(page)
    checked(page)
    look_up(page, site, OWN_SEARCH, NOBODY)
    assert shown(page) == of_rival
    assert rival not in of_rival
    last = events(site)[-1]
    assert last["k"] in {"release", "refuse"}
    assert last["seen"] == {}


def shown(page):
    """Return what the page says, without the numbers that every look has of its own."""
    return page.locator("main").inner_text()


def test_a_helper_in_a_disaster_sees_a_rivals_customer_through_masks(page, site):
    rival = record(site, own=False)
    become(page, site, "災害応援")

    page.goto(f"{site.url}/look/")
    page.get_by_role("link", name="災害地点の検索（応援）").first.click()
    checked(page)
    page.get_by_label("非常災害の対応").check()
    page.get_by_label("受付・指示の番号").fill("W20261121-001")
    page.get_by_role("button", name="理由を記録して開く").click()
    page.get_by_label("引込柱番号").wait_for()
    look_up(page, site, "災害地点の検索（応援）", rival["service_pole_no"], by="引込柱番号")
    checked(page)
    page.locator("main table a").first.click()
    page.wait_for_load_state()
    checked(page)

    words = page.locator("main").inner_text()
    assert "小売電気事業者名" not in words or "■ 非表示" in words or "× 拒否" in words
    assert any(sign in words for sign in ("△ 一部", "◇ 符号化", "■ 非表示"))
    number = page.locator("footer .number").inner_text()
    seen = next(event for event in events(site) if event["id"] == number)
    assert seen["org"] == "affiliate_relief"
    assert seen["n"]


def test_what_is_refused_in_the_address_is_what_is_not_there(page, site):
    become(page, site, "玖珂 みのり")

    before = len(events(site))
    answers = [
        page.goto(f"{site.url}/look/tk/370/{handle}").body()
        for handle in ("0", "999999999", "abcdefghijklmnopqrstuvwxyz012345")
    ]

    assert len(set(answers)) == 1
    assert "見つかりません" in answers[0].decode()
    assert len(events(site)) == before + 3
