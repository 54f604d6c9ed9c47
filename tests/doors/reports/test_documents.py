"""Documents of a version: who may have them, what is in them, and that they come out the same."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sekisho.replay.simulated import nothing
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.reports import extra
from sekisho_web.policy.models import Publication, Signature
from sekisho_web.replay.models import Simulation
from tests.factories.changes import change, edited
from tests.factories.signed_in import sign_in, somebody

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 11, 3, tzinfo=UTC)
KINDS = ("specification", "test-specification")


@pytest.fixture
def officer(client):
    sign_in(client, compliance=True)
    return client


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def at(version="live"):
    return reverse("reports:documents", args=[version])


def one(kind="specification", form="xlsx", *, key="saiene", version="live"):
    return reverse("reports:document", args=[version, key, kind, form])


def texts(book):
    sheets = openpyxl.load_workbook(io.BytesIO(book), read_only=True).worksheets
    return {cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row}


def test_a_person_of_a_retailer_gets_no_document(client):
    sign_in(client, sales=True)

    for address in (at(), one(), reverse("reports:completion", args=["live", "xlsx"])):
        assert client.get(address).status_code == 403


def test_the_page_leads_to_every_document_of_every_system(officer):
    page = soup(officer.get(at()))

    links = {link["href"] for link in page.select("main a")}
    for key, system in shipped_policy().systems.items():
        assert page.find("th", string=lambda said, name=system.name: said and said.strip() == name)
        for kind in KINDS:
            assert {one(kind, form, key=key) for form in ("xlsx", "docx")} <= links
    assert reverse("reports:completion", args=["live", "docx"]) in links


def test_the_page_stands_under_the_tables_in_the_menu(officer):
    here = soup(officer.get(at())).select('nav [aria-current="page"]')

    assert [one.text.strip() for one in here] == ["判定表"]


def test_every_link_of_the_page_says_what_it_leads_to(officer):
    links = soup(officer.get(at())).select("table a")

    assert len({link["aria-label"] for link in links}) == len(links) == 28


@pytest.mark.parametrize("kind", KINDS)
def test_the_workbook_is_the_system_s_and_names_the_version(officer, kind):
    response = officer.get(one(kind))

    found = texts(response.content)
    assert response.status_code == 200
    assert any(shipped_policy().hash in str(cell) for cell in found)
    assert any("再エネ業務管理システム" in str(cell) for cell in found)
    assert response["Content-Disposition"].endswith('.xlsx"')
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_word_document_opens_and_holds_the_screens(officer, kind):
    made = docx.Document(io.BytesIO(officer.get(one(kind, "docx")).content))

    headings = {p.text for p in made.paragraphs if p.style.name.startswith("Heading")}
    for screen in shipped_policy().systems["saiene"].screens.values():
        assert any(screen.name in heading for heading in headings)


@pytest.mark.parametrize("form", ["xlsx", "docx"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_version_gives_the_same_bytes(officer, kind, form):
    assert officer.get(one(kind, form)).content == officer.get(one(kind, form)).content


@pytest.mark.parametrize("form", ["xlsx", "docx"])
def test_the_completion_report_of_a_draft_says_what_would_change_and_that_nobody_signed(
    officer, form
):
    draft = edited(change())
    version = draft.head.version_id[:12]

    response = officer.get(reverse("reports:completion", args=[version, form]))

    assert response.status_code == 200
    said = "".join(map(str, texts(response.content))) if form == "xlsx" else words(response.content)
    for part in (
        draft.number,
        draft.title,
        "二人の署名は、まだ揃っていない。",
        "厳しくなる",
        "本人連絡先",
    ):
        assert part in said


def words(made):
    document = docx.Document(io.BytesIO(made))
    return "".join(node.text or "" for node in document.element.iter() if node.tag.endswith("}t"))


def test_the_completion_report_of_a_published_version_names_who_signed_and_when(officer):
    draft = edited(change())
    version, author, second = draft.head.version, draft.author, somebody(compliance=True)
    for part, by in (("author", author), ("second_line", second)):
        Signature.objects.create(
            change=draft, part=part, by=by, at=NOON, proof={},
            statement={"content": version.pk, "count": 7, "loosened": "ab" * 32},
        )  # fmt: skip
    Publication.objects.create(
        version=version, change=draft, previous=draft.base, state="done", asked_at=NOON,
        live_at=NOON,
    )  # fmt: skip

    address = reverse("reports:completion", args=[version.pk[:12], "xlsx"])
    made = officer.get(address).content

    said = "".join(map(str, texts(made)))
    for part in (author.name, second.name, "緩くなるもの 7 件", f"sha256:{draft.base_id}"):
        assert part in said
    assert "2026年05月11日 12:00（日本時間）" in said
    assert "同じ版に署名した" in said
    assert officer.get(address).content == made


def test_the_completion_report_holds_the_last_trial_and_no_count_below_three(officer):
    draft = edited(change())
    version = draft.head.version_id
    found = replace(nothing(old=draft.base_id, new=version), opened=12_345, closed=2)
    Simulation.objects.create(
        change=draft, version_id=version, base=draft.base, result=found.as_json(),
        digest=found.digest, made_at=NOON, by=draft.author,
    )  # fmt: skip
    address = reverse("reports:completion", args=[version[:12], "xlsx"])

    with CaptureQueriesContext(connection) as queries:
        made = officer.get(address)

    said = texts(made.content)
    assert {"12,345", "12,347", "3未満", f"sha256:{found.digest}"} <= said
    assert len(queries) <= 30


def test_a_signature_over_another_text_does_not_count(officer):
    draft = edited(change())
    for part in ("author", "second_line"):
        Signature.objects.create(
            change=draft, part=part, by=draft.author, at=NOON, proof={},
            statement={"content": draft.base_id, "count": 0, "loosened": ""},
        )  # fmt: skip

    made = officer.get(reverse("reports:completion", args=[draft.head.version_id[:12], "xlsx"]))

    assert "二人の署名は、まだ揃っていない。" in "".join(map(str, texts(made.content)))


def test_a_draft_has_documents_of_its_own_and_the_page_says_which_version_it_is(officer):
    draft = edited(change())
    version = draft.head.version_id[:12]

    page = soup(officer.get(at(version)))

    assert draft.number in page.select_one(".version").text
    assert one(version=version) in {link["href"] for link in page.select("main a")}
    assert officer.get(one(version=version)).content != officer.get(one()).content


def test_a_version_whose_rules_change_on_a_day_has_documents_of_each_stretch(officer):
    draft = edited(change(), row="B01", column="適用終了", value="2027-04-01")
    version = draft.head.version_id[:12]

    page = soup(officer.get(at(version)))

    of_takuso = [row for row in page.select("tbody tr") if "託送業務システム" in row.th.text]
    days = ["2026-04-01", "2027-04-01"]
    assert [row.small.text[:10] for row in of_takuso] == days
    made = {}
    for row, day in zip(of_takuso, days, strict=True):
        address = row.a["href"]
        assert address == one(key="takuso", version=version) + f"?from={day}"
        made[day] = {str(cell) for cell in texts(officer.get(address).content)}
        assert any(cell.startswith(f"{day} から") for cell in made[day])
    assert "B01" in made[days[0]]
    assert "B01" not in made[days[1]]
    assert officer.get(one(key="takuso", version=version) + "?from=2026-05-01").status_code == 404


def test_of_a_draft_that_cannot_be_read_nothing_is_made_and_the_cell_is_named(officer):
    draft = edited(change(), value="いつか")

    for address in (at(draft.head.version_id[:12]), one(version=draft.head.version_id[:12])):
        response = officer.get(address)
        assert response.status_code == 422
        assert "判定表.csv" in response.text


@pytest.mark.parametrize(
    "address",
    [
        at("0123456789ab"),
        at("ab"),
        one(key="nowhere"),
        one(kind="else"),
        one(form="pdf"),
        one(version="0123456789ab"),
    ],
)
def test_what_there_is_not_is_not_found(officer, address):
    assert officer.get(address).status_code == 404


def test_where_the_extra_is_missing_the_page_and_the_document_say_what_to_install(
    officer, monkeypatch
):
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    monkeypatch.setattr(extra, "import_module", absent)

    page, made = officer.get(at()), officer.get(one())

    assert (page.status_code, made.status_code) == (200, 503)
    assert "sekisho[reports]" in page.text
    assert "sekisho[reports]" in made.text


def absent(name):
    raise ImportError(name)


def test_the_page_takes_as_many_queries_for_a_draft_as_for_many(officer):
    counts = []
    for _ in range(2):
        draft = edited(change())
        officer.get(at(draft.head.version_id[:12]))
        with CaptureQueriesContext(connection) as queries:
            officer.get(at(draft.head.version_id[:12]))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_no_document_has_a_macro_or_reaches_out(officer):
    for form in ("xlsx", "docx"):
        parts = ZipFile(io.BytesIO(officer.get(one(form=form)).content))
        assert not [name for name in parts.namelist() if "vba" in name.lower()]
        for name in parts.namelist():
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in parts.read(name)
