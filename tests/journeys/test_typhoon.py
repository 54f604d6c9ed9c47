"""A typhoon: declared by one, confirmed by another, a helper called; lifted, cleared up, reviewed.

Everybody signs with a key of their own. What ends, ends in the instant in which it is lifted.
"""

import re

import pytest

from tests.journeys.browser import checked, passkey
from tests.journeys.steps import become

pytestmark = pytest.mark.browser

IT, MANAGER, LINE2, RETAIL = "情報システム統括部", "瀬峰 ひさぎ", "大隅 しおり", "高森 すみれ"
HEADINGS = "社員番号,氏名,組織コード,技能,営業部門,研修日"


def test_a_typhoon_from_declaration_to_dossier(page, phone, site):
    for one, words in ((page, IT), (phone, MANAGER)):
        passkey(one)
        become(one, site, words)
        bound(one, site)
    code = declared(page, site)
    confirmed(phone, site, code)
    number, post = called(page, site, code)

    go(page, site, code)
    checked(page)
    page.get_by_role("link", name="状況板").click()
    checked(page)
    assert "招集した 1 人のうち" in shown(page)
    lifted(page, site, code)

    laid_out(page, site, code)
    signed_for(page, site, code)
    become(phone, site, RETAIL)
    bound(phone, site)
    papers(phone, site, code, "九陽電力", witness="PD0001")
    pledged(phone, site, number, post)
    go(page, site, code)
    page.get_by_role("button", name="後始末を完了にする").click()
    page.get_by_text("後始末を完了にしました").wait_for()
    page.get_by_role("button", name="災害対応記録を封じる").click()
    page.get_by_text("災害対応記録を封じました").wait_for()
    checked(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="封じた記録を受け取る").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    reviewed(phone, site, code)


def bound(page, site):
    """Bind the key that is plugged in, with the ticket that the demo hands out."""
    page.goto(f"{site.url}/accounts/authenticators/")
    page.get_by_role("link", name="登録票で認証器を登録する").click()
    page.get_by_role("button", name="デモの登録票でパスキーを登録する").click()
    page.wait_for_url(f"{site.url}/accounts/authenticators/key/")
    page.get_by_role("button", name="この認証器を登録する").click()
    page.wait_for_url(f"{site.url}/accounts/authenticators/")


def shown(page):
    return page.locator("main").inner_text()


def go(page, site, code):
    page.goto(f"{site.url}/grants/emergencies/{code}/")


def declared(page, site):
    """IT prepares and signs; return the number of the emergency."""
    page.goto(f"{site.url}/grants/emergencies/")
    checked(page)
    page.get_by_role("link", name="発動を準備する").click()
    checked(page)
    page.get_by_label("非常災害", exact=True).check()
    page.get_by_label("事由").fill("台風第14号による停電")
    page.get_by_label("利用が要る理由").fill("広い範囲の停電の受付が、送配電だけでは間に合わない")
    if page.get_by_label("0901", exact=True).count():
        page.get_by_label("0901", exact=True).check()
        page.get_by_label("0902", exact=True).check()
    else:
        page.get_by_label("地区").fill("0901、0902")
    page.get_by_label("コールセンターシステム", exact=True).check()
    choose(page, "責任者", "霧島田")
    choose(page, "行為規制担当", "大隅")
    page.get_by_role("button", name="署名に進む").click()
    page.get_by_role("button", name="パスキーで署名して、発動する").wait_for()
    checked(page)
    page.get_by_role("button", name="パスキーで署名して、発動する").click()
    page.get_by_text("別の人が確認すると有効になります").wait_for()
    assert "確認待ち" in shown(page)
    assert "自分で発動を起こした人は、確認できません" in shown(page)
    return re.search(r"E\d{4}-\d{3}", page.url)[0]


def choose(page, label, words):
    box = page.get_by_label(label, exact=False).and_(page.locator("select"))
    found = [one for one in box.locator("option").all_inner_texts() if words in one]
    box.select_option(label=found[0])


def confirmed(page, site, code):
    go(page, site, code)
    checked(page)
    page.get_by_role("link", name="確認に署名する").click()
    page.get_by_role("button", name="パスキーで署名して、確認する").wait_for()
    checked(page)
    page.get_by_role("button", name="パスキーで署名して、確認する").click()
    page.get_by_text("確認しました。いまから有効です").wait_for()


