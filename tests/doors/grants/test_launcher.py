from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Launch
from sekisho_web.grants.operations import launching
from tests.doors.grants.launched import AWAY, at_the_launcher, grant_of, launch, system
from tests.factories import sign_in
from tests.factories.people import AccountFactory
from tests.factories.uses import GrantFactory

pytestmark = pytest.mark.django_db


def page(client):
    answer = client.get(reverse("grants:home"))
    assert answer.status_code == 200, answer.content.decode()[:300]
    return BeautifulSoup(answer.content, "html.parser")


def tile(client, name):
    return next(li for li in page(client).select(".tile") if name in li.h3.text)


def test_a_tile_opens_what_may_be_used(client):
    system()
    at_the_launcher(client)

    found = tile(client, "saiene")

    assert "使えます" in found.text
    assert found.button.text.strip() == "開く"


def test_a_tile_that_is_closed_says_why_and_what_to_do(client):
    system()
    person = sign_in(client)
    AccountFactory(person=person, system="saiene", last_used_at=timezone.now())

    found = tile(client, "saiene")

    assert "使えません" in found.text
    assert "この業務と目的の利用許可がありません" in found.text
    assert "承認を受けてください" in found.text
    assert found.button is None


def test_another_purpose_that_would_open_it_is_offered(client):
    system()
    person = sign_in(client)
    now = timezone.now()
    AccountFactory(person=person, system="saiene", last_used_at=now)
    GrantFactory(
        person=person, system="saiene", purpose="再エネ買取",
        valid_from=now - timedelta(days=1), valid_to=now + timedelta(days=1),
    )  # fmt: skip

    found = tile(client, "saiene")

    assert "「再エネ買取」に替えると使えます" in found.text


def test_the_launch_is_recorded_before_anybody_is_led_away(client):
    system()
    person = at_the_launcher(client)

    answer = launch(client)

    row = Launch.objects.get(person=person)
    assert row.outcome == Launch.Outcome.OPENED
    assert row.grant == grant_of(person)
    assert row.handle_digest
    assert AWAY in answer.content.decode()


def test_what_cannot_be_entered_in_the_ledger_opens_nothing(client, monkeypatch):
    system()
    at_the_launcher(client)
    client.raise_request_exception = False

    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    answer = launch(client)

    assert answer.status_code == 500
    assert AWAY not in answer.content.decode()
    assert not Launch.objects.exists()


def test_a_refusal_is_recorded_too_and_said_in_words(client):
    system()
    person = sign_in(client)
    AccountFactory(person=person, system="saiene", last_used_at=timezone.now())

    answer = launch(client)

    assert answer.status_code == 422
    assert "利用許可がありません" in answer.content.decode()
    assert AWAY not in answer.content.decode()
    assert Launch.objects.get(person=person).outcome == Launch.Outcome.REFUSED


def test_a_system_that_does_not_stand_on_the_launcher_is_none(client):
    system()
    sign_in(client)

    assert launch(client).status_code == 404
    assert launch(client, "nobody").status_code == 404


def arrival(client, *, key="takuso"):
    """Launch a system behind the gate, and return the address of the arrival."""
    answer = launch(client, key)
    assert answer.status_code == 302, answer.content.decode()[:200]
    return answer["Location"]


def test_the_handle_opens_the_gate_once(client):
    system("takuso", opens_by="gate")
    person = at_the_launcher(client, "takuso")
    address = arrival(client)

    first, second = client.get(address), client.get(address)

    assert first["Location"] == reverse("gate:start")
    assert "takuso" in client.session["arrived"]
    assert second.status_code == 403
    assert "もう使われています" in second.content.decode()
    assert Launch.objects.filter(person=person, arrived_at__isnull=False).count() == 1


def test_a_handle_is_over_after_a_minute_and_that_is_no_finding(client, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    system("takuso", opens_by="gate")
    at_the_launcher(client, "takuso")
    address = arrival(client)
    time_machine.shift(60)

    answer = client.get(address)

    assert answer.status_code == 403
    assert "1分が過ぎました" in answer.content.decode()
    assert not Finding.objects.exists()


@pytest.mark.parametrize("elsewhere", ["session", "made up"])
def test_a_handle_works_nowhere_else_and_that_is_a_finding(client, elsewhere):
    system("takuso", opens_by="gate")
    person = at_the_launcher(client, "takuso")
    address = arrival(client)
    if elsewhere == "session":
        at_the_launcher(client, "takuso", person=person)
    else:
        address = reverse("grants:arrive", args=["takuso", "x" * 43])

    answer = client.get(address)

    assert answer.status_code == 403
    finding = Finding.objects.get()
    assert finding.kind == "no_handle"
    assert person.name not in finding.sentence
    assert "arrived" not in client.session


def test_a_broken_twin_that_forgets_the_session_is_caught(client, monkeypatch):
    """The same steps, with a rule that looks at the handle alone: somebody else gets in."""
    system("takuso", opens_by="gate")
    person = at_the_launcher(client, "takuso")
    address = arrival(client)
    at_the_launcher(client, "takuso", person=person)
    monkeypatch.setattr(launching.rule, "refusal_to_arrive", lambda *_, **__: None)

    assert client.get(address).status_code == 302


def test_another_hat_or_purpose_makes_the_arrival_void(client, rf):
    from sekisho_web.grants.arrivals import has_arrived

    system("takuso", opens_by="gate")
    at_the_launcher(client, "takuso")
    client.get(arrival(client))
    request = rf.get("/")
    request.session = client.session

    assert has_arrived(request, "takuso")
    assert not has_arrived(request, "fitnw")
    request.session["use"]["since"] = "later"
    assert not has_arrived(request, "takuso")


def test_ones_own_last_launches_are_shown_with_terminal_and_outcome(client):
    system()
    at_the_launcher(client)
    for _ in range(6):
        launch(client)

    rows = page(client).select("table tbody tr")

    assert len(rows) == 5
    assert all("開いた" in row.text and "saieneシステム" in row.text for row in rows)


def test_the_page_asks_one_query_a_system(client, django_assert_max_num_queries):
    for key in ("saiene", "aaa", "bbb"):
        system(key)
    person = at_the_launcher(client)
    for key in ("aaa", "bbb"):
        AccountFactory(person=person, system=key)
    page(client)

    with django_assert_max_num_queries(25):
        page(client)
