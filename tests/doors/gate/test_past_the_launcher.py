"""A system that the launcher opens shows nothing to who comes past it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import System
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants import facts
from tests.doors.gate.people import enter
from tests.doors.ledger import reading as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

SEARCH = "/look/tk/110"


def at_the_gate(client, *, opens_by="gate"):
    person = enter(client, "送配電託送")
    System.objects.filter(key="takuso").update(opens_by=opens_by)
    session = client.session
    session["use"] = {**session["use"], "since": timezone.now().isoformat()}
    session.save()
    return person


def test_who_comes_past_the_launcher_is_refused_recorded_and_told(client):
    person = at_the_gate(client)

    page = client.get(SEARCH)

    assert page.status_code == 403
    assert "起動ページを通らずに" in page.text
    assert ledger.leaf(page["X-Sekisho-Record"])["k"] == "refuse"
    finding = Finding.objects.get()
    assert finding.kind == "no_handle"
    assert person.name not in finding.sentence


def test_who_comes_through_the_launcher_gets_in_until_another_purpose_is_chosen(client):
    at_the_gate(client)
    led = client.post(reverse("grants:launch", args=["takuso"]))
    client.get(led["Location"])

    assert client.get(SEARCH).status_code == 200
    session = client.session
    session["use"] = {**session["use"], "since": "later"}
    session.save()
    assert client.get(SEARCH).status_code == 403
    assert Finding.objects.count() == 1


def test_a_system_that_is_opened_in_no_such_way_is_open_as_before(client):
    at_the_gate(client, opens_by="")

    assert client.get(SEARCH).status_code == 200


def test_a_broken_twin_that_forgets_the_launcher_lets_anybody_in(client, monkeypatch):
    monkeypatch.setattr(facts, "_past_the_launcher", lambda *_, **__: False)
    at_the_gate(client)

    assert client.get(SEARCH).status_code == 200
