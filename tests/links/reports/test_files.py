"""PDF and Excel of a report: readable, searchable, complete, and the same bytes again."""

import io
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pypdf
import pytest

from sekisho.reports.incidents import FLOW, MONTHS, months_of, report_of
from sekisho.reports.pictures import months
from sekisho.reports.pictures.flow import Kind, Link, flow_of
from sekisho.reports.pictures.flow_drawing import drawn
from sekisho.reports.shapes import canonical, digest
from sekisho_links import shipped
from sekisho_links.reports import extra
from sekisho_links.reports.excel import TooLong, excel_of
from sekisho_links.reports.pdf import pdf_of
from tests.rules.reports.findings import findings

WICKED = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def report():
    return report_of(findings(viewers={WICKED: 5, "𠮷田㎾": 6, "https://example.invalid/": 7}))


@pytest.fixture(scope="module")
def pictures():
    found = findings()
    link = Link(viewer="関係小売", gate="託送", owner="A<新>電力", kind=Kind.STOP, count=5)
    line = months.Line(name="抜け", counts={one.month: one.accesses for one in found.months})
    return {
        FLOW: drawn(flow_of([link])),
        MONTHS: months.drawn([line], months=months_of(found), of="閲覧"),
    }


@pytest.fixture(scope="module")
def printed(report, pictures):
    return pdf_of(report, pictures=pictures)


def text_of(pdf):
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace(" ", "").replace("\n", "")


def test_the_text_of_the_pdf_can_be_searched(printed):
    said = text_of(printed)

    for words in ("閲覧記録の調査報告", "マスクの抜け", "12,345", "1,200", "社外秘", "𠮷田㎾"):
        assert words in said


def test_the_data_is_attached_to_the_pdf_and_reads_back_equal(report, printed):
    attached = pypdf.PdfReader(io.BytesIO(printed)).attachments

    assert list(attached) == ["report.json"]
    assert attached["report.json"] == [canonical(report)]


def test_every_page_carries_the_digest_of_its_data(report, printed):
    for page in pypdf.PdfReader(io.BytesIO(printed)).pages:
        assert digest(report) in page.extract_text().replace("\n", "")


def test_the_pdf_is_archival_and_tagged(printed):
    assert b"pdfaid:part>3<" in printed.replace(b"\n", b"")
    assert b"pdfuaid" in printed
    assert pypdf.PdfReader(io.BytesIO(printed)).trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_pdf_made_again_has_the_same_bytes(report, pictures, printed):
    assert pdf_of(report, pictures=pictures) == printed


def test_the_pdf_made_by_another_process_has_the_same_bytes(tmp_path):
    script = (
        "import sys; from hashlib import sha256;"
        "from sekisho.reports.incidents import report_of;"
        "from sekisho_links.reports.pdf import pdf_of;"
        "from tests.rules.reports.findings import findings;"
        "print(sha256(pdf_of(report_of(findings()))).hexdigest())"
    )
    root = Path(__file__).parents[3]
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={"PYTHONPATH": f"{root / 'src'}:{root}", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.strip() == sha256(pdf_of(report_of(findings()))).hexdigest()


def cells(book):
    return [
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(book)).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def test_no_cell_of_the_workbook_is_a_formula_a_number_or_a_link(report):
    written = cells(excel_of(report))

    assert {cell.data_type for cell in written} == {"s"}
    assert WICKED in {cell.value for cell in written}
    assert not any(cell.hyperlink for cell in written)
    assert all(cell.value for cell in written)


def test_the_workbook_holds_every_cell_of_the_report(report):
    values = {cell.value for cell in cells(excel_of(report))}

    for section in report.sections:
        for table in section.tables:
            assert {cell for row in table.rows for cell in row} <= values


def test_the_workbook_made_later_has_the_same_bytes(report, monkeypatch):
    first = excel_of(report)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 1, 1, 0, 0, 0, 0, 1, 0))

    assert excel_of(report) == first


def test_the_workbook_has_no_macro(report):
    assert not [name for name in ZipFile(io.BytesIO(excel_of(report))).namelist() if "vba" in name]


def test_a_report_too_long_for_a_sheet_says_how_to_shorten_it(report, monkeypatch):
    monkeypatch.setattr("sekisho_links.reports.excel.ROWS", 3)

    with pytest.raises(TooLong, match="期間かシステムを絞って"):
        excel_of(report)


def test_without_the_extra_the_error_says_what_to_install():
    with pytest.raises(extra.ReportsNotInstalled, match=r"sekisho\[reports\]"):
        extra.part("no_such_part_of_reports", makes="PDF")


def test_the_fonts_are_those_of_the_manifest():
    manifest = tomllib.loads(shipped("vendor", "MANIFEST.fonts.toml").read_text(encoding="utf-8"))

    for name, file in manifest["files"].items():
        held = shipped("vendor", *name.split("/")).read_bytes()
        assert (len(held), sha256(held).hexdigest()) == (file["bytes"], file["sha256"])
        assert shipped("vendor", *file["licence_file"].split("/")).is_file()
