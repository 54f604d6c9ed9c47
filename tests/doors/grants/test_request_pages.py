"""To ask, to take back and to read a request: one form, and one page for whom it concerns."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho.grants import verifying
from sekisho_web.accounts.models import Company
from sekisho_web.grants.models import Asking, Grant, Request
from tests.factories import AccountFactory, UnitFactory, sign_in
from tests.factories.approvals import House
from tests.factories.signed_in import somebody

pytestmark = pytest.mark.django_db
ASK = {
    "purpose": "再エネ買取", "system": "saiene", "role": "", "mode": "per_use", "kind": "facility",
    "number": "ａａ123456c1", "reason": "接続検討の申込内容を確認するため", "areas": "",
    "starts_at": "", "length": "30", "unit": "minutes", "use_minutes": "20", "uses": "1",
    "witness": "",
}  # fmt: skip


def asked(client, **changed):
    return client.post(reverse("grants:ask"), ASK | changed)


def test_the_form_offers_the_purposes_systems_and_ways_of_the_hat_that_is_worn(client, house):
    sign_in(client, house.asker)
    page = client.get(reverse("grants:ask"), {"system": "saiene"}).content.decode()

    assert page.index("利用目的") < page.index("対象システム") < page.index("理由")
    assert "再エネ業務管理システム" in page
    assert "AP-02" in page
    assert "営業提案" not in page
    assert "小売の従業者" not in page


def test_a_request_is_handed_in_and_its_page_says_everything_about_it(client, house):
    sign_in(client, house.asker)
    answer = asked(client)

    one = Request.objects.get()
    assert answer.url == reverse("grants:request", args=[one.code])
    page = client.get(answer.url).content.decode()
    for words in (one.matching_code, "AA123456C1", "接続検討の申込内容を確認するため", "まだ",
                  "システム管理責任者", "取り下げる", bytes(one.digest).hex()):  # fmt: skip
        assert words in page
    assert "<svg" in page
    listed = client.get(reverse("grants:requests")).content.decode()
    assert one.code in listed
    assert "承認待ち" in listed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": "見たい"}, "理由が10字に足りません"),
        ({"number": "", "kind": ""}, "利用の対象を示す番号がありません"),
        ({"number": "?"}, "設備IDの形ではありません"),
        ({"length": "300"}, "利用できる期間の長さが、承認規程の範囲にありません"),
        ({"uses": "2"}, "利用の回数が、承認規程の範囲にありません"),
        ({"kind": ""}, "番号は、種類と番号の両方を入れるか"),
        ({"use_minutes": ""}, "「一回の利用（分）」を入れてください"),
        ({"purpose": ""}, "「利用目的」を選んでください"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_what_was_typed_stays(client, house, changed, words):
    sign_in(client, house.asker)
    answer = asked(client, **changed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert ASK["reason"] in answer.content.decode() or "reason" in changed
    assert not Request.objects.exists()


def test_where_nobody_can_decide_it_is_said_who_is_missing(client, house):
    house.system.officers.all().delete()
    sign_in(client, house.asker)
    page = asked(client).content.decode()

    assert "承認できる人がいません（システム管理責任者" in page
    assert not Request.objects.exists()


def test_one_s_own_request_is_taken_back_after_a_second_look(client, house):
    one = house.submit()
    sign_in(client, house.asker)
    url = reverse("grants:withdraw", args=[one.code])

    assert "戻せません" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    one.refresh_from_db()
    assert one.outcome == "withdrawn"
    again = client.post(url)
    assert again.status_code == 422
    assert "承認待ちではありません" in again.content.decode()


def test_a_request_is_not_there_for_whom_it_does_not_concern(client, house):
    one = house.submit()
    url = reverse("grants:request", args=[one.code])
    for person in (somebody(), somebody(sales=True)):
        sign_in(client, person)
        assert client.get(url).status_code == 404
        assert client.get(reverse("grants:evidence", args=[one.code])).status_code == 404
        assert client.post(reverse("grants:withdraw", args=[one.code])).status_code == 404
    for person in (house.officer, house.second, house.third):
        sign_in(client, person)
        assert client.get(url).status_code == 200


def test_an_approval_can_be_taken_along_and_checked_without_us(client, house):
    one = house.submit()
    house.decide(one, house.officer)
    sign_in(client, house.asker)
    answer = client.get(reverse("grants:evidence", args=[one.code]))

    evidence = verifying.read(answer.content)
    assert verifying.is_approved(evidence)
    assert verifying.problems(evidence) == []
    assert json.loads(answer.content)


def test_an_extension_is_a_new_request_that_begins_with_the_old_one_s_words(client, house):
    house.decide(house.submit(), house.officer)
    grant = Grant.objects.get()
    sign_in(client, house.asker)
    url = f"{reverse('grants:ask')}?follows={grant.code}"

    assert "AA123456C1" in client.get(url).content.decode()
    answer = client.post(url, ASK | {"reason": "前の利用で確認が終わらなかったため続けて確認する"})
    assert answer.status_code == 302
    assert Request.objects.order_by("pk").last().follows == grant.request
    sign_in(client, house.chief)
    assert client.get(url).status_code == 404


def test_what_the_affiliate_asks_for_is_an_asking_first_and_waits_for_the_second_line(client):
    house = House(system="takuso", now=timezone.now() - timedelta(minutes=3))
    seller = somebody(UnitFactory(sales=True))
    retailer = Company.objects.get(kind="affiliate")
    AccountFactory(person=seller, system=house.system, works_for=retailer, code="S-1")
    policies_for(house, "retail")
    sign_in(client, seller, purpose="小売供給")
    answer = asked(
        client, system="takuso", purpose="託送供給等", kind="reception", number="R-12345"
    )

    assert answer.status_code == 302
    assert answer.url == reverse("grants:askings")
    one = Asking.objects.get()
    assert (one.way, one.asked_by, one.company, one.answer) == ("request", seller, retailer, "")
    assert not Request.objects.exists()


def policies_for(house, asker_class):
    """Let a policy be there by which somebody of the affiliate could ask for anything."""
    from dataclasses import replace

    from sekisho_web.grants.models import ApprovalPolicy
    from sekisho_web.grants.operations.policies import _row
    from sekisho_web.grants.queries.policies import rule_of

    rule = rule_of(ApprovalPolicy.objects.get(code="AP-03"))
    row = _row(replace(rule, code="AP-99", asker_class=asker_class), version=1, now=house.now)
    row.in_force_from = timezone.now() - timedelta(days=1)
    row.save()
