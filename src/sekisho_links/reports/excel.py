"""A report as an Excel workbook: every cell text, no formula, no macro, the same bytes."""

from datetime import datetime
from io import BytesIO
from typing import Any

from sekisho.errors import SekishoError
from sekisho.reports.shapes import Report, Section, digest
from sekisho_links.reports.extra import part

ROWS = 50_000  # a sheet is cut here: larger ones no longer open on an office machine
_SHEET_NAME = 31
_REFUSED_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "・"))


class TooLong(SekishoError):
    """The report has more rows than one workbook should hold."""


def excel_of(report: Report) -> bytes:
    """Return `report` as a workbook: one sheet of facts, and one for each section."""
    xlsxwriter = part("xlsxwriter", makes="Excel")
    rows = sum(len(table.rows) for section in report.sections for table in section.tables)
    if rows > ROWS:
        raise TooLong(
            f"行が {rows:,} あり、{ROWS:,} を超えます", place=report.title,
            remedy="期間かシステムを絞ってから作り直してください",
        )  # fmt: skip
    written = BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    # a fixed moment, else the bytes change each second
    book.set_properties(
        {
            "title": report.title,
            "created": datetime.fromisoformat(report.made_at),
            "author": "Sekisho",
        }
    )
    styles = _styles(book)
    front = _sheet(book, "表紙", foot=_foot(report))
    front.set_column(0, 0, 18, styles["text"])
    front.set_column(1, 1, 96, styles["text"])
    front.write_string(0, 0, report.title, styles["title"])
    front.write_string(1, 0, report.subtitle, styles["sub"])
    for at, (label, words) in enumerate((*report.facts, ("データ", f"sha256:{digest(report)}"))):
        front.write_string(at + 3, 0, label, styles["head"])
        front.write_string(at + 3, 1, words, styles["text"])
    for section in report.sections:
        _write(_sheet(book, section.heading, foot=_foot(report)), section, styles)
    book.close()
    return written.getvalue()


def _foot(report: Report) -> str:
    return f"&L{report.made_on}  sha256:{digest(report)[:16]}&C{report.handling}&R&P / &N"


def _styles(book: Any) -> dict[str, Any]:  # noqa: ANN401 - an untyped library
    font = {"font_name": "BIZ UDPGothic", "valign": "vcenter"}
    lined = {**font, "bottom": 1, "bottom_color": "#949494"}
    return {
        "title": book.add_format({**font, "bold": True, "font_size": 16}),
        "sub": book.add_format({**font, "font_color": "#666666"}),
        "text": book.add_format({**lined, "text_wrap": True}),
        "number": book.add_format({**lined, "align": "right"}),
        "head": book.add_format({**lined, "bold": True, "bg_color": "#E6E6E6", "text_wrap": True}),
    }


def _sheet(book: Any, name: str, *, foot: str) -> Any:  # noqa: ANN401 - an untyped library
    sheet = book.add_worksheet(name.translate(_REFUSED_IN_NAMES)[:_SHEET_NAME])
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(foot)
    return sheet


def _write(sheet: Any, section: Section, styles: dict[str, Any]) -> None:  # noqa: ANN401 - untyped
    row = 0
    sheet.write_string(row, 0, section.heading, styles["title"])
    row += 1
    for sentence in section.sentences:
        sheet.write_string(row, 0, sentence, styles["sub"])
        row += 1
    if len(section.tables) == 1:
        sheet.repeat_rows(row + 2)
    for table in section.tables:
        row += 1
        sheet.write_string(row, 0, table.caption, styles["sub"])
        row += 1
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, 10 + 6 * (column.width - 1))
            sheet.write_string(row, at, column.name, styles["head"])
        for cells in table.rows:
            row += 1
            for at, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                sheet.write_string(row, at, cell, styles["number" if column.numeric else "text"])
        row += 1
