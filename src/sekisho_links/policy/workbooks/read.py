"""A workbook as the files it stands for, with every fault by its sheet and cell, or none at all."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sekisho.errors import SekishoError
from sekisho.policy.cells import plain
from sekisho.policy.editing import Files, key_of, rows_of
from sekisho.policy.read import SHARED_SHEETS, read
from sekisho.policy.read_system import SYSTEM_SHEETS
from sekisho.policy.sheets import BOM, Line, Unreadable, lines_of, text_of
from sekisho.policy.system import Policy
from sekisho_links.policy.workbooks.addresses import address_of, copied, file_of, title_of
from sekisho_links.policy.workbooks.faults import NotInATable, unreadable
from sekisho_links.policy.workbooks.grid import Shared, Sheet, repeated, sheet_in
from sekisho_links.policy.workbooks.parts import (
    BROKEN,
    Parts,
    Source,
    bytes_of,
    endless,
    forbidden,
    foreign,
    parts_in,
)
from sekisho_links.policy.workbooks.streams import (
    Attributes,
    Endless,
    Forbidden,
    parse,
    relation,
)
from sekisho_links.policy.workbooks.strings import styles_in, texts_in
from sekisho_links.policy.workbooks.transposed import misplaced, transposed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A sheet as the book lists it."""

    title: str
    part: str
    kind: str  # worksheet, chartsheet …
    hidden: bool


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
    book = _book_of(parts)
    listed, from_1904 = _listed(parts, book)
    related = {one.kind: one.target for one in parts.relations(book)}
    texts = parts.read(related["sharedStrings"]) if "sharedStrings" in related else None
    styles = parts.read(related["styles"]) if "styles" in related else None
    shared = Shared(
        texts=texts_in(texts) if texts else (),
        styles=styles_in(styles) if styles else (),
        from_1904=from_1904,
    )
    tables: dict[str, Sheet] = {}
    copies: dict[str, Sheet] = {}
    for one in listed:
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


def _book_of(parts: Parts) -> str:
    """Return the name of the part that lists the sheets."""
    return next(one.target for one in parts.relations("") if one.kind == "officeDocument")


def _listed(parts: Parts, book: str) -> tuple[list[_Listed], bool]:
    """Return the sheets in their order, and whether days are counted from 1904."""
    related = {one.id: one for one in parts.relations(book)}
    sheets: list[_Listed] = []
    from_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal from_1904
        if name == "workbookPr":
            from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            part = related[relation(attributes)]
            sheets.append(
                _Listed(
                    title=attributes["name"],
                    part=part.target,
                    kind=part.kind,
                    hidden=attributes.get("state", "visible") != "visible",
                )
            )

    parse(parts.read(book), start=start)
    return sheets, from_1904


def _fault_of(
    sheet: _Listed, path: str | None, *, taken: Mapping[str, Sheet], base: Files | None
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
