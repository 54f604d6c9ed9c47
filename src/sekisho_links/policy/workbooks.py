"""Tables as workbooks (.xlsx): one sheet per file, and back. What a cell hides is refused by name.

A formula shows one thing and is another; a merged cell belongs to one row and looks as if it
belonged to many; a hidden row is not read by the person who signs. None of them may stand in
a table, and neither may a number or a day that Excel made of a word.
"""

import csv
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from openpyxl import Workbook, load_workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sekisho.errors import SekishoError
from sekisho.policy.read import SHARED_SHEETS, read
from sekisho.policy.read_system import SYSTEM_SHEETS
from sekisho.policy.sheets import BOM, Unreadable
from sekisho.policy.system import KEYS, Policy
from sekisho.policy.treatment import FROM_WORD

# A sheet of a system is named 略号_表 (TK_判定表): 31 characters are all that Excel allows.
CODE_OF = {name: code for name, (_, code) in KEYS.items()}
NAME_OF = {code: name for name, code in CODE_OF.items()}

# Columns in which a whole number is what was meant.
NUMBERS = frozenset({"優先", "番号", "件数上限", "並び"})
# Columns in which a day is what was meant.
DAYS = frozenset({"適用開始", "適用終了", "確認日"})
# The colours of the treatments, as the pages show them.
COLOURS = {
    "表示": "E7F4EC",
    "一部": "FFF6D6",
    "符号化": "E6EEFB",
    "非表示": "ECECEC",
    "拒否": "FBE3E1",
}

# A book of the seven systems unpacks to 6 MB. What unpacks to far more is no book of tables.
LARGEST = 64 * 1024 * 1024  # bytes, of all parts together
MOST_PARTS = 1_000
# What openpyxl lets through of a book whose parts are cut short or are something else.
BROKEN = (
    *(AttributeError, EOFError, IndexError, KeyError, OSError, TypeError, ValueError),
    *(BadZipFile, zlib.error, InvalidFileException, ParseError),
)


class NotInATable(SekishoError):
    """Something in a workbook that a table cannot say."""


def policy_in_workbook(path: Path) -> Policy:
    """Return the policy in the workbook at `path`.

    Raises Unreadable with every cell that cannot be taken, by the name of its sheet.
    """
    return read(files_in_workbook(path))


def address_of(place: str) -> str:
    """Return where a finding stands, as the sheet of the workbook names it."""
    found = re.match(r"(?P<path>.+[.]csv) (?P<line>[0-9]+)行目(?P<rest>.*)", str(place))
    if not found:
        return str(place)
    return f"シート「{_sheet_of(found['path'])}」 {found['line']}行目{found['rest']}"


