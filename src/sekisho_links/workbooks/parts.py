"""The container of a workbook: opened only as far as it is a plain .xlsx, and never past a size.

What decides is looked at before anything is unpacked: how large it says it would become, how many
parts, whether one name stands twice, whether it is locked, and which parts run code, fetch
something or lie over the cells.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import BinaryIO
from urllib.parse import unquote
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from sekisho_links.workbooks.faults import TOO_LARGE, NotInATable, unreadable
from sekisho_links.workbooks.streams import Attributes, draws, parse

Source = Path | bytes | BinaryIO

# A book of the seven systems unpacks to 6 MB. What unpacks to far more is no book of tables.
LARGEST = 64 * 1024 * 1024  # bytes, of all parts together
LARGEST_FILE = 32 * 1024 * 1024  # bytes, as it comes
MOST_PARTS = 1_000

LOCKED = 1  # the flag of a part that only a password opens
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What comes out of a file whose parts are cut short, or are something else.
BROKEN = (
    *(EOFError, IndexError, KeyError, OSError, RuntimeError, UnicodeError, ValueError),
    *(BadZipFile, zlib.error, ExpatError),
)

_SAVE_AS = "Excel で開き、「Excel ブック（.xlsx）」の形式で、パスワードなしで保存し直してください"
# Parts that do more than hold cells: the pattern of their names, what they are, what to do.
_FOREIGN = (
    (
        re.compile(r"vbaproject|/macrosheets/|/intlmacrosheets/|/dialogsheets/"),
        "マクロが入っています",
        "マクロを外し、「Excel ブック（.xlsx）」の形式で保存し直してください",
    ),
    (
        re.compile(r"/externallinks/"),
        "ほかのブックへのリンクがあります",
        "「データ」の「リンクの編集」でリンクを解除し、保存し直してください",
    ),
    (
        re.compile(r"/connections\.xml|/querytables/|/model/|/pivottables/|/pivotcache/"),
        "外部データの接続かピボットテーブルがあります",
        "接続とピボットテーブルを削除し、保存し直してください",
    ),
    (
        re.compile(r"/embeddings/|/activex/|oleobject"),
        "埋め込まれたファイルか部品があります",
        "埋め込まれたオブジェクトを削除し、保存し直してください",
    ),
)
_DRAWN = re.compile(r"xl/drawings/[^/]+\.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What one part says of another."""

    id: str
    kind: str  # the last word of its type: worksheet, sharedStrings, styles …
    target: str  # the name of the part


class Parts:
    """The parts of one container by name; names are one whatever their case."""

    def __init__(self, container: ZipFile) -> None:
        self._container = container
        self.names = {info.filename.lstrip("/").lower(): info for info in container.infolist()}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names

    def read(self, name: str) -> bytes:
        """Return the bytes of a part. Raises KeyError where it is missing."""
        return self._container.read(self.names[name.lower()])

    def relations(self, name: str) -> list[Relation]:
        """Return what the part `name` refers to inside the container; "" is the container."""
        path = PurePosixPath(name)
        rels = str(path.parent / "_rels" / f"{path.name}.rels") if name else "_rels/.rels"
        found: list[Relation] = []

        def start(element: str, attributes: Attributes) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = unquote(attributes["Target"])
                inside = target if target.startswith("/") else str(path.parent / target)
                found.append(
                    Relation(
                        id=attributes["Id"],
                        kind=attributes["Type"].rpartition("/")[2],
                        target=normpath(inside).lstrip("/"),
                    )
                )

        if rels in self:
            parse(self.read(rels), start=start, main_only=False)
        return found


def bytes_of(source: Source) -> tuple[bytes, str]:
    """Return the bytes of a file and its name. Raises NotInATable where they are too many."""
    if isinstance(source, bytes):
        data, name = source, "ブック"
    elif isinstance(source, Path):
        name = source.name
        with source.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    else:
        name = Path(str(getattr(source, "name", "") or "ブック")).name
        data = source.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise NotInATable(
            f"ファイルが大きすぎます（{LARGEST_FILE // 1024 // 1024} MB まで）",
            place=name,
            remedy=TOO_LARGE,
        )
    return data, name


def opened(data: bytes, *, name: str) -> ZipFile:
    """Return the container, of which nothing is unpacked yet.

    Raises NotInATable where it is none, is locked, has a name twice, or says it would unpack to
    more than tables ever do. (A part never unpacks to more than it says.)
    """
    if data.startswith(OLD_OFFICE):
        raise _old(data, name=name)
    try:
        container = ZipFile(BytesIO(data))
        infos = container.infolist()
    except BROKEN:
        raise unreadable(name) from None
    size = sum(info.file_size for info in infos)
    if size > LARGEST or len(infos) > MOST_PARTS:
        raise NotInATable(
            f"展開すると大きすぎます（{size // 1024 // 1024:,} MB、{len(infos):,} 部）",
            place=name,
            remedy=TOO_LARGE,
        )
    if any(info.flag_bits & LOCKED for info in infos):
        raise NotInATable("パスワードがかかっています", place=name, remedy=_SAVE_AS)
    return container


def parts_in(data: bytes, *, name: str) -> Parts:
    """Return the parts of the workbook `data`. Raises NotInATable as `opened` does."""
    container = opened(data, name=name)
    names = Counter(info.filename.lstrip("/").lower() for info in container.infolist())
    if twice := [part for part, count in names.items() if count > 1]:
        raise NotInATable(f"同じ名の部品が二つあります（{twice[0]}）", place=name, remedy=_SAVE_AS)
    if any(part.endswith("workbook.bin") for part in names):
        raise NotInATable("バイナリ形式（.xlsb）のブックです", place=name, remedy=_SAVE_AS)
    if "mimetype" in names:
        raise NotInATable("OpenDocument 形式（.ods）の表です", place=name, remedy=_SAVE_AS)
    return Parts(container)


def foreign(parts: Parts, *, name: str) -> Iterator[NotInATable]:
    """Yield which parts do more than hold cells. Comments are left alone: they are not read."""
    macros = b"macroEnabled" in parts.read("[Content_Types].xml")
    for pattern, problem, remedy in _FOREIGN:
        if any(pattern.search(part) for part in parts.names) or macros:
            yield NotInATable(problem, place=name, remedy=remedy)
        macros = False  # the first kind only
    for part in parts.names:
        if _DRAWN.fullmatch(part) and draws(parts.read(part)):
            yield NotInATable(
                f"図形か画像があります（{part.rpartition('/')[2]}）",
                place=name,
                remedy="セルを覆うことがあるので、図形と画像を削除して保存し直してください",
            )


def forbidden(name: str) -> NotInATable:
    """Return the fault of a part that declares entities."""
    return NotInATable(
        "部品の中に、文書の型か実体の宣言（DTD）があります", place=name, remedy=_SAVE_AS
    )


def endless(name: str) -> NotInATable:
    """Return the fault of a part that would take minutes to walk through."""
    return NotInATable("部品の中の要素が多すぎます", place=name, remedy=TOO_LARGE)


def _old(data: bytes, *, name: str) -> NotInATable:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return NotInATable("パスワードがかかっています", place=name, remedy=_SAVE_AS)
    return NotInATable("古い形式（.xls）のブックです", place=name, remedy=_SAVE_AS)
