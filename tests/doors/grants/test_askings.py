"""求めの記録: whoever was asked notes it, the second line judges it, and nobody else reads it."""

import pytest
from django.urls import reverse

from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Asking
from tests.factories import UnitFactory, sign_in
from tests.factories.signed_in import somebody

pytestmark = pytest.mark.django_db
WHAT = "需要家の契約先と切替の予定を、営業の計画のためと言って尋ねられた"
NOTE = "営業のための求めであり、電気事業法23条の3に触れると判断した"


def noted(client, **words):
    said = {"way": "phone", "company": retailer().code, "asker": "営業の人", "what": WHAT}
    return client.post(reverse("grants:note_asking"), said | words)


def retailer():
    return UnitFactory(sales=True).company


def test_a_call_is_noted_in_a_minute_and_waits_for_the_second_line(client):
    person = sign_in(client)
    answer = noted(client)

    one = Asking.objects.get()
    assert answer.url == reverse("grants:askings")
    assert (one.asked_of, one.answer, one.way) == (person, "", "phone")
    assert WHAT in client.get(answer.url).content.decode()


def test_a_word_too_few_is_refused_and_the_draft_stays(client):
    sign_in(client)
    answer = noted(client, what="教えて")

    assert answer.status_code == 422
    assert "求めの内容が10字に足りません" in answer.content.decode()
    assert "教えて</textarea>" in answer.content.decode()
    assert not Asking.objects.exists()


def test_the_affiliate_does_not_note_what_it_asked_itself(client):
    sign_in(client, sales=True)

    assert client.get(reverse("grants:note_asking")).status_code == 403


def test_the_second_line_judges_and_a_prohibited_asking_is_a_finding(client):
    sign_in(client)
    noted(client)
    one = Asking.objects.get()
    sign_in(client, compliance=True)
    page = client.get(reverse("grants:askings")).content.decode()
    judge = reverse("grants:judge_asking", args=[one.pk])

    assert judge in page
    assert client.post(judge, {"answer": "prohibited", "note": NOTE}).status_code == 302
    one.refresh_from_db()
    assert (one.answer, one.note) == ("prohibited", NOTE)
    assert Finding.objects.get(kind="asking").subject == one.company.name
    again = client.post(judge, {"answer": "allowed", "note": NOTE})
    assert again.status_code == 422
    assert "もう判断されています" in again.content.decode()


def test_the_third_line_reads_and_does_not_judge(client):
    sign_in(client)
    noted(client)
    one = Asking.objects.get()
    sign_in(client, audit=True)
    judge = reverse("grants:judge_asking", args=[one.pk])

    assert judge not in client.get(reverse("grants:askings")).content.decode()
    answer = client.post(judge, {"answer": "allowed", "note": NOTE})
    assert answer.status_code == 422
    assert "第2線" in answer.content.decode()


def test_what_somebody_else_noted_is_not_there_for_others(client):
    sign_in(client)
    noted(client)
    sign_in(client, person=somebody())

    assert WHAT not in client.get(reverse("grants:askings")).content.decode()
