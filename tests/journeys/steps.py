"""The steps that several journeys take."""

import pyarrow.parquet as pq

from sekisho_web.world.invented import PASSWORD
from tests.journeys.browser import checked


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


def with_password(page, site, login, *, leads_to="sign-in/second/"):
    """Give the password: it leads to the second factor, or to enrolment who has none."""
    page.goto(f"{site.url}/accounts/sign-in/")
    page.get_by_label("利用者ID").fill(login)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="次へ進む").click()
    page.wait_for_url(f"{site.url}/accounts/{leads_to}")


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


def become(page, site, words):
    """Become somebody of the demo, in their usual hat and purpose, by one press."""
    page.goto(f"{site.url}/demo/")
    page.get_by_role("button", name=words).click()
    page.wait_for_url(lambda url: "/demo/" not in url)


def record(site, *, own, area="0901"):
    """Return what 託送業務システム holds of a customer of the affiliate (own), or of a rival."""
    held = pq.read_table(site.world / "records" / "takuso.parquet").to_pylist()
    return next(
        row
        for row in held
        if row["area"] == area
        and row["owner_key"].startswith("retail:")
        and (row["owner_key"] == "retail:R000") is own
    )


def look_up(page, site, screen, key, *, by="供給地点特定番号"):
    """Search `key` on the search screen named `screen`, and stand on the list."""
    page.goto(f"{site.url}/look/")
    page.get_by_role("link", name=screen).first.click()
    page.get_by_label(by).fill(key)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def events(site):
    """Return the bodies of the ledger's entries, the newest last."""
    import json

    return [
        json.loads(bytes(body)) for (body,) in site.ask("select body from ledger.event order by id")
    ]
