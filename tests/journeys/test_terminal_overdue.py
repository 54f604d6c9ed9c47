"""A terminal is lent by two signatures, does not come back, and is red on everyone's board."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sekisho.terminals.labels import text_of
from sekisho.terms.days import JST
from tests.journeys.browser import checked, passkey
from tests.journeys.steps import (
    become,
    bind_passkey,
    known_terminal,
    sign_out,
    start_use,
    with_passkey,
    with_password,
)

pytestmark = pytest.mark.browser

BORROWER, CLERK = "demo-field", "demo-manager"
NUMBER = "LN-0001"
IT, LINE2, FIELD = "情報システム統括部", "行為規制推進室", "梅ヶ枝 たくま"
PAGES = ("", "devices/", "devices/labels/", "devices/import/", "loans/", "lost/", "lost/report/",
         "counts/", "counts/new/", "sites/", "sites/new/")  # fmt: skip


def test_a_terminal_that_never_came_back_turns_red_on_everyones_board(page, phone, site):
    passkey(page)
    for login in (BORROWER, CLERK):
        page.context.clear_cookies()  # another terminal sits down at the same desk
        known_terminal(page, site, login)
        with_password(page, site, login, leads_to="authenticators/")
        bind_passkey(page, site, login)
        sign_out(page, site)
    with_passkey(page, site, CLERK)
    start_use(page, "託送供給等")
    enter(page, site)
    due = (timezone.now() + timedelta(days=1)).astimezone(JST)
    lend(page, site, due)
    for place in PAGES:
        page.goto(f"{site.url}/terminals/{place}")
        checked(page)

    with site.at(due + timedelta(hours=1)):
        for who, places in (
            (IT, ("/terminals/", "/grants/")),
            (LINE2, ("/", "/terminals/", "/grants/")),
            (FIELD, ("/grants/launcher/", "/terminals/")),
        ):
            become(phone, site, who)
            for place in places:
                phone.goto(f"{site.url}{place}")
                assert red(phone), f"{who} {place}"
                checked(phone)


def red(page):
    """Return whether the terminal stands in a red box on the page."""
    box = page.locator(".errors.overdue")
    return box.count() == 1 and NUMBER in box.inner_text()


def enter(page, site):
    page.goto(f"{site.url}/terminals/devices/new/")
    checked(page)
    page.get_by_label("端末番号").fill(NUMBER)
    page.get_by_label("所有").select_option(label="九陽電力送配電")
    page.get_by_label("端末の区分").select_option("lent")
    page.get_by_label("用途").select_option("emergency")
    page.get_by_label("非公開情報を表示してよい").check()
    page.get_by_role("button", name="端末台帳に登録する").click()
    page.wait_for_url(f"{site.url}/terminals/devices/{NUMBER}/")
    checked(page)


def lend(page, site, due):
    [(code,)] = site.ask("select code from accounts_person where login = %s", BORROWER)
    page.goto(f"{site.url}/terminals/loans/new/")
    checked(page)
    page.get_by_label("借りる人の個人番号").fill(code)
    page.get_by_label("端末の札").fill(text_of(NUMBER))
    page.get_by_label("返却の期限").fill(f"{due:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="署名に進む").click()
    for name in (FIELD, "瀬峰 ひさぎ"):
        page.get_by_role("heading", name=f"{name}さんの署名").wait_for()
        checked(page)
        page.get_by_role("button", name=f"{name}さんが署名する").click()
    page.wait_for_url(f"{site.url}/terminals/loans/")
    assert NUMBER in page.locator("tbody").inner_text()
