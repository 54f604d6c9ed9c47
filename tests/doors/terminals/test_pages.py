"""Every page of terminals opens for whom it is, shows what is there, and for nobody else."""

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import Session
from sekisho_web.campaigns.models import Finding
from sekisho_web.terminals.models import Count, Device, Dispatch, Loan, Loss, Site, Stocktaking
from tests.factories import CompanyFactory, DeviceFactory, UnitFactory, sign_in, somebody
from tests.factories.desk import DAY, Desk
from tests.factories.places import SiteFactory

pytestmark = pytest.mark.django_db
NAMES = (
    "home", "devices", "new", "take_over", "labels", "receive", "loans", "lend", "losses",
    "report", "countings", "new_counting", "sites", "new_site",
)  # fmt: skip


@pytest.fixture
def keeper(client):
    return sign_in(client, it=True)


def url(name, *args):
    return reverse(f"terminals:{name}", args=args)


def text_of(response):
    return BeautifulSoup(response.content, "html.parser").find("main").get_text(" ", strip=True)


@pytest.mark.parametrize("name", NAMES)
def test_each_page_opens_with_nothing_in_the_register(client, keeper, name):
    assert client.get(url(name)).status_code == 200


@pytest.mark.parametrize("name", sorted({*NAMES} - {"home", "report"}))
def test_the_pages_are_closed_to_a_clerk_of_the_retailer(client, name):
    sign_in(client, sales=True)

    assert client.get(url(name)).status_code == 403


def test_the_register_shows_the_terminals_of_its_company_and_no_other(client, keeper):
    mine = DeviceFactory(model="軽量機")
    theirs = DeviceFactory(owner=CompanyFactory(affiliate=True), terminal_class="retailer")

    said = text_of(client.get(url("devices")))

    assert mine.number in said
    assert theirs.number not in said
    assert client.get(url("device", mine.number)).status_code == 200
    assert client.get(url("device", theirs.number)).status_code == 404


