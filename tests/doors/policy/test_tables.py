"""判定表: the pages say what the table says, cell by cell, and to those who may read it."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho.policy.plan import treatment_of
from sekisho.policy.treatment import ROW, Treatment
from sekisho.policy.visible import visible
from sekisho.reports.grid import grid_of
from sekisho_links.policy.folders import shipped_policy
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db

SYSTEMS = tuple(shipped_policy().systems)
TABS = ("grid", "visible", "rules", "screens", "explain")


@pytest.fixture
def officer(client):
    sign_in(client, compliance=True)
    return client


@pytest.fixture
def takuso():
    return shipped_policy().systems["takuso"]


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def codes(context):
    attributes = shipped_policy().attributes
    return {
        attributes[name].code: attributes[name].by_word[word].code for name, word in context.items()
    }


def test_a_person_of_a_retailer_may_not_read_the_tables(client):
    sign_in(client, sales=True)

    for address in (
        reverse("policy:tables"),
        *(reverse(f"policy:{tab}", args=["takuso"]) for tab in TABS),
        reverse("proof:invariants"),
    ):
        assert client.get(address).status_code == 403


def test_the_index_leads_to_every_system(officer):
    page = soup(officer.get(reverse("policy:tables")))

    rows = page.select("tbody tr")
    assert len(rows) == len(SYSTEMS) == 7
    for key, system in shipped_policy().systems.items():
        assert page.find("a", href=reverse("policy:grid", args=[key]), string=system.name)


@pytest.mark.parametrize("key", SYSTEMS)
@pytest.mark.parametrize("tab", TABS)
def test_every_page_of_every_system_opens(officer, key, tab):
    page = officer.get(reverse(f"policy:{tab}", args=[key]))

    assert page.status_code == 200
    assert shipped_policy().systems[key].name in page.text


def test_a_system_a_field_or_a_column_that_does_not_exist_is_not_found(officer):
    for address in (
        "/policy/nothing/",
        "/policy/takuso/cell/nothing/other_retailer-own/",
        "/policy/takuso/cell/customer_name/nobody/",
    ):
        assert officer.get(address).status_code == 404


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_grid_shows_the_most_lenient_treatment_of_all_visible_contexts(key):
    system = shipped_policy().systems[key]
    boxes, grid = visible(system.table), grid_of(system)

    for at, column in enumerate(grid.columns):
        looks = [look for box in boxes for look in _one_of_each(system, box, column)]
        for row in grid.rows:
            treatments = (treatment_of(system, row.field.id, look) for look in looks)
            assert row.cells[at].treatment == min(treatments, default=Treatment.REFUSE)


def _one_of_each(system, box, column):
    """Yield a context of the box for every pair of viewer and relation that the column holds.

    A box is uniform: one context of it is treated like any other with the same ceilings.
    """
    values = system.table.values(box.cube)
    for viewer in column.where["閲覧者区分"] & set(values["閲覧者区分"]):
        for relation in set(column.where.get("契約相手", values["契約相手"])) & set(
            values["契約相手"]
        ):
            yield {name: of[0] for name, of in values.items()} | {
                "閲覧者区分": viewer,
                "契約相手": relation,
            }


def test_a_cell_shows_what_the_table_decides_in_its_own_context(officer, takuso):
    for row in grid_of(takuso).rows:
        for cell in row.cells:
            assert treatment_of(takuso, row.field.id, cell.context) == cell.treatment


def test_a_rivals_customer_is_refused_to_the_affiliate_in_every_cell_by_the_rule_that_says_so(
    officer, takuso
):
    grid = grid_of(takuso)
    at = [column.words for column in grid.columns].index("関係小売営業（他社）")

    assert {row.cells[at].treatment for row in grid.rows} == {Treatment.REFUSE}
    assert {row.cells[at].rules for row in grid.rows} == {("A11",)}


def test_a_cell_opens_the_rules_that_decide_it_with_what_they_rest_on(officer, takuso):
    page = soup(officer.get("/policy/takuso/cell/customer_name/affiliate_sales-rival/"))

    rule = next(one for one in takuso.table.rules if one.id == "A11")
    assert page.select_one("span.t").text.split() == ["×", "拒否"]
    assert page.find(id="A11")
    assert rule.basis in page.text
    assert page.find("a", string="条件を変えて聞く")["href"].startswith("/policy/takuso/explain/?")


def test_narrowing_the_grid_shows_no_more_than_the_whole(officer, takuso):
    whole = soup(officer.get("/policy/takuso/"))
    narrow = soup(officer.get("/policy/takuso/", {"circumstance": "normal"}))

    def treatments(page):
        words = [cell.a.text.split()[1] for cell in page.select("tbody td.t")]
        return [[treatment.word for treatment in Treatment].index(word) for word in words]

    assert len(treatments(whole)) == len(treatments(narrow))
    assert all(n >= w for w, n in zip(treatments(whole), treatments(narrow), strict=True))


def test_an_unknown_value_narrows_nothing(officer):
    assert soup(officer.get("/policy/takuso/", {"circumstance": "？"})).select("tbody") == soup(
        officer.get("/policy/takuso/")
    ).select("tbody")


def test_the_visible_boxes_hold_every_visible_context(officer, takuso):
    page = soup(officer.get("/policy/takuso/visible/"))

    boxes = visible(takuso.table)
    assert len(page.select("ol.boxes > li")) == len(boxes)
    assert f"{sum(box.contexts for box in boxes):,} 通りだけ" in page.text


def test_every_rule_stands_in_the_table_and_the_last_line_closes_the_rest(officer, takuso):
    rows = soup(officer.get("/policy/takuso/rules/")).select("table.rules tbody tr")

    assert [row.th.b.text for row in rows[:-1]] == [rule.id for rule in takuso.table.rules]
    assert "上記以外" in rows[-1].text
    assert len(rows[-1].select(".t-refuse")) == len(takuso.table.classes)


def test_an_answer_is_that_of_the_table(officer, takuso):
    context = grid_of(takuso).rows[0].cells[1].context

    page = soup(officer.get("/policy/takuso/explain/", codes(context)))

    found = {
        row.th.text: row.select_one("td.t").text.split()[1]
        for row in page.select("table.narrow tbody tr")
    }
    levels = takuso.table.decide(context).levels
    assert found == {name: level.word for name, level in levels.items()}
    assert ROW in found


def test_a_question_that_lacks_a_value_is_refused_with_what_to_do(officer):
    page = officer.get("/policy/takuso/explain/", {"viewer_class": "nobody"})

    assert page.status_code == 422
    assert "閲覧者区分を一覧から選んでください" in page.text


def test_the_pages_of_the_tables_ask_the_database_only_who_is_there(
    officer, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        officer.get("/policy/takuso/")
