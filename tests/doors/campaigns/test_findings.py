"""指摘: the list and the page of one; who may read, and who may close."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho.campaigns.findings import Kind
from sekisho_web.campaigns import operations
from tests.factories import NOON, sign_in

pytestmark = pytest.mark.django_db

HERE = reverse("campaigns:findings")


def found(n=1, kind=Kind.WATCHED):
    return operations.open_finding(
        kind=kind, key=f"W{n:02}", sentence=f"{n} 番目の指摘", rules=("D01",), at=NOON
    )


def page_of(response):
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize("who", [{}, {"sales": True}])
def test_who_has_no_part_in_it_may_not_enter(client, who):
    sign_in(client, **who)

    assert client.get(HERE).status_code == 403
    assert client.get(f"{HERE}{found().pk}/").status_code == 403


@pytest.mark.parametrize("who", ["compliance", "audit", "it"])
def test_three_posts_read_the_list(client, who):
    sign_in(client, **{who: True})

    assert "開いている指摘はありません" in client.get(HERE).text
    found()
    page = client.get(HERE)
    assert "1 番目の指摘" in page.text
    assert page_of(page).select_one('nav a[aria-current="page"]').text.strip() == "指摘"


def test_the_list_takes_as_many_queries_for_three_as_for_thirty(client):
    sign_in(client, compliance=True)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(n):
        for one in range(n):
            found(one, Kind.DRIFT)
        with CaptureQueriesContext(connection) as asked:
            client.get(HERE)
        return len(asked)

    client.get(HERE)
    assert queries(3) == queries(30)


def test_one_kind_can_be_picked_and_an_unknown_one_picks_nothing(client):
    sign_in(client, compliance=True)
    found()
    found(2, Kind.DRIFT)

    assert "1 番目の指摘" not in client.get(HERE, {"kind": "drift"}).text
    assert "1 番目の指摘" in client.get(HERE, {"kind": "<script>"}).text


def test_the_second_line_closes_a_finding_with_a_reason(client):
    sign_in(client, compliance=True)
    url = f"{HERE}{found().pk}/"

    assert page_of(client.get(url)).select_one("form textarea")
    answer = client.post(url, {"reason": "返却を確かめ、消去した"}, follow=True)

    assert "返却を確かめ、消去した" in answer.text
    assert not page_of(answer).select_one("form textarea")
    assert "閉じた指摘" in client.get(HERE, {"closed": 1}).text


def test_a_reason_that_says_nothing_is_refused_and_the_form_stays(client):
    sign_in(client, compliance=True)
    url = f"{HERE}{found().pk}/"

    for reason in ("", "済"):
        answer = client.post(url, {"reason": reason})
        assert answer.status_code == 422
        assert page_of(answer).select_one("form textarea")
        assert "書い" in page_of(answer).select_one(".error").text


@pytest.mark.parametrize("who", ["audit", "it"])
def test_another_line_sees_why_it_may_not_close(client, who):
    sign_in(client, **{who: True})
    url = f"{HERE}{found().pk}/"

    assert "第2線" in page_of(client.get(url)).select_one(".refusal").text
    assert client.post(url, {"reason": "もう直っています"}).status_code == 422
    assert "開いている" in client.get(url).text


def test_a_finding_that_is_not_there_is_not_there(client):
    sign_in(client, compliance=True)

    assert client.get(f"{HERE}999999/").status_code == 404
