"""One use of the ministry's system: asked for, approved by a key, used, and found in its log.

Nobody has a standing grant there. The log comes later, from outside, and says what it says: the
use is in it, a line beside it, and an ID that nobody here knows.
"""

from datetime import timedelta

import pytest

from sekisho.terms.days import JST
from tests.journeys.browser import checked, passkey
from tests.journeys.steps import become

pytestmark = pytest.mark.browser

CLERK, OFFICER, LOGIN = "瀬峰 ひさぎ", "情報システム統括部", "demo-manager"
SYSTEM, FACILITY = "再エネ業務管理システム", "AA123456C1"
REASON = "接続検討の申込内容を、認定の情報と照らして確かめるため"
THEIRS = "https://saiene.example/"
HEAD = "利用日,利用時刻,利用者ID,操作,設備ID,接続元,端末"


def test_a_use_is_asked_for_approved_begun_and_found_in_the_ministrys_log(page, phone, site):
    site.manage("remind", "--once", role="owner")  # beside the site; lays the shipped policies down
    become(page, site, CLERK)
    number = asked(page, site)

    become(phone, site, OFFICER)
    key(phone, site)
    approved(phone, site, number)

    used(page, site)
    began, ended = times(site, number)
    become(phone, site, OFFICER)
    received(phone, site, began, ended)

    said = shown(phone)
    assert "すべての区分を足すと 4 行です" in said
    assert numbers(phone) == {"照合済": 2, "時間外": 1, "不明ID": 1}
    phone.locator("tbody a", has_text="時間外").click()
    checked(phone)
    assert "利用の終わりのあと 2分" in shown(phone)
    assert grant(site, number) in shown(phone)
    phone.goto(f"{site.url}/grants/foreign/saiene/suspicious/")
    checked(phone)
    assert "ABKY9999" in shown(phone)


def shown(page):
    return page.locator("main").inner_text()


def asked(page, site):
    """Ask for one use of twenty minutes, and return the number of the request."""
    page.goto(f"{site.url}/grants/requests/new/?system=saiene&purpose=再エネ買取")
    checked(page)
    page.get_by_label("再エネ買取", exact=True).check()
    page.get_by_label("対象システム").select_option(label=SYSTEM)
    page.get_by_label("方式").select_option(label="都度")
    page.get_by_label("番号の種類").select_option("facility")
    page.get_by_label("番号", exact=True).fill(FACILITY)
    page.get_by_label("理由").fill(REASON)
    page.get_by_label("期間の長さ").fill("30")
    page.get_by_label("長さの単位").select_option("minutes")
    page.get_by_label("一回の利用（分）").fill("20")
    page.get_by_label("回数").fill("1")
    page.get_by_role("button", name="申請する").click()
    page.wait_for_url(lambda url: "/requests/" in url and "/new/" not in url)
    checked(page)
    [(code,)] = site.ask(
        "select r.code from grants_request r join accounts_person p on p.id = r.asked_by_id"
        " where p.login = %s and r.system = 'saiene' order by r.id desc limit 1",
        LOGIN,
    )
    return code


def key(page, site):
    """Bind a passkey of the officer's own, with a ticket."""
    ticket = site.manage("ticket", "demo-it")
    passkey(page)
    page.goto(f"{site.url}/accounts/authenticators/")
    page.get_by_role("link", name="登録票で認証器を登録する").click()
    again(page)
    page.get_by_label("登録票の番号").fill(ticket)
    page.get_by_role("button", name="パスキーを登録する", exact=True).click()
    page.wait_for_url(f"{site.url}/accounts/authenticators/key/")
    page.get_by_role("button", name="この認証器を登録する").click()
    page.wait_for_url(f"{site.url}/accounts/authenticators/")


def again(page):
    """Prove who one is once more, where the page asks for it."""
    if "/accounts/again/" in page.url:
        page.get_by_role("button", name="デモの人として確かめる").click()
        page.wait_for_url(lambda url: "/accounts/again/" not in url)


