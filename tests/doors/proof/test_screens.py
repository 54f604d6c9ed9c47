"""Who sees what on which screen, how one comes there, and what the tables do not cover."""

from datetime import date

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho.policy.treatment import Treatment
from sekisho.proof.seen import Looks
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.policy.versions import policy_of
from sekisho_web.proof import screens
from tests.doors.proof.drafts import draft, loosened
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db

GRID = reverse("proof:grid")
SYSTEMS = tuple(shipped_policy().systems)
# the wall is gone, and so are the ceilings under which the name of a rival's customer stands
LEAKING = (
    ("判定表.csv", "A11", "結果:レコード", "表示"),
    ("判定表.csv", "A11", "結果:本人連絡先", "表示"),
    ("判定表.csv", "B01", "条件:契約相手", "自社、他社"),
    ("整理表.csv", "customer_name", "上限:関係小売営業:他社", "表示"),
)


@pytest.fixture
def officer(client):
    sign_in(client, compliance=True)
    return client


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def cells(page):
    """Return the cells of the grid by screen and head of column."""
    heads = ["".join(th.text.split()) for th in page.select("table.grid thead th")][1:]
    return {
        (row.th.small.text.split("・")[0], head): cell
        for row in page.select("table.grid tbody tr")
        for head, cell in zip(heads, row.select("td"), strict=True)
    }


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_screen_of_every_system_has_its_line(officer, key):
    page = soup(officer.get(GRID, {"system": key}))

    rows = page.select("table.grid tbody tr")
    assert len(rows) == len(shipped_policy().systems[key].screens)
    assert not page.select(".is-leak")


def test_a_rival_sees_nothing_where_an_own_customer_is_shown(officer):
    found = cells(soup(officer.get(GRID, {"system": "takuso"})))

    assert "○ 表示" in found["TK-370", "関係小売営業（自社）"].text
    assert "× 拒否" in found["TK-370", "関係小売営業（他社）"].text
    assert "証明済" in found["TK-370", "関係小売営業（他社）"].text
    assert "想定利用者でない" in found["TK-310", "関係小売営業（自社）"].text


def test_a_leak_is_marked_where_it_is_and_opens_its_fields_rules_and_path(officer):
    version = draft(*LEAKING)

    page = soup(officer.get(reverse("proof:grid", args=[version.pk]), {"system": "takuso"}))

    found = cells(page)
    leak = found["TK-370", "関係小売営業（他社）"]
    assert "is-leak" in leak["class"]
    assert "F01" in leak.text
    assert "is-leak" not in found["TK-370", "関係小売営業（自社）"].get("class", [])
    assert "is-leak" not in found["TK-310", "送配電託送（自社・他社）"].get("class", [])
    detail = soup(officer.get(leak.a["href"]))
    assert detail.find("a", string="F01")["href"].startswith(f"/proof/{version.pk}/")
    name = next(row for row in detail.select("tbody tr") if "customer_name" in row.th.text)
    assert ["○ 表示" in cell.text for cell in name.select("td")[1:]].count(True) >= 1
    assert "規則" in name.text
    assert (
        "業務の選択 → 自社客の検索（小売） → 自社客一覧（小売） → 自社客詳細（小売）" in detail.text
    )


def test_where_the_row_shows_and_the_ceiling_holds_it_is_a_leak_all_the_same(officer):
    version = loosened()

    found = cells(soup(officer.get(reverse("proof:grid", args=[version.pk]))))

    leak = found["TK-370", "関係小売営業（他社）"]
    assert ("is-leak" in leak["class"]) == bool(
        {one.invariant.id for one in _broken(version)} & {"F01"}
    )


def _broken(version):
    proofs = screens.certificate(policy_of(version.pk)).proofs
    return [result for proof in proofs for result in proof.broken]


def test_a_cell_names_every_field_of_its_screen_and_the_link_gives_the_same_treatment(officer):
    policy = shipped_policy()
    takuso = policy.systems["takuso"]
    screen = takuso.screens["TK-320"]

    page = soup(officer.get(reverse("proof:cell", args=["takuso", "TK-320", "affiliate_sales"])))

    here = screens.here(policy, takuso, screen, "関係小売営業")
    assert len(page.select("table.stacked")[0].select("tbody tr")) == len(here[0].fields)
    looks = Looks(takuso)
    for side in here:
        for seen, url in side.fields:
            assert seen.treatment == looks.worst(
                seen.field.id, viewer="関係小売営業", group=side.group, kind=screen.kind
            )
            answer = officer.get(url)
            assert answer.status_code == 200
            rows = soup(answer).select("details tbody tr")
            told = next(row for row in rows if row.th.text == seen.field.name)
            assert Treatment(seen.treatment).word in told.select("td")[-1].text


@pytest.mark.parametrize(
    "args",
    [
        ["nothing", "TK-310", "affiliate_sales"],
        ["takuso", "TK-999", "affiliate_sales"],
        ["takuso", "TK-310", "nobody"],
    ],
)
def test_a_cell_that_does_not_exist_is_not_found(officer, args):
    assert officer.get(reverse("proof:cell", args=args)).status_code == 404


def test_a_screen_for_others_says_that_the_gate_keeps_it_shut(officer):
    page = officer.get(reverse("proof:cell", args=["takuso", "TK-310", "affiliate_sales"]))

    assert "想定利用者ではないため" in page.text
    assert "ここへ届く道はありません" in page.text


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_picture_of_every_system_opens_with_its_numbers(officer, key):
    system = shipped_policy().systems[key]

    page = soup(officer.get(reverse("proof:screens"), {"system": key}))

    assert page.select_one("svg.ways title").text == f"{system.name}の画面の遷移"
    assert f"画面 {len(system.screens)}、" in page.select_one("svg.ways desc").text
    assert len(page.select("details tbody tr")) == len(system.transitions)


def test_the_paths_to_a_field_are_told_in_words(officer):
    asked = {"system": "takuso", "field": "customer_name"}

    page = officer.get(reverse("proof:screens"), asked)

    assert "入口 → 業務の選択 → 契約検索 → 契約一覧 → 契約詳細" in page.text
    assert soup(page).select("svg .ways-line.is-path")


def test_a_field_or_system_that_does_not_exist_is_not_found(officer):
    here = reverse("proof:screens")

    assert officer.get(here, {"system": "takuso", "field": "nothing"}).status_code == 404
    assert officer.get(here, {"system": "nothing"}).status_code == 404


@time_machine.travel(date(2026, 11, 21))
def test_what_is_not_covered_is_listed_by_name(officer):
    here = reverse("proof:coverage")

    saiene = soup(officer.get(here, {"system": "saiene"}))
    fitnw = soup(officer.get(here, {"system": "fitnw"}))

    assert "SE-340" in saiene.find(id="unconfirmed").text
    assert "FN-330・確認日 2025-09-29" in fitnw.find(id="stale").text
    assert "FN-T11" in fitnw.find(id="one-door").text
    assert "0 件" in fitnw.find(id="class").text


@time_machine.travel(date(2026, 11, 21))
def test_every_number_of_the_overview_leads_to_its_list(officer):
    page = soup(officer.get(reverse("proof:coverage"), {"system": "takuso"}))

    table = page.select_one("table.by-system")
    assert len(table.select("tbody tr")) == len(SYSTEMS)
    links = table.select("tbody a")
    assert links
    for link in links:
        address, _, key = link["href"].partition("#")
        there = soup(officer.get(address)).find(id=key)
        assert there.select_one("summary").text.split()[0] == link.contents[0].strip()
