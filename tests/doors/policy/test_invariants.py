"""不変条件: proved, or the witness in a sentence; and what is not proved stands beside it."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho.policy.treatment import Treatment
from sekisho.proof.certificate import certificate
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.proof import queries
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db

HERE = reverse("proof:invariants")


@pytest.fixture
def officer(client):
    sign_in(client, compliance=True)
    return client


@pytest.fixture
def loosened(monkeypatch):
    """Put the shipped tables into force with one rule loosened: the wall A11 is gone."""
    policy = shipped_policy()
    takuso = policy.systems["takuso"]
    rules = tuple(
        replace(rule, out={**rule.out, "レコード": Treatment.SHOW}) if rule.id == "A11" else rule
        for rule in takuso.rules
    )
    broken = replace(
        policy,
        hash="f" * 64,
        systems={**policy.systems, "takuso": replace(takuso, rules=rules).with_rules(rules)},
    )
    monkeypatch.setattr(queries, "shipped_policy", lambda: broken)
    return broken


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def test_the_shipped_tables_are_proved_and_the_page_says_how_many(officer):
    found = certificate(shipped_policy())

    page = officer.get(HERE)

    assert f"{found.held:,}" in soup(page).select_one(".proof .card-number").text
    assert found.hash in page.text
    assert "39,916,800 通り" in page.text


def test_what_is_not_proved_stands_on_the_page(officer):
    page = officer.get(HERE)

    assert "証明していないこと" in page.text
    assert "属性の値が事実であること" in page.text


def test_every_invariant_has_a_line_in_pages_of_fifty(officer):
    total = len(shipped_policy().invariants)
    seen = []
    for number in range(1, -(-total // 50) + 1):
        rows = soup(officer.get(HERE, {"page": number})).select("table.proofs tbody tr")
        seen += [row.th.a.text for row in rows]

    assert sorted(seen) == sorted(one.id for one in shipped_policy().invariants)


def test_one_kind_shows_only_its_own(officer):
    page = soup(officer.get(HERE, {"kind": "義務"}))

    assert {row.select("td")[0].text for row in page.select("table.proofs tbody tr")} == {"義務"}


def test_a_broken_table_shows_its_witness_first_and_leads_to_the_question(officer, loosened):
    page = officer.get(HERE)

    first = soup(page).select_one("table.proofs tbody tr")
    assert soup(page).select_one(".card.is-bad.proof")
    assert first.select_one(".refusal")
    detail = soup(officer.get(reverse("proof:invariant", args=[first.th.a.text])))
    question = detail.find("a", string="この組合せを判定表に聞く")
    assert question
    assert officer.get(question["href"]).status_code == 200


def test_an_invariant_that_does_not_exist_is_not_found(officer):
    assert officer.get(reverse("proof:invariant", args=["X99"])).status_code == 404
