"""An approver reads everything, chooses, and signs exactly the bytes that were laid before them."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho_web.grants.models import Decision, Grant, Request
from tests.factories import sign_in
from tests.factories.signed_in import somebody

pytestmark = pytest.mark.django_db
DENIAL = "対象の申込みがこの部署のものではないため"


def page_of(one):
    return reverse("grants:decide", args=[one.code])


def chosen(client, one, verdict="approve", **said):
    typed = {"verdict": verdict, "minutes": "20", "use_minutes": "10", "uses": "1"}
    return client.post(page_of(one), typed | said)


def signed(client, one, key, laid):
    """Answer the laid decision with `key`, as the browser would."""
    asked = laid.context["js_data"]["request_options"]
    return client.post(page_of(one), {"credential": json.dumps(key.get(asked))})


def test_the_queue_shows_what_waits_for_this_hat_and_for_nobody_else(client, house):
    one = house.submit()
    sign_in(client, house.officer)
    page = client.get(reverse("grants:queue")).content.decode()

    assert one.code in page
    assert house.asker.name in page
    assert "再エネ業務管理システム" in page
    for person in (house.chief, house.second):
        sign_in(client, person)
        assert one.code not in client.get(reverse("grants:queue")).content.decode()


def test_the_page_shows_everything_that_is_needed_before_signing(client, house):
    one = house.submit()
    sign_in(client, house.officer)
    page = client.get(page_of(one)).content.decode()

    for words in (
        house.asker.name, "再エネ契約課", "送配電託送", "AA123456C1", one.matching_code,
        "接続検討の申込内容を確認するため", "発電事業者名", "まだ使っていません", "30 まで",
    ):  # fmt: skip
        assert words in page, words
    assert "表示" in page


def test_an_approval_is_signed_over_the_laid_bytes_and_makes_the_grant(client, house):
    one = house.submit()
    sign_in(client, house.officer)
    client.get(page_of(one))
    laid = chosen(client, one)
    text = laid.context["laid"]["decision"]

    assert laid.status_code == 200
    assert json.loads(text)["verdict"] == "approve"
    answer = signed(client, one, house.keys[house.officer.pk], laid)
    assert answer.url == reverse("grants:queue")
    one.refresh_from_db()
    assert one.outcome == Request.Outcome.APPROVED
    grant = Grant.objects.get()
    assert grant.valid_to - grant.valid_from == timedelta(minutes=20)
    assert json.loads(bytes(Decision.objects.get().body)) == json.loads(text)


def test_a_denial_is_signed_too_and_its_reason_is_read_by_the_asker(client, house):
    one = house.submit()
    sign_in(client, house.officer)
    client.get(page_of(one))
    short = chosen(client, one, "deny", reason="だめ")
    assert short.status_code == 422
    assert "理由が10字に足りません" in short.content.decode()
    laid = chosen(client, one, "deny", reason=DENIAL)

    assert "却下に署名する" in laid.content.decode()
    signed(client, one, house.keys[house.officer.pk], laid)
    one.refresh_from_db()
    assert one.outcome == Request.Outcome.DENIED
    sign_in(client, house.asker)
    assert DENIAL in client.get(reverse("grants:request", args=[one.code])).content.decode()


def test_a_signature_of_another_key_or_over_another_text_decides_nothing(client, house):
    one, other = house.submit(), house.submit()
    sign_in(client, house.officer)
    client.get(page_of(one))
    laid = chosen(client, one)
    wrong_key = signed(client, one, house.keys[house.deputy.pk], laid)
    assert wrong_key.status_code == 422
    assert "署名を確かめられませんでした" in wrong_key.content.decode()

    laid = chosen(client, one)
    asked = laid.context["js_data"]["request_options"]
    answer = json.dumps(house.keys[house.officer.pk].get(asked))
    elsewhere = client.post(page_of(other), {"credential": answer})
    assert elsewhere.status_code == 422
    assert not Decision.objects.exists()


def test_an_answer_is_taken_once(client, house):
    one = house.submit()
    sign_in(client, house.officer)
    laid = chosen(client, one)
    asked = laid.context["js_data"]["request_options"]
    answer = json.dumps(house.keys[house.officer.pk].get(asked))

    assert client.post(page_of(one), {"credential": answer}).status_code == 302
    again = client.post(page_of(one), {"credential": answer})
    assert again.status_code == 302  # nothing waits for this hat any more: back to the queue
    assert Decision.objects.count() == 1


def test_longer_than_asked_is_refused_before_anything_is_signed(client, house):
    one = house.submit()
    sign_in(client, house.officer)
    answer = chosen(client, one, minutes="31")

    assert answer.status_code == 422
    assert "申請より広い許可" in answer.content.decode()
    assert answer.context["laid"] is None


def test_one_s_own_request_and_other_people_s_are_not_there_to_decide(client, house):
    one = house.submit()
    sign_in(client, house.asker)
    mine = client.get(page_of(one), follow=True)
    assert "自分の申請は承認できません" in mine.content.decode()
    for person in (house.chief, somebody(sales=True)):
        sign_in(client, person)
        assert client.get(page_of(one)).status_code == 404


def test_deciding_asks_for_a_proof_that_is_fresh(client, house):
    one = house.submit()
    sign_in(client, house.officer, proof=301)
    answer = client.get(page_of(one))

    assert answer.status_code == 302
    assert "again" in answer.url


def test_the_monthly_list_holds_what_one_s_own_key_signed_and_how_fast(client, house):
    one = house.submit()
    sign_in(client, house.officer)
    client.get(page_of(one))
    signed(client, one, house.keys[house.officer.pk], chosen(client, one))
    page = client.get(reverse("grants:my_approvals")).content.decode()

    assert one.code in page
    assert "3秒たたずに答えた" in page
    before = client.get(reverse("grants:my_approvals"), {"month": "2020-01"}).content.decode()
    assert "署名した答えはありません" in before
    assert client.get(reverse("grants:my_approvals"), {"month": "x"}).status_code == 200
    sign_in(client, house.deputy)
    assert one.code not in client.get(reverse("grants:my_approvals")).content.decode()


def test_a_lapsed_request_waits_for_nobody(client, house):
    one = house.submit(now=timezone.now() - timedelta(hours=2))
    sign_in(client, house.officer)

    assert one.code not in client.get(reverse("grants:queue")).content.decode()
    assert client.get(page_of(one)).status_code in (302, 404)


def test_an_approver_who_does_not_look_back_first_does_so(client, house, monkeypatch):
    from sekisho.terms.refusals import Refusal
    from sekisho_web.grants.queries import look_backs

    late = Refusal(
        reason="期限を過ぎた「利用結果の確認」が1件あります", remedy="先に確かめてください"
    )
    monkeypatch.setattr(look_backs, "refusal_to_decide", lambda *_, **__: late)
    one = house.submit()
    sign_in(client, house.officer)
    answer = chosen(client, one)

    assert answer.status_code == 422
    assert late.reason in answer.content.decode()
    laid = chosen(client, one, "deny", reason=DENIAL)
    assert "却下に署名する" in laid.content.decode()
