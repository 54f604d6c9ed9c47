"""A workbook as the files it stands for, with every fault by its sheet and cell, or none at all."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sekisho.errors import SekishoError
from sekisho.policy.cells import plain
from sekisho.policy.editing import Files, key_of, name_of, rows_of
from sekisho.policy.read import SHARED_SHEETS, read
from sekisho.policy.read_system import SYSTEM_SHEETS
from sekisho.policy.sheets import BOM, Line, Unreadable, lines_of, text_of
from sekisho.policy.system import Policy
from sekisho_links.policy.workbooks.addresses import address_of, copied, file_of, title_of
from sekisho_links.policy.workbooks.transposed import misplaced, transposed
from sekisho_links.workbooks.book import Listed, book_in
from sekisho_links.workbooks.columns import letters
from sekisho_links.workbooks.faults import NotInATable, unreadable
from sekisho_links.workbooks.grid import Sheet, sheet_in
from sekisho_links.workbooks.parts import (
    BROKEN,
    Parts,
    Source,
    bytes_of,
    endless,
    forbidden,
    foreign,
    parts_in,
)
from sekisho_links.workbooks.streams import Endless, Forbidden

# Columns in which a whole number is what was meant, and columns in which a day is.
NUMBERS = frozenset({"優先", "番号", "件数上限", "並び"})
DAYS = frozenset({"適用開始", "適用終了", "確認日"})


def policy_in_workbook(path: Path) -> Policy:
    """Return the policy in the workbook at `path`.

    Raises Unreadable with every cell that cannot be taken, by the name of its sheet.
    """
    try:
        return read(files_in_workbook(path))
    except Unreadable as error:
        raise Unreadable([_addressed(one) for one in error.errors]) from None


def files_in_workbook(source: Source, *, base: Files | None = None) -> dict[str, bytes]:
    """Return the sheets of a workbook as the files they stand for, in UTF-8.

    source: where it lies, its bytes, or a stream of them.
    base:   the files it was made from. Every sheet that they have, of the systems in the book and
            of what all share, must be there; and a row that says what it said keeps its bytes.

    Raises Unreadable with everything that a table cannot say, by sheet and cell; NotInATable
    where it cannot be opened at all.
    """
    data, name = bytes_of(source)
    parts = parts_in(data, name=name)
    try:
        errors: list[SekishoError] = list(foreign(parts, name=name))
        sheets, copies = _sheets(parts, errors, base=base)
    except Forbidden:
        raise forbidden(name) from None
    except Endless:
        raise endless(name) from None
    except BROKEN:
        raise unreadable(name) from None
    errors += missing(sheets, base=base)
    files = {}
    for path, sheet in sheets.items():
        errors += sheet.faults
        errors += repeated(sheet, key=key_of(path, [plain(one) for one in sheet.head]))
        files[path] = _bytes(path, sheet, base=base)
    for path, copy in copies.items():
        errors += copy.faults
        if path in files:
            errors += misplaced(
                copy,
                table=title_of(path),
                now=_copy(files, path) or [],
                before=_copy(base or {}, path),
            )
    if errors:
        raise Unreadable(errors)
    return files


def missing(found: Mapping[str, object], *, base: Files | None) -> Iterator[NotInATable]:
    """Yield the sheets of `base` that are not there, of the systems that are and of what is shared.

    found: what was brought in, by path.
    """
    systems = {path.partition("/")[0] for path in found if "/" in path}
    for path in base or {}:
        folder, slash, _ = path.partition("/")
        if path.endswith(".csv") and path not in found and (not slash or folder in systems):
            yield NotInATable(
                f"シート「{title_of(path)}」がありません",
                place=path,
                remedy="消したシートを戻すか、書き出し直したブックに直したところを写してください",
            )


def _sheets(
    parts: Parts, errors: list[SekishoError], *, base: Files | None
) -> tuple[dict[str, Sheet], dict[str, Sheet]]:
    """Return the tables and the copies for reading, by the path of their file."""
    book = book_in(parts, numbers=NUMBERS, days=DAYS)
    shared = book.shared
    tables: dict[str, Sheet] = {}
    copies: dict[str, Sheet] = {}
    for one in book.sheets:
        if (path := copied(one.title)) is not None and one.kind == "worksheet":
            copies[path] = sheet_in(parts.read(one.part), title=one.title, shared=shared, copy=True)
            continue
        path = file_of(one.title)
        if fault := _fault_of(one, path, taken=tables, base=base):
            errors.append(fault)
        if path is None or path in tables or one.kind != "worksheet":
            continue
        tables[path] = sheet_in(parts.read(one.part), title=one.title, shared=shared)
    return tables, copies


def _fault_of(
    sheet: Listed, path: str | None, *, taken: Mapping[str, Sheet], base: Files | None
) -> NotInATable | None:
    """Return why a sheet as such cannot be taken."""
    place = f"シート「{sheet.title}」"
    folder, slash, _ = (path or "").partition("/")
    unknown = path is None or sheet.kind != "worksheet"
    if base and slash and not any(one.startswith(f"{folder}/") for one in base):
        unknown = True  # a slip in the code must not open a new system
    if unknown:
        known = "、".join(one.removesuffix(".csv") for one in (*SHARED_SHEETS, *SYSTEM_SHEETS))
        return NotInATable(
            f"シート「{sheet.title}」は知らない表です",
            place=place,
            remedy="「属性」「TK_判定表」のような名にするか、シートを消してください"
            f"（表: {known}）",
        )
    if path is not None and path in taken:
        return NotInATable(
            f"同じ表のシートが二つあります（「{taken[path].title}」）",
            place=place,
            remedy="どちらかのシートを消してください",
        )
    if sheet.hidden:
        return NotInATable(
            "隠れたシートです", place=place, remedy="シートを表示するか、消してください"
        )
    return None


def repeated(sheet: Sheet, *, key: Sequence[str]) -> list[SekishoError]:
    """Return the rows whose name another row has already, with the addresses of both."""
    head = [plain(name) for name in sheet.head]
    if not key or not set(key) <= set(head):
        return []
    at = letters(head.index(key[-1]) + 1)
    faults: list[SekishoError] = []
    first: dict[str, int] = {}
    for row in sorted(sheet.rows)[1:]:
        cells = {name: sheet.rows[row].get(n, "") for n, name in enumerate(head, start=1)}
        if not all(plain(cells[column]) for column in key):
            continue
        name = name_of(cells, key)
        if name in first:
            faults.append(
                NotInATable(
                    f"{'＋'.join(key)}「{name}」が重複しています（{at}{first[name]} にもあります）",
                    place=sheet.at(f"{at}{row}"),
                    remedy="どちらかの行を消すか、別の番号を付けてください",
                )
            )
        else:
            first[name] = row
    return faults


def _copy(files: Files, path: str) -> list[list[str]] | None:
    try:
        return transposed(rows_of(files, path))
    except SekishoError:
        return None


def _bytes(path: str, sheet: Sheet, *, base: Files | None) -> bytes:
    """Return the file that a sheet stands for.

    A row that says what a row of the base said keeps its bytes; so does the whole file where
    nothing changed.
    """
    lines = sheet.lines
    stands = _stands(base, path)
    if base and stands and _records(line.cells for line in stands) == _records(lines):
        return base[path]
    raws = {_said(line.cells): line.raw for line in stands if line.raw.endswith("\n")}
    mark = BOM if base and path in base and base[path].startswith(BOM) else b""
    text = "".join(raws.get(_said(line)) or _raw(line) for line in lines)
    return mark + text.encode()


def _stands(base: Files | None, path: str) -> Sequence[Line]:
    try:
        return lines_of(text_of(base, path), path=path) if base else ()
    except SekishoError:
        return ()


def _records(lines: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return what each record says, to the last that says anything."""
    records = [_said(cells) for cells in lines]
    while records and not records[-1]:
        records.pop()
    return records


def _said(cells: Sequence[str]) -> tuple[str, ...]:
    """Return what a record says: without the empty cells at its end, with one kind of line end."""
    texts = [text.replace("\r\n", "\n") for text in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _raw(cells: Sequence[str]) -> str:
    if not cells:
        return "\n"  # an empty row keeps its number
    out = io.StringIO(newline="")
    # both kinds of line end, so that a cell with either is quoted
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n") + "\n"


def _addressed(error: SekishoError) -> SekishoError:
    error.place = address_of(error.place)
    return error
