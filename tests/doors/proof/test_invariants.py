"""不変条件: proved, or the witness in a sentence; and what is not proved stands beside it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho.policy.invariant import InvariantKind
from sekisho.policy.treatment import Treatment
from sekisho.proof.certificate import certificate
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.policy.versions import policy_of
from sekisho_web.proof import queries
from tests.doors.proof.drafts import draft, loosened
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db

HERE = reverse("proof:invariants")
PAGES = ("invariants", "grid", "screens", "coverage")
# B01 is no longer for 新電力: what an affiliate sees of its own customers, a rival does not
UNEQUAL = ("判定表.csv", "B01", "条件:閲覧者区分", "関係小売営業、関係小売委託")


@pytest.fixture
def officer(client):
    sign_in(client, compliance=True)
    return client


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def asked_of(address):
    """Return the version and the context in the words of the tables that an address asks about."""
    query = {key: value for key, (value,) in parse_qs(urlsplit(address).query).items()}
    attributes = shipped_policy().attributes
    return query["version"], {
        name: one.by_code[query[one.code]].word for name, one in attributes.items()
    }


def test_the_shipped_tables_are_proved_and_the_page_says_how_many(officer):
    found = certificate(shipped_policy())

    page = officer.get(HERE)

    assert f"{found.held:,}" in soup(page).select_one(".proof .card-number").text
    assert found.hash in page.text
    assert "39,916,800 通り" in page.text


@pytest.mark.parametrize("page", PAGES)
def test_those_who_may_not_read_proofs_are_refused(client, page):
    sign_in(client, sales=True)
    version = shipped_policy().hash

    for address in (reverse(f"proof:{page}"), reverse(f"proof:{page}", args=[version])):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("page", ["invariant", "cell"])
def test_a_detail_is_refused_to_them_too(client, page):
    sign_in(client, sales=True)
    args = {"invariant": ["F01"], "cell": ["takuso", "TK-310", "affiliate_sales"]}[page]

    assert client.get(reverse(f"proof:{page}", args=args)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_every_page_stands_for_the_live_version_and_for_one_by_its_hash(officer, page):
    version = shipped_policy().hash

    for address in (
        reverse(f"proof:{page}"),
        reverse(f"proof:{page}", args=[version]),
        reverse(f"proof:{page}", args=[version[:12]]),
        reverse(f"proof:{page}", args=[draft().pk]),
    ):
        found = officer.get(address)
        assert found.status_code == 200
        assert version[:12] in found.text


@pytest.mark.parametrize("name", ["0" * 12, "f" * 64])
def test_a_version_that_does_not_exist_is_not_found(officer, name):
    assert officer.get(reverse("proof:invariants", args=[name])).status_code == 404


def test_a_draft_that_cannot_be_read_says_where(officer):
    broken = draft(("判定表.csv", "A11", "結果:レコード", "みせる"))

    page = officer.get(reverse("proof:invariants", args=[broken.pk]))

    assert page.status_code == 200
    assert "判定表.csv" in page.text
    assert "みせる" in page.text


def test_what_is_not_proved_stands_on_the_page_and_on_paper(officer):
    page = officer.get(HERE)

    assert "証明していないこと" in page.text
    for words in (
        "属性の値が事実であること",
        "すべての画面が関所を通っていること",
        "漏れがないこと",
    ):
        assert words in page.text
    assert not soup(page).select(".acts .prose, form .prose")  # nothing that print leaves out


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


def test_one_system_shows_what_was_proved_with_the_hash_of_its_tables(officer):
    takuso = shipped_policy().systems["takuso"]

    page = soup(officer.get(HERE, {"system": "takuso", "kind": "禁止"}))

    words = {" ".join(row.select_one(".fact").text.split())
             for row in page.select("table.proofs tbody tr")}  # fmt: skip
    assert words == {f"（反例なし、組合せ 39,916,800 通り、表 sha256:{takuso.hash[:12]}）"}


def test_what_is_not_a_matter_of_combinations_says_what_was_looked_at(officer):
    takuso = shipped_policy().systems["takuso"]

    page = officer.get(HERE, {"system": "takuso", "kind": "構造"})

    assert f"項目 {len(takuso.fields)}・画面 {len(takuso.screens)}・遷移 50 のすべて" in page.text
    assert "39,916,800 通り、表" not in page.text


def test_the_difference_is_not_said_to_be_proved(officer):
    page = soup(officer.get(HERE, {"kind": "差分"}))

    (row,) = page.select("table.proofs tbody tr")
    assert "公開のときに証明" in row.text
    assert "証明済" not in row.text


def test_a_broken_draft_stands_first_with_its_witness_its_rules_and_the_question(officer):
    version = loosened()

    page = soup(officer.get(reverse("proof:invariants", args=[version.pk[:12]])))

    first = page.select_one("table.proofs tbody tr")
    assert page.select_one(".card.is-bad.proof")
    assert "託送業務システム" in first.select_one(".refusal").text
    assert "（規則 " in first.select_one(".refusal").text
    assert first.find("a", string="この組合せで開く")


def test_only_the_broken_are_listed_where_asked(officer):
    version = loosened()
    here = reverse("proof:invariants", args=[version.pk])

    rows = soup(officer.get(here, {"broken": "1"})).select("table.proofs tbody tr")

    broken = {
        result.invariant.id
        for proof in certificate(policy_of(version.pk)).proofs
        for result in proof.broken
    }
    assert {row.th.a.text for row in rows} == broken
    assert "当たる不変条件はありません" in officer.get(HERE, {"broken": "1"}).text


def test_the_question_asks_the_same_version_and_gets_the_level_of_the_witness(officer):
    version = loosened()
    policy = policy_of(version.pk)
    found = [one for line in queries.lines(policy, broken=True) for one in line.broken]

    assert found
    for one in found:
        witness = one.result.witness
        asked, context = asked_of(one.question)
        assert asked == version.pk
        assert context == dict(witness.context)
        table = policy.systems[one.proof.system].table
        if witness.output in table.outputs:
            assert table.explain(context, witness.output) == (witness.level, witness.rules)
        assert officer.get(one.question).status_code == 200


def test_a_comparison_shows_both_combinations_side_by_side(officer):
    version = draft(UNEQUAL)
    policy = policy_of(version.pk)
    lines = [
        line
        for line in queries.lines(policy, broken=True)
        if line.invariant.kind in (InvariantKind.NEVER_MORE, InvariantKind.ALIKE)
    ]

    assert lines
    for line in lines:
        (one,) = line.broken
        page = soup(officer.get(reverse("proof:invariant", args=[version.pk, line.invariant.id])))
        table = page.select_one("table.sides")
        different = [row.th.text for row in table.select("tr.is-different")]
        assert different == [line.invariant.attribute]
        assert len(table.select("span.t")) == 2
        for rule in one.result.witness.rules:
            assert f"規則 {rule} " in page.select_one("ul.reasons").text
        _, other = asked_of(page.find("a", string="くらべる組合せで開く")["href"])
        _, worse = asked_of(page.find("a", string="この組合せで開く")["href"])
        assert {name for name in other if other[name] != worse[name]} == {line.invariant.attribute}
        system = policy.systems[one.proof.system]
        output = one.result.witness.output
        assert system.table.explain(worse, output)[0] < system.table.explain(other, output)[0]


def test_a_stretch_that_is_not_the_last_is_asked_on_one_of_its_days(officer):
    """The wall A11 stands from October on only: until then the row is shown."""
    version = draft(
        ("判定表.csv", "A11", "適用開始", "2026-10-01"),
        ("判定表.csv", "B01", "条件:契約相手", "自社、他社"),
    )
    line = queries.line(policy_of(version.pk), "F01")

    (one,) = line.broken
    assert (one.stretch, "&on=2026-04-01" in one.question) == (
        "2026-04-01から2026-10-01の前日まで", True,
    )  # fmt: skip
    page = officer.get(one.question)
    assert "2026-04-01の規則で" in page.text
    assert officer.get(one.question.replace("2026-04-01", "2026-02-30")).status_code == 200
    rows = {row.th.text: row for row in soup(page).select("table.narrow tbody tr")}
    assert Treatment(one.result.witness.level).word in rows[one.result.witness.output].td.text


def test_an_invariant_says_for_which_system_and_stretch_it_was_proved(officer):
    page = soup(officer.get(reverse("proof:invariant", args=["F01"])))

    rows = page.select("table.stacked tbody tr")
    assert len(rows) == 7
    assert all("組合せ 39,916,800 通り、表" in " ".join(row.text.split()) for row in rows)
    assert all("2026-04-01から" in row.text for row in rows)


def test_an_invariant_that_does_not_exist_is_not_found(officer):
    assert officer.get(reverse("proof:invariant", args=["X99"])).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_hold_no_style_and_no_script_of_their_own(officer, page):
    found = soup(officer.get(reverse(f"proof:{page}"), {"system": "takuso"}))

    assert not found.select("[style], style, [onclick], script:not([src])")
    assert len(found.select("h1")) == 1
    assert all(one.get("aria-label") for one in found.select("[role=region]"))
    ids = [one["id"] for one in found.select("[id]")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("page", PAGES)
def test_pages_ask_the_database_no_more_for_more_rows(officer, page, django_assert_max_num_queries):
    officer.get(reverse(f"proof:{page}"))

    with django_assert_max_num_queries(12):
        officer.get(reverse(f"proof:{page}"))
