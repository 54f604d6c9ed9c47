"""調べる: the numbers of the page are those of the investigation, and its rows are recorded."""

import io
from datetime import UTC, datetime
from types import SimpleNamespace

import openpyxl
import pypdf
import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.trace import operations
from sekisho_web.trace.models import Investigation
from tests.doors.ledger import reading
from tests.doors.trace.shelf import TABLE, investigated
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db

HERE = reverse("trace:incidents")


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def line(page, name):
    """Return the numbers of the line of a table that begins with `name`."""
    rows = page.select("table.incidents tr")
    row = next(row for row in rows if row.th.text.strip().startswith(name))
    return [cell.text.strip() for cell in row.select("td")]


def accesses_of(found, kind="mask_gap"):
    return reverse("trace:accesses", args=[found.pk, kind])


@pytest.mark.parametrize("traits", [{}, {"sales": True}, {"it": True}])
def test_who_does_not_investigate_may_not_enter(client, shelved, traits):
    found = shelved()
    sign_in(client, **traits)

    for address in (HERE, accesses_of(found), reverse("trace:pdf", args=[found.pk])):
        assert client.get(address).status_code == 403


def test_before_the_first_investigation_the_page_says_what_to_do(officer):
    page = officer.get(HERE)

    assert page.status_code == 200
    assert "まだ調査がありません" in page.text


def test_the_numbers_of_the_table_are_those_of_the_investigation(officer, shelved):
    shelved(gaps=4)

    page = soup(officer.get(HERE))

    assert line(page, "マスク・画面遷移の抜け") == ["4"] * 5
    assert line(page, "IDの貸し借り") == ["0"] * 5
    assert line(page, "合計")[0] == "4"
    assert line(page, "判定表が拒否する閲覧")[0] == "8"
    assert line(page, "判定不能")[0] == "5"
    said = " ".join(page.text.split())
    assert "読んだ行 101 ＝ 採った行 100 ＋ 読めなかった行 1" in said
    assert "一致しません" not in page.text


def test_a_window_that_was_asked_for_shows_its_own_numbers(officer, shelved):
    found = shelved(gaps=4)
    here = reverse("trace:investigation", args=[found.pk])

    page = soup(officer.get(here, {"first": "2025-10-01", "last": "2025-12-31"}))

    assert line(page, "マスク・画面遷移の抜け")[0] == "2"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2025-09-01", "2025-09-30"),
        ("2025/9/1", "2025/9/30"),
        ("令和7年9月1日", "R7.9.30"),
        ("２０２５年９月１日", "令和７年９月３０日"),
    ],
)
def test_any_other_window_is_counted_anew_however_its_days_are_written(
    officer, shelved, first, last
):
    found = shelved(gaps=3)
    here = reverse("trace:investigation", args=[found.pk])

    page = officer.get(here, {"first": first, "last": last})

    assert page.status_code == 200
    assert line(soup(page), "マスク・画面遷移の抜け") == ["2", "2", "2", "1", "2"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"first": "昨日", "last": "2025-09-30"}, "の形で書いてください"),
        ({"first": "2025-09-30", "last": "2025-09-01"}, "はじめの日と同じか、より後に"),
        ({"first": "0001-01-01", "last": "9999-12-31"}, "2000年から2200年までの日付"),
        ({"first": "1999-12-31", "last": "2025-09-30"}, "2000年から2200年までの日付"),
        ({"first": "2025-09-01", "last": "2201-01-01"}, "2000年から2200年までの日付"),
        ({"first": "2025-02-30", "last": "2025-09-01"}, "の形で書いてください"),
        ({"first": "2025-09-01"}, "必須"),
    ],
)
def test_a_window_that_cannot_be_read_is_refused_and_nothing_typed_is_lost(
    officer, shelved, asked, words
):
    found = shelved()

    page = officer.get(reverse("trace:investigation", args=[found.pk]), asked)

    assert page.status_code == 422
    assert words in page.text
    assert f'value="{asked["first"]}"' in page.text


@pytest.mark.parametrize(
    ("first", "last"),
    [("0001-01-01", "9999-12-31"), ("2025-09-30", "2025-09-01"), ("昨日", "2025-09-30")],
    ids=["遠い日", "逆", "日でない"],
)
def test_accesses_of_a_window_that_cannot_be_read_are_refused_and_the_asking_is_recorded(
    officer, shelved, first, last
):
    found = shelved(gaps=2)
    before = reading.how_many()

    page = officer.get(accesses_of(found), {"first": first, "last": last})

    assert page.status_code == 422
    assert "この期間では調べられません" in page.text
    assert "…0001" not in page.text
    assert reading.how_many() == before + 1


@pytest.mark.parametrize("address", ["incidents", "accesses"])
def test_the_widest_window_that_is_taken_is_counted(officer, shelved, address):
    found = shelved(gaps=2)
    here = accesses_of(found) if address == "accesses" else f"/trace/{found.pk}/"

    assert officer.get(here, {"first": "2000-01-01", "last": "2200-12-31"}).status_code == 200


def test_the_accesses_behind_a_number_are_as_many_as_it_says(officer, shelved):
    found = shelved(gaps=3)

    rows = soup(officer.get(accesses_of(found))).select("tbody tr")

    assert len(rows) == 3
    assert "架空　花子" in rows[0].text
    assert "青空<でんき>" in rows[0].text


def test_of_a_customers_number_only_the_last_four_digits_leave(officer, shelved):
    page = officer.get(accesses_of(shelved(gaps=2)))

    assert "…0001" in page.text
    assert "0000000000000000000001" not in page.text
    assert "U0001" not in page.text


