"""閲覧の記録: who reads the ledger is in the ledger."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from sekisho.ledger.leaves import Kind
from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.ledger import operations
from sekisho_web.ledger.words import KINDS
from tests.doors.ledger import reading
from tests.factories.signed_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.ledger.pages")]
RECORDS = "/ledger/"


@pytest.fixture
def clerk(client_class):
    client = client_class()
    client.person = sign_in(client)
    return client


@pytest.fixture
def client_class():
    from django.test import Client

    return Client


@pytest.fixture
def officer(client):
    client.person = sign_in(client, compliance=True)
    return client


def lines(page):
    return BeautifulSoup(page.text, "html.parser").select("tbody tr")


def said(tag):
    return " ".join(tag.text.split())


def test_a_clerk_may_not_read_the_ledger(clerk):
    assert clerk.get(RECORDS).status_code == 403


def test_a_look_stands_in_the_list_and_its_page_says_what_was_shown(clerk, officer):
    number = clerk.get("/x/detail/")["X-Sekisho-Record"]

    found = lines(officer.get(RECORDS, {"login": clerk.person.login}))
    page = BeautifulSoup(officer.get(f"{RECORDS}{number}/").text, "html.parser")

    assert len(found) == 1
    assert clerk.person.name in found[0].text
    assert "託送業務システム" in found[0].text
    assert "他社 1件（見えた 1件）" in said(found[0])
    assert "■ 非表示" in said(found[0])
    assert number in found[0].a["href"]
    shown = said(page.select_one("table tbody tr"))
    assert "契約者名（漢字） 一部" in shown
    assert "phone 非表示" in shown
    assert "架空" not in page.text.replace(clerk.person.name, "")
    assert "まだ封緘されていません" in page.text


@pytest.mark.parametrize("query", [{}, {"login": "nobody"}, {"outcome": "shown"}])
def test_each_reading_is_recorded_before_it_is_shown(officer, query):
    before = reading.how_many()

    page = officer.get(RECORDS, query)

    assert reading.how_many() == before + 1
    leaf = reading.leaf(page["X-Sekisho-Record"])
    assert (leaf["k"], leaf["scr"]) == ("ledger_read", "ledger:records")
    said = reading.details(page["X-Sekisho-Record"])[0]
    assert said["login"] == officer.person.login
    assert said["words"].items() >= query.items()


def test_a_reading_that_cannot_be_recorded_shows_nothing(officer, monkeypatch):
    def fails(self, *args, **kwargs):
        raise NotRecorded("記録できません", remedy="あとで")

    monkeypatch.setattr("sekisho_links.ledger.recorder.Recorder.read", fails)

    for path in (RECORDS, f"{RECORDS}01a1fd82-d027-7223-b1e5-c56a60d10703/"):
        page = officer.get(path)
        assert page.status_code == 503
        assert "記録できないため表示できません" in page.text


@pytest.mark.parametrize(
    ("outcome", "paths"),
    [
        ("shown", ["/x/detail/"]),
        ("none", ["/x/record/2/"]),
        ("refused", ["/x/record/1/", "/x/not-for-clerks/"]),
        ("reading", []),
        ("", ["/x/detail/", "/x/record/2/", "/x/record/1/", "/x/not-for-clerks/"]),
    ],
    ids=["表示", "該当なし", "拒否", "台帳の閲覧", "すべて"],
)
def test_the_list_is_cut_by_what_came_of_a_look(clerk, officer, outcome, paths):
    for path in ("/x/detail/", "/x/record/1/", "/x/record/2/", "/x/not-for-clerks/"):
        clerk.get(path)

    page = officer.get(RECORDS, {"login": clerk.person.login, "outcome": outcome})

    assert len(lines(page)) == len(paths)


def test_the_list_is_cut_by_system_and_by_the_customer_and_by_day(clerk, officer):
    clerk.get("/x/detail/")
    asked = {"login": clerk.person.login}
    yesterday = f"{timezone.localtime() - timedelta(days=1):%Y-%m-%d}"

    assert len(lines(officer.get(RECORDS, asked | {"system": "takuso"}))) == 1
    assert len(lines(officer.get(RECORDS, asked | {"system": "callcenter"}))) == 0
    assert len(lines(officer.get(RECORDS, asked | {"system": "takuso", "record": "0901"}))) == 1
    assert len(lines(officer.get(RECORDS, asked | {"system": "takuso", "record": "0902"}))) == 0
    assert len(lines(officer.get(RECORDS, asked | {"since": yesterday}))) == 1
    assert len(lines(officer.get(RECORDS, asked | {"until": yesterday}))) == 0


def test_a_long_list_has_pages_and_none_of_its_lines_is_lost_or_doubled(clerk, officer):
    numbers = {clerk.get("/x/detail/")["X-Sekisho-Record"] for _ in range(53)}

    first = officer.get(RECORDS, {"login": clerk.person.login})
    further = BeautifulSoup(first.text, "html.parser").find("a", string="これより前の記録")["href"]
    second = officer.get(RECORDS + further)

    shown = [line.a["href"].split("/")[-2] for line in lines(first) + lines(second)]
    assert len(lines(first)) == 50
    assert len(shown) == 53
    assert set(shown) == numbers
    assert "これより前の記録" not in second.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "昨日"}, "2026-11-20 のように"),
        ({"since": "2026-11-20", "until": "2026-11-19"}, "始まりの日より後に"),
        ({"system": "nothing"}, "選択"),
        pytest.param({"until": "9999-12-31"}, "2200年12月31日より前", id="遠い先の日"),
        pytest.param({"since": "0001-01-01"}, "2000年1月1日より後", id="遠い昔の日"),
    ],
)
def test_what_cannot_be_read_is_said_and_shows_no_record(officer, query, words):
    before = reading.how_many()
    page = officer.get(RECORDS, query)

    assert page.status_code == 422
    assert words in page.text
    assert reading.how_many() == before


def test_a_place_that_cannot_be_is_the_first_page(officer):
    far = "2026-01-01T00:00:00_99999999999999999999"

    assert officer.get(reverse("ledger:records"), {"before": far}).status_code == 200


def test_a_number_without_a_record_is_not_found_and_the_asking_is_recorded(officer):
    before = reading.how_many()

    page = officer.get(f"{RECORDS}01a1fd82-d027-7223-b1e5-c56a60d10703/")

    assert page.status_code == 404
    assert reading.how_many() == before + 1


def test_an_erased_detail_is_said_to_be_erased(clerk, officer):
    number = clerk.get("/x/detail/")["X-Sekisho-Record"]
    with reading._dba() as dba:
        dba.execute(
            "update ledger.detail set salt = null, nonce = null, ct = null, key_id = null"
            " where event_id = %s and part = 1",
            [number],
        )

    page = officer.get(f"{RECORDS}{number}/")

    assert "消去された部分があります" in page.text
    assert "customer_name" not in page.text


@pytest.mark.django_db(transaction=True)
def test_what_no_person_did_was_done_by_the_house(officer):
    operations.append(kind=Kind.RULE_PUBLISH, actor=None, subject="判定表", at=timezone.now())

    (found,) = lines(officer.get(RECORDS, {"outcome": "change", "system": "house"}))[:1]

    assert "関所" in said(found)
    assert "消去済み" not in said(found)


def test_as_many_queries_for_three_records_as_for_thirty(clerk, officer, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            officer.get(RECORDS, {"login": clerk.person.login})
        return len(found)

    for _ in range(3):
        clerk.get("/x/detail/")
    few = queries()
    for _ in range(27):
        clerk.get("/x/detail/")

    assert queries() == few


def test_the_page_is_in_the_menu_of_who_may_open_it(clerk, officer):
    assert reverse("ledger:records") == RECORDS
    assert "閲覧の記録" in BeautifulSoup(officer.get(RECORDS).text, "html.parser").nav.text


def test_whatever_can_be_recorded_has_a_word():
    assert set(KINDS) == {kind.value for kind in Kind}
