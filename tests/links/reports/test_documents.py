"""Documents as files: complete in both forms, safe to open, the same bytes, quickly made."""

import io
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from sekisho.proof.certificate import certificate
from sekisho.reports.documents import completion, specification, test_specification
from sekisho.reports.documents.completion import Completion
from sekisho.reports.documents.edition import Edition
from sekisho.reports.shapes import Column, Look, Report, Section, Table, digest
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.reports.excel import COLOURS, OF_SIGN, excel_of
from sekisho_links.reports.word import word_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WICKED = (
    "=cmd|' /C calc'!A0",
    "+1",
    "@SUM(A1)",
    "https://example.invalid/",
    "<&>\"'",
    "a\x0bb\x00c",
)
FIRST = datetime(2026, 4, 1, tzinfo=UTC)
SECONDS = 10


def edition(key="takuso"):
    policy = shipped_policy()
    return Edition(policy=policy, system=policy.systems[key], name="公開中の版", made_at=FIRST)


def finished():
    policy = shipped_policy()
    return Completion(
        policy=policy, name="公開中の版", before=None, before_name="", change=None, steps=(),
        signatures=(), trial=None, published_at=None, certificate=certificate(policy),
        made_at=FIRST,
    )  # fmt: skip


MADE = {
    "仕様書": lambda: specification.report_of(edition()),
    "試験仕様書": lambda: test_specification.report_of(edition()),
    "完了報告": lambda: completion.report_of(finished()),
}


@cache
def report(name):
    return MADE[name]()


@cache
def workbook(name):
    return excel_of(report(name))


@cache
def document(name):
    return word_of(report(name))


@pytest.fixture(params=list(MADE))
def name(request):
    return request.param


def rows_of(made):
    return [row for section in made.sections for table in section.tables for row in table.rows]


def text(node):
    return "".join(part.text or "" for part in node.iter(f"{W}t"))


def test_the_word_document_holds_every_row_in_its_order(name):
    tables = docx.Document(io.BytesIO(document(name))).element.body.iter(f"{W}tbl")
    found = [
        tuple(text(cell) for cell in row.iter(f"{W}tc"))
        for table in list(tables)[1:]  # the first is that of the front page
        for row in list(table.iter(f"{W}tr"))[1:]
    ]

    assert found == rows_of(report(name))


def test_the_workbook_holds_every_row_in_its_order(name):
    made = report(name)
    book = openpyxl.load_workbook(io.BytesIO(workbook(name)))
    for sheet, section in zip(book.worksheets[1:], made.sections, strict=True):
        cells = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
        for table in section.tables:
            width = len(table.columns)
            found = [row[:width] for row in cells]
            assert found.count(tuple(column.name for column in table.columns)) >= 1
            start = found.index(table.rows[0])
            assert found[start : start + len(table.rows)] == list(table.rows)


def test_each_table_of_the_document_repeats_its_head_and_splits_no_row(name):
    body = docx.Document(io.BytesIO(document(name))).element.body
    for table in body.iter(f"{W}tbl"):
        head, *rows = table.iter(f"{W}tr")
        assert head.find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_the_document_lies_across_and_every_page_names_its_data(name):
    made = docx.Document(io.BytesIO(document(name)))
    page = made.sections[0]
    foot = page.footer._element

    assert (round(page.page_width.mm), round(page.page_height.mm)) == (297, 210)
    assert digest(report(name)) in text(foot)
    assert {one.get(f"{W}instr").strip() for one in foot.iter(f"{W}fldSimple")} == {
        "PAGE",
        "NUMPAGES",
    }


def test_the_contents_lead_to_every_heading(name):
    body = docx.Document(io.BytesIO(document(name))).element.body
    marks = [one.get(f"{W}name") for one in body.iter(f"{W}bookmarkStart")]
    links = [one.get(f"{W}anchor") for one in body.iter(f"{W}hyperlink")]

    assert marks == links
    assert len(set(marks)) == len(marks) >= len(report(name).sections)


def test_no_letter_is_left_to_the_theme(name):
    with ZipFile(io.BytesIO(document(name))) as parts:
        styles = ET.fromstring(parts.read("word/styles.xml"))

    fonts = list(styles.iter(f"{W}rFonts"))
    assert fonts
    for one in fonts:
        assert {key.removeprefix(W): value for key, value in one.attrib.items()} == dict.fromkeys(
            ("ascii", "hAnsi", "eastAsia", "cs"), "BIZ UDPGothic"
        )


def test_every_style_that_is_used_is_there(name):
    with ZipFile(io.BytesIO(document(name))) as parts:
        body = ET.fromstring(parts.read("word/document.xml"))
        styles = ET.fromstring(parts.read("word/styles.xml"))
    known = {style.get(f"{W}styleId") for style in styles.iter(f"{W}style")}

    assert {one.get(f"{W}val") for one in body.iter(f"{W}pStyle")} <= known


