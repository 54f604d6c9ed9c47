"""A report as a Word document: headings, contents, tables whose heads repeat, the same bytes."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sekisho.reports.shapes import Column, Look, Report, Section, Table, digest
from sekisho_links.reports.excel import COLOURS, OF_SIGN, ROWS, TooLong
from sekisho_links.reports.extra import part

FONT = "BIZ UDPGothic"
LINE = 15_140  # twips between the margins of A4 landscape
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every part of the file: else the bytes change each second

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_THUMBNAIL = "/thumbnail"
# Styles of text in tables: name -> half points. The more columns, the smaller.
_SIZES = {"Sekisho cell": 17, "Sekisho small cell": 13}
_MANY = 9  # columns from which on a table is set small


def word_of(report: Report) -> bytes:
    """Return `report` as a Word document (A4 landscape). Pictures are left to the PDF.

    Raises TooLong where it has more rows than an office machine opens.
    """
    docx = part("docx", makes="Word")
    rows = sum(len(table.rows) for section in report.sections for table in section.tables)
    if rows > ROWS:
        raise TooLong(
            f"行が {rows:,} あり、{ROWS:,} を超えます", place=report.title,
            remedy="システムを絞ってから作り直してください",
        )  # fmt: skip
    document = docx.Document()
    _described(document, report)
    _styled(document, docx)
    _paged(document, docx, report)
    body = document.element.body
    last = body[-1]  # the section's properties stay at the end
    for text in _front(report):
        last.addprevious(_parsed(docx, text))
    marks = _Marks(report)
    for text in (*marks.contents(), *_broken()):
        last.addprevious(_parsed(docx, text))
    for n, section in enumerate(report.sections):
        for text in _of_section(section, marks, n):
            last.addprevious(_parsed(docx, text))
    written = BytesIO()
    document.save(written)
    return _repacked(written.getvalue())


def _parsed(docx: Any, text: str) -> Any:  # noqa: ANN401 - an untyped library
    return docx.oxml.parse_xml(text.replace(">", f' xmlns:w="{_W}">', 1))


def _described(document: Any, report: Report) -> None:  # noqa: ANN401 - untyped
    told = document.core_properties
    moment = datetime.fromisoformat(report.made_at).replace(tzinfo=None)
    told.title, told.subject, told.author = report.title, report.subtitle, "Sekisho"
    told.comments, told.keywords, told.language = "", f"sha256:{digest(report)}", "ja-JP"
    told.created = told.modified = moment
    told.last_modified_by, told.revision = "Sekisho", 1
    relations = document.part.package.rels
    for name in [name for name, one in relations.items() if one.reltype.endswith(_THUMBNAIL)]:
        del relations[name]


def _styled(document: Any, docx: Any) -> None:  # noqa: ANN401 - untyped
    """Set one font for every script: where eastAsia is left to the theme, Mincho appears."""
    styles = document.styles
    kinds, points, colour = docx.enum.style.WD_STYLE_TYPE, docx.shared.Pt, docx.shared.RGBColor
    for name, half in _SIZES.items():
        cell = styles.add_style(name, kinds.PARAGRAPH)
        cell.font.size = points(half / 2)
        cell.paragraph_format.space_after = points(0)
    for n in (1, 2):
        entry = styles.add_style(f"toc {n}", kinds.PARAGRAPH)
        entry.font.size = points(10.5 if n == 1 else 9)
        entry.paragraph_format.left_indent = points(12 * (n - 1))
        entry.paragraph_format.space_after = points(2)
    for name, size in (("Title", 20), ("Heading 1", 14), ("Heading 2", 11), ("Normal", 10)):
        styles[name].font.size = points(size)
        if name != "Normal":
            styles[name].font.color.rgb = colour(0x1A, 0x1A, 0x1A)
            styles[name].font.bold = True
    caption = styles["Caption"]
    caption.font.size, caption.font.bold = points(9), True
    caption.font.color.rgb = colour(0x4D, 0x4D, 0x4D)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = points(8)
    name = docx.oxml.ns.qn
    for style in styles:
        if style.type == kinds.PARAGRAPH:
            style.element.get_or_add_rPr().get_or_add_rFonts()
    for fonts in styles.element.iter(name("w:rFonts")):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(name(f"w:{script}"), FONT)
    for language in styles.element.iter(name("w:lang")):
        language.set(name("w:val"), "ja-JP")
        language.set(name("w:eastAsia"), "ja-JP")


def _paged(document: Any, docx: Any, report: Report) -> None:  # noqa: ANN401 - untyped
    page, millimetres = document.sections[0], docx.shared.Mm
    page.orientation = docx.enum.section.WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = millimetres(297), millimetres(210)
    page.left_margin = page.right_margin = millimetres(15)
    page.top_margin, page.bottom_margin = millimetres(15), millimetres(16)
    page.footer_distance = millimetres(8)
    foot = page.footer.paragraphs[0]._p
    words = f"{report.made_on}　データ sha256:{digest(report)}"
    foot.addprevious(
        _parsed(
            docx,
            '<w:p><w:pPr><w:tabs><w:tab w:val="clear" w:pos="4320"/>'
            '<w:tab w:val="clear" w:pos="8640"/>'
            f'<w:tab w:val="center" w:pos="{LINE * 5 // 8}"/>'
            f'<w:tab w:val="right" w:pos="{LINE}"/></w:tabs></w:pPr>'
            f"{_run(words, size=14)}{_tab()}{_run(report.handling, size=14)}{_tab()}"
            f"{_field('PAGE')}{_run(' / ', size=14)}{_field('NUMPAGES')}</w:p>",
        )
    )
    foot.getparent().remove(foot)


def _front(report: Report) -> Iterator[str]:
    yield _paragraph(report.title, style="Title")
    yield _paragraph(report.subtitle)
    facts = (*report.facts, ("データ", f"sha256:{digest(report)}"))
    columns = (Column(name="事項", width=2), Column(name="内容", width=10))
    yield _table(Table(caption=report.title, columns=columns, rows=facts))
    yield _paragraph("")


class _Marks:
    """The headings of a report, each with a bookmark that the contents lead to."""

    def __init__(self, report: Report) -> None:
        self._of: dict[tuple[int, int], str] = {}
        self._lines: list[tuple[int, str, str]] = []
        for n, section in enumerate(report.sections):
            self._add(n, -1, 1, section.heading)
            if section.joined:
                for m, table in enumerate(section.tables):
                    self._add(n, m, 2, table.caption)

    def _add(self, section: int, table: int, level: int, words: str) -> None:
        mark = f"_Toc{len(self._lines) + 1:08}"
        self._of[section, table] = mark
        self._lines.append((level, words, mark))

    def heading(self, section: int, words: str, *, table: int = -1) -> str:
        """Return a heading with its bookmark."""
        mark = self._of[section, table]
        number, level = int(mark.removeprefix("_Toc")), 1 if table < 0 else 2
        return (
            f'<w:p><w:pPr><w:pStyle w:val="Heading{level}"/></w:pPr>'
            f'<w:bookmarkStart w:id="{number}" w:name="{mark}"/>{_run(words)}'
            f'<w:bookmarkEnd w:id="{number}"/></w:p>'
        )

    def contents(self) -> Iterator[str]:
        """Yield the table of contents, filled in: it is right before anybody updates it."""
        yield _paragraph("目次", style="Caption")
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
            ' TOC \\o "1-2" \\h \\z \\n </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        for n, (level, words, mark) in enumerate(self._lines):
            yield (
                f'<w:p><w:pPr><w:pStyle w:val="toc{level}"/></w:pPr>{begin if n == 0 else ""}'
                f'<w:hyperlink w:anchor="{mark}" w:history="1">{_run(words)}</w:hyperlink>'
                f"{end if n == len(self._lines) - 1 else ''}</w:p>"
            )


def _broken() -> Iterator[str]:
    yield '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def _of_section(section: Section, marks: _Marks, n: int) -> Iterator[str]:
    yield marks.heading(n, section.heading)
    for sentence in section.sentences:
        yield _paragraph(sentence)
    for m, table in enumerate(section.tables):
        if section.joined:
            yield marks.heading(n, table.caption, table=m)
        else:
            yield _paragraph(table.caption, style="Caption")
        yield _table(table)
        yield _paragraph("", style="Sekishosmallcell")  # two tables in a row would become one


def _table(table: Table) -> str:
    shares = sum(column.width for column in table.columns)
    widths = [LINE * column.width // shares for column in table.columns]
    style = "Sekishosmallcell" if len(table.columns) >= _MANY else "Sekishocell"
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    heads = "".join(
        _cell(column.name, width, style=style, fill="E6E6E6", bold=True)
        for column, width in zip(table.columns, widths, strict=True)
    )
    rows = "".join(_row(table.columns, row, widths, style) for row in table.rows)
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="949494"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0"'
        ' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={_attribute(table.caption)}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>{rows}</w:tbl>"
    )


def _row(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int], style: str) -> str:
    cells = "".join(
        _coloured(column, words, width, style)
        for column, words, width in zip(columns, row, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _coloured(column: Column, words: str, width: int, style: str) -> str:
    if column.look is Look.TREATMENT and words[:1] in OF_SIGN:
        ground, letters = COLOURS[OF_SIGN[words[:1]]]
        return _cell(words, width, style=style, fill=ground[1:], colour=letters[1:])
    return _cell(words, width, style=style, right=column.numeric)


def _cell(
    words: str,
    width: int,
    *,
    style: str,
    fill: str = "",
    colour: str = "",
    bold: bool = False,
    right: bool = False,
) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    aside = '<w:jc w:val="right"/>' if right else ""
    text = _run(words, colour=colour, bold=bold) if words else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{aside}</w:pPr>{text}</w:p></w:tc>'
    )


def _paragraph(words: str, *, style: str = "Normal") -> str:
    text = _run(words) if words else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{text}</w:p>'


def _run(words: str, *, colour: str = "", bold: bool = False, size: int = 0) -> str:
    """Return text as a run. size: in half points; 0 leaves it to the style."""
    look = (
        ("<w:b/>" if bold else "")
        + (f'<w:color w:val="{colour}"/>' if colour else "")
        + (f'<w:sz w:val="{size}"/>' if size else "")
    )
    lines = _NOT_XML.sub("", words).splitlines() or [""]
    text = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(one)}</w:t>' for one in lines)
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{text}</w:r>"


def _tab() -> str:
    return "<w:r><w:tab/></w:r>"


def _field(name: str) -> str:
    size = '<w:rPr><w:sz w:val="14"/></w:rPr>'
    return f'<w:fldSimple w:instr=" {name} "><w:r>{size}<w:t>1</w:t></w:r></w:fldSimple>'


def _attribute(words: str) -> str:
    return quoteattr(_NOT_XML.sub("", words))


def _repacked(data: bytes) -> bytes:
    """Return the file with its parts in one order and of one moment."""
    written = BytesIO()
    with ZipFile(BytesIO(data)) as made, ZipFile(written, "w", ZIP_DEFLATED) as anew:
        first = "[Content_Types].xml"
        for name in sorted(made.namelist(), key=lambda name: (name != first, name)):
            entry = ZipInfo(name, date_time=EPOCH)
            entry.compress_type = ZIP_DEFLATED
            anew.writestr(entry, made.read(name))
    return written.getvalue()
