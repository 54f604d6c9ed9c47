"""A transfer: the old access ends at midnight, and the new one needs ticket, card and manager.

No job runs in this site: what ends, ends because whoever asks is told so.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from sekisho.terms.days import day_in_japan, jst_day
from tests.journeys.browser import checked, passkey
from tests.journeys.steps import become, known_terminal, look_up, record, with_password

pytestmark = pytest.mark.browser

MOVES = "demo-wheeling"
HEAD = (
    "社員番号,氏名,カナ,従事会社,組織コード,役職,発令区分,発令日,終了日,発令番号,枝番,訂正区分,"
    "前社員番号,個人番号"
)
IT, MANAGER = "情報システム統括部", "瀬峰 ひさぎ"


def test_the_old_access_ends_at_midnight_and_the_new_one_needs_three_things(page, phone, site):
    midnight = jst_day(day_in_japan(timezone.now()) + timedelta(days=1))
    theirs = record(site, own=False)["supply_point_no"]
    become(phone, site, "青海 つむぎ")
    look_up(phone, site, "契約検索", theirs)
    assert theirs in shown(phone)
    with site.at(midnight - timedelta(minutes=12)):
        become(page, site, IT)
        order(page, site, midnight)
        become(phone, site, "青海 つむぎ")
        phone.goto(f"{site.url}/look/")
        phone.get_by_role("link", name="契約検索").first.click()
        phone.get_by_label("供給地点特定番号").wait_for()

    with site.at(midnight):
        phone.reload()
        phone.wait_for_url("**/accounts/again/demo/**")  # another hat asks for the proof again
        phone.get_by_role("button", name="デモの人として確かめる").click()
        phone.wait_for_url("**/grants/start/**")
        checked(phone)
        assert unit_name(site) in shown(phone)
        assert "ネットワークサービスセンター" not in shown(phone)
        become(page, site, IT)
        the_old_id_has_ended(page, site)
        phone.context.clear_cookies()
        known_terminal(phone, site, MOVES)
        with_password(phone, site, MOVES, leads_to="authenticators/")
        phone.goto(f"{site.url}/look/")  # a password alone opens nothing
        assert phone.url == f"{site.url}/accounts/authenticators/"
        become(page, site, MANAGER)
        number = ticket(page, site)
        passkey(phone)
        bind(phone, site, number)
        new_id(page, site)
        at_work(phone, site)


def shown(page):
    return page.locator("main").inner_text()


def order(page, site, midnight):
    """Send the file of personnel with one transfer from midnight on, look at it, and apply it."""
    [(number,)] = site.ask(
        "select n.number from accounts_personnumber n join accounts_person p on p.id = n.person_id"
        " where p.login = %s",
        MOVES,
    )
    line = (
        f"{number},青海 つむぎ,アオミ ツムギ,,{unit(site)},担当,異動,{midnight:%Y/%m/%d},,"
        "R9-12,1,新規,,"
    )
    page.goto(f"{site.url}/accounts/personnel/")
    checked(page)
    row = page.get_by_role("row").filter(has_text="九陽電力送配電 人事")
    row.get_by_role("link", name="ファイルを入れる").click()
    checked(page)
    page.get_by_label("人事のファイル").set_input_files(
        {
            "name": "hatsurei.csv",
            "mimeType": "text/csv",
            "buffer": f"{HEAD}\r\n{line}\r\n".encode("cp932"),
        }
    )
    page.get_by_role("button", name="入れて差分を見る").click()
    page.get_by_role("button", name="この差分を適用する").wait_for()
    checked(page)
    said = shown(page)
    assert "青海 つむぎ" in said
    page.get_by_role("button", name="この差分を適用する").click()
    page.wait_for_load_state()
    page.goto(f"{site.url}/accounts/personnel/coming/")
    checked(page)
    [coming] = page.locator("tbody tr").all_inner_texts()
    assert f"{midnight:%Y-%m-%d}" in coming
    people, _, _, grants, ids = (int(n) for n in re.findall(r"(?<![-\d])\d+(?![-\d])", coming)[-5:])
    assert people == 1
    assert grants >= 1
    assert ids == 7


def unit(site):
    [(code,)] = site.ask(
        "select u.code from accounts_unit u join accounts_company c on c.id = u.company_id"
        " where c.kind = 'network' and u.kind = 'renewable' order by u.code limit 1"
    )
    return code


def unit_name(site):
    [(name,)] = site.ask("select name from accounts_unit where code = %s", unit(site))
    return name


def the_old_id_has_ended(page, site):
    page.goto(f"{site.url}/accounts/people/{code(site)}/")
    checked(page)
    assert "異動済" in shown(page)


def code(site):
    [(code,)] = site.ask("select code from accounts_person where login = %s", MOVES)
    return code


def ticket(page, site):
    """Let the responsible manager check who it is and issue a ticket; return its number."""
    page.goto(f"{site.url}/accounts/tickets/")
    checked(page)
    page.get_by_role("link", name="登録票を発行する").click()
    page.get_by_label("登録する人").fill(code(site))
    page.get_by_label("はじめて").check()
    page.get_by_label("本人をどう確かめたか").fill("職員証の写真と本人")
    page.get_by_role("button", name="本人を確かめたので発行する").click()
    page.locator("strong.secret").wait_for()
    return page.locator("strong.secret").inner_text()


def bind(page, site, number):
    page.goto(f"{site.url}/accounts/authenticators/")
    page.get_by_role("link", name="登録票で認証器を登録する").click()
    page.get_by_label("登録票の番号").fill(number)
    page.get_by_role("button", name="パスキーを登録する").click()
    page.wait_for_url(f"{site.url}/accounts/authenticators/key/")
    page.get_by_role("button", name="この認証器を登録する").click()
    page.wait_for_url(f"{site.url}/accounts/authenticators/")


def new_id(page, site):
    """The owner closes the old ID; the manager asks for a new one; the owner lets and issues it."""
    become(page, site, IT)
    page.goto(f"{site.url}/accounts/people/{code(site)}/")
    page.get_by_role("link", name=f"takuso-{MOVES}").first.click()
    page.get_by_role("link", name="このIDを廃止する").click()
    page.get_by_label("理由").fill("異動により、業務が終わった")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    become(page, site, MANAGER)
    page.goto(f"{site.url}/accounts/ids/requests/new/")
    page.get_by_label("対象システム").select_option("takuso")
    page.get_by_label("個人番号").fill(code(site))
    page.get_by_label("電話").fill("000-0000-0000")
    page.get_by_label("電子メール").fill("tsumugi@example.jp")
    page.get_by_label("用途").fill("再エネの買取の照会")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    checked(page)
    become(page, site, IT)
    page.goto(f"{site.url}/accounts/ids/requests/")
    checked(page)
    page.get_by_role("link", name="答える").click()
    page.get_by_label("承認").check()
    page.locator("main form button[type=submit]").last.click()
    page.goto(f"{site.url}/accounts/ids/requests/")
    page.get_by_role("link", name="発行する").click()
    page.get_by_label("ID").fill("takuso-aomi-2")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    page.goto(f"{site.url}/accounts/people/{code(site)}/")
    assert "takuso-aomi-2" in shown(page)


def at_work(page, site):
    """Sign in with password and card, in the new post only; without a grant nothing is shown."""
    page.get_by_role("button", name="終了").click()
    page.wait_for_url(f"{site.url}/accounts/sign-in/")
    with_password(page, site, MOVES)
    page.get_by_role("button", name="パスキーで確かめる").click()
    page.wait_for_url(f"{site.url}/grants/start/")
    checked(page)
    hats = shown(page)
    assert unit_name(site) in hats
    assert "ネットワークサービスセンター" not in hats
