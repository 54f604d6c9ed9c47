"""The files of a folder of logs, cut into blocks of whole lines."""

import gzip
import hashlib
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self, cast

from sekisho.errors import SekishoError
from sekisho.trace.sources import Source, source_from

BLOCK = 1 << 20  # bytes decoded at once; small, so that the engine never waits long for the GIL


class NoLogs(SekishoError):
    """A folder in which no source finds a file."""


class Stream(Protocol):
    """The bytes of a file, plain or compressed."""

    def read1(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of one file.

    line, offset: of the first line (from 1) and its first byte.
    cut:          the file ends inside the last line of this block.
    """

    data: bytes
    line: int
    offset: int
    lines: int
    cut: bool = False


@dataclass(slots=True)
class LogFile:
    """One file of one source, and what was read of it."""

    source: Source
    path: Path
    name: str  # below the folder of logs, with /
    sha256: str = ""
    size: int = 0
    lines: int = 0  # physical lines
    headings: int = 0
    read: list[tuple[int, int, int, int]] = field(default_factory=list)
    # of each block so far: first line, number of lines, offset, size

    def blocks(self, size: int = BLOCK) -> Iterator[Block]:
        """Yield the file in blocks of whole lines, and fill in what was read of it.

        A file that ends without a line end, or a compressed file that ends early, has its last
        line marked as cut: what is missing of it cannot be known.
        """
        digest = hashlib.sha256()
        line, offset, rest = 1, 0, b""
        with self.open() as stream:
            while True:
                chunk, broken = _read(stream, size)
                digest.update(chunk)
                data = rest + chunk
                at_end = broken or not chunk
                cut = data.rfind(b"\n") + 1
                whole, rest = (data, b"") if at_end else (data[:cut], data[cut:])
                if whole:
                    ends = whole.count(b"\n")
                    torn = not whole.endswith(b"\n")
                    self.read.append((line, ends + torn, offset, len(whole)))
                    yield Block(whole, line, offset, ends + torn, cut=torn)
                    line += ends + torn
                    offset += len(whole)
                if at_end:
                    break
        self.sha256, self.size, self.lines = digest.hexdigest(), offset, line - 1

    def open(self) -> Stream:
        """Return the uncompressed bytes of the file as a stream."""
        if self.path.suffix == ".gz":
            return cast("Stream", gzip.open(self.path))
        return cast("Stream", self.path.open("rb"))

    def raw_lines(self, wanted: list[int]) -> dict[int, tuple[int, bytes]]:
        """Return the offset and the bytes (without the line end) of the lines `wanted`."""
        found: dict[int, tuple[int, bytes]] = {}
        todo = sorted(set(wanted))
        with self.open() as stream:
            for first, number, offset, size in list(self.read):
                here = [line for line in todo if first <= line < first + number]
                if not here:
                    continue
                stream.seek(offset)
                data, _ = _read(stream, size)
                position, at = 0, first
                for line in here:
                    while at < line:
                        position = data.index(b"\n", position) + 1
                        at += 1
                    end = data.find(b"\n", position)
                    raw = data[position:] if end < 0 else data[position:end]
                    found[line] = (offset + position, raw.removesuffix(b"\r"))
        return found


def _read(stream: Stream, size: int) -> tuple[bytes, bool]:
    """Return up to `size` bytes, and whether a compressed stream broke off."""
    parts: list[bytes] = []
    left = size
    while left > 0:
        try:
            part = stream.read1(min(left, 1 << 20))  # what stands before a break is not lost
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return b"".join(parts), True
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts), False


def sources_in(folder: Path) -> list[Source]:
    """Return the sources that the TOML files of `folder` describe, by name of system."""
    return [
        source_from(tomllib.loads(path.read_text("utf-8")), place=path.name)
        for path in sorted(folder.glob("*.toml"))
    ]


def log_files(folder: Path, sources: list[Source]) -> tuple[list[LogFile], list[str]]:
    """Return the files that a source claims, and the names of the files that none claims."""
    files, claimed = [], set()
    for source in sources:
        paths = {*folder.glob(source.files), *folder.glob(f"{source.files}.gz")}
        for path in sorted(paths):
            claimed.add(path)
            files.append(LogFile(source, path, path.relative_to(folder).as_posix()))
    if not files:
        raise NoLogs(
            "読めるログがありません",
            place=str(folder),
            remedy="content/sources の files に合う場所（例: takuso/2025-04.csv）に置いてください",
        )
    strange = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path not in claimed
    )
    return files, strange
