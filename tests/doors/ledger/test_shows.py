"""No record, no view: whatever a page does, what leaves is in the ledger, and nothing else."""

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext

from sekisho.ledger.leaves import columns_of, text_of
from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.ledger import recording
from sekisho_web.ledger.look import NotALook, look_of
from tests.doors.ledger import reading
from tests.doors.ledger.pages import KANA, NAME
from tests.factories.signed_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.ledger.pages")]


@pytest.fixture
def viewer(client):
    return sign_in(client)


@pytest.fixture
def quiet(client):
    """A client that answers 500 as a server does."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def unwritable(monkeypatch):
    def fails(self, *args, **kwargs):
        raise NotRecorded("記録できません", remedy="あとで", retry_after=7)

    monkeypatch.setattr("sekisho_links.ledger.recorder.Recorder.record", fails)


def test_what_was_rendered_is_in_the_record_and_what_was_only_prepared_is_not(client, viewer):
    page = client.get("/x/detail/")

    leaf = reading.leaf(page["X-Sekisho-Record"])
    person, customer = reading.details(page["X-Sekisho-Record"])
    assert page.text == "架空＊ ＊"
    assert leaf["k"] == "release"
    assert (leaf["sys"], leaf["scr"], leaf["act"]) == ("takuso", "TK-D01", "view")
    assert (leaf["why"], leaf["org"], leaf["grant"]) == ("wheeling", "network_wheeling", "7")
    assert leaf["n"] == leaf["seen"] == {"rival": 1}
    assert leaf["dec"] == "hidden"
    assert leaf["cols"] == text_of(columns_of([("customer_name", 1), ("phone", 3)]))
    assert customer == {
        "record": "0901",
        "owner": "rival",
        "items": {"customer_name": "partial", "phone": "hidden"},
    }
    assert person["login"] == viewer.login
    assert person["context"] == {"閲覧者区分": "送配電託送"}


def test_the_twin_that_records_the_intention_says_more_than_was_shown(client, viewer):
    page = client.get("/x/intended/")

    leaf = reading.leaf(page["X-Sekisho-Record"])
    assert leaf["cols"] != text_of(columns_of([("customer_name", 1)]))


def test_rows_are_counted_by_their_owner_and_seen_only_where_something_was(client, viewer):
    leaf = reading.leaf(client.get("/x/listing/")["X-Sekisho-Record"])

    assert leaf["n"] == {"own": 2, "rival": 3}
    assert leaf["seen"] == {"rival": 1}
    assert leaf["parts"] == 6


def test_each_look_has_exactly_one_record(client, viewer):
    before = reading.how_many()

    client.get("/x/detail/")
    client.get("/x/detail/", headers={"HX-Request": "true"})
    client.head("/x/detail/")

    assert reading.how_many() == before + 3


def test_head_is_recorded_like_the_full_answer(client, viewer):
    page = client.head("/x/detail/")

    assert page.content == b""
    assert reading.leaf(page["X-Sekisho-Record"])["seen"] == {"rival": 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"x"'},
        {"If-Modified-Since": "Fri, 20 Nov 2026 03:00:00 GMT"},
        {"Range": "bytes=0-3"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_answer_is_cut_or_taken_from_a_cache(client, viewer, headers):
    page = client.get("/x/download/", headers=headers)

    assert page.status_code == 200
    assert page.text == f"{KANA}\r\n"
    assert "no-store" in page["Cache-Control"]
    assert not page.has_header("ETag")
    assert reading.leaf(page["X-Sekisho-Record"])["act"] == "export"


def test_a_page_that_breaks_leaves_nothing_and_its_error_says_nothing(quiet, viewer, capfd):
    page = quiet.get("/x/breaks/")

    assert page.status_code == 500
    assert NAME not in page.text
    assert "架空" not in page.text


def test_a_streamed_answer_is_refused(quiet, viewer):
    before = reading.how_many()
    page = quiet.get("/x/streams/")

    assert page.status_code == 500
    assert "架空" not in b"".join(page).decode()
    assert reading.how_many() == before


def test_a_view_that_does_not_say_what_it_shows_shows_nothing(quiet, viewer):
    page = quiet.get("/x/says-nothing/")

    assert page.status_code == 500
    assert KANA not in page.text


def test_a_page_that_shows_changes_nothing(quiet, viewer):
    page = quiet.get("/x/changes/")

    assert page.status_code == 500


def test_governed_data_has_no_other_door():
    with pytest.raises(NotALook, match="shows"):
        look_of(HttpRequest())


def test_a_refused_record_looks_like_one_that_does_not_exist_and_both_are_recorded(client, viewer):
    before = reading.how_many()
    refused, absent = client.get("/x/record/1/"), client.get("/x/record/2/")

    assert refused.status_code == absent.status_code == 404
    assert refused.content == absent.content
    assert set(refused.headers) == set(absent.headers)
    assert reading.how_many() == before + 2
    leaf = reading.leaf(refused["X-Sekisho-Record"])
    assert (leaf["k"], leaf["dec"], leaf["n"]) == ("refuse", "refused", {})
    assert reading.details(refused["X-Sekisho-Record"])[0]["refused"] == "他社の契約"
    leaf = reading.leaf(absent["X-Sekisho-Record"])
    assert (leaf["k"], leaf["dec"], leaf["n"]) == ("release", None, {})


def test_who_may_not_enter_is_recorded_too(client, viewer):
    page = client.get("/x/not-for-clerks/")

    assert page.status_code == 403
    assert KANA not in page.text
    assert reading.leaf(page["X-Sekisho-Record"])["k"] == "refuse"


def test_an_empty_search_is_recorded_with_its_words_and_only_those_who_hold_the_key_read_them(
    client, viewer, as_app
):
    page = client.post("/x/search/", {"kana": KANA})

    leaf = reading.leaf(page["X-Sekisho-Record"])
    assert (leaf["k"], leaf["act"], leaf["n"]) == ("release", "search", {})
    assert reading.details(page["X-Sekisho-Record"])[0]["words"] == {"kana": KANA}
    assert KANA not in str(leaf)


def test_a_page_that_cannot_be_recorded_is_not_shown(client, viewer, unwritable):
    page = client.get("/x/detail/")

    assert page.status_code == 503
    assert page["Retry-After"] == "7"
    assert "記録できないため表示できません" in page.text
    assert "架空" not in page.text
    assert not page.has_header("X-Sekisho-Record")


@pytest.mark.parametrize("path", ["/x/record/1/", "/x/not-for-clerks/", "/x/search/"])
def test_nor_is_a_refusal(client, viewer, unwritable, path):
    page = client.post(path) if "search" in path else client.get(path)

    assert page.status_code == 503


@pytest.mark.parametrize("twin", ["/x/after/", "/x/open/"])
def test_the_twins_show_what_they_could_not_record(client, viewer, unwritable, twin):
    page = client.get(twin)

    assert page.status_code == 200
    assert "架空" in page.text


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_cannot_end_well_releases_nothing(quiet, viewer, monkeypatch):
    before = reading.how_many()

    def commit(self):
        raise ValueError("the commit failed")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper._commit", commit)
    page = quiet.get("/x/detail/")
    monkeypatch.undo()

    assert page.status_code == 500
    assert "架空" not in page.text
    assert reading.how_many() == before


@pytest.mark.django_db(transaction=True)
def test_somebody_who_is_stopped_meanwhile_sees_nothing(client):
    sign_in(client)
    before = reading.how_many()

    page = client.get("/x/stops-the-viewer/")

    assert page.status_code == 403
    assert KANA not in page.text
    assert "停止または終了" in page.text
    assert reading.how_many() == before + 1  # that they were stopped, and nothing else


@pytest.mark.django_db(transaction=True)
def test_somebody_who_is_not_stopped_sees_their_page(client):
    person = sign_in(client)

    page = client.get("/x/detail/")

    assert page.status_code == 200
    assert recording.still_of(person) is not None


def test_a_database_that_does_not_answer_is_left_before_anybody_is_looked_up(
    client, viewer, settings, monkeypatch
):
    def fails(self):
        raise NotRecorded("つながりません", remedy="あとで", retry_after=3)

    settings.MIDDLEWARE = ["sekisho_web.ledger.middleware.answering", *settings.MIDDLEWARE]
    assert client.get("/x/detail/").status_code == 200
    monkeypatch.setattr("sekisho_links.ledger.recorder.Recorder.ready", fails)

    with CaptureQueriesContext(connection) as queries:
        page = client.get("/x/detail/")

    assert page.status_code == 503
    assert page["Retry-After"] == "3"
    assert len(queries) == 0