@pytest.mark.parametrize("file", [workbook, document])
def test_every_part_of_the_file_is_whole(name, file):
    with ZipFile(io.BytesIO(file(name))) as parts:
        assert parts.testzip() is None
        assert len(set(parts.namelist())) == len(parts.namelist())
        for part in parts.namelist():
            if part.endswith((".xml", ".rels")):
                ET.fromstring(parts.read(part))
        assert not [part for part in parts.namelist() if "vba" in part.lower()]


def test_treatments_are_coloured_and_said_by_a_sign_as_well(name):
    colours = {COLOURS[form][0][1:]: sign for sign, form in OF_SIGN.items()}
    sheets = openpyxl.load_workbook(io.BytesIO(workbook(name))).worksheets
    coloured = [
        (cell.fill.fgColor.rgb[2:], str(cell.value))
        for sheet in sheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.patternType == "solid" and cell.fill.fgColor.rgb[2:] in colours
    ]
    signs = [(ground, words) for ground, words in coloured if words[:1] in OF_SIGN]

    assert all(colours[ground] == words[:1] for ground, words in signs)
    assert signs or name == "完了報告"


def test_the_sheet_of_the_cases_is_one_that_filters_freezes_and_repeats():
    book = openpyxl.load_workbook(io.BytesIO(workbook("試験仕様書")))
    sheet = book["画面の試験"]
    section = next(one for one in report("試験仕様書").sections if one.heading == "画面の試験")
    columns = section.tables[0].columns
    head = int(sheet.print_title_rows.split(":")[0].strip("$"))

    last = get_column_letter(len(columns))
    whole = sum(len(table.rows) for table in section.tables)
    assert sheet.auto_filter.ref == f"A{head}:{last}{head + whole}"
    assert sheet.freeze_panes == f"A{head + 1}"
    assert sheet.page_setup.orientation == "landscape"
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ['"合,否,対象外"']


def test_no_sheet_has_the_name_of_another_and_none_is_too_long(name):
    names = openpyxl.load_workbook(io.BytesIO(workbook(name))).sheetnames

    assert len({one.casefold() for one in names}) == len(names) == len(report(name).sections) + 1
    assert all(len(one) <= 31 for one in names)


def wicked():
    column = Column(name="値"), Column(name="扱い", look=Look.TREATMENT)
    table = Table(caption=WICKED[0], columns=column, rows=tuple((one, "○ 表示") for one in WICKED))
    section = Section(heading="a" * 40 + "/[1]", tables=(table,), sentences=WICKED)
    return Report(
        kind="wicked", title=WICKED[4], subtitle=WICKED[0], made_at="2026-04-01T00:00:00Z",
        made_on="2026年04月01日", position="", facts=((WICKED[0], WICKED[4]),),
        sections=(section, section, Section(heading="A" * 40)), numbers={},
    )  # fmt: skip


def test_nothing_in_a_cell_runs_and_nothing_breaks_the_file():
    book = openpyxl.load_workbook(io.BytesIO(excel_of(wicked())))
    made = docx.Document(io.BytesIO(word_of(wicked())))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {WICKED[0], WICKED[2], WICKED[3], WICKED[4]} <= {cell.value for cell in cells}
    assert not any(cell.hyperlink for cell in cells)
    assert made.tables[1].cell(1, 0).text == WICKED[0]
    assert made.tables[1].cell(5, 0).text == WICKED[4]
    assert "\x00" not in "".join(p.text for p in made.paragraphs)


@pytest.mark.parametrize("made_by", [excel_of, word_of])
def test_a_document_made_later_has_the_same_bytes(name, made_by, monkeypatch):
    first = workbook(name) if made_by is excel_of else document(name)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 1, 1, 0, 0, 0, 0, 1, 0))

    assert made_by(MADE[name]()) == first


def test_a_document_made_by_another_process_has_the_same_bytes():
    script = (
        "from hashlib import sha256;"
        "from tests.links.reports.test_documents import document, workbook;"
        "print(sha256(document('仕様書')).hexdigest(), sha256(workbook('試験仕様書')).hexdigest())"
    )
    root = Path(__file__).parents[3]
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={"PYTHONPATH": f"{root / 'src'}:{root}", "TZ": "UTC", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.split() == [
        sha256(document("仕様書")).hexdigest(),
        sha256(workbook("試験仕様書")).hexdigest(),
    ]


@pytest.mark.parametrize("made_by", [excel_of, word_of])
def test_the_largest_document_is_made_in_seconds(name, made_by):
    start = perf_counter()
    made_by(MADE[name]())

    assert perf_counter() - start < SECONDS
