"""異動の事前審査: who may read it, what it says of whom, and how the second line lets off."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.days import day_in_japan
from sekisho_web.grants.models import ConflictException, ConflictRule
from tests.factories import PersonFactory, PostFactory, UnitFactory, sign_in, somebody
from tests.records.accounts.deliveries import employee, feed, received, row, units

pytestmark = pytest.mark.django_db
HERE = reverse("grants:conflicts")
EXCEPTIONS = reverse("grants:conflict_exceptions")
LINES = {"compliance": True}


def of_both(name="山野 みどり", **more):
    person = PersonFactory(name=name)
    PostFactory(person=person)
    PostFactory(person=person, unit=UnitFactory(sales=True), kind="concurrent", **more)
    return person


def typed(**more):
    today = day_in_japan(timezone.now())
    given = {
        "starts": today.isoformat(), "last_day": (today + timedelta(days=10)).isoformat(),
        "reason": "引継ぎのため、別室で十日だけ行う",
    }  # fmt: skip
    return given | more


@pytest.mark.parametrize("who", [{}, {"sales": True}])
@pytest.mark.parametrize("name", ["conflicts", "conflict_rules", "conflict_exceptions"])
def test_who_does_not_watch_may_not_enter(client, who, name):
    sign_in(client, **who)

    assert client.get(reverse(f"grants:{name}")).status_code == 403


@pytest.mark.parametrize("who", ["compliance", "audit", "it"])
def test_three_posts_read_it_and_the_second_line_alone_lets_off(client, who):
    person = of_both()
    sign_in(client, **{who: True})

    page = client.get(HERE)

    assert "K3 小売の職と送配電の非公開情報" in page.text
    assert person.code in page.text
    assert ("認める…" in page.text) is (who == "compliance")


def test_of_the_post_at_the_other_company_its_kind_is_said_and_no_more(client):
    of_both()
    sign_in(client, **LINES)

    page = client.get(HERE)

    assert "関係小売の職" in page.text
    assert "白浜支店" not in page.text
    assert "ネットワークサービスセンター契約課" in page.text


def test_a_post_to_come_is_there_weeks_before(client):
    of_both("海野 なぎさ", valid_from=timezone.now() + timedelta(days=40))
    sign_in(client, **LINES)

    page = client.get(HERE)

    assert "海野 なぎさ" in page.text
    assert "あと 5 週" in page.text
    assert "海野 なぎさ" not in client.get(f"{HERE}?when=now").text


def test_an_order_that_nobody_applied_yet_is_there_before_its_day(client):
    source = feed()
    units()
    person = employee("0000001", grants=0)
    day = day_in_japan(timezone.now()) + timedelta(days=30)
    lends = row(
        "0000001", "S1", 発令区分="出向", 従事会社="小売", 組織コード="R000-03",
        発令日=f"{day:%Y/%m/%d}",
    )  # fmt: skip
    received(source, lends, at=timezone.now())
    sign_in(client, **LINES)

    page = client.get(f"{HERE}?when=staged").text

    assert person.code in page
    assert "K3" in page
    assert day.isoformat() in page
    assert person.code not in client.get(f"{HERE}?when=coming").text


def test_nobody_of_another_company_alone_is_there(client):
    stranger = PersonFactory(name="沖 しずく")
    PostFactory(person=stranger, unit=UnitFactory(sales=True))
    sign_in(client, **LINES)

    for when in ("now", "coming", "staged"):
        assert "沖 しずく" not in client.get(f"{HERE}?when={when}").text


def test_the_rules_are_read_with_their_basis(client):
    sign_in(client, **LINES)

    page = client.get(reverse("grants:conflict_rules")).text

    for code in ("K1-1", "K2", "K3", "K4", "K8"):
        assert code in page
    assert "電気事業法第22条の3第1項" in page
    assert "後12か月" in page


def test_the_second_line_lets_off_for_days_and_ends_it_again(client):
    person = of_both()
    sign_in(client, **LINES)
    address = reverse("grants:let_off", args=["K3", person.pk])

    assert person.name in client.get(address).text
    assert client.post(address, typed()).url == EXCEPTIONS
    assert "認めた" in client.get(HERE).text
    made = ConflictException.objects.get()
    assert "別室で" in client.get(EXCEPTIONS).text
    client.post(reverse("grants:end_exception", args=[made.pk]))
    made.refresh_from_db()
    assert made.ends_at <= timezone.now()
    assert "別室で" in client.get(f"{EXCEPTIONS}?over=1").text


@pytest.mark.parametrize(
    ("code", "more", "says"),
    [
        ("K3", {"reason": "必要"}, "理由"),
        ("K3", {"last_day": "2099-01-01"}, "6か月"),
        ("K3", {"last_day": "来月"}, "年月日"),
        ("K2", {}, "例外を認められません"),
    ],
)
def test_what_the_rule_refuses_stays_in_the_form_with_its_reason(client, code, more, says):
    person = of_both()
    sign_in(client, **LINES)

    said = client.post(reverse("grants:let_off", args=[code, person.pk]), typed(**more))

    assert said.status_code == 422
    assert says in said.text
    assert not ConflictException.objects.exists()


@pytest.mark.parametrize("who", ["audit", "it"])
def test_no_other_line_lets_off_even_by_the_address(client, who):
    person = of_both()
    sign_in(client, **{who: True})

    said = client.post(reverse("grants:let_off", args=["K3", person.pk]), typed())

    assert said.status_code == 422
    assert "第2線だけ" in said.text
    assert not ConflictException.objects.exists()


def test_a_rule_that_is_not_and_a_person_who_is_not_ours_are_not_there(client):
    stranger = somebody(sales=True)
    sign_in(client, **LINES)

    assert client.get(reverse("grants:let_off", args=["K99", of_both().pk])).status_code == 404
    assert client.get(reverse("grants:let_off", args=["K3", stranger.pk])).status_code == 404


def test_to_let_off_asks_for_a_fresh_proof(client):
    person = of_both()
    sign_in(client, proof=1_000, **LINES)

    assert "/again/" in client.get(reverse("grants:let_off", args=["K3", person.pk])).url


def test_the_page_takes_as_many_queries_for_three_as_for_thirty(client):
    sign_in(client, **LINES)

    def queries(n):
        for _ in range(n):
            of_both()
        with CaptureQueriesContext(connection) as asked:
            client.get(HERE)
        return len(asked)

    client.get(HERE)
    assert queries(3) == queries(27)


RULES = reverse("grants:conflict_rules")


def test_months_are_proposed_by_one_and_confirmed_by_another_of_the_second_line(client):
    sign_in(client, it=True)
    address = reverse("grants:propose_months", args=["K4"])
    said = client.post(address, {"months": "24", "reason": "営業の関係が長く続くため広げる"})
    assert said.url == RULES
    made = ConflictRule.objects.get()
    page = client.get(RULES).text
    assert "後12か月" in page
    assert "確認して効かせる" not in page
    confirm = reverse("grants:confirm_months", args=[made.pk])
    assert client.post(confirm).status_code == 422

    sign_in(client, **LINES)
    assert "確認して効かせる" in client.get(RULES).text
    assert client.post(confirm).url == RULES

    page = client.get(RULES).text
    assert "後24か月" in page
    assert "確認を待つ版はありません" in page


def test_a_proposal_is_refused_with_its_reason_and_can_be_taken_back(client):
    sign_in(client, it=True)
    address = reverse("grants:propose_months", args=["K4"])

    assert "同じ月数" in client.post(address, {"months": "12", "reason": "変えないが書く理由"}).text
    law = reverse("grants:propose_months", args=["K2"])
    said = client.post(law, {"months": "12", "reason": "法令の制限を変えたい"})
    assert (said.status_code, "法令の制限" in said.text) == (422, True)
    client.post(address, {"months": "6", "reason": "異動が滞るので半年にする"})
    made = ConflictRule.objects.get()
    assert client.post(reverse("grants:withdraw_months", args=[made.pk])).url == RULES
    assert "確認を待つ版はありません" in client.get(RULES).text


def test_who_may_not_change_policies_changes_no_months(client):
    sign_in(client, audit=True)

    assert client.get(reverse("grants:propose_months", args=["K4"])).status_code == 403
    assert "変える…" not in client.get(RULES).text
