"""Exports hold what may be shown, in its delivered form, and every chunk is recorded before."""

import csv
import io

import pytest

from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.gate import exports, views
from tests.doors.gate.people import enter
from tests.doors.gate.reading import soup
from tests.doors.ledger import reading as ledger
from tests.links.gate.worlds import number_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

REASON = {"step": "reason", "reason": "work", "reference": "W20261120-014"}


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.fixture
def seller(client):
    person = enter(client, "関係小売営業")
    client.post("/look/tk/520", REASON)
    return person


def test_the_page_says_what_will_leave_and_the_file_comes_by_post(client, seller):
    page = client.get("/look/tk/520")
    file = client.post("/look/tk/520")

    assert "記録してファイルを作る" in soup(page).main.text
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert file["X-Sekisho-Record"] in file["Content-Disposition"]


def test_a_file_holds_own_customers_only(client, seller):
    head, *rows = rows_of(client.post("/look/tk/520"))
    numbers = {row[head.index("供給地点特定番号")] for row in rows[: rows.index([])]}

    own = {number_of(n) for n in range(9, 121, 9)}
    assert numbers
    assert numbers <= own


def test_each_chunk_is_recorded_and_the_file_names_its_record(client, seller, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 5)
    before = ledger.how_many()

    file = client.post("/look/tk/520")

    rows = rows_of(file)
    customers = rows[1 : rows.index([])]
    chunks = -(-len(customers) // 5)
    (details,) = ledger.details(file["X-Sekisho-Record"])
    assert len(customers) > 5
    assert ledger.how_many() == before + chunks + 1
    assert (details["chunks"], details["rows"]) == (chunks, len(customers))
    assert ["記録番号", file["X-Sekisho-Record"]] in rows


def test_a_chunk_that_cannot_be_recorded_leaves_no_file(client, seller, monkeypatch):
    def fails(self, *args, **kwargs):
        raise NotRecorded("記録できません", remedy="あとで", retry_after=7)

    monkeypatch.setattr("sekisho_links.ledger.recorder.Recorder.record", fails)

    file = client.post("/look/tk/520")

    assert file.status_code == 503
    assert "attachment" not in file.get("Content-Disposition", "")
    assert number_of(9) not in file.text


def test_a_spreadsheet_runs_nothing():
    assert exports._plain("=1+1") == "'=1+1"
    assert exports._plain("@x") == "'@x"
    assert exports._plain(None) == ""
    assert exports._plain("架空") == "架空"


def test_what_is_refused_has_no_key_in_a_feed_and_what_is_hidden_is_null():
    from types import SimpleNamespace

    fields = [SimpleNamespace(id=name) for name in ("shown", "hidden", "refused")]
    visit = SimpleNamespace(page=SimpleNamespace(fields=fields))

    feed = exports._as_json(visit, [["値", None, exports.ABSENT]])

    assert feed.decode() == '{"shown": "値", "hidden": null}\n'


def test_a_feed_has_the_listed_fields_and_nothing_else(client):
    import json

    enter(client, "新電力")
    client.post("/look/tk/610", REASON)

    feed = client.post("/look/tk/610")

    assert feed["Content-Type"] == "application/jsonl; charset=utf-8"
    lines = [json.loads(line) for line in feed.text.splitlines()]
    assert lines
    assert all("customer_name" not in line or "supply_point_no" in line for line in lines)


def test_an_export_that_finds_nothing_is_a_search_that_found_nothing(client, seller, monkeypatch):
    monkeypatch.setattr("sekisho_web.gate.misses.MOST", 2)
    found = client.post("/look/tk/120", {"supply_point_no": number_of(10)})["Location"]
    export = "/look/tk/520?" + found.partition("?")[2]

    files = [client.post(export) for _ in range(3)]

    assert [file.status_code for file in files] == [200, 200, 429]
    (details,) = ledger.details(files[1]["X-Sekisho-Record"])
    assert "第2線通知" in details["duties"]
    assert client.get(export).status_code == 429
    assert client.post("/look/tk/520").status_code == 200  # what the use itself names


def test_the_doors_keep_their_own_transaction_while_misses_are_counted():
    for view in (views.screen, views.record):
        assert view._non_atomic_requests == {"default"}
        assert view.kind == "shows"


def test_the_contractor_of_a_retailer_exports_nothing(client):
    enter(client, "関係小売委託")

    assert client.get("/look/tk/520").status_code == 404  # not a screen of theirs


def test_a_file_of_the_network_company_needs_an_approval_for_each_use(client):
    enter(client, "送配電託送")

    page = client.get("/look/tk/510")

    assert page.status_code == 403
    assert "A25" in page.text
