"""Signing in: the terminal, the password, the second factor, the hat and the purpose."""

import pytest

from tests.journeys.browser import checked, passkey
from tests.journeys.steps import (
    bind_passkey,
    known_terminal,
    sign_out,
    start_use,
    with_passkey,
    with_password,
)

pytestmark = pytest.mark.browser


def test_a_clerk_signs_in_with_a_passkey(page, site):
    known_terminal(page, site, "demo-sales")
    with_password(page, site, "demo-sales", leads_to="authenticators/")
    passkey(page)
    bind_passkey(page, site, "demo-sales")
    sign_out(page, site)

    with_passkey(page, site, "demo-sales")
    start_use(page, "小売供給")

    page.goto(f"{site.url}/accounts/authenticators/")
    header = page.locator("header").inner_text()
    assert "九陽電力" in header
    assert "玖珂 みのり" in header
    assert "関係小売営業・小売供給" in header
    [(kind,)] = site.ask(
        "select count(*) from accounts_session s join accounts_person p on p.id = s.person_id"
        " where p.login = 'demo-sales'"
    )
    assert kind == 1


def test_a_passkey_that_does_not_know_its_owner_is_refused(page, site):
    known_terminal(page, site, "demo-agency")
    with_password(page, site, "demo-agency", leads_to="authenticators/")
    session, key = passkey(page)
    bind_passkey(page, site, "demo-agency")
    sign_out(page, site)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})

    with_password(page, site, "demo-agency")
    page.get_by_role("button", name="パスキーで確かめる").click()
    page.get_by_text("確かめられませんでした").wait_for()

    assert page.url == f"{site.url}/accounts/sign-in/second/"


def test_a_wrong_password_says_what_to_do_and_takes_the_focus(page, site):
    known_terminal(page, site, "demo-rival")
    page.get_by_label("利用者ID").fill("demo-rival")
    page.get_by_label("パスワード").fill("違うことば")
    page.get_by_role("button", name="次へ進む").click()

    alert = page.get_by_role("alert")
    alert.wait_for()
    checked(page)
    assert "利用者IDかパスワードが違います" in alert.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_by_keyboard_alone_somebody_of_the_demo_is_chosen(phone, site):
    phone.goto(f"{site.url}/demo/")
    checked(phone)
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.textContent") == "本文へ移動"
    phone.get_by_role("button", name="行為規制推進室").focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url(lambda url: "/demo/" not in url)
    phone.goto(f"{site.url}/grants/start/")
    checked(phone)
    phone.get_by_role("button", name="利用を始める").focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url(lambda url: "/grants/start/" not in url)
    phone.goto(f"{site.url}/accounts/authenticators/")
    assert "大隅 しおり" in phone.locator("header").inner_text()
