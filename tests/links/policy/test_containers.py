"""What is no plain workbook: locked, old, cut short, grown, or with parts that do more."""

import re
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from sekisho.policy.sheets import Unreadable
from sekisho_links.policy.workbooks import NotInATable, files_in_workbook
from sekisho_links.workbooks.parts import LARGEST, LARGEST_FILE, MOST_PARTS
from tests.links.policy.books import (
    book,
    book_of,
    files,
    parts_of,
    refused,
    sheet_part,
    with_parts,
)


@pytest.mark.parametrize(
    ("part", "body", "word"),
    [
        ("xl/vbaProject.bin", b"x", "マクロ"),
        ("xl/macrosheets/sheet1.xml", b"<x/>", "マクロ"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "ほかのブックへのリンク"),
        ("xl/connections.xml", b"<x/>", "外部データ"),
        ("xl/pivotTables/pivotTable1.xml", b"<x/>", "ピボット"),
        ("xl/embeddings/oleObject1.bin", b"x", "埋め込まれた"),
        ("xl/activeX/activeX1.xml", b"<x/>", "埋め込まれた"),
        (
            "xl/drawings/drawing1.xml",
            b'<d:wsDr xmlns:d="x"><d:twoCellAnchor/></d:wsDr>',
            "図形か画像",
        ),
    ],
)
def test_a_part_that_does_more_than_hold_cells_is_named(part, body, word):
    (said,) = refused(with_parts(**{part: body}))

    assert word in said


def test_a_macro_book_is_refused_by_what_it_says_it_is():
    parts = parts_of(book())
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )

    assert "マクロ" in refused(book_of(parts))[0]


def test_comments_and_empty_drawings_are_left_alone():
    data = with_parts(
        **{
            "xl/comments1.xml": b"<comments/>",
            "xl/drawings/vmlDrawing1.vml": b"<xml/>",
            "xl/threadedComments/threadedComment1.xml": b"<x/>",
            "xl/drawings/drawing1.xml": b'<d:wsDr xmlns:d="x"/>',
        }
    )

    assert files_in_workbook(data) == files()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param(b"", "読めません", id="空"),
        pytest.param(b"PK\x03\x04 cut off", "読めません", id="切れた"),
        pytest.param("規則ID,根拠\n".encode(), "読めません", id="CSV"),
        pytest.param(book_of({"a": b"b"}), "読めません", id="ただのZIP"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 999, "古い形式", id="xls"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "パスワード",
            id="暗号化",
        ),
        pytest.param(book_of({"xl/workbook.bin": b"b"}), ".xlsb", id="xlsb"),
        pytest.param(book_of({"mimetype": b"b"}), ".ods", id="ods"),
        pytest.param(b"\0" * (LARGEST_FILE + 1), "大きすぎます", id="大きいファイル"),
        pytest.param(book_of({f"p{n}": b"" for n in range(MOST_PARTS + 1)}), "部）", id="部品の数"),
    ],
)
def test_what_is_no_plain_workbook_is_refused_in_words(data, word, tmp_path):
    path = tmp_path / "表.xlsx"
    path.write_bytes(data)

    for source in (data, path, BytesIO(data)):
        (said,) = refused(source)
        assert word in said
    assert refused(path)[0].startswith("表.xlsx ")


def test_a_part_that_only_a_password_opens_is_refused():
    data = bytearray(book())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1

    assert "パスワード" in refused(bytes(data))[0]


def test_a_book_that_unpacks_to_far_more_is_refused_before_it_is_unpacked():
    bomb = with_parts(**{"xl/media/bomb.xml": b" " * (LARGEST + 1)})
    assert len(bomb) < 2_000_000

    assert "大きすぎます" in refused(bomb)[0]


def test_a_part_that_says_it_is_small_is_not_unpacked_further():
    parts = parts_of(book())
    name = sheet_part(parts, "TK_判定表")
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as container:
        for part, body in parts.items():
            container.writestr(part, body if part != name else body + b" " * 50_000_000)
        true = container.getinfo(name).file_size
    data = out.getvalue().replace(true.to_bytes(4, "little"), (1000).to_bytes(4, "little"))

    assert "読めません" in refused(data)[0]


def test_one_name_for_two_parts_is_refused():
    out = BytesIO(book())
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(out, "a") as container:
        container.writestr("xl/workbook.xml", b"<workbook/>")

    assert "同じ名の部品" in refused(out.getvalue())[0]


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"]
)
def test_an_entity_bomb_is_refused_before_it_grows(part):
    parts = parts_of(book())
    lol = b'<!DOCTYPE a [<!ENTITY a "' + b"a" * 99 + b'"><!ENTITY b "&a;&a;&a;">]>'
    parts[part] = re.sub(rb"(<\?xml[^>]*>)", lambda found: found[0] + lol, parts[part])

    assert "DTD" in refused(book_of(parts))[0]


@pytest.mark.parametrize(
    "body",
    [
        b"<worksheet><sheetData><row",
        b"",
        b"\x00\x01",
        b"PK",
    ],
)
def test_a_book_whose_part_is_cut_short_is_refused_in_words(body):
    parts = parts_of(book())

    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"):
        assert "読めません" in refused(book_of(parts | {part: body}))[0]


def test_broken_files_of_every_kind_are_refused_and_nothing_else_is_raised():
    """A byte here and there: what comes out is the tables, or a sentence."""
    whole = book()
    for seed in range(60):
        at = zlib.crc32(bytes([seed])) % len(whole)
        spoiled = whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :]
        with suppress(NotInATable, Unreadable):
            assert files_in_workbook(spoiled) == files()


def test_a_path_that_is_not_there_is_left_to_the_caller(tmp_path):
    with pytest.raises(FileNotFoundError):
        files_in_workbook(Path(tmp_path / "ない.xlsx"))