def test_each_look_at_the_accesses_leaves_exactly_one_record(officer, shelved):
    found = shelved(gaps=3)
    before = reading.how_many()

    page = officer.get(accesses_of(found))

    assert reading.how_many() == before + 1
    leaf = reading.leaf(page["X-Sekisho-Record"])
    assert (leaf["scr"], leaf["table"]) == ("trace:accesses", TABLE)
    assert leaf["n"] == {"rival": 3}
    assert leaf["seen"] == {"rival": 3}


def test_a_class_that_does_not_exist_is_not_found_and_the_asking_is_recorded(officer, shelved):
    found = shelved()
    before = reading.how_many()

    assert officer.get(accesses_of(found, "no_such")).status_code == 404
    assert reading.how_many() == before + 1


def test_accesses_that_cannot_be_recorded_are_not_shown(officer, shelved, monkeypatch):
    def fails(self, *args, **kwargs):
        raise NotRecorded("記録できません", remedy="あとで")

    found = shelved()
    monkeypatch.setattr("sekisho_links.ledger.recorder.Recorder.record", fails)

    page = officer.get(accesses_of(found))

    assert page.status_code == 503
    assert "…0001" not in page.text


def test_long_lists_come_in_pages(officer, shelved):
    found = shelved(gaps=51)

    first, second = (soup(officer.get(accesses_of(found), {"page": n})) for n in (1, 2))

    assert len(first.select("tbody tr")) == 50
    assert len(second.select("tbody tr")) == 1


@pytest.mark.parametrize("address", ["incidents", "accesses"])
def test_three_rows_take_as_many_queries_as_thirty(officer, shelved, address):
    pages = []
    for gaps in (3, 30):
        found = shelved(gaps=gaps, name=f"of-{gaps}")
        pages.append(
            accesses_of(found)
            if address == "accesses"
            else reverse("trace:investigation", args=[found.pk])
        )
    officer.get(pages[0])  # what is kept in the process is kept now

    counts = []
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_lines_that_could_not_be_read_are_shown_with_their_reason_and_recorded(officer, shelved):
    before = reading.how_many()
    found = shelved()
    changed = reading.how_many()

    page = officer.get(reverse("trace:refused", args=[found.pk]))

    assert "番号が22桁の地点番号でも設備IDでもない" in page.text
    assert (changed - before, reading.how_many() - changed) == (0, 1)


def test_the_report_is_handed_out_as_pdf_with_the_numbers_of_the_page(officer, shelved):
    found = shelved(gaps=4)

    answer = officer.get(reverse("trace:pdf", args=[found.pk]))

    assert answer["Content-Type"] == "application/pdf"
    text = "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    assert "閲覧記録の調査報告" in text
    assert "青空" not in text.split("誰が見たか")[0]
    again = officer.get(reverse("trace:pdf", args=[found.pk]))
    assert again.content == answer.content


def test_the_report_is_handed_out_as_excel(officer, shelved):
    answer = officer.get(reverse("trace:excel", args=[shelved(gaps=4).pk]))

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert "事案ごとの件数" in book.sheetnames


def test_without_the_writer_of_reports_the_page_says_what_to_install(officer, shelved, monkeypatch):
    monkeypatch.setattr("sekisho_links.reports.extra.import_module", missing)

    answer = officer.get(reverse("trace:excel", args=[shelved().pk]))

    assert answer.status_code == 503
    assert "sekisho[reports]" in answer.text


def missing(name):
    raise ImportError(name)


def test_the_score_of_an_invented_world_is_shown_in_the_demo_only(officer, shelved, monkeypatch):
    found = shelved()
    row = {"class": "mask_gap", "precision": 1.0, "recall": 0.5, "planted": 4, "reported": 2}
    Investigation.objects.filter(pk=found.pk).update(counts=found.counts | {"score": [row]})

    assert "正解との突き合わせ" not in officer.get(HERE).text
    monkeypatch.setattr("sekisho_web.trace.views.settings", SimpleNamespace(SEKISHO_DEMO=True))
    page = officer.get(HERE)
    assert "正解との突き合わせ" in page.text
    assert "0.500" in page.text


def test_the_same_results_registered_again_are_the_same_investigation(shelved):
    first, again = shelved(), shelved()

    assert first == again
    assert Investigation.objects.count() == 1


def test_an_investigation_that_cannot_be_entered_in_the_ledger_is_not_put_on_the_shelf(
    shelved, monkeypatch
):
    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        shelved()

    assert not Investigation.objects.exists()


@pytest.mark.parametrize("content", [None, "{", "[]", '{"policy": "x"}'])
def test_a_folder_without_an_investigation_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "investigation.json").write_text(content, encoding="utf-8")

    with pytest.raises(operations.NotAnInvestigation, match="調査の結果がありません"):
        operations.register(folder=tmp_path, by=None, now=timezone.now())


def test_the_command_puts_an_investigation_on_the_shelf(tmp_path, capsys):
    folder = investigated(tmp_path / "found")

    call_command("register_investigation", str(folder))

    assert Investigation.objects.get().digest in capsys.readouterr().out
    with pytest.raises(CommandError, match="フォルダを指定してください"):
        call_command("register_investigation", str(tmp_path))


def test_the_moment_of_an_access_is_shown_in_japan(officer, tmp_path):
    folder = investigated(tmp_path / "found", gaps=1)
    found = operations.register(folder=folder, by=None, now=datetime(2026, 4, 1, tzinfo=UTC))

    assert "2025-09-01 09:00:00" in officer.get(accesses_of(found)).text
