"""今日の関所: the numbers are those of the investigation, the proofs and the grants."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sekisho.campaigns.findings import Kind
from sekisho_web.campaigns.operations import open_finding
from tests.factories import GrantFactory, UnitFactory
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def said(part):
    return " ".join(part.text.split())


def card(page, label):
    found = next(one for one in page.select(".card") if label in one.text)
    return found.select_one(".card-number").text.strip()


def test_a_clerk_has_no_home_page(client):
    sign_in(client)

    assert client.get("/").status_code == 403


def test_before_the_first_investigation_the_page_says_so_and_still_proves(officer):
    page = officer.get("/")

    assert page.status_code == 200
    assert "まだ調査がありません" in page.text
    assert card(soup(page), "証明済みの不変条件").startswith("1,")
    assert "止めるべきだった閲覧" not in page.text


def test_the_cards_say_what_the_investigation_found(officer, shelved):
    shelved(gaps=4)

    page = soup(officer.get("/"))

    assert card(page, "止めるべきだった閲覧") == "8"
    assert card(page, "隠して見せた閲覧") == "6"


def test_grants_that_run_out_within_a_day_are_counted_and_no_others(officer, shelved):
    now = timezone.now()
    since = {"valid_from": now - timedelta(days=30)}
    before = int(card(soup(officer.get("/")), "期限の切れる利用許可"))
    GrantFactory(**since, valid_to=now + timedelta(hours=3))
    GrantFactory(**since, valid_to=now + timedelta(hours=3), revoked_at=now - timedelta(hours=1))
    GrantFactory(**since, valid_to=now + timedelta(days=3))
    GrantFactory(**since, valid_to=now - timedelta(hours=1))

    assert int(card(soup(officer.get("/")), "期限の切れる利用許可")) == before + 1


def test_the_picture_and_the_tables_beneath_it_show_the_same_number(officer, shelved):
    shelved(gaps=4)

    page = soup(officer.get("/", {"who": "all"}))

    for table in page.select("#flow table"):
        numbers = [
            int(row.select(".n")[0].text.replace(",", "")) for row in table.select("tbody tr")
        ]
        assert sum(numbers) == 40 + 4 + 20
    assert "全部で 64件" in page.select_one("svg.flow desc").text
    assert "一つの契約に結び付かない 5 件" in said(page)


def test_at_first_the_picture_shows_the_retailers_side(officer, shelved):
    shelved(gaps=4)

    page = soup(officer.get("/"))

    assert "送配電受付" not in page.select_one("svg.flow").text
    assert "全部で 44件" in page.select_one("svg.flow desc").text


def test_what_was_not_shown_is_not_in_the_picture(officer, shelved):
    shelved(gaps=4)

    assert "9件" not in soup(officer.get("/")).select_one("svg.flow desc").text


def test_with_the_checkpoint_what_is_refused_ends_at_the_gate(officer, shelved):
    shelved(gaps=4)

    actual, checked = (soup(officer.get("/", {"mode": mode})) for mode in ("actual", "checked"))

    assert len(actual.select("svg.flow .flow-stop")) == 2
    assert len(checked.select("svg.flow .flow-stop")) == 1
    pressed = checked.select_one('.switch [aria-pressed="true"]')
    assert pressed.text.strip() == "関所があったら"


def test_the_picture_can_be_read_by_a_machine_and_has_no_style_of_its_own(officer, shelved):
    shelved()

    page = officer.get("/")

    start = page.text.index('<svg xmlns="http://www.w3.org/2000/svg" role="img"')
    picture = page.text[start : page.text.index("</svg>", start) + len("</svg>")]
    ET.fromstring(picture)
    assert "style=" not in page.text


def test_the_fragment_shows_what_a_reload_shows(officer, shelved):
    shelved()
    page = soup(officer.get("/"))
    asked = {"mode": "checked", "who": "retail"}

    fragment = officer.get("/", asked, headers={"HX-Request": "true", "HX-Target": "flow"})
    [part] = soup(fragment).find_all(recursive=False)
    page.select_one("#flow").replace_with(part)

    assert page.main.prettify() == soup(officer.get("/", asked)).main.prettify()
    assert "HX-Request" in fragment["Vary"]


def test_the_grid_marks_where_the_screen_showed_what_the_table_refuses(officer, shelved):
    shelved(gaps=4)

    page = soup(officer.get("/"))

    [mark] = page.select("td.is-different")
    assert "拒否" in mark.text
    assert "画面では表示 4件" in said(mark)


def test_one_investigation_takes_as_many_queries_as_five(officer, shelved):
    counts = []
    for gaps in (3, 30):
        shelved(gaps=gaps, name=f"of-{gaps}")
        officer.get("/")
        with CaptureQueriesContext(connection) as queries:
            assert officer.get("/").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 16  # two of them: open exceptions, terminals that are late


def test_open_findings_stand_on_the_page_and_closed_or_no_ones_do_not(officer):
    assert "開いている指摘" not in officer.get("/").text
    open_finding(kind=Kind.DRIFT, key="x", sentence="列がありません", at=timezone.now())

    page = soup(officer.get("/"))

    assert card(page, "開いている指摘") == "1"
    assert page.select_one('.card a[href="/findings/"]')


def test_who_may_not_read_findings_sees_that_there_are_some_without_a_way_there(client):
    sign_in(client, unit=UnitFactory(code="N09-01", name="取締役会", kind="board", line=None))
    open_finding(kind=Kind.DRIFT, key="x", sentence="列がありません", at=timezone.now())

    page = soup(client.get("/"))

    assert card(page, "開いている指摘") == "1"
    assert not page.select_one('.card a[href="/findings/"]')
    assert client.get("/findings/").status_code == 403
