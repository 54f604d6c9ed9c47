"""照合 and 見張り: empty, with runs, with what occurred; who may read, and who may ask."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sekisho.campaigns.findings import Kind
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.campaigns.operations import open_finding
from sekisho_web.replay.models import SelfCheck
from tests.factories import sign_in

pytestmark = pytest.mark.django_db

CHECKS, WATCHED = reverse("replay:checks"), reverse("replay:watched")


def said(key="effects", **more):
    line = {
        "key": key, "n": 1_234, "mismatches": 0, "examples": [], "note": "", "problem": "",
        "seconds": 0.1, "seen": {},
    }  # fmt: skip
    return line | more


def ran(*checks, **more):
    now = timezone.now()
    at = {"asked_at": now, "started_at": now, "ended_at": now}
    return SelfCheck.objects.create(**at | {"version": "a" * 64, "checks": list(checks)} | more)


def page_of(response):
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize("url", [CHECKS, WATCHED])
def test_who_has_no_part_in_it_may_not_enter(client, url):
    sign_in(client)

    assert client.get(url).status_code == 403


@pytest.mark.parametrize("who", ["audit", "it"])
def test_another_line_reads_and_may_not_ask(client, who):
    sign_in(client, **{who: True})

    page = client.get(CHECKS)

    assert "まだ照合していません" in page.text
    assert "いま照合する" not in page.text
    assert client.post(reverse("replay:ask")).status_code == 403
    assert not SelfCheck.objects.exists()


def test_the_second_line_asks_once(client):
    sign_in(client, compliance=True)
    assert "いま照合する" in client.get(CHECKS).text

    answer = client.post(reverse("replay:ask"), follow=True)
    client.post(reverse("replay:ask"))

    assert "照合を依頼してあります" in answer.text
    assert "いま照合する" not in answer.text
    assert SelfCheck.objects.count() == 1
    assert "待ち" in answer.text


def test_asking_is_not_done_by_reading(client):
    sign_in(client, compliance=True)

    assert client.get(reverse("replay:ask")).status_code == 405


def test_a_run_in_which_all_agrees_says_so(client):
    sign_in(client, compliance=True)
    check = ran(said(), said("columns"))

    page, one = client.get(CHECKS), client.get(reverse("replay:check", args=[check.pk]))

    assert "すべて一致しました" in page.text
    assert page_of(page).select_one(".card.is-good")
    assert "1,234" in one.text
    assert "効き目の行と判定" in one.text


def test_a_run_with_differences_shows_them_and_what_could_not_be_checked(client):
    sign_in(client, compliance=True)
    check = ran(
        said(mismatches=2, examples=["託送業務システム: <b>行</b>"]),
        said("masks", problem="照合できませんでした（ValueError）"),
    )

    page, one = client.get(CHECKS), client.get(reverse("replay:check", args=[check.pk]))

    assert page_of(page).select_one(".card.is-bad .card-number").text.strip() == "2"
    assert "照合できない項目" in page.text
    assert "&lt;b&gt;行" in one.text
    assert "照合できませんでした（ValueError）" in one.text


def test_a_run_under_way_says_so(client):
    sign_in(client, compliance=True)
    check = ran(ended_at=None)

    assert "途中" in client.get(CHECKS).text
    assert "照合の途中です" in client.get(reverse("replay:check", args=[check.pk])).text


def test_the_list_takes_as_many_queries_for_three_as_for_thirty(client):
    sign_in(client, compliance=True)

    def queries(n):
        for _ in range(n):
            ran(said())
        with CaptureQueriesContext(connection) as asked:
            client.get(CHECKS)
        return len(asked)

    client.get(CHECKS)
    assert queries(3) == queries(30)


def test_every_watched_combination_says_what_the_tables_would_do(client):
    sign_in(client, audit=True)

    page = client.get(WATCHED)

    found = page_of(page)
    for row in shipped_policy().watched:
        assert row.sentence in page.text
        assert row.basis in page.text
    sections = {one["aria-labelledby"]: one for one in found.select("section[aria-labelledby]")}
    assert "何も見えません" in sections["W01"].text
    assert "B01" in sections["W06"].text
    assert "他社" not in sections["W06"].select_one(".pairs").text
    assert all("起きていない" in one.text for one in sections.values())


def test_what_occurred_is_counted_with_its_finding_and_the_last_time(client):
    sign_in(client, audit=True)
    one = {"people": 3, "looks": 2, "logged": 0, "last": "2026-04-01T12:00:00+09:00"}
    ran(said("watched", seen={"W01": {**one, "people": 9, "last": "2026-03-01T12:00:00+09:00"}}))
    ran(said("watched", seen={"W01": one}))
    open_finding(
        kind=Kind.WATCHED, key="W01:people", subject="W01", sentence="人に 3 人", at=timezone.now()
    )

    section = page_of(client.get(WATCHED)).select_one('section[aria-labelledby="W01"]')

    text = " ".join(section.text.split())
    assert "いまの人 3人、閲覧の記録 4件" in text
    assert "2026-04-01 12:00:00" in text
    assert section.select_one('a[href^="/findings/"]').text == "人に 3 人"


def test_a_run_that_is_not_there_is_not_there(client):
    sign_in(client, compliance=True)

    assert client.get(reverse("replay:check", args=[999_999])).status_code == 404
