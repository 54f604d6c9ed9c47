"""A report as an Excel workbook: every cell text, no formula, no macro, the same bytes."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from sekisho.errors import SekishoError
from sekisho.policy.treatment import Treatment
from sekisho.reports.shapes import Column, Look, Report, Section, Table, digest
from sekisho_links.reports.extra import part

ROWS = 50_000  # a sheet is cut here: larger ones no longer open on an office machine
LONGEST = 32_767  # characters that a cell can hold
FROZEN = 7  # lines above the heads that may stay on screen with them
_SHEET_NAME = 31
_REFUSED_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "・"))

# The colours of the treatments, as the pages show them: ground and letters.
COLOURS = {
    Treatment.SHOW: ("#E6F5EC", "#0C472A"),
    Treatment.PART: ("#FBF5E0", "#604B00"),
    Treatment.CODE: ("#F0F9FF", "#00428C"),
    Treatment.HIDE: ("#E6E6E6", "#1A1A1A"),
    Treatment.REFUSE: ("#FDEEEE", "#A90000"),
}
OF_SIGN = {treatment.sign: treatment for treatment in Treatment}


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
    of_data = digest(report)
    foot = f"&L{report.made_on}  sha256:{of_data[:16]}&C{report.handling}&R&P / &N"
    styles = _styles(book)
    front = _sheet(book, "表紙", foot=foot)
    front.set_column(0, 0, 18, styles["text"])
    front.set_column(1, 1, 96, styles["text"])
    front.write_string(0, 0, report.title, styles["title"])
    front.write_string(1, 0, report.subtitle, styles["sub"])
    for at, (label, words) in enumerate((*report.facts, ("データ", f"sha256:{of_data}"))):
        front.write_string(at + 3, 0, label, styles["head"])
        front.write_string(at + 3, 1, words, styles["text"])
    names = _names(["表紙", *(section.heading for section in report.sections)])[1:]
    for name, section in zip(names, report.sections, strict=True):
        _write(_sheet(book, name, foot=foot), section, styles)
    book.close()
    return written.getvalue()


def _names(headings: Sequence[str]) -> list[str]:
    """Return names of sheets for `headings`: short enough, and no two alike to Excel."""
    names: list[str] = []
    for heading in headings:
        plain = heading.translate(_REFUSED_IN_NAMES).strip() or "頁"
        name, n = plain[:_SHEET_NAME], 1
        while name.casefold() in {one.casefold() for one in names}:
            n += 1
            name = f"{plain[: _SHEET_NAME - len(str(n)) - 1]} {n}"
        names.append(name)
    return names


def _styles(book: Any) -> dict[str, Any]:  # noqa: ANN401 - an untyped library
    font = {"font_name": "BIZ UDPGothic", "valign": "vcenter"}
    lined = {**font, "bottom": 1, "bottom_color": "#949494"}
    wrapped = {**lined, "text_wrap": True}
    return {
        "title": book.add_format({**font, "bold": True, "font_size": 16}),
        "sub": book.add_format({**font, "font_color": "#666666"}),
        "text": book.add_format(wrapped),
        "number": book.add_format({**lined, "align": "right"}),
        "head": book.add_format({**wrapped, "bold": True, "bg_color": "#E6E6E6"}),
        "blank": book.add_format({**wrapped, "left": 4, "left_color": "#949494"}),
        **{
            treatment.sign: book.add_format({**wrapped, "bg_color": ground, "font_color": letters})
            for treatment, (ground, letters) in COLOURS.items()
        },
    }


def _sheet(book: Any, name: str, *, foot: str) -> Any:  # noqa: ANN401 - an untyped library
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(foot)
    return sheet


def _write(sheet: Any, section: Section, styles: dict[str, Any]) -> None:  # noqa: ANN401 - untyped
    tables = _one_table(section) if section.joined else section.tables
    row = 0
    sheet.write_string(row, 0, section.heading, styles["title"])
    row += 1
    for sentence in section.sentences:
        sheet.write_string(row, 0, sentence, styles["sub"])
        row += 1
    _widths(sheet, tables)
    for table in tables:
        row += 1
        sheet.write_string(row, 0, table.caption, styles["sub"])
        row = _table(sheet, table, styles, at=row + 1, alone=len(tables) == 1)


def _one_table(section: Section) -> tuple[Table, ...]:
    """Return the tables of a section, which have the same columns, as one."""
    if not section.tables:
        return ()
    rows = tuple(row for table in section.tables for row in table.rows)
    return (Table(caption=section.heading, columns=section.tables[0].columns, rows=rows),)


def _widths(sheet: Any, tables: Sequence[Table]) -> None:  # noqa: ANN401 - untyped
    """Set each column as wide as the table that needs it most."""
    widest: dict[int, int] = {}
    for table in tables:
        for at, column in enumerate(table.columns):
            widest[at] = max(widest.get(at, 0), 10 + 6 * (column.width - 1))
    longest = sum(widest.values())
    for at, width in widest.items():
        sheet.set_column(at, at, width if longest <= 260 else max(7, width * 260 // longest))


def _table(
    sheet: Any,  # noqa: ANN401 - untyped
    table: Table,
    styles: dict[str, Any],
    *,
    at: int,
    alone: bool,
) -> int:
    """Write a table from line `at` on, and return the line after it.

    alone: it is the only one of its sheet: its heads repeat on paper, stay on screen, and filter.
    """
    for n, column in enumerate(table.columns):
        sheet.write_string(at, n, column.name, styles["head"])
    for row, cells in enumerate(table.rows, start=at + 1):
        for n, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            style = _style(column, cell, styles)
            if cell:
                sheet.write_string(row, n, cell[:LONGEST], style)
            else:
                sheet.write_blank(row, n, None, style)
    last = at + len(table.rows)
    for n, column in enumerate(table.columns):
        if column.look is Look.VERDICT and table.rows:
            choice = {"validate": "list", "source": ["合", "否", "対象外"], "ignore_blank": True}
            sheet.data_validation(at + 1, n, last, n, choice)
    if alone:
        sheet.repeat_rows(at)
        if len(table.rows) > 1:
            if at < FROZEN:
                sheet.freeze_panes(at + 1, 0)
            sheet.autofilter(at, 0, last, len(table.columns) - 1)
    return last + 1


def _style(column: Column, cell: str, styles: dict[str, Any]) -> Any:  # noqa: ANN401 - untyped
    if column.look is Look.TREATMENT and cell[:1] in OF_SIGN:
        return styles[cell[:1]]
    if column.look in (Look.VERDICT, Look.BLANK):
        return styles["blank"]
    return styles["number" if column.numeric else "text"]
