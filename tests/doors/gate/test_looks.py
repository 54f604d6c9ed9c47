"""Search, list, detail: own customers are shown; a rival's is as absent as one that never was."""

from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from sekisho_web.accounts.sessions import SessionStore
from sekisho_web.gate import handles
from tests.doors.gate import twins
from tests.doors.gate.people import enter
from tests.doors.gate.reading import cells, headers, lines, links, same, soup
from tests.doors.ledger import reading as ledger
from tests.factories import sign_in
from tests.links.gate.worlds import number_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

OWN, RIVAL, ABSENT = 9, 10, 999_999  # retail:R000, retail:R012, nobody


def search(client, screen, **typed):
    """Type search words and return the list that they lead to."""
    answer = client.post(f"/look/{screen}", typed)
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer["Location"])


def handle(client, person, record, system="takuso"):
    """Return the address word of a record in the session of `client`."""

    class Request:
        session = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
        user = person

    return handles.handle_of(Request, system=system, record=record)


def test_the_start_offers_the_screens_of_the_class(client):
    enter(client, "関係小売営業")

    page = client.get("/look/")

    assert "自社客の検索（小売）" in page.text
    assert "契約検索" not in page.text
    assert "最終保障" not in soup(page).main.text


def test_an_own_customer_is_found_listed_and_opened(client):
    enter(client, "関係小売営業")

    found = search(client, "tk/120", supply_point_no=number_of(OWN))
    page = client.get(links(found)["行を選ぶ"])

    assert [line["供給地点特定番号"] for line in lines(found)] == [number_of(OWN)]
    assert page.status_code == 200
    assert cells(page)["供給地点特定番号"] == number_of(OWN)


@pytest.mark.parametrize("screen", ["tk/120", "no/120", "cc/120", "ns/120"])
def test_a_rivals_customer_is_not_found_and_looks_like_one_that_never_was(client, screen):
    enter(client, "関係小売営業")

    rival = search(client, screen, supply_point_no=number_of(RIVAL))
    absent = search(client, screen, supply_point_no=number_of(ABSENT))

    assert rival.status_code == absent.status_code == 200
    assert same(rival) == same(absent)
    assert len(rival.content) == len(absent.content)
    assert headers(rival) == headers(absent)
    assert "該当する記録はありません" in rival.text


@pytest.mark.parametrize("screen", ["tk/370", "tk/320", "tk/330", "tk/360", "tk/430"])
def test_denied_and_absent_are_the_same_bytes(client, screen):
    person = enter(client, "関係小売営業")

    denied = client.get(f"/look/{screen}/{handle(client, person, RIVAL)}")
    others = [
        client.get(f"/look/{screen}/{handle(client, person, ABSENT)}"),
        client.get(f"/look/{screen}/{handle(client, person, OWN)[:-4]}AAAA"),
        client.get(f"/look/{screen}/x"),
        client.get("/look/tk/999"),
        client.get(f"/look/xx/310/{handle(client, person, OWN)}"),
        # a screen for others: not intended for this class
        client.get(f"/look/tk/310/{handle(client, person, OWN)}"),
    ]

    assert denied.status_code == 404
    for other in others:
        assert other.status_code == 404
        assert other.content == denied.content
        assert headers(other) == headers(denied)


def test_an_address_of_one_session_means_nothing_in_another(client, django_user_model):
    first = enter(client, "関係小売営業")
    word = handle(client, first, OWN)
    assert client.get(f"/look/tk/370/{word}").status_code == 200

    enter(client, "関係小売営業")

    assert client.get(f"/look/tk/370/{word}").status_code == 404


def test_every_look_leaves_exactly_one_record(client):
    person = enter(client, "関係小売営業")
    looks = [
        lambda: client.get("/look/tk/120"),
        lambda: client.post("/look/tk/120", {"supply_point_no": number_of(OWN)}),
        lambda: client.post("/look/tk/120", {"supply_point_no": "1"}),
        lambda: client.get("/look/tk/370/" + handle(client, person, OWN)),
        lambda: client.get("/look/tk/370/" + handle(client, person, RIVAL)),
        lambda: client.get("/look/tk/220?c=unknown"),
        lambda: client.get("/look/tk/999"),
    ]

    for look in looks:
        before = ledger.how_many()
        answer = look()

        assert ledger.how_many() == before + 1
        assert ledger.leaf(answer["X-Sekisho-Record"])