def approved(page, site, number):
    """Read the request in the queue, and sign the answer to it."""
    page.goto(f"{site.url}/grants/deciding/")
    checked(page)
    page.get_by_role("link", name=number).click()
    again(page)
    checked(page)
    assert REASON in shown(page)
    assert FACILITY in shown(page)
    page.locator("button[name=verdict][value=approve]").click()
    page.locator("button[data-passkey=get]").wait_for()
    checked(page)
    page.locator("button[data-passkey=get]").click()
    page.wait_for_url(f"{site.url}/grants/deciding/")


def used(page, site):
    """Begin the use on the launcher, which leads to the ministry's own site; then end it."""
    here = f"{site.url}/grants/launcher/"
    tab = page.context.new_page()  # of its own: it leaves our site, and is meant to
    tab.route(
        f"{THEIRS}**", lambda route: route.fulfill(body="ministry", content_type="text/plain")
    )
    for _ in range(3):  # to choose the purpose, and to prove who one is, lead back
        tab.goto(here)
        tile = tab.locator("li", has=tab.get_by_role("heading", name=SYSTEM))
        switch = tile.get_by_role("button", name="「再エネ買取」に替える")
        if switch.count():
            switch.click()
            tab.wait_for_load_state()
            continue
        tile.get_by_role("button", name="利用を始めて開く").click()
        tab.wait_for_load_state()
        if "/accounts/again/" not in tab.url:
            break
        again(tab)
    tab.wait_for_url(f"{THEIRS}**")
    tab.close()
    page.goto(here)
    checked(page)
    page.get_by_role("button", name="この利用を終える").click()
    page.wait_for_url("**/grants/launcher/")


def times(site, number):
    [(began, ended)] = site.ask(
        "select u.began_at, u.ends_at from grants_use u join grants_grant g on g.id = u.grant_id"
        " join grants_request r on r.id = g.request_id where r.code = %s",
        number,
    )
    return began, ended


def grant(site, number):
    [(code,)] = site.ask(
        "select g.code from grants_grant g join grants_request r on r.id = g.request_id"
        " where r.code = %s",
        number,
    )
    return code


def received(page, site, began, ended):
    """Take the ministry's log: two lines of the use, one after it, one of a stranger."""
    [(code,)] = site.ask(
        "select a.code from accounts_account a join accounts_person p on p.id = a.person_id"
        " where p.login = %s and a.system = 'saiene' and a.closed_at is null",
        LOGIN,
    )
    lines = [
        (began, code, FACILITY),
        (ended - timedelta(seconds=1), code, FACILITY),
        (ended + timedelta(seconds=140), code, FACILITY),  # by a clock that is ahead
        (began, "ABKY9999", FACILITY),
    ]
    rows = [
        f"{at.astimezone(JST):%Y/%m/%d},{at.astimezone(JST):%H:%M:%S},{who},照会,{what},,"
        for at, who, what in lines
    ]
    page.goto(f"{site.url}/grants/foreign/")
    checked(page)
    page.get_by_role("link", name=SYSTEM).click()
    checked(page)
    page.get_by_role("link", name="記録を受け取る").click()
    checked(page)
    page.get_by_label("記録のファイル").set_input_files(
        {
            "name": "saiene.csv",
            "mimeType": "text/csv",
            "buffer": "\n".join([HEAD, *rows]).encode("utf-8-sig"),
        }
    )
    days = sorted(f"{at.astimezone(JST):%Y-%m-%d}" for at, *_ in lines)
    page.get_by_label("はじめの日").fill(days[0])
    page.get_by_label("終わりの日").fill(days[-1])
    page.get_by_role("button", name="受け取って突合する").click()
    page.wait_for_url("**/grants/foreign/logs/**")
    checked(page)


def numbers(page):
    """Return the classes that have lines, with how many."""
    rows = page.locator("table", has_text="すべての区分を足すと").locator("tbody tr")
    found = {}
    for row in rows.all():
        word = row.locator("th").inner_text().split()[0]
        lines = int(row.locator("td[data-label=行]").inner_text().split()[-1])
        if lines:
            found[word] = lines
    return found
