"""What leaves, and what is most delicate, asks for a proof of at most five minutes (都度認証)."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.urls import reverse

from sekisho_web.accounts.models import Person
from sekisho_web.accounts.signed_in import record_demo_sign_in
from tests.doors.gate.people import enter
from tests.doors.gate.reading import links
from tests.doors.gate.test_exports import REASON, rows_of
from tests.doors.gate.test_looks import ABSENT, OWN, RIVAL, handle, search
from tests.doors.ledger import reading as ledger
from tests.factories.passkeys import Passkey
from tests.links.gate.worlds import AREAS, number_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

STALE = 301
IN_THE_DEMO = pytest.mark.urls("tests.doors.accounts.demo_urls")
KEY_PAGE, DEMO_PAGE = "mfa_reauthenticate_webauthn", "accounts:again_in_demo"


def grow_stale(client, *, seconds=STALE):
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds
    session.save()


def asked_again(answer, page=KEY_PAGE):
    """Return where the page of the proof, to which `answer` leads, leads back."""
    assert answer.status_code == 302, answer.status_code
    there = urlsplit(answer["Location"])
    assert there.path == reverse(page)
    return parse_qs(there.query)["next"][0]


def prove(client, key, *, following):
    address = f"{reverse(KEY_PAGE)}?{urlencode({'next': following})}"
    return key.sign_in(client, address)


@pytest.mark.parametrize(
    ("name", "screen"), [("関係小売営業", "tk/520"), ("新電力", "tk/610")], ids=["CSV", "連携"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_file_leaves_on_a_stale_proof(client, name, screen, method):
    enter(client, name)
    client.post(f"/look/{screen}", REASON)
    grow_stale(client)

    answer = getattr(client, method)(f"/look/{screen}")

    assert asked_again(answer) == f"/look/{screen}"
    assert "Content-Disposition" not in answer
    assert ledger.leaf(answer["X-Sekisho-Record"])["n"] == {}


@pytest.mark.parametrize("record", [OWN, RIVAL, ABSENT], ids=["自社", "他社", "ない番号"])
@pytest.mark.parametrize(
    ("name", "screen"),
    [("関係小売営業", "tk/430"), ("送配電託送", "tk/350")],
    ids=["帳票", "要配慮"],
)
def test_a_report_and_what_is_delicate_ask_for_it_whatever_the_record(client, name, screen, record):
    person = enter(client, name)
    address = f"/look/{screen}/{handle(client, person, record)}"
    grow_stale(client)

    assert asked_again(client.get(address)) == address


def test_a_detail_and_a_list_do_not(client):
    person = enter(client, "関係小売営業")
    grow_stale(client)

    assert client.get("/look/tk/370/" + handle(client, person, OWN)).status_code == 200
    assert search(client, "tk/120", supply_point_no=number_of(OWN)).status_code == 200


def test_at_five_minutes_the_proof_is_still_fresh(client):
    enter(client, "関係小売営業")
    client.post("/look/tk/520", REASON)
    grow_stale(client, seconds=290)

    assert client.get("/look/tk/520").status_code == 200


def test_a_screen_for_others_is_absent_before_anything_is_asked(client):
    enter(client, "関係小売委託")
    grow_stale(client)

    assert client.get("/look/tk/520").status_code == 404


def test_after_the_proof_one_stands_where_one_was_with_the_same_search(client):
    key = Passkey(enter(client, "関係小売営業"))
    found = client.post("/look/tk/120", {"supply_point_no": number_of(OWN)})["Location"]
    client.get(found)
    export = "/look/tk/520?" + urlsplit(found).query
    client.post(export, REASON)
    grow_stale(client)

    following = asked_again(client.post(export))
    back = prove(client, key, following=following)

    assert following == back["Location"] == export
    assert client.get(export).status_code == 200
    head, *rows = rows_of(client.post(export))
    numbers = [row[head.index("供給地点特定番号")] for row in rows[: rows.index([])]]
    assert numbers == [number_of(OWN)]


def test_a_report_of_one_record_opens_after_the_proof(client):
    person = enter(client, "関係小売営業")
    key = Passkey(person)
    address = "/look/tk/430/" + handle(client, person, OWN)
    grow_stale(client)

    back = prove(client, key, following=asked_again(client.get(address)))

    assert back["Location"] == address
    if "理由を記録して開く" in client.get(address).text:
        client.post(address, REASON)
    assert number_of(OWN) in client.get(address).text


@pytest.fixture
def invented(client, settings):
    """Let somebody of the demo stand at the gate, as one press let them in."""
    settings.SEKISHO_DEMO = True
    person = enter(client, "関係小売営業")
    Person.objects.filter(pk=person.pk).update(login="demo-sales")

    class Request:
        session = client.session

    record_demo_sign_in(Request, person)
    Request.session.save()
    client.post("/look/tk/520", REASON)
    return person


@IN_THE_DEMO
def test_the_sign_in_of_the_demo_is_fresh_for_its_own_five_minutes(client, invented):
    assert client.get("/look/tk/520").status_code == 200

    grow_stale(client)

    assert asked_again(client.get("/look/tk/520"), DEMO_PAGE) == "/look/tk/520"


@IN_THE_DEMO
def test_somebody_of_the_demo_proves_anew_by_one_press_marked_as_the_demos(client, invented):
    grow_stale(client)
    following = asked_again(client.get("/look/tk/520"), DEMO_PAGE)
    page = client.get(reverse(DEMO_PAGE), {"next": following})

    back = client.post(reverse(DEMO_PAGE), {"next": following})

    assert "デモの人として確かめる" in page.text
    assert "登録したパスキーで確かめる" not in links(page)
    assert back["Location"] == following
    assert client.get(following).status_code == 200
    [record] = client.session["account_authentication_methods"]
    assert record["method"] == "demo"


@IN_THE_DEMO
def test_somebody_of_the_demo_proves_anew_by_the_passkey_they_bound(client, invented):
    key = Passkey(invented)
    grow_stale(client)
    following = asked_again(client.get("/look/tk/520"), DEMO_PAGE)

    page = client.get(reverse(DEMO_PAGE), {"next": following})
    assert links(page)["登録したパスキーで確かめる"].endswith("?next=%2Flook%2Ftk%2F520")
    back = prove(client, key, following=following)

    assert back["Location"] == following
    assert client.get(following).status_code == 200


@IN_THE_DEMO
def test_the_press_of_the_demo_leads_to_no_other_site(client, invented):
    back = client.post(reverse(DEMO_PAGE), {"next": "https://rival.example/"})

    assert back["Location"] == reverse("grants:start")


@IN_THE_DEMO
def test_the_press_of_the_demo_is_nothing_elsewhere(client, settings):
    enter(client, "関係小売営業", proof=STALE)
    for demo in (False, True):  # in the demo, not for those who came by their factors
        settings.SEKISHO_DEMO = demo

        assert client.post(reverse(DEMO_PAGE)).status_code == 404
        assert asked_again(client.get("/look/tk/520"))


def test_an_approval_does_not_stand_in_for_a_fresh_proof(client):
    enter(client, "送配電託送", kind="period", scope_areas=list(AREAS), proof=STALE)

    assert asked_again(client.get("/look/tk/510")) == "/look/tk/510"