def test_the_record_says_what_was_rendered(client):
    person = enter(client, "配電現場")

    page = client.get("/look/tk/315/" + handle(client, person, RIVAL))

    leaf = ledger.leaf(page["X-Sekisho-Record"])
    details, customer = ledger.details(page["X-Sekisho-Record"])
    assert (leaf["k"], leaf["sys"], leaf["scr"]) == ("release", "takuso", "TK-315")
    assert leaf["n"] == leaf["seen"] == {"rival": 1}
    assert leaf["org"] == "network_field"
    assert customer["record"] == f"takuso:{RIVAL}"
    assert customer["items"]["supply_point_no"] == "shown"
    assert details["context"]["画面区分"] == "詳細"


def test_a_refused_look_is_recorded_as_refused_without_the_record(client):
    person = enter(client, "関係小売営業")

    page = client.get("/look/tk/370/" + handle(client, person, RIVAL))

    leaf = ledger.leaf(page["X-Sekisho-Record"])
    assert (leaf["k"], leaf["dec"], leaf["n"]) == ("refuse", "refused", {})


def test_what_was_searched_for_is_kept_with_the_record_and_not_in_the_address(client):
    enter(client, "関係小売営業")

    answer = client.post("/look/tk/120", {"supply_point_no": number_of(OWN)})

    (details,) = ledger.details(answer["X-Sekisho-Record"])
    assert details["words"] == {"supply_point_no": number_of(OWN)}
    assert number_of(OWN) not in answer["Location"]


def test_no_address_on_a_page_holds_customer_data(client):
    enter(client, "送配電託送")
    found = search(client, "tk/110", supply_point_no=number_of(OWN))
    page = client.get(links(found)["行を選ぶ"])

    for response in (found, page):
        for link in soup(response).find_all("a"):
            assert number_of(OWN)[-6:] not in link["href"]


def test_masked_values_carry_sign_word_and_reason(client):
    person = enter(client, "配電現場")

    page = client.get("/look/tk/315/" + handle(client, person, RIVAL))

    name = soup(page).find("dt", string="供給地点特定番号").find_next("dd")
    assert "規則 C03" in " ".join(name.find("details").text.split())
    assert cells(page)["契約者名（漢字）"].endswith("△ 一部")
    assert "■ 非表示" in soup(page).main.text or "□" not in soup(page).main.text


def test_only_transitions_of_the_sheet_lead_on(client):
    enter(client, "送配電託送")
    found = search(client, "tk/110", supply_point_no=number_of(OWN))

    page = client.get(links(found)["行を選ぶ"])

    words = set(links(page)) - {"照会"}
    assert words == {
        "使用量", "設備", "異動履歴", "要配慮情報", "託送料金", "印刷の下見", "受付を見る",
        "一覧へ戻る",
    }  # fmt: skip


def test_a_transition_to_another_system_decides_there_again(client):
    enter(client, "送配電託送")
    found = search(client, "tk/110", supply_point_no=number_of(OWN))
    page = client.get(links(found)["行を選ぶ"])

    other = client.get(links(page)["受付を見る"])

    assert other.status_code == 200
    assert cells(other)["供給地点特定番号"] == number_of(OWN)
    assert ledger.leaf(other["X-Sekisho-Record"])["sys"] == "nwonline"


def test_a_name_is_searched_only_with_an_address(client):
    enter(client, "送配電託送")

    alone = client.post("/look/tk/110", {"customer_name": "架空　花子"})
    both = client.post(
        "/look/tk/110", {"customer_name": "架空　花子", "supply_point_no": number_of(OWN)}
    )

    assert alone.status_code == both.status_code == 422
    assert "住所の初めの3字以上" in alone.text
    assert "鍵は一つだけ" in both.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("9" * 21, "先頭の0が消えていないか", id="21桁"),
        pytest.param("9.00E+20", "指数の形", id="指数"),
        pytest.param("abc", "数字22桁です", id="英字"),
        pytest.param("", "鍵を一つ入れて", id="空"),
        pytest.param("0" * 300, "200字以内", id="長すぎる"),
        pytest.param("09\x00", "使えません", id="NUL"),
    ],
)
def test_a_wrong_number_is_answered_with_what_to_do(client, typed, said):
    enter(client, "関係小売営業")

    answer = client.post("/look/tk/120", {"supply_point_no": typed})

    assert answer.status_code == 422
    assert soup(answer).select_one("[role=alert]")
    if said != "使えません":
        assert said in answer.text


def test_full_width_digits_are_read(client):
    enter(client, "関係小売営業")
    wide = number_of(OWN).translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})

    found = search(client, "tk/120", supply_point_no=wide)

    assert len(lines(found)) == 1


def test_a_key_that_may_not_be_used_is_not_drawn_and_not_taken(client):
    enter(client, "送配電監査")

    page = client.get("/look/tk/110")

    assert page.status_code == 404  # the search of others


