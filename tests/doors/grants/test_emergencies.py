"""The doors of an emergency: two people by their keys, one page of each, nothing skipped."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Emergency
from sekisho_web.grants.operations import closing
from sekisho_web.grants.queries import closing as closings
from tests.factories import emergencies as people
from tests.factories.people import SystemFactory, UnitFactory
from tests.factories.signed_in import sign_in
from tests.factories.uses import SupporterFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def system():
    return SystemFactory(key="callcenter", name="コールセンターシステム")


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def leader(now):
    return people.somebody(bound_at=now - timedelta(days=1))


@pytest.fixture
def conduct(now):
    return people.somebody(compliance=True, bound_at=now - timedelta(days=1))


@pytest.fixture
def one(leader, conduct, now):
    return people.running(leader, conduct, now=now - HOUR)


def typed(leader, conduct, **more):
    return {
        "kind": "disaster",
        "cause": "台風第14号",
        "reason": "広い範囲の停電の受付が間に合わないため",
        "areas": "0901、0902",
        "systems": ["callcenter"],
        "commander": leader.post.appointment_id,
        "conduct_officer": conduct.post.appointment_id,
        "starts_at": "",
        "hours": "72",
    } | more


def sign(client, somebody, url, **data):
    """Open the page on which one signs, and answer it with the key of `somebody`."""
    asked = (client.post(url, data) if data else client.get(url)).context["js_data"]
    answer = json.dumps(somebody.key.get(asked["request_options"]))
    return client.post(url, {"credential": answer})


def test_a_typhoon_is_declared_by_one_and_confirmed_by_another(client, leader, conduct):
    sign_in(client, leader.person)
    prepared = client.post(reverse("grants:declare"), typed(leader, conduct))
    one = Emergency.objects.get()
    assert prepared.url == reverse("grants:declare_sign", args=[one.code])
    assert sign(client, leader, prepared.url).status_code == 302
    assert "確認待ち" in client.get(reverse("grants:emergency", args=[one.code])).text

    url = reverse("grants:confirm_term", args=[one.code, 1])
    refused = client.get(url)
    assert refused.status_code == 422
    assert "自分で発動を起こした人は、確認できません" in refused.text
    sign_in(client, conduct.person)
    assert "コールセンターシステム" in client.get(url).text
    assert sign(client, conduct, url).status_code == 302

    page = client.get(reverse("grants:emergency", args=[one.code])).text
    assert "発動</span>" in page
    assert "行為規制担当を含む" in page
    assert "台風第14号" in client.get(reverse("grants:emergencies")).text


def test_the_key_of_somebody_else_signs_nothing(client, leader, conduct):
    sign_in(client, leader.person)
    url = client.post(reverse("grants:declare"), typed(leader, conduct)).url

    answer = sign(client, conduct, url)

    assert answer.status_code == 422
    assert "署名を確かめられませんでした" in answer.text
    assert not Emergency.objects.get().terms.exists()


def test_what_was_laid_for_one_act_answers_no_other(client, leader, conduct, one):
    """The statement of one emergency, signed, is posted to the page of another."""
    sign_in(client, leader.person)
    first, second = (
        client.post(reverse("grants:declare"), typed(leader, conduct)).url for _ in range(2)
    )
    asked = client.get(first).context["js_data"]["request_options"]

    answer = client.post(second, {"credential": json.dumps(leader.key.get(asked))})

    assert answer.status_code == 200  # the statement of the second is laid, nothing is declared
    assert Emergency.objects.filter(terms=None).count() == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({"areas": "0901、X"}, "4桁の符号", id="地区の形"),
        pytest.param({"hours": "73"}, "72時間より長くはできません", id="長すぎる"),
        pytest.param({"systems": []}, "「対象システム」を選んでください", id="システムがない"),
        pytest.param({"areas": ""}, "地区がありません", id="災害に地区がない"),
        pytest.param({"reason": "停電"}, "理由が短すぎます", id="短い理由"),
    ],
)
def test_a_form_that_is_not_right_is_kept_and_says_what_to_do(client, leader, conduct, more, said):
    sign_in(client, leader.person)

    answer = client.post(reverse("grants:declare"), typed(leader, conduct, **more))

    assert answer.status_code == 422
    assert said in answer.text
    assert "台風第14号" in answer.text
    assert not Emergency.objects.exists()


def test_an_extension_is_asked_for_signed_and_confirmed(client, leader, conduct, one):
    sign_in(client, leader.person)
    url = reverse("grants:extend", args=[one.code])
    assert client.get(url).status_code == 200
    assert sign(client, leader, url, hours="24").status_code == 302
    sign_in(client, conduct.person)
    again = reverse("grants:confirm_term", args=[one.code, 2])

    assert sign(client, conduct, again).status_code == 302

    one.refresh_from_db()
    assert one.terms.get(no=2).signed.upper == one.ends_at


def test_to_extend_what_is_over_is_refused_and_a_finding(client, leader, conduct, now):
    one = people.running(leader, conduct, now=now - 10 * HOUR, ends_at=now - HOUR)
    sign_in(client, leader.person)

    answer = client.post(reverse("grants:extend", args=[one.code]), {"hours": "24"})

    assert answer.status_code == 422
    assert "発動中ではありません" in answer.text
    assert Finding.objects.get().key == f"{one.code} reopen"


def test_to_lift_asks_whether_one_is_sure(client, leader, one):
    sign_in(client, leader.person)
    url = reverse("grants:lift", args=[one.code])

    assert client.post(url, {"reason": "復旧した"}).status_code == 422
    assert client.post(url, {"reason": "復旧した", "sure": "on"}).status_code == 302

    page = client.get(reverse("grants:emergency", args=[one.code])).text
    assert "後始末を始める" in page
    assert "終了</span>" in page


@pytest.fixture
def ended(leader, conduct, now):
    one = people.running(leader, conduct, now=now - 20 * HOUR)
    people.lift(one, leader, now=now - HOUR)
    closing.begin(emergency=one, now=now - HOUR)
    return one


def test_closing_with_open_items_is_refused_and_names_each(client, leader, ended):
    sign_in(client, leader.person)

    answer = client.post(reverse("grants:close", args=[ended.code]))

    assert answer.status_code == 422
    assert "終わっていない後始末が 3 件あります" in answer.text
    assert (
        "紙・ファイル・通話記録を廃棄または返却した（九陽電力送配電）：署名がありません"
        in answer.text
    )


def test_the_whole_closing_goes_through_the_doors(client, leader, conduct, ended, now):
    reviewer = people.somebody(compliance=True, bound_at=now - timedelta(days=1))
    sign_in(client, leader.person)
    items = {(item.kind, item.subject): item.pk for item in ended.items.all()}
    page = reverse("grants:emergency", args=[ended.code])
    assert client.post(reverse("grants:closing_reconcile", args=[ended.code])).url == page
    papers = {"quantity": "紙 3 枚", "method": "裁断", "witness": conduct.person.code}
    for key, data in (
        (("papers", "N09"), papers),
        (("basis", ""), {"document": "送第123号"}),
        (("reconciled", ""), {"document": "外れたものはない"}),
    ):
        url = reverse("grants:closing_item", args=[ended.code, items[key]])
        assert client.get(url).status_code == 200
        assert sign(client, leader, url, **data).status_code == 302

    assert client.post(reverse("grants:close", args=[ended.code])).status_code == 302
    assert "災害対応記録を封じる" in client.get(page).text
    assert client.post(reverse("grants:seal", args=[ended.code])).status_code == 302
    dossier = client.get(reverse("grants:dossier", args=[ended.code]))
    assert dossier.content.startswith(b"%PDF")
    assert ended.dossiers.get().sha256[:12] in dossier.headers["Content-Disposition"]

    review = reverse("grants:review", args=[ended.code])
    note = {"note": "一覧と記録を一つずつ照らした"}
    assert client.post(review, note).status_code == 422
    sign_in(client, conduct.person)
    refused = client.post(review, note)
    assert "検証できません" in refused.text
    sign_in(client, reviewer.person)
    assert client.post(review, note).status_code == 302
    assert "検証済</span>" in client.get(page).text
    ended.refresh_from_db()
    assert not closings.open_words(ended, now=timezone.now(), at_review=True)


def test_what_is_counted_has_no_page_to_sign_it_away(client, leader, ended):
    sign_in(client, leader.person)
    item = ended.items.get(kind="returned")

    answer = client.get(reverse("grants:closing_item", args=[ended.code, item.pk]))

    assert answer.status_code == 422
    assert "記録から数えるもの" in answer.text


def test_a_company_that_helps_sees_its_own_papers_and_no_people(client, leader, ended, now):
    theirs = people.somebody(sales=True, bound_at=now - timedelta(days=1))
    helper = SupporterFactory(
        emergency=ended, starts_at=now - 10 * HOUR, ends_at=now - HOUR,
        appointment=theirs.post.appointment, person=theirs.person,
    )  # fmt: skip
    closing.refresh(emergency=ended, now=now)
    sign_in(client, theirs.person)

    page = client.get(reverse("grants:emergency", args=[ended.code])).text

    assert "紙・ファイル・通話記録を廃棄または返却した（九陽電力）" in page
    assert "紙・ファイル・通話記録を廃棄または返却した（九陽電力送配電）" not in page
    assert helper.person.code not in page.partition("<main")[2]
    assert client.get(reverse("grants:board", args=[ended.code])).status_code == 403
    item = ended.items.get(kind="papers", subject="R000")
    url = reverse("grants:closing_item", args=[ended.code, item.pk])
    papers = {"quantity": "0", "method": "確かめた", "witness": leader.person.code}
    assert sign(client, theirs, url, **papers).status_code == 302


def test_nobody_else_sees_that_there_is_an_emergency(client, one):
    sign_in(client, sales=True)

    assert one.cause not in client.get(reverse("grants:emergencies")).text
    assert client.get(reverse("grants:emergency", args=[one.code])).status_code == 404


@pytest.mark.parametrize("name", ["declare_sign", "extend", "lift", "close", "seal", "review"])
def test_who_may_not_declare_does_not_enter(client, one, name):
    sign_in(client)
    url = reverse(f"grants:{name}", args=[one.code])

    answer = client.post(url) if name in ("close", "seal") else client.get(url)

    assert answer.status_code == 403


def test_the_board_counts_and_asks_again_by_itself_while_it_runs(client, leader, one, now):
    SupporterFactory(emergency=one, starts_at=now - HOUR, ends_at=now + HOUR)
    sign_in(client, leader.person)

    page = client.get(reverse("grants:board", args=[one.code])).text

    assert 'hx-trigger="every 5s"' in page
    assert "招集した 1 人のうち" in page
    counted = client.get(reverse("grants:board", args=[one.code]), {"looks": "1"}).text
    assert "断った閲覧" in counted
    assert "hx-trigger" not in counted


def test_the_page_takes_as_many_queries_for_thirty_helpers_as_for_three(
    client, leader, one, now, django_assert_max_num_queries
):
    sign_in(client, leader.person)
    url = reverse("grants:emergency", args=[one.code])
    for _ in range(3):
        SupporterFactory(emergency=one, starts_at=now - HOUR, ends_at=now + HOUR)
    with django_assert_max_num_queries(200) as few:
        client.get(url)
    for _ in range(27):
        SupporterFactory(emergency=one, starts_at=now - HOUR, ends_at=now + HOUR)

    with django_assert_max_num_queries(len(few)):
        client.get(url)


def test_a_provisional_use_is_red_on_every_home(client, leader, conduct, now):
    UnitFactory(compliance=True)
    one = people.running(leader, conduct, now=now - HOUR, kind="failure", areas=[],
                         systems=["callcenter"], cause="旧システムの障害")  # fmt: skip
    sign_in(client, conduct.person)

    for name in ("reports:today", "grants:office", "grants:emergencies", "grants:exceptions"):
        assert one.code in client.get(reverse(name)).text, name