def called(page, site, code):
    """Put one of the retailer's people on the roster and call them; return number and post."""
    [(person, number, unit, name)] = site.ask(
        "select p.code, n.number, u.code, p.name from accounts_person p"
        " join accounts_personnumber n on n.person_id = p.id and n.valid_to is null"
        " join accounts_appointmentterm t on t.person_id = p.id and upper_inf(t.valid)"
        " join accounts_unit u on u.id = t.unit_id join accounts_company c on c.id = u.company_id"
        " where c.kind = 'affiliate' and u.kind = 'call_centre' and p.login not like 'demo-%%'"
        " and not exists (select from accounts_appointment a where a.person_id = p.id"
        " and a.kind <> 'main') order by p.code limit 1"
    )
    line = f"{number},{name},{unit},電話受付,いいえ,{a_month_ago(site)}"
    page.goto(f"{site.url}/grants/desk/roster/import/")
    choose(page, "応援者の会社", "九陽電力")
    page.get_by_label("名簿のファイル").set_input_files(
        {
            "name": "meibo.csv",
            "mimeType": "text/csv",
            "buffer": f"{HEADINGS}\r\n{line}\r\n".encode("utf-8-sig"),
        }
    )
    page.get_by_role("button", name="入れて差分を見る").click()
    page.get_by_role("button", name="この名簿に改める").click()
    page.goto(f"{site.url}/grants/desk/{code}/call/")
    checked(page)
    choose(page, "応援を受ける組織", "コールセンター")
    page.get_by_label(f"{name}を選ぶ").check()
    page.get_by_role("button", name="選んだ人を招集する").click()
    page.wait_for_url(lambda url: "/call/" not in url)
    [(post,)] = site.ask(
        "select s.appointment_id from grants_supporter s join grants_emergency e"
        " on e.id = s.emergency_id where e.code = %s",
        code,
    )
    return person, post


def a_month_ago(site):
    [(day,)] = site.ask("select (now() at time zone 'Asia/Tokyo')::date - 30")
    return day.isoformat()


def lifted(page, site, code):
    go(page, site, code)
    page.get_by_role("link", name="解除する").click()
    checked(page)
    page.get_by_label("解除の理由").fill("停電が復旧したため")
    page.get_by_label("すぐに終わることを確かめた").check()
    page.get_by_role("button", name="解除する").click()
    page.get_by_text("解除しました").wait_for()
    assert "一時ID 1 件" in shown(page)
    [(open_ids,)] = site.ask(
        "select count(*) from accounts_account where kind = 'temporary' and closed_at is null"
        " and starts_with(code, %s)",
        f"{code}-",
    )
    assert open_ids == 0


def laid_out(page, site, code):
    page.get_by_role("button", name="後始末を始める").click()
    page.locator("#closing").wait_for()
    checked(page)
    assert "終わっていない後始末が" in shown(page)
    page.get_by_role("button", name="閲覧を突合する").click()
    page.get_by_text("件を突合しました").wait_for()


def signed_for(page, site, code):
    papers(page, site, code, "九陽電力送配電", witness="PD0001")
    for words in ("閲覧を突合し", "委託の根拠"):
        open_item(page, site, code, words)
        page.get_by_label("文書の番号または所見").fill("送第123号。外れた閲覧はない")
        sign(page)


def papers(page, site, code, company, *, witness):
    open_item(page, site, code, f"廃棄または返却した（{company}）")
    page.get_by_label("数量").fill("紙 3 枚、ファイル 0 件")
    page.get_by_label("方法").fill("裁断し、量を二人で数えた")
    page.get_by_label("立ち会った人の個人番号").fill(witness)
    sign(page)


def open_item(page, site, code, words):
    go(page, site, code)
    row = page.get_by_role("row").filter(has_text=words)
    row.get_by_role("link", name="署名する").click()
    checked(page)


def sign(page):
    page.get_by_role("button", name="署名に進む").click()
    page.get_by_role("button", name="パスキーで署名する").click()
    page.get_by_text("署名しました。").wait_for()


def pledged(page, site, number, post):
    """The helper has no key of their own any more: the exit pledge is taken on paper."""
    [(key,)] = site.ask("select id from accounts_person where code = %s", number)
    page.goto(f"{site.url}/pledges/paper/{key}/transfer_out/{post}/")
    page.get_by_label("署名した紙を読み取ったファイル").set_input_files(
        {"name": "pledge.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 signed"}
    )
    page.locator("main form button[type=submit]").last.click()
    page.get_by_text("紙の誓約を受け取りました").wait_for()


def reviewed(page, site, code):
    become(page, site, LINE2)
    go(page, site, code)
    page.get_by_role("link", name="検証する").click()
    checked(page)
    page.get_by_label("検証の所見").fill("一覧のすべてを、記録と照らして確かめた")
    page.get_by_role("button", name="検証済にする").click()
    page.get_by_text("検証しました").wait_for()
    assert "検証済" in page.locator("h1").inner_text()