def files_in_archive(
    source: Path | BinaryIO, *, base: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Return the CSV files of a zip by their path in the folder of tables."""
    try:
        with ZipFile(source) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST:
                raise NotInATable(
                    "展開すると大きすぎます", place="ZIP", remedy="判定表だけを入れてください"
                )
            return {
                part.filename: parts.read(part)
                for part in parts.infolist()
                if part.filename.endswith(".csv")
            }
    except BROKEN:
        raise NotInATable(
            "ZIP として読めません", place="ZIP", remedy="もう一度書き出してください"
        ) from None


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return the files as one zip; the same files give the same bytes."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as parts:
        for path in sorted(files):
            parts.writestr(ZipInfo(path, (1980, 1, 1, 0, 0, 0)), files[path])
    return out.getvalue()


def files_in_workbook(
    path: Path | BinaryIO, *, base: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """Return the sheets of a workbook as the files they stand for, in UTF-8."""
    try:
        with ZipFile(path) as parts:
            sizes = [part.file_size for part in parts.infolist()]
        if sum(sizes) > LARGEST or len(sizes) > MOST_PARTS:
            raise NotInATable(
                f"展開すると大きすぎます（{sum(sizes) // 1024 // 1024:,} MB、{len(sizes):,} 部）",
                place=getattr(path, 'name', 'ブック'),
                remedy="判定表だけを入れた新しいブックに写し、.xlsx の形式で保存してください",
            )
        book = load_workbook(path)
    except BROKEN:
        raise NotInATable(
            "Excel のブックとして読めません",
            place=getattr(path, 'name', 'ブック'),
            remedy="途中で切れた可能性があります。.xlsx の形式で保存し直してください",
        ) from None
    errors: list[SekishoError] = []
    files = {}
    for sheet in book.worksheets:
        name = _file_of(sheet.title)
        if name is None:
            errors.append(
                NotInATable(
                    f"シート「{sheet.title}」は知らない表です",
                    place=getattr(path, 'name', 'ブック'),
                    remedy="「属性」「TK_判定表」のような名にするか、シートを外してください",
                )
            )
            continue
        errors += _hidden(sheet, getattr(path, 'name', 'ブック'))
        files[name] = _csv(sheet, getattr(path, 'name', 'ブック'), errors)
    if errors:
        raise Unreadable(errors)
    return files


def write_workbook(
    files: Mapping[str, bytes], path: Path | None = None, *, system: str | None = None
) -> bytes:
    """Write the files of a folder of tables as one workbook at `path`.

    With drop-downs from 属性, a frozen header and one colour per treatment.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for name in sorted(files, key=_order):
        rows = list(csv.reader(io.StringIO(files[name].removeprefix(BOM).decode(), newline="")))
        _add(book, _sheet_of(name), rows)
    out = io.BytesIO()
    book.save(out)
    if path is not None:
        path.write_bytes(out.getvalue())
    return out.getvalue()


def _file_of(sheet: str) -> str | None:
    """Return the path of the file that a sheet stands for, or None."""
    if f"{sheet}.csv" in SHARED_SHEETS:
        return f"{sheet}.csv"
    code, _, table = sheet.rpartition("_")
    if f"{table}.csv" in SYSTEM_SHEETS and code:
        return f"{NAME_OF.get(code, code)}/{table}.csv"
    return None


def _sheet_of(path: str) -> str:
    folder, _, sheet = path.removesuffix(".csv").rpartition("/")
    return f"{CODE_OF.get(folder, folder)}_{sheet}" if folder else sheet


def _order(path: str) -> tuple[int, str, int]:
    folder, _, sheet = path.rpartition("/")
    if not folder:
        return 0, "", SHARED_SHEETS.index(sheet) if sheet in SHARED_SHEETS else 99
    systems = [*KEYS, folder]
    place = SYSTEM_SHEETS.index(sheet) if sheet in SYSTEM_SHEETS else 99
    return 1 + systems.index(folder), folder, place


def _hidden(sheet: Worksheet, book: str) -> Iterator[SekishoError]:
    """Yield what a reader of the sheet would not see."""
    for area in sheet.merged_cells.ranges:
        yield NotInATable(
            "結合したセルがあります",
            place=f"{book} シート「{sheet.title}」 {area.coord}",
            remedy="結合を解き、すべてのセルに値を書いてください",
        )
    for number, row in sheet.row_dimensions.items():
        if row.hidden:
            yield NotInATable(
                "隠れた行があります",
                place=f"{book} シート「{sheet.title}」 {number}行目",
                remedy="絞り込みや非表示を解き、要らない行は消してください",
            )
    for letter, column in sheet.column_dimensions.items():
        if column.hidden:
            yield NotInATable(
                "隠れた列があります",
                place=f"{book} シート「{sheet.title}」 {letter}列",
                remedy="非表示を解き、要らない列は消してください",
            )
    if sheet.sheet_state != "visible":
        yield NotInATable(
            "隠れたシートです",
            place=f"{book} シート「{sheet.title}」",
            remedy="シートを表示するか、消してください",
        )


def _csv(sheet: Worksheet, book: str, errors: list[SekishoError]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    head: list[str] = []
    for row in sheet.iter_rows():
        cells = []
        for place, cell in enumerate(row):
            column = head[place] if place < len(head) else ""
            try:
                cells.append(_text(cell.value, column, cell.data_type))
            except NotInATable as error:
                error.place = f"{book} シート「{sheet.title}」 {cell.coordinate}"
                errors.append(error)
                cells.append("")
        if not head:
            while cells and not cells[-1]:
                cells.pop()
            head = cells
        if any(cells):
            extra = cells[len(head) :]
            writer.writerow(cells if any(extra) else cells[: len(head)])
        else:
            out.write("\n")  # an empty row keeps its number
    return out.getvalue().encode()


def _text(value: object, column: str, kind: str) -> str:
    """Return a cell as text. Raises NotInATable for whatever was not typed as text."""
    if kind == "f":
        raise NotInATable(
            f"数式があります（{value}）",
            place="",
            remedy="値だけを貼り付け直してください",
        )
    if kind == "e":
        raise NotInATable(
            f"エラー値 {value} があります", place="", remedy="正しい値を書き直してください"
        )
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):
        if column in DAYS and isinstance(value, date):
            return value.strftime("%Y-%m-%d")
        raise NotInATable(
            f"日付に変わった値があります（{value}）",
            place="",
            remedy="セルの書式を「文字列」にして、元の値を書き直してください",
        )
    if isinstance(value, bool):
        raise NotInATable(
            f"真偽値に変わった値があります（{value}）",
            place="",
            remedy="セルの書式を「文字列」にして、元の値を書き直してください",
        )
    if isinstance(value, int | float):
        if column in NUMBERS and float(value).is_integer():
            return str(int(value))
        raise NotInATable(
            f"数に変わった値があります（{value}）",
            place="",
            remedy="セルの書式を「文字列」にして、元の値を書き直してください"
            "（先頭の 0 や長い番号が失われている場合があります）",
        )
    return str(value)


def _add(book: Workbook, title: str, rows: list[list[str]]) -> None:
    sheet = book.create_sheet(title)
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column)
            cell.value = text or None
            cell.number_format = "@"  # text, so that Excel makes no number or day of it
            if text.startswith("="):
                cell.data_type = "s"
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    levels = [
        n for n, name in enumerate(rows[0], start=1) if name.startswith(("結果:", "上限:", "期待:"))
    ]
    if not levels:
        return
    area = f"{get_column_letter(levels[0])}2:{get_column_letter(levels[-1])}{max(2, len(rows))}"
    words = DataValidation(type="list", formula1=f'"{",".join((*FROM_WORD, "－"))}"')
    sheet.add_data_validation(words)
    words.add(area)
    for word, colour in COLOURS.items():
        fill = PatternFill(start_color=colour, end_color=colour, fill_type="solid")
        rule = CellIsRule(operator="equal", formula=[f'"{word}"'], fill=fill)  # type: ignore[no-untyped-call]
        sheet.conditional_formatting.add(area, rule)
