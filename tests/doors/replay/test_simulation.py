"""試算: who may, what is refused, what comes out, who sees how much of it, and that it stays."""

import csv
import io
import json

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sekisho.policy.life import State
from sekisho.replay.simulated import simulation_of
from sekisho_web.policy import operations as policy
from sekisho_web.replay import simulating
from sekisho_web.replay.models import Simulation
from tests.doors.replay.looks import ROWS, shelved
from tests.factories import changes, sign_in

pytestmark = pytest.mark.django_db

STRICTER = ("C03", "結果:レコード", "拒否")  # closes every row to the crews in the field
LOOSER = ("B01", "義務:重点記録", "不要")  # of two looks, by one person


@pytest.fixture
def writer(client):
    return sign_in(client, it=True)


@pytest.fixture
def draft(writer):
    """Return a function that opens a change with one cell written, and passes it through 点検."""

    def make(cell=STRICTER, *, passed=True):
        row, column, value = cell
        one = changes.edited(changes.change(by=writer), row=row, column=column, value=value)
        if passed:
            now = timezone.now()
            policy.check(change=one, errors=0, broken=0, examples=0, said={}, by=writer, now=now)
        one.refresh_from_db()
        return one

    return make


@pytest.fixture
def shelf(tmp_path):
    """Return a function that puts an investigation on the shelf."""

    def put(rows=ROWS):
        return shelved(tmp_path / f"found{len(rows)}", rows, now=timezone.now())

    return put


def page(response):
    return BeautifulSoup(response.content, "html.parser")


def tried(client, change, investigation=None, **typed):
    typed |= {"investigation": investigation.pk} if investigation else {}
    return client.post(reverse("replay:simulate", args=[change.number]), typed)


def read(client, kept, name="result", *more):
    return client.get(reverse(f"replay:{name}", args=[kept.pk, *more]))


def test_a_draft_that_is_tried_goes_to_the_trial_with_what_came_out(client, draft, shelf):
    change, tried_on = draft(), shelf()

    response = tried(client, change, tried_on)

    kept = Simulation.objects.get()
    assert response.url == reverse("replay:result", args=[kept.pk])
    change.refresh_from_db()
    assert change.state == State.TRIED
    step = change.steps.order_by("-pk").first()
    assert step.said["digest"] == kept.digest == simulation_of(kept.result).digest
    assert "15 件の記録のうち、広がる 0 件" in step.said["sentence"]
    assert "狭まる 10 件（契約 10、人 5）" in step.said["sentence"]


def test_the_result_names_the_cell_the_numbers_and_the_traffic(client, draft, shelf):
    change = draft()
    tried(client, change, shelf())

    shown = page(read(client, Simulation.objects.get()))

    row = shown.find(id="cell-0").get_text(" ", strip=True)
    assert "配電現場 × 他社・レコード" in row
    assert "－ 狭まる" in row
    assert "表示 → 拒否" in row
    assert shown.find("svg").find("desc").text.count("狭まる 10 件") == 1
    assert "小売側に表示されるべきでなかった閲覧" in shown.text
    assert "記録のある全期間" in shown.text
    totals = [cell.text.strip() for cell in shown.select("tfoot td")]
    assert totals == ["15"]


def test_only_the_days_that_were_asked_for_are_counted(client, draft, shelf):
    change = draft()

    tried(client, change, shelf(), first="2025-09-18", last="2025-09-18")

    found = simulation_of(Simulation.objects.get().result)
    assert 0 < found.total < 15


def test_the_examples_name_nobody(client, draft, shelf):
    change = draft()
    tried(client, change, shelf())

    response = read(client, Simulation.objects.get(), "examples", 0)

    rows = page(response).select("tbody tr")
    assert len(rows) == 10
    assert "人 1" in rows[0].text
    assert "見せた" in rows[0].text


@pytest.mark.parametrize(("unit", "whole"), [("it", False), ("compliance", True)])
def test_few_people_are_counted_only_for_who_may_look_at_them(client, draft, shelf, unit, whole):
    change = draft(LOOSER)
    tried(client, change, shelf())
    kept = Simulation.objects.get()
    sign_in(client, **{unit: True})

    shown, examples = page(read(client, kept)), page(read(client, kept, "examples", 0))

    counts = [cell.text.strip() for cell in shown.select("#cell-0 td.n")]
    assert counts[:3] == (["2", "2", "1"] if whole else ["3未満", "3未満", "3未満"])
    assert len(examples.select("tbody tr")) == (2 if whole else 0)
    assert ("三件に満たない" in examples.text) is not whole
    table = read(client, kept, "csv").content.decode("utf-8-sig")
    assert ("3未満" in table) is not whole


