"""Signing in: the terminal, the password, the second factor, the hat and the purpose."""

import pyotp
import pytest

from sekisho_web.world.invented import PASSWORD, TOTP_SECRET
from tests.journeys.browser import checked, passkey

pytestmark = pytest.mark.browser


def known_terminal(page, site, device):
    """Make the browser the terminal `device`, with a number from the server's console."""
    number = site.manage("terminal_number", device)
    page.goto(f"{site.url}/accounts/sign-in/")
    checked(page)
    assert "この端末は登録されていません" in page.content()
    page.get_by_role("link", name="端末登録番号を入れる").click()
    checked(page)
    page.get_by_label("端末登録番号").fill(f"{number[:4]} {number[4:8]} {number[8:]}")
    page.get_by_role("button", name="この端末を登録する").click()
    page.wait_for_url(f"{site.url}/accounts/sign-in/")


def with_password(page, site, login):
    page.goto(f"{site.url}/accounts/sign-in/")
    page.get_by_label("利用者ID").fill(login)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="次へ進む").click()
    page.wait_for_url(f"{site.url}/accounts/sign-in/second/")


def with_code(page, site):
    page.get_by_label("認証アプリの6桁の数字").fill(pyotp.TOTP(TOTP_SECRET).now())
    page.get_by_role("button", name="数字で確かめる").click()
    page.wait_for_url(f"{site.url}/grants/start/")


def bind_passkey(page, site, login):
    """Bind the passkey that is plugged in, with a ticket of the manager."""
    ticket = site.manage("ticket", login)
    page.goto(f"{site.url}/accounts/authenticators/")
    checked(page)
    page.get_by_role("link", name="登録票で認証器を登録する").click()
    checked(page)
    page.get_by_label("登録票の番号").fill(ticket)
    page.get_by_role("button", name="パスキーを登録する").click()
    page.wait_for_url(f"{site.url}/accounts/authenticators/key/")
    checked(page)
    page.get_by_role("button", name="この認証器を登録する").click()
    page.wait_for_url(f"{site.url}/accounts/authenticators/")
    assert "パスキー" in page.locator("table").inner_text()


def with_passkey(page, site, login):
    with_password(page, site, login)
    checked(page)
    page.get_by_role("button", name="パスキーで確かめる").click()
    page.wait_for_url(f"{site.url}/grants/start/")


def start_use(page, purpose):
    checked(page)
    page.get_by_label(purpose, exact=True).check()
    page.get_by_role("button", name="利用を始める").click()
    page.wait_for_url(lambda url: "/grants/start/" not in url)


def sign_out(page, site):
    page.get_by_role("button", name="終了").click()
    page.wait_for_url(f"{site.url}/accounts/sign-in/")


def test_a_clerk_signs_in_with_a_passkey(page, site):
    known_terminal(page, site, "demo-sales")
    with_password(page, site, "demo-sales")
    with_code(page, site)
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
    with_password(page, site, "demo-agency")
    with_code(page, site)
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
    phone.wait_for_url(f"{site.url}/grants/start/")
    checked(phone)
    phone.get_by_role("button", name="利用を始める").focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url(lambda url: "/grants/start/" not in url)
    phone.goto(f"{site.url}/accounts/authenticators/")
    assert "大隅 しおり" in phone.locator("header").inner_text()
