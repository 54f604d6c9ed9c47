"""Workbooks for the tests: one that Sekisho wrote, taken apart and put together with a fault."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from sekisho.policy.sheets import Unreadable
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in
from sekisho_links.policy.workbooks import NotInATable, files_in_workbook, write_workbook
from sekisho_links.policy.workbooks.addresses import order, title_of
from sekisho_links.workbooks.columns import letters

TAKUSO = "託送業務システム"


@cache
def all_files() -> Mapping[str, bytes]:
    return files_in(shipped("tables"))


@cache
def files() -> Mapping[str, bytes]:
    """One system with what all share: as much as a test needs."""
    return {
        path: data
        for path, data in all_files().items()
        if "/" not in path or path.startswith(TAKUSO)
    }


@cache
def book() -> bytes:
    return write_workbook(files())


def parts_of(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as container:
        return {info.filename: container.read(info) for info in container.infolist()}


def book_of(parts: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as container:
        for name, body in parts.items():
            container.writestr(name, body)
    return out.getvalue()


def sheet_part(parts: Mapping[str, bytes], title: str) -> str:
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"].decode())
    return f"xl/worksheets/sheet{names.index(title) + 1}.xml"


def with_sheet(title: str, edit: Callable[[str], str], *, of: bytes | None = None) -> bytes:
    """Return a book in which the XML of one sheet is edited."""
    parts = parts_of(of or book())
    name = sheet_part(parts, title)
    before = parts[name].decode()
    after = edit(before)
    assert after != before
    return book_of(parts | {name: after.encode()})


def with_cell(title: str, address: str, xml: str) -> bytes:
    """Return a book in which one cell is written as `xml`: what stands between <c …> and </c>.

    `xml` may begin with attributes, behind which a > stands.
    """
    attributes, _, inside = xml.rpartition(">") if xml.startswith(" ") else ("", "", xml)
    if xml.startswith(" "):
        attributes, _, inside = xml.partition(">")
    return with_sheet(
        title,
        lambda text: re.sub(
            rf'<c r="{address}"( s="\d+")?[^>]*?(/>|>.*?</c>)',
            lambda found: f'<c r="{address}"{found[1] or ""}{attributes}>{inside}</c>',
            text,
            count=1,
        ),
    )


def with_parts(**more: bytes) -> bytes:
    return book_of(parts_of(book()) | more)


def by_hand(
    tables: Mapping[str, str],
    *,
    prefix: str = "",
    space: str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    absolute: bool = False,
    more: Mapping[str, str] | None = None,
) -> bytes:
    """Return a book made of nothing but the parts that must be: {title: XML of its sheetData}.

    prefix: of all elements; absolute: the way to each sheet begins at the root.
    more:   further parts that the book refers to: type -> XML (sharedStrings, styles).
    """
    p = f"{prefix}:" if prefix else ""
    declared = f'xmlns:{prefix}="{space}"' if prefix else f'xmlns="{space}"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheets = "".join(
        f'<{p}sheet name="{escape(title)}" sheetId="{n}" q:id="rId{n}"/>'
        for n, title in enumerate(tables, start=1)
    )
    root = "/xl/" if absolute else ""
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" '
        f'Target="{root}worksheets/sheet{n}.xml"/>'
        for n in range(1, len(tables) + 1)
    ) + "".join(
        f'<Relationship Id="rIdX{n}" Type="{office}/{kind}" Target="{root}{kind}.xml"/>'
        for n, kind in enumerate(more or {})
    )
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{rels}"><Relationship Id="a" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<{p}workbook {declared} xmlns:q="{office}">'
        f"<{p}sheets>{sheets}</{p}sheets></{p}workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{rels}">{relations}</Relationships>',
    }
    for n, body in enumerate(tables.values(), start=1):
        parts[f"xl/worksheets/sheet{n}.xml"] = f"<{p}worksheet {declared}>{body}</{p}worksheet>"
    for kind, body in (more or {}).items():
        parts[f"xl/{kind}.xml"] = body.replace("<sst", f'<sst xmlns="{space}"').replace(
            "<styleSheet", f'<styleSheet xmlns="{space}"'
        )
    return book_of({name: body.encode() for name, body in parts.items()})


def titles(of: Mapping[str, bytes]) -> dict[str, str]:
    """Return the name of each sheet -> its path, in the order of a book."""
    return {title_of(path): path for path in sorted(of, key=order)}


def address(row: int, column: int) -> str:
    return f"{letters(column)}{row}"


def refused(data, **given):
    """Return every fault of a book as `place problem`."""
    with pytest.raises((Unreadable, NotInATable)) as caught:
        files_in_workbook(data, **given)
    errors = getattr(caught.value, "errors", (caught.value,))
    assert all(error.remedy for error in errors)
    return [f"{error.place} {error.problem}" for error in errors]
