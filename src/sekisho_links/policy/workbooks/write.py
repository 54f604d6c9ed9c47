"""A folder of tables as a workbook, made to be edited on a screen and read on paper.

The same tables give the same bytes: no clock, no name of a person, one order of the parts.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from sekisho.errors import SekishoError
from sekisho.policy.cells import plain
from sekisho.policy.editing import Files, key_of, rows_of
from sekisho.policy.place import Place
from sekisho.policy.read import hash_of
from sekisho.policy.read_system import CEILING, CONDITION, DUTY, EXPECTED, RESULT, RULES
from sekisho.policy.sheets import MissingSheet, lines_of, text_of
from sekisho.policy.system import KEYS
from sekisho.policy.treatment import DUTY_WORDS, FROM_WORD
from sekisho.policy.vocabulary import lists_of
from sekisho_links.policy.workbooks import transposed as copies
from sekisho_links.policy.workbooks.addresses import LONGEST_TITLE, copy_of, order, title_of
from sekisho_links.policy.workbooks.lists import drop_down
from sekisho_links.workbooks.faults import NotInATable

# The colours of the treatments, as the pages show them: ground and letters.
COLOURS = dict(
    zip(
        FROM_WORD,
        (
            ("#E6F5EC", "#032213"),
            ("#FBF5E0", "#604B00"),
            ("#F0F9FF", "#00234B"),
            ("#F2F2F2", "#1A1A1A"),
            ("#FDEEEE", "#620000"),
        ),
        strict=True,
    )
)
DUE = ("#E6E6E6", "#1A1A1A")  # a duty that is due

LONGEST_CELL = 32_767  # units of UTF-16 that a cell holds
SPARE = 200  # rows below the table that have its drop-downs and colours
WIDEST_COPY = 1_000  # rules side by side
RULES_A_PAGE = 14
A4 = 9
TEXT = 49  # the format 「文字列」, so that Excel makes no number or day of what is typed
MADE = datetime(2000, 1, 1, tzinfo=UTC)  # of every book: the same tables, the same bytes

_REFUSED_IN_TITLES = frozenset("[]:*?/\\")
_UNWRITABLE = frozenset({"\ufffe", "\uffff"})
_BY_CSV = "このシステムは CSV の ZIP で書き出してください"
_FONT = {"font_name": "BIZ UDPGothic", "font_size": 10, "valign": "top"}
_LINED = {**_FONT, "num_format": TEXT, "text_wrap": True, "border": 1, "border_color": "#B3B3B3"}


def write_workbook(
    files: Files, target: Path | BinaryIO | None = None, *, system: str | None = None
) -> bytes:
    """Return the tables as a workbook, and write it to `target` where one is given.

    One sheet a file, with drop-downs, colours and a heading that stays; and of every 判定表 a
    copy with its rules side by side, for reading.

    system: key, name or code; only the sheets of this one and the shared ones.

    Raises where a file cannot be taken apart, or a cell holds what a workbook cannot.
    """
    own = _chosen(files, system)
    tables = {path: _table(files, path) for path in sorted(own, key=order)}
    _check_titles(tables)
    book, written = _book()
    styles = _styles(book)
    foot = f"&L&A&C&P / &N&R版 sha256:{hash_of(_sheets(files))[:12]}"
    rows = {path: len(lines) for path, lines in tables.items()}
    for path, lines in tables.items():
        sheet = book.add_worksheet(title_of(path))
        _write(sheet, path, lines, styles)
        _offer(sheet, path, lines, files=files, rows=rows)
        _colour(sheet, lines, styles)
        _for_paper(sheet, foot)
    for path in tables:
        if path.endswith(f"/{RULES}"):
            _add_copy(book, files, path, styles, foot)
    book.close()
    data = written.getvalue()
    if isinstance(target, Path):
        target.write_bytes(data)
    elif target is not None:
        target.write(data)
    return data


def _chosen(files: Files, system: str | None) -> list[str]:
    paths = list(_sheets(files))
    if system is None:
        return paths
    names = [path.partition("/")[0] for path in paths if "/" in path]
    mine = {name for name in names if system in (name, plain(name), *KEYS.get(plain(name), ()))}
    if not mine:
        raise MissingSheet(
            f"システム「{system}」がありません",
            place="判定表",
            remedy=f"次のいずれかを指定してください: {'、'.join(dict.fromkeys(names))}",
        )
    return [path for path in paths if "/" not in path or path.partition("/")[0] in mine]


def _sheets(files: Files) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path.endswith(".csv")}


def _table(files: Files, path: str) -> list[tuple[str, ...]]:
    """Return every record of a file; an empty one stays, so that rows keep their numbers."""
    lines = lines_of(text_of(files, path), path=path)
    wide = len(next((line.cells for line in lines if any(line.cells)), ()))
    for row, line in enumerate(lines, start=1):
        place = Place(f"{path} {line.number}行目", file=path, line=line.number, row=row)
        if any(line.cells) and len(line.cells) != wide:
            raise NotInATable(
                f"列の数が見出しと違います（見出し {wide}、この行 {len(line.cells)}）",
                place=place,
                remedy=f"行を直してから書き出してください。直す前のものは、{_BY_CSV}",
            )
        for text in line.cells:
            if len(text) * 2 > LONGEST_CELL and len(text.encode("utf-16-le")) // 2 > LONGEST_CELL:
                raise NotInATable(
                    f"{LONGEST_CELL:,} 字を超えるセルがあります", place=place, remedy=_BY_CSV
                )
            if not _UNWRITABLE.isdisjoint(text):
                raise NotInATable("ブックに書けない文字があります", place=place, remedy=_BY_CSV)
    return [line.cells if any(line.cells) else () for line in lines]


def _check_titles(paths: Mapping[str, object]) -> None:
    titles: dict[str, str] = {}
    for path in paths:
        title = copy_of(path) if path.endswith(f"/{RULES}") else title_of(path)
        known = title.casefold()
        if (
            len(title.encode("utf-16-le")) // 2 > LONGEST_TITLE
            or not _REFUSED_IN_TITLES.isdisjoint(title)
            or title.startswith("'")
            or known in titles
        ):
            raise NotInATable(
                f"シートの名にできません（{title}）",
                place=Place(path, file=path),
                remedy=f"システムの名を短くするか、記号を除いてください。{_BY_CSV}",
            )
        titles[known] = path


def _book() -> tuple[Any, BytesIO]:
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 -- of an extra
    except ImportError as error:
        raise SekishoError(
            "Excel を作る部品が入っていません",
            place="判定表の書き出し",
            remedy="sekisho[reports] を入れてください",
        ) from error
    written = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = Workbook(written, options)
    book.set_properties({"title": "判定表", "created": MADE})
    return book, written


def _styles(book: Any) -> dict[str, Any]:  # noqa: ANN401 -- an untyped library
    head = {**_LINED, "bold": True, "bg_color": "#E6E6E6", "valign": "vcenter"}
    return {
        "blank": book.add_format({**_FONT, "num_format": TEXT, "text_wrap": True}),
        "cell": book.add_format(_LINED),
        "id": book.add_format({**_LINED, "bold": True}),
        "head": book.add_format(head),
        "mark": book.add_format(
            {**_FONT, "num_format": TEXT, "bold": True, "font_color": "#A30000"}
        ),
        **{
            word: book.add_format({"bg_color": ground, "font_color": letters})
            for word, (ground, letters) in (*COLOURS.items(), (DUTY_WORDS[-1], DUE))
        },
    }  # fmt: skip


def _write(sheet: Any, path: str, lines: Sequence[Sequence[str]], styles: dict[str, Any]) -> None:  # noqa: ANN401
    head = next((n for n, line in enumerate(lines) if line), 0)
    columns = [plain(name) for name in lines[head]] if lines else []
    key = key_of(path, columns)
    first = columns.index(key[0]) if key and key[0] in columns else 0
    for column, name in enumerate(columns):
        wide = _width(name, [line[column] for line in lines[head + 1 :] if line])
        sheet.set_column(column, column, wide, styles["blank"])
    for row, line in enumerate(lines):
        for column, text in enumerate(line):
            style = styles["head" if row == head else "id" if column == first else "cell"]
            if text:
                sheet.write_string(row, column, text, style)
            else:
                sheet.write_blank(row, column, None, style)
    sheet.freeze_panes(head + 1, first + 1)
    sheet.repeat_rows(0, head)


def _offer(
    sheet: Any,  # noqa: ANN401
    path: str,
    lines: Sequence[Sequence[str]],
    *,
    files: Files,
    rows: dict[str, int],
) -> None:
    head = next((n for n, line in enumerate(lines) if line), 0)
    columns = [plain(name) for name in lines[head]] if lines else []
    lists = lists_of(files, folder=path.rpartition("/")[0])
    for column, name in enumerate(columns):
        offered = drop_down(path, name, lists, columns=columns, rows=rows)
        if offered is None:
            continue
        choice: dict[str, object] = {
            "validate": "list",
            "source": offered.source,
            "ignore_blank": True,
        }
        if offered.asks:
            choice |= {
                "error_type": "warning",
                "error_title": "一覧にない語です",
                "error_message": "このまま入れると、取り込むときに調べ直します。",
            }
        else:
            choice["show_error"] = False
        sheet.data_validation(head + 1, column, len(lines) + SPARE, column, choice)


def _colour(sheet: Any, lines: Sequence[Sequence[str]], styles: dict[str, Any]) -> None:  # noqa: ANN401
    head = next((n for n, line in enumerate(lines) if line), 0)
    columns = [plain(name) for name in lines[head]] if lines else []
    for first, last, words in _stretches(columns):
        area = (head + 1, first, len(lines) + SPARE, last)
        for word in words:
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles[word]}
            sheet.conditional_format(*area, rule)


def _stretches(columns: Sequence[str]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield the columns that stand together and are coloured alike: first, last, words."""
    treatments, due = tuple(COLOURS), DUTY_WORDS[-1:]
    words = [
        treatments
        if name.startswith((RESULT, CEILING, EXPECTED))
        else due
        if name.startswith(DUTY)
        else ()
        for name in columns
    ]
    first = 0
    for column in range(1, len(words) + 1):
        if column == len(words) or words[column] != words[first]:
            if words[first]:
                yield first, column - 1, words[first]
            first = column


