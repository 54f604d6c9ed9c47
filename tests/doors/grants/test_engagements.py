"""委託: written by one, checked line by line, put in force by another, cleared up to the end."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import System
from sekisho_web.grants.models import Engagement
from sekisho_web.grants.queries.engagements import checklist
from tests.factories import AccountFactory, CompanyFactory, sign_in
from tests.factories.people import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client):
    """Return the officer of the second line, the contractor, and a system of the company."""
    person = sign_in(client, compliance=True)
    network = person.posts.get().unit.company
    AccountFactory(person=person, system="takuso")
    System.objects.filter(key="takuso").update(owner=network)
    contractor = CompanyFactory(
        code="K01", name="架空検針", kind="network_contractor", principal=network
    )
    UnitFactory(code="K01-1", company=contractor, kind="meter")
    return person, contractor


def typed(**changes):
    today = day_in_japan(timezone.now())
    return {
        "contractor": "K01",
        "parent": "",
        "work": "検針",
        "basis": "検針の要員を自社で確保できないため",
        "item_classes": ["地点識別"],
        "systems": ["takuso"],
        "sites": "第一検針所\n第二検針所",
        "starts": f"{today:%Y-%m-%d}",
        "last_day": f"{today + timedelta(days=30):%Y-%m-%d}",
        **changes,
    }


def prepare(client, **changes):
    return client.post(reverse("grants:prepare_engagement"), typed(**changes))


def answer_all(client, row):
    for item in checklist():
        client.post(
            reverse("grants:answer_engagement", args=[row.code, item.code]),
            {"verdict": "yes", "evidence": "文書 1"},
        )


def act(client, row, name):
    return client.post(reverse("grants:act_on_engagement", args=[row.code, name]))


def test_an_engagement_goes_from_the_page_to_its_end(client, world):
    prepare(client)
    row = Engagement.objects.get()
    assert row.sites == ["第一検針所", "第二検針所"]
    answer_all(client, row)

    assert "準備した人は" in act(client, row, "begin").content.decode()

    sign_in(client, compliance=True)
    assert act(client, row, "begin").status_code == 302
    page = client.get(reverse("grants:engagement", args=[row.code]))
    assert "有効" in BeautifulSoup(page.content, "html.parser").select_one(".state").text
    assert act(client, row, "begin_ending").status_code == 302
    assert act(client, row, "close").status_code == 302
    row.refresh_from_db()
    assert row.closed_at is not None


def test_an_open_gate_is_said_with_its_remedy_and_nothing_happens(client, world):
    prepare(client)
    row = Engagement.objects.get()
    sign_in(client, compliance=True)

    page = act(client, row, "begin")

    assert page.status_code == 422
    assert "点検の関門が" in page.content.decode()
    row.refresh_from_db()
    assert row.checked_at is None


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(client, world):
    page = prepare(client, basis="", work="検針の補助")

    assert page.status_code == 422
    assert "「委託する理由」を入れてください。" in page.content.decode()
    assert "検針の補助" in page.content.decode()
    assert not Engagement.objects.exists()


def test_a_yes_needs_its_evidence(client, world):
    prepare(client)
    row = Engagement.objects.get()

    page = client.post(
        reverse("grants:answer_engagement", args=[row.code, "C01"]), {"verdict": "yes"}
    )

    assert "証拠が書かれていません" in page.content.decode()
    assert not row.answers.exists()


def test_another_company_sees_no_engagement_of_ours(client, world):
    prepare(client)
    row = Engagement.objects.get()
    sign_in(client, sales=True)

    for name in ("engagement", "suspend_engagement"):
        assert client.get(reverse(f"grants:{name}", args=[row.code])).status_code in (403, 404)
    assert client.get(reverse("grants:engagements")).status_code == 403


def test_without_any_the_list_says_how_to_begin(client, world):
    assert "委託はまだありません" in client.get(reverse("grants:engagements")).content.decode()
