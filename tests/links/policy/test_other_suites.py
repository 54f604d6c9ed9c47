"""Books that other programs saved: what they leave out, repeat or write in their own way."""

import csv
import io
from xml.sax.saxutils import escape

import pytest
from openpyxl import load_workbook

from sekisho_links.policy.workbooks import files_in_workbook
from tests.links.policy.books import address, book, by_hand, files, titles


def rows(path):
    return csv.reader(io.StringIO(files()[path].decode(), newline=""))


def inline():
    """Rows and cells without addresses, texts in the cells, ways from the root, no style."""
    tables = {}
    for title, path in titles(files()).items():
        body = "".join(
            "<row>"
            + "".join(
                f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
                for text in cells
            )
            + "</row>"
            for cells in rows(path)
        )
        tables[title] = f"<sheetData>{body}</sheetData>"
    return by_hand(tables, absolute=True)


def strict_with_runs():
    """The strict namespace under a prefix; shared texts in runs, with readings between."""
    texts: dict[str, int] = {}
    tables = {}
    for title, path in titles(files()).items():
        body = "".join(
            f'<x:row r="{n}">'
            + "".join(
                f'<x:c r="{address(n, m)}" s="0" t="s">'
                f"<x:v>{texts.setdefault(text, len(texts))}</x:v></x:c>"
                for m, text in enumerate(cells, start=1)
                if text
            )
            + "</x:row>"
            for n, cells in enumerate(rows(path), start=1)
        )
        tables[title] = f"<x:sheetData>{body}</x:sheetData>"
    runs = "".join(
        f'<si><r><rPr><b/></rPr><t xml:space="preserve">{escape(text[:1])}</t></r>'
        f'<r><t xml:space="preserve">{escape(text[1:])}</t></r>'
        f'<rPh sb="0" eb="1"><t>ヨミ</t></rPh><phoneticPr fontId="1"/></si>'
        for text in texts
    )
    space = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    return by_hand(
        tables,
        prefix="x",
        space=space,
        more={
            "sharedStrings": f"<sst>{runs}</sst>",
            "styles": '<styleSheet><cellXfs><xf numFmtId="49"/></cellXfs></styleSheet>',
        },
    )


def endless():
    """Styled empty cells to the last column, rows to the last one, columns hidden far outside."""
    tables = {}
    for title, path in titles(files()).items():
        lines = list(rows(path))
        body = "".join(
            f'<row r="{n}">'
            + "".join(
                f'<c r="{address(n, m)}" t="str"><v>{escape(text)}</v></c>'
                for m, text in enumerate(cells, start=1)
            )
            + f'<c r="XFD{n}" s="0"/></row>'
            for n, cells in enumerate(lines, start=1)
        )
        after = "".join(f'<row r="{n}" hidden="1"/>' for n in range(len(lines) + 1, 30_000))
        tables[title] = (
            '<dimension ref="A1:XFD1048576"/><cols><col min="60" max="16384" hidden="1"/></cols>'
            f'<sheetData>{body}{after}<row r="1048576" ht="0"><c r="A1048576" s="0"/></row>'
            '</sheetData><autoFilter ref="A1:C3"/>'
        )
    return by_hand(tables)


def saved_again():
    """What openpyxl makes of it."""
    out = io.BytesIO()
    load_workbook(io.BytesIO(book())).save(out)
    return out.getvalue()


@pytest.mark.parametrize("save", [inline, strict_with_runs, endless, saved_again])
def test_a_book_of_another_program_comes_in_byte_for_byte(save):
    data = save()

    assert files_in_workbook(data) == files()
    assert files_in_workbook(io.BytesIO(data), base=files()) == files()


def test_names_of_sheets_may_be_full_width_or_half_width():
    tables = {
        title.replace("TK_", "ＴＫ＿"): "<sheetData><row><c t='str'><v>a</v></c></row></sheetData>"
        for title in titles(files())
    }

    assert list(files_in_workbook(by_hand(tables))) == list(titles(files()).values())