def test_a_list_takes_as_many_questions_for_three_as_for_thirty(
    client, keeper, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (3, 27):
        for _ in range(more):
            DeviceFactory(site=SiteFactory())
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(url("devices"))
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_terminal_is_entered_placed_sent_and_struck_off(client, keeper):
    site, elsewhere = SiteFactory(), SiteFactory(affiliate=True)
    new = {
        "number": "D9-0001", "owner": CompanyFactory().pk, "terminal_class": "network",
        "kind": "field", "model": "軽量機", "can_show_non_public": "on",
    }  # fmt: skip
    assert client.post(url("new"), new).status_code == 302
    device = Device.objects.get(number="D9-0001")
    assert client.post(url("new"), new).status_code == 422

    client.post(url("place", device.number), {"site": site.pk})
    device.refresh_from_db()
    assert device.site == site
    refused = client.post(url("send", device.number), {"site": elsewhere.pk})
    assert refused.status_code == 422
    assert "相手方" in text_of(refused)
    client.post(url("send", device.number), {"site": site.pk})
    assert "送付中" in text_of(client.get(url("device", device.number)))
    client.post(url("call_back", device.number))
    assert Dispatch.objects.get().received_by is None

    client.post(url("dispose", device.number), {"certificate": "証明 12号"})
    device.refresh_from_db()
    assert device.valid_to
    assert "除却" in text_of(client.get(url("device", device.number)))


def test_in_the_other_companys_place_it_is_red_and_a_finding(client, keeper):
    device = DeviceFactory()
    client.post(url("place", device.number), {"site": SiteFactory(affiliate=True).pk})

    assert "相手方の場所" in text_of(client.get(url("devices")))
    assert Finding.objects.get().kind == "misplaced"


def test_both_sign_on_one_page_and_the_terminal_is_lent_and_comes_back(client, keeper):
    desk, borrower, device = Desk(clerk=keeper), somebody(), DeviceFactory(lent=True)
    due = timezone.localtime(timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    desk.sign(borrower, b"\0" * 32)
    desk.sign(keeper, b"\0" * 32)
    asked = {"person": borrower.code, "label": device.number, "due": due}

    assert client.post(url("lend"), asked).status_code == 302
    both(client, desk, borrower)
    loan = Loan.objects.get()
    assert (loan.person, loan.lent_by, set(loan.lent_proofs)) == (
        borrower, keeper, {"desk", "borrower"},
    )  # fmt: skip
    assert borrower.name in text_of(client.get(url("loans")))

    assert client.post(url("take_back", loan.pk), {"condition": "傷なし"}).status_code == 302
    both(client, desk, borrower)
    loan.refresh_from_db()
    assert loan.returned_at
    every = ["erased", "signed_out", "whole", "label"]
    refused = client.post(url("wipe", loan.pk), {"done": every})
    assert refused.status_code == 422
    assert "別の人" in text_of(refused)
    sign_in(client, it=True)
    assert client.post(url("wipe", loan.pk), {"done": every[:1]}).status_code == 422
    assert client.post(url("wipe", loan.pk), {"done": every}).status_code == 302


def both(client, desk, borrower):
    """Let the borrower and then the desk answer the page that asks for their signatures."""
    for person in (borrower, desk.clerk):
        page = client.get(url("sign"))
        assert f"{person.name}さんの署名" in text_of(page)
        asked = page.context["js_data"]["request_options"]
        answer = desk.keys[person.pk].get(asked)
        done = client.post(url("sign"), {"credential": json.dumps(answer)})
    assert done.status_code == 302


def test_a_signature_of_somebody_else_is_asked_for_again(client, keeper):
    desk, borrower, device = Desk(clerk=keeper), somebody(), DeviceFactory(lent=True)
    due = timezone.localtime(timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    desk.sign(borrower, b"\0" * 32)
    desk.sign(keeper, b"\0" * 32)
    client.post(url("lend"), {"person": borrower.code, "label": device.number, "due": due})
    asked = client.get(url("sign")).context["js_data"]["request_options"]

    wrong = client.post(url("sign"), {"credential": json.dumps(desk.keys[keeper.pk].get(asked))})

    assert wrong.status_code == 422
    assert "確かめられません" in text_of(wrong)
    assert not Loan.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"person": "P99999"}, "見つかりません"),
        ({"label": "X-404"}, "端末台帳にありません"),
        ({"label": "SKT.D1.00"}, "正しく読めません"),
        ({"occasion": "E404"}, "いま続いていません"),
        ({"due": "2020-01-01T00:00"}, "期限が過ぎています"),
    ],
)
def test_what_cannot_be_lent_is_said_before_anybody_signs(client, keeper, wrong, said):
    device = DeviceFactory(lent=True)
    due = timezone.localtime(timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    asked = {"person": somebody().code, "label": device.number, "due": due}

    refused = client.post(url("lend"), asked | wrong)

    assert refused.status_code == 422
    assert said in text_of(refused)


def test_a_loss_needs_no_permission_and_stops_before_the_page_answers(client):
    holder = sign_in(client, sales=True)
    lost = DeviceFactory(keeper=holder, owner=CompanyFactory(affiliate=True),
                         terminal_class="retailer")  # fmt: skip
    assert lost.number in text_of(client.get(url("report")))

    done = client.post(url("report"), {"label": lost.number, "circumstances": "電車に忘れた"})

    assert done.status_code == 200
    assert "止めました" in text_of(done)
    assert "1日目" in text_of(done)
    assert lost.holds.filter(ends_at=None, reason="lost").exists()
    assert Finding.objects.get().kind == "device_lost"
    again = client.post(url("report"), {"label": lost.number, "circumstances": "電車に忘れた"})
    assert again.status_code == 422


def test_who_lost_the_key_too_has_no_session_any_more(client):
    holder = sign_in(client)
    Desk(clerk=holder).sign(holder, b"\0" * 32)
    lost = DeviceFactory(keeper=holder)
    said = {"label": lost.number, "circumstances": "鞄ごと盗まれた", "with_keys": "on"}

    done = client.post(url("report"), said)

    assert "止めました" in text_of(done)
    assert not Session.objects.filter(person=holder).exists()
    assert holder.authenticators.get().holds.filter(ends_at=None).exists()


def test_a_lost_terminal_is_followed_to_its_end(client, keeper):
    lost = DeviceFactory()
    client.post(url("report"), {"label": lost.number, "circumstances": "現場に置き忘れた"})
    loss = Loss.objects.get()
    assert "日目" in text_of(client.get(url("losses")))
    client.post(url("find", loss.pk))
    refused = client.post(url("inspect", loss.pk), {"note": "開けた跡なし"})
    assert refused.status_code == 422

    sign_in(client, it=True)
    assert client.post(url("inspect", loss.pk), {"note": "開けた跡なし"}).status_code == 302

    assert not lost.holds.filter(ends_at=None).exists()
    assert "点検済み" in text_of(client.get(url("loss", loss.pk)))


def test_a_count_on_the_phone_finds_what_is_not_as_the_register_says(client, keeper):
    here, there = SiteFactory(), SiteFactory()
    found, gone = DeviceFactory(site=here), DeviceFactory(site=here)
    stray = DeviceFactory(site=there)
    due = timezone.localtime(timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    client.post(url("new_counting"), {"kind": "yearly", "site": here.pk, "due": due})
    counting = Stocktaking.objects.get()
    page = url("counting", counting.code)

    assert "camera=(self)" in client.get(page).headers["Permissions-Policy"]
    assert "camera=()" in client.get(url("home")).headers["Permissions-Policy"]
    for label in (found.number, stray.number, "X-404", found.number):
        read = client.post(page, {"label": label, "how": "camera"}, headers={"HX-Request": "true"})
        assert read.status_code == 200
        assert b"<html" not in read.content
    assert client.post(page, {"label": "SKT.D1.00"}).status_code == 422
    assert gone.number not in text_of(client.get(page))  # nothing is told before the count ends
    client.post(url("close_counting", counting.code))

    counting.refresh_from_db()
    assert counting.totals == {
        "found": 1, "misplaced": 1, "missing": 1, "unknown": 1, "duplicate": 0,
    }  # fmt: skip
    assert {(one.kind, one.subject) for one in Finding.objects.all()} == {
        ("device_missing", gone.number), ("device_unknown", "X-404"), ("misplaced", stray.number),
    }  # fmt: skip
    assert gone.number in text_of(client.get(page))
    refused = client.post(url("approve_counting", counting.code))
    assert refused.status_code == 422
    sign_in(client, it=True)
    assert client.post(url("approve_counting", counting.code)).status_code == 422
    sign_in(client, compliance=True)
    assert client.post(url("approve_counting", counting.code)).status_code == 302


def test_nobody_counts_in_the_other_companys_place(client, keeper):
    due = timezone.localtime(timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    site = SiteFactory(affiliate=True)
    DeviceFactory(site=site, terminal_class="retailer", owner=site.company)

    refused = client.post(url("new_counting"), {"kind": "ad_hoc", "site": site.pk, "due": due})

    assert refused.status_code == 422
    assert not Stocktaking.objects.exists()


def test_a_file_of_a_hand_scanner_is_counted_whole_or_not_at_all(client, keeper):
    from django.core.files.uploadedfile import SimpleUploadedFile

    site = SiteFactory()
    one, two = DeviceFactory(site=site), DeviceFactory(site=site)
    due = timezone.localtime(timezone.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    client.post(url("new_counting"), {"kind": "ad_hoc", "site": site.pk, "due": due})
    page = url("count_file", Stocktaking.objects.get().code)

    def sent(body):
        return client.post(page, {"file": SimpleUploadedFile("札.txt", body.encode()),
                                  "encoding": "utf-8-sig"})  # fmt: skip

    assert sent(f"{one.number}\nSKT.D1.00\n").status_code == 422
    assert not Count.objects.exists()
    assert sent(f"{one.number}\r\n{two.number}\r\n").status_code == 302
    assert Count.objects.count() == 2


def test_a_register_is_taken_over_from_a_file_or_its_faults_are_said(client, keeper):
    from django.core.files.uploadedfile import SimpleUploadedFile

    SiteFactory(code="N09-S91")
    head = "端末番号,所有,端末の区分,用途,場所符号,非公開情報の表示\n"

    def sent(*lines):
        body = (head + "\n".join(lines)).encode("cp932")
        return client.post(url("take_over"), {"file": SimpleUploadedFile("台帳.csv", body),
                                              "encoding": "cp932"})  # fmt: skip

    CompanyFactory()
    bad = sent(
        "D7-1,N09,送配電端末,執務室,N09-S91,可",
        "D7-1,N09,送配電端末,執務室,,",
        "D7-2,R999,送配電端末,執務室,,",
        "D7-3,N09,謎の端末,執務室,,",
        "D7-4,N09,送配電端末,執務室,ない場所,",
        "D7-5,N09,小売登録端末,執務室,,可",
    )
    assert bad.status_code == 422
    said = text_of(bad)
    for words in (
        "3行目",
        "2 行目と同じ",
        "R999",
        "区分が分かりません",
        "ない場所",
        "表示できません",
    ):
        assert words in said
    assert not Device.objects.filter(number__startswith="D7").exists()

    assert sent("D7-1,N09,送配電端末,執務室,N09-S91,可",
                "D7-2,N09,災害貸与端末,災害用,,可").status_code == 302  # fmt: skip
    assert Device.objects.get(number="D7-1").site.code == "N09-S91"


def test_sites_are_entered_and_bad_ranges_refused(client, keeper):
    company = CompanyFactory().pk
    new = {"code": "S-1", "name": "本店 3階", "company": company, "staff": company}

    refused = client.post(url("new_site"), new | {"networks": "10.20.0.1/16"})
    assert refused.status_code == 422
    assert "10.20.0.1/16" in text_of(refused)
    assert client.post(url("new_site"), new | {"networks": "10.20.0.0/16"}).status_code == 302
    client.post(url("edit_site", "S-1"), {"name": "本店 4階", "networks": "10.21.0.0/16"})

    site = Site.objects.get()
    assert (site.name, site.networks) == ("本店 4階", ["10.21.0.0/16"])
    assert "本店 4階" in text_of(client.get(url("sites")))


def test_labels_are_drawn_and_say_the_number(client, keeper):
    device = DeviceFactory()

    page = BeautifulSoup(client.get(url("labels")).content, "html.parser")

    drawn = {label.find("b").text: label.find("svg") for label in page.select(".labels li")}
    assert drawn[device.number].find("path")


def test_what_did_not_come_back_is_red_for_everybody_concerned(client, keeper):
    desk = Desk(clerk=keeper)
    unit = UnitFactory(sales=True)
    loan = desk.lend(person=somebody(unit=unit))
    Loan.objects.filter(pk=loan.pk).update(
        starts_at=timezone.now() - 3 * DAY,
        ends_at=timezone.now() - timedelta(hours=1),
        due_at=timezone.now() - timedelta(hours=1),
    )

    assert loan.device.number in text_of(client.get(url("home")))
    assert "返却遅れ" in text_of(client.get(f"{url('loans')}?of=overdue"))
    sign_in(client, unit=unit)
    assert loan.device.number in text_of(client.get(url("home")))
    rival = UnitFactory(code="R001-01", kind="sales", company=CompanyFactory(rival=True))
    sign_in(client, unit=rival)
    assert loan.device.number not in text_of(client.get(url("home")))