def test_excel_and_csv_hold_every_cell(client, draft, shelf):
    change = draft()
    tried(client, change, shelf())
    kept = Simulation.objects.get()

    rows = list(csv.reader(io.StringIO(read(client, kept, "csv").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(read(client, kept, "excel").content))

    assert rows[1][:8] == [
        "狭まる", "託送業務システム", "配電現場", "他社", "詳細", "レコード", "表示", "拒否",
    ]  # fmt: skip
    assert rows[1][8:13] == ["10", "10", "5", "3", "0"]
    assert book.sheetnames == ["表紙", "合計", "変わる場面"]


def test_no_traffic_is_a_result_too(client, draft):
    change = draft()

    response = tried(client, change)

    kept = Simulation.objects.get()
    assert response.status_code == 302
    assert kept.investigation is None
    change.refresh_from_db()
    assert change.state == State.TRIED
    assert "記録されたアクセスがありません" in page(read(client, kept)).text


def test_an_investigation_that_kept_no_looks_is_not_offered(client, draft, shelf):
    change = draft()
    shelf([])

    response = client.get(reverse("replay:simulate", args=[change.number]))

    assert "記録なしとして残す" in page(response).text


def test_traffic_that_is_there_cannot_be_left_out(client, draft, shelf):
    change = draft()
    shelf()

    response = tried(client, change)

    assert response.status_code == 422
    assert not Simulation.objects.exists()


def test_a_draft_that_did_not_pass_is_not_tried(client, draft, shelf):
    change = draft(passed=False)

    response = tried(client, change, shelf())

    assert response.status_code == 422
    assert "点検を通った下書きではありません" in page(response).text
    assert not Simulation.objects.exists()


def test_more_than_a_page_can_wait_for_is_refused_with_a_remedy(client, draft, shelf, monkeypatch):
    change = draft()
    monkeypatch.setattr(simulating, "MOST", len(ROWS) - 1)

    response = tried(client, change, shelf())

    assert response.status_code == 422
    assert "期間を短くする" in page(response).text
    assert not Simulation.objects.exists()


def test_a_last_day_before_the_first_is_refused(client, draft, shelf):
    change = draft()

    response = tried(client, change, shelf(), first="2025-10-02", last="2025-10-01")

    assert response.status_code == 422
    assert "同じか、より後" in page(response).text


def test_who_approves_may_try_it_and_the_change_stays_where_it_is(client, draft, shelf):
    change = draft()
    sign_in(client, compliance=True)

    tried(client, change, shelf())

    change.refresh_from_db()
    assert Simulation.objects.count() == 1
    assert change.state == State.CHECKED


def test_an_edit_after_the_trial_is_said(client, draft, shelf):
    change = draft()
    tried(client, change, shelf())
    changes.edited(change, row="C04", column="結果:要配慮資格", value="拒否")

    shown = page(read(client, Simulation.objects.get()))

    assert "この後に下書きが変わりました" in shown.text
    assert client.get(reverse("replay:simulation", args=[change.number])).status_code == 404


@pytest.mark.parametrize("name", ["simulate", "simulation"])
def test_nobody_else_comes_in(client, draft, name):
    change = draft()
    sign_in(client)

    response = client.get(reverse(f"replay:{name}", args=[change.number]))

    assert response.status_code == 403


def test_the_page_takes_as_many_queries_for_one_cell_as_for_many(client, draft, shelf):
    few, many = draft(), draft(("C03", "結果:地点識別", "拒否"))
    investigation = shelf()
    for change in (few, many):
        tried(client, change, investigation)
    counts = []
    for kept in Simulation.objects.order_by("pk"):
        read(client, kept)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read(client, kept)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_result_cannot_be_changed_or_removed(draft, writer):
    change = draft()
    kept = simulating.simulate(
        change=change, investigation=None, first=None, until=None, by=writer,
        now=timezone.now(), moves=True,
    )  # fmt: skip

    for act in (
        lambda: Simulation.objects.filter(pk=kept.pk).update(digest="0" * 64),
        lambda: Simulation.objects.filter(pk=kept.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert json.dumps(Simulation.objects.get().result, sort_keys=True) == json.dumps(
        kept.result, sort_keys=True
    )
