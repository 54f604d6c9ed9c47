"""Duties are carried out, or the answer is a refusal."""

import pytest

from tests.doors.gate.people import enter
from tests.doors.gate.reading import cells, lines, links, soup
from tests.doors.gate.test_looks import OWN, RIVAL, handle, search
from tests.doors.ledger import reading as ledger
from tests.links.gate.worlds import AREAS, number_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

REASON = {"step": "reason", "reason": "outage", "reference": "W20261120-014"}


def test_a_screen_of_special_care_asks_for_the_reason_before_it_shows_anything(client):
    person = enter(client, "送配電託送", kind="period", scope_areas=list(AREAS))
    address = "/look/tk/350/" + handle(client, person, OWN)

    asked = client.get(address)
    given = client.post(address, REASON)
    page = client.get(given["Location"])

    assert "理由を記録して開く" in asked.text
    assert ledger.leaf(asked["X-Sekisho-Record"])["n"] == {}
    assert given.status_code == 302
    assert cells(page)["在宅医療機器等の配慮情報"]
    (details, _) = ledger.details(page["X-Sekisho-Record"])
    assert details["reason"] == "停電・保安の対応 W20261120-014"
    assert "理由入力" in details["duties"]
    assert page["Refresh"].startswith("120;")


def test_the_reason_for_one_record_opens_no_other(client):
    person = enter(client, "送配電託送", kind="period", scope_areas=list(AREAS))
    client.post("/look/tk/350/" + handle(client, person, OWN), REASON)

    other = client.get("/look/tk/350/" + handle(client, person, RIVAL))

    assert "理由を記録して開く" in other.text


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param({"reason": ""}, id="理由がない"),
        pytest.param({"reference": "見本 太郎"}, id="番号でない"),
        pytest.param({"reason": "curiosity"}, id="一覧にない理由"),
    ],
)
def test_a_reason_that_says_nothing_opens_nothing(client, typed):
    person = enter(client, "送配電託送", kind="period", scope_areas=list(AREAS))

    answer = client.post("/look/tk/350/" + handle(client, person, OWN), REASON | typed)

    assert answer.status_code == 422
    assert soup(answer).select_one("[role=alert]")


def test_who_may_not_see_the_record_is_not_asked_for_a_reason(client):
    person = enter(client, "災害応援")
    out_of_area = next(n for n in range(1, 40) if n % 3 == 2)

    page = client.get("/look/tk/350/" + handle(client, person, out_of_area))

    assert page.status_code == 404


def test_relief_gives_its_reason_once_and_cannot_copy(client):
    person = enter(client, "災害応援")
    address = "/look/tk/380/" + handle(client, person, RIVAL - 1)

    assert "理由を記録して開く" in client.get(address).text
    page = client.get(client.post(address, REASON)["Location"])

    assert page.status_code == 200
    assert "複写禁止" in page.text
    assert "no-copy" in soup(page).select_one("main dl.pairs")["class"]
    assert client.get("/look/tk/130").status_code == 200
    assert "探す" in client.get("/look/tk/130").text  # no second reason in the same use


def test_the_purpose_of_selling_shows_nothing_and_is_told_to_the_second_line(client):
    enter(client, "関係小売営業", purpose="営業提案")

    page = client.get("/look/tk/120")

    assert page.status_code == 403
    assert "第2線" in page.text
    assert "A22" in page.text
    leaf = ledger.leaf(page["X-Sekisho-Record"])
    (details,) = ledger.details(page["X-Sekisho-Record"])
    assert leaf["k"] == "refuse"
    assert {"第2線通知", "重点記録"} <= set(details["duties"])


def test_a_purpose_without_a_grant_says_what_is_missing(client):
    enter(client, "送配電託送", granted=False)

    page = client.get("/look/tk/110")

    assert page.status_code == 403
    assert "この業務と目的の利用許可がありません" in page.text
    assert "利用申請をして、承認を受けてください" in page.text


def test_a_system_that_is_not_registered_opens_to_nobody(client):
    enter(client, "送配電託送", systems=())

    page = client.get("/look/tk/110")

    assert page.status_code == 403
    assert "対象システムの台帳にありません" in page.text


def test_a_consent_is_confirmed_before_consented_customers_open(client):
    enter(client, "関係小売営業", purpose="切替手続")

    asked = client.get("/look/tk/120")
    half = client.post("/look/tk/120", REASON)
    client.post("/look/tk/120", REASON | {"consent": "on"})

    assert "同意があることを確かめます" in asked.text
    assert half.status_code == 422
    found = search(client, "tk/120", supply_point_no=number_of(OWN))
    assert len(lines(found)) == 1


def test_switches_and_consents_are_listed_without_a_search(client):
    enter(client, "関係小売営業", purpose="切替手続")
    client.post("/look/tk/120", REASON | {"consent": "on"})

    page = client.get("/look/tk/225")

    assert page.status_code == 200
    assert lines(page)
    assert "対象" not in links(page)


def test_an_approved_extraction_lists_what_the_grant_writes(client):
    enter(client, "送配電監査", scope_areas=[], scope_records=[number_of(n) for n in (3, 4, 5)])
    for screen in ("tk/140", "tk/240"):
        client.post(f"/look/{screen}", REASON)

    page = client.get("/look/tk/240")

    assert page.status_code == 200
    assert len(lines(page)) == 3
    assert all("◇ 符号化" in line["供給地点特定番号"] for line in lines(page))


def test_a_record_outside_the_approval_is_absent(client):
    person = enter(client, "送配電監査", scope_areas=[], scope_records=[number_of(3)])
    client.post("/look/tk/310/" + handle(client, person, 3), REASON)

    assert client.get("/look/tk/310/" + handle(client, person, 3)).status_code == 200
    assert client.get("/look/tk/310/" + handle(client, person, 4)).status_code == 404
