"""A folder of tables as one .zip of its CSV files, and back."""

import stat
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sekisho.errors import SekishoError
from sekisho.policy.editing import Files
from sekisho.policy.read import SHARED_SHEETS
from sekisho.policy.read_system import SYSTEM_SHEETS
from sekisho.policy.sheets import Unreadable, text_of
from sekisho_links.policy.workbooks.read import missing
from sekisho_links.workbooks.faults import NotInATable
from sekisho_links.workbooks.parts import BROKEN, Source, bytes_of, opened

_MADE = (2000, 1, 1, 0, 0, 0)  # of every file: the same tables, the same bytes
_UTF8 = 0x800  # the flag of a name in UTF-8
_LEFT_OUT = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_AGAIN = "「CSV で書き出す」で出した ZIP を直して、取り込み直してください"


def write_archive(files: Files, target: Path | BinaryIO | None = None) -> bytes:
    """Return the tables as a .zip of CSV, and write it to `target` where one is given.

    The same tables give the same bytes; and each file comes back as it went in.
    """
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for path in sorted(files):
            info = ZipInfo(path, _MADE)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, files[path])
    data = written.getvalue()
    if isinstance(target, Path):
        target.write_bytes(data)
    elif target is not None:
        target.write(data)
    return data


def files_in_archive(source: Source, *, base: Files | None = None) -> dict[str, bytes]:
    """Return the CSV files of an archive by their path in the folder of tables, byte for byte.

    base: the files it was made from; every one of them, of the systems in the archive and of
          what all share, must be there. A folder around all of it is looked through.

    Raises Unreadable with everything that is wrong, each by its file; NotInATable where it
    cannot be opened at all.
    """
    data, name = bytes_of(source)
    archive = opened(data, name=name)
    entries = [info for info in archive.infolist() if not info.is_dir()]
    named = [(_name(info), info) for info in entries]
    if any(path == "[Content_Types].xml" for path, _ in named):
        raise NotInATable(
            "CSV の ZIP ではなく、ブックのようです",
            place=name,
            remedy="名の終わりを .xlsx にして、取り込み直してください",
        )
    kept = [(path, info) for path, info in named if not _is_left_out(path)]
    around = _around([path for path, _ in kept])
    errors: list[SekishoError] = []
    files: dict[str, bytes] = {}
    seen: dict[str, str] = {}
    for full, info in kept:
        path = full.removeprefix(around)
        errors += _faults(path, info, seen)
        if path.endswith(".csv") and path not in files:
            try:
                files[path] = archive.read(info)
            except BROKEN:
                errors.append(
                    NotInATable("途中で切れているか、壊れています", place=path, remedy=_AGAIN)
                )
    errors += _unread(files)
    errors += missing(files, base=base)
    if not kept:
        errors.append(NotInATable("CSV ファイルが一つもありません", place=name, remedy=_AGAIN))
    if errors:
        raise Unreadable(errors)
    return files


def _name(info: ZipInfo) -> str:
    """Return the path of an entry.

    Windows writes names in its own encoding (in which 表 ends with a backslash) and says so by a
    missing flag; macOS takes letters apart.
    """
    name = info.filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "cp932"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _is_left_out(path: str) -> bool:
    """Return whether a file is one that systems leave beside others. A way up is not: refused."""
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    return any(part.startswith((".", "~")) or part.lower() in _LEFT_OUT for part in parts)


def _around(paths: list[str]) -> str:
    """Return the folder that stands around all tables, with its slash, or nothing."""
    folders = {path.partition("/")[0] for path in paths}
    if len(folders) != 1 or any("/" not in path for path in paths):
        return ""
    inner = [path.partition("/")[2] for path in paths]
    deeper = any("/" in path for path in inner) or any(path in SHARED_SHEETS for path in inner)
    return f"{folders.pop()}/" if deeper else ""


def _faults(path: str, info: ZipInfo, seen: dict[str, str]) -> Iterator[NotInATable]:
    """Yield what is wrong with an entry as such. seen: name as it is compared -> path."""
    folder, _, sheet = path.rpartition("/")
    known = unicodedata.normalize("NFKC", path).casefold()
    if path.startswith("/") or ":" in path or ".." in path.split("/"):
        yield NotInATable("フォルダの外を指す名です", place=path, remedy=_AGAIN)
    elif stat.S_ISLNK(info.external_attr >> 16):
        yield NotInATable("リンクです", place=path, remedy="ファイルそのものを入れてください")
    elif sheet not in (SYSTEM_SHEETS if folder else SHARED_SHEETS) or "/" in folder:
        yield NotInATable(
            "知らない表です",
            place=path,
            remedy="ファイルを外すか、名を直してください: "
            + "、".join(SYSTEM_SHEETS if folder else SHARED_SHEETS),
        )
    if known in seen:
        yield NotInATable(
            f"同じ名のファイルが二つあります（{seen[known]}）",
            place=path,
            remedy="どちらかを外してください（大文字と小文字、全角と半角は同じ名とみなします）",
        )
    seen.setdefault(known, path)


def _unread(files: Files) -> Iterator[SekishoError]:
    """Yield the files that are not UTF-8."""
    for path in files:
        try:
            text_of(files, path)
        except SekishoError as error:
            yield error