def test_nothing_is_kept_by_a_browser(client):
    person = enter(client, "関係小売営業")

    page = client.get("/look/tk/370/" + handle(client, person, OWN))

    assert page["Cache-Control"] == "no-store"
    assert "ETag" not in page
    assert "Last-Modified" not in page


def test_without_a_sign_in_nothing_opens(client):
    assert client.get("/look/tk/110").status_code == 403


def test_twin_a_door_that_says_denied_is_caught(client, monkeypatch):
    person = enter(client, "関係小売営業")
    monkeypatch.setattr("sekisho_web.gate.views._absent", twins.tells_denied)

    denied = client.get("/look/tk/370/" + handle(client, person, RIVAL))
    absent = client.get("/look/tk/370/" + handle(client, person, ABSENT))

    assert denied.content != absent.content, twins.TELLS_DENIED
    assert denied.status_code != absent.status_code


@pytest.mark.parametrize("record", [RIVAL, ABSENT], ids=["他社", "ない番号"])
def test_guessing_numbers_closes_the_search_alike(client, record, monkeypatch):
    monkeypatch.setattr("sekisho_web.gate.misses.MOST", 3)
    enter(client, "関係小売営業")
    for _ in range(3):
        search(client, "tk/120", supply_point_no=number_of(record))

    closed = client.get("/look/tk/120")

    assert closed.status_code == 429
    assert "検索を閉じました" in closed.text
    assert "あすの0時にまた開きます" in closed.text
    assert 0 < int(closed["Retry-After"]) <= 86_400
    (details,) = ledger.details(closed["X-Sekisho-Record"])
    assert details["duties"] == ["第2線通知"]
    assert client.get("/look/no/120").status_code == 200  # of this system only


def test_the_search_that_reaches_the_limit_is_told_to_the_second_line(client, monkeypatch):
    monkeypatch.setattr("sekisho_web.gate.misses.MOST", 2)
    enter(client, "関係小売営業")

    first, second = (search(client, "tk/120", supply_point_no=number_of(RIVAL)) for _ in range(2))

    (details,) = ledger.details(first["X-Sekisho-Record"])
    assert "第2線通知" not in details.get("duties", ())
    (details,) = ledger.details(second["X-Sekisho-Record"])
    assert "第2線通知" in details["duties"]


def test_neither_a_new_use_nor_a_new_session_opens_a_closed_search(client, monkeypatch):
    monkeypatch.setattr("sekisho_web.gate.misses.MOST", 2)
    person = enter(client, "関係小売営業")
    for _ in range(2):
        search(client, "tk/120", supply_point_no=number_of(RIVAL))

    post = person.posts.get().appointment_id
    client.post("/grants/start/", {"hat": f"{post}:", "purpose": "小売供給"})
    assert client.get("/look/tk/120").status_code == 429
    sign_in(client, person)
    assert client.get("/look/tk/120").status_code == 429


def test_the_search_opens_again_the_next_day(client, monkeypatch):
    def it_is(*at):
        here = datetime(*at, tzinfo=ZoneInfo("Asia/Tokyo"))
        clock = SimpleNamespace(localtime=lambda now: here)
        monkeypatch.setattr("sekisho_web.gate.misses.timezone", clock)

    monkeypatch.setattr("sekisho_web.gate.misses.MOST", 2)
    it_is(2026, 11, 20, 23, 50)
    enter(client, "関係小売営業")
    for _ in range(2):
        search(client, "tk/120", supply_point_no=number_of(RIVAL))

    closed = client.get("/look/tk/120")
    assert closed.status_code == 429
    assert closed["Retry-After"] == "600"
    it_is(2026, 11, 21, 0, 1)

    assert client.get("/look/tk/120").status_code == 200


def test_a_search_that_is_carried_out_again_is_counted_again_and_closed_too(client, monkeypatch):
    monkeypatch.setattr("sekisho_web.gate.misses.MOST", 3)
    enter(client, "関係小売営業")
    found = client.post("/look/tk/120", {"supply_point_no": number_of(RIVAL)})["Location"]

    answers = [client.get(found).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 429, 429]
    assert client.post("/look/tk/120", {"supply_point_no": number_of(OWN)}).status_code == 429


def test_what_is_found_is_not_counted(client, monkeypatch):
    monkeypatch.setattr("sekisho_web.gate.misses.MOST", 2)
    enter(client, "関係小売営業")

    for _ in range(3):
        assert lines(search(client, "tk/120", supply_point_no=number_of(OWN)))
