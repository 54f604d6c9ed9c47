"""Any version is read as the live one is, and says which it is; caches never mix two of them."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho_links.policy.folders import shipped_policy
from tests.factories.changes import change, edited
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db

TABS = ("grid", "visible", "rules", "screens", "explain")


@pytest.fixture
def reader(client):
    sign_in(client, it=True)
    return client


@pytest.fixture
def draft():
    return edited(change())


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def cells(response, rule):
    return [td.text.strip() for td in soup(response).select_one(f"tr#{rule}").select("td")]


def test_the_live_version_says_so(reader):
    page = reader.get(reverse("policy:rules", args=["takuso"]))

    said = soup(page).select_one(".version").text
    assert "公開中の版" in said
    assert shipped_policy().hash[:12] in said


@pytest.mark.parametrize("tab", TABS)
def test_every_page_opens_in_the_version_that_is_asked(reader, draft, tab):
    version = draft.head.version_id

    for asked in (version, version[:12]):
        page = reader.get(reverse(f"policy:{tab}", args=["takuso"]), {"version": asked})
        assert page.status_code == 200
        said = soup(page).select_one(".version").text
        assert f"下書き {draft.number}" in said
        assert version[:12] in said
        for link in soup(page).select(".switch a, .crumbs a"):
            assert f"version={version[:12]}" in link["href"]


def test_a_draft_and_the_live_version_are_not_mixed_up(reader, draft):
    address = reverse("policy:rules", args=["takuso"])

    before = cells(reader.get(address), "B01")
    drafted = cells(reader.get(address, {"version": draft.head.version_id}), "B01")
    after = cells(reader.get(address), "B01")

    assert before == after
    assert [(a, b) for a, b in zip(before, drafted, strict=True) if a != b] == [
        ("○ 表示", "× 拒否")
    ]


def test_a_cell_of_a_draft_leads_to_its_own_reasons(reader, draft):
    version = draft.head.version_id[:12]
    grid = soup(reader.get(reverse("policy:grid", args=["takuso"]), {"version": version}))

    href = grid.select_one("table.grid td a")["href"]
    page = reader.get(reverse("policy:grid", args=["takuso"]) + href)

    assert f"下書き {draft.number}" in page.text
    ask = soup(page).find("a", string="条件を変えて聞く")
    assert f"version={version}" in ask["href"]
    assert f"下書き {draft.number}" in reader.get(ask["href"]).text


def test_a_draft_that_cannot_be_read_says_where_and_leads_to_the_editor(reader):
    wrong = edited(change(), value="表じ")

    page = reader.get(reverse("policy:rules", args=["takuso"]), {"version": wrong.head.version_id})

    assert page.status_code == 422
    assert "「表じ」は一覧にありません" in page.text
    edit = soup(page).find("a", string="下書きを直す")
    assert edit["href"] == reverse("policy:edit", args=[wrong.number])


def test_what_a_change_was_before_is_named_as_such(reader, draft):
    first = draft.head.version_id
    edited(draft, value="非表示")

    page = reader.get(reverse("policy:rules", args=["takuso"]), {"version": first})

    assert f"下書き {draft.number} の以前の姿" in page.text


@pytest.mark.parametrize("asked", ["ffffffffffff", "abc", "％", "0" * 64])
def test_a_version_that_does_not_exist_is_not_found(reader, asked):
    page = reader.get(reverse("policy:rules", args=["takuso"]), {"version": asked})

    assert page.status_code == 404