def _for_paper(sheet: Any, foot: str, *, pages: int = 1) -> None:  # noqa: ANN401
    """Set a sheet for A4, across. pages: how many of them side by side."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    sheet.fit_to_pages(pages, 0)
    sheet.set_footer(foot)


def _add_copy(book: Any, files: Files, path: str, styles: dict[str, Any], foot: str) -> None:  # noqa: ANN401
    """Add the copy of a 判定表 with its rules side by side; none where it cannot be read so."""
    try:
        grid = rows_of(files, path)
    except SekishoError:
        return
    if len(grid.rows) > WIDEST_COPY:
        return
    lines = copies.transposed(grid)
    sheet = book.add_worksheet(copy_of(path))
    sheet.write_string(0, 0, copies.mark_of(lines, table=title_of(path)), styles["mark"])
    sheet.set_column(0, 0, 22, styles["blank"])
    sheet.set_column(1, len(lines[0]) - 1, 13, styles["blank"])
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line):
            style = styles["head" if row == 1 or not column else "cell"]
            if text:
                sheet.write_string(row, column, text, style)
            else:
                sheet.write_blank(row, column, None, style)
    for row, line in enumerate(lines, start=1):
        if line[0].startswith((RESULT, DUTY)):
            words = DUTY_WORDS[-1:] if line[0].startswith(DUTY) else tuple(COLOURS)
            for word in words:
                rule = {
                    "type": "cell",
                    "criteria": "==",
                    "value": f'"{word}"',
                    "format": styles[word],
                }
                sheet.conditional_format(row, 1, row, len(line) - 1, rule)
    sheet.freeze_panes(copies.TOP, 1)
    sheet.repeat_rows(0, 1)
    sheet.repeat_columns(0)
    sheet.set_tab_color("#A30000")
    _for_paper(sheet, foot, pages=-(-len(lines[0]) // RULES_A_PAGE))


def _width(name: str, texts: Sequence[str]) -> float:
    """Return how wide a column is, in digits: as its longest word needs, and not past reading."""
    if name.startswith((RESULT, CEILING, EXPECTED, DUTY)):
        return 7.5
    longest = max((_digits(line) for text in texts for line in text.split("\n")), default=0)
    most = 14 if name.startswith(CONDITION) else 28
    return min(most, max(longest, min(_digits(name), 10)) + 2)


def _digits(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)
