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
LONGEST = 1 << 20  # bytes of a line; what goes on without an end must not fill the memory
KEPT = 4096  # bytes that are kept of a longer one


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
    long:         how many bytes its only line has, which is too long: `data` is their beginning.
    """

    data: bytes
    line: int
    offset: int
    lines: int
    cut: bool = False
    long: int = 0


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
        line marked as cut: what is missing of it cannot be known. A line beyond LONGEST has a
        block of its own, and is never held whole.
        """
        digest = hashlib.sha256()
        line, offset, rest = 1, 0, b""
        long = 0  # bytes so far of a line that is too long, of which `rest` is the beginning
        at_end = False
        with self.open() as stream:
            while not at_end:
                chunk, broken = _read(stream, size)
                digest.update(chunk)
                at_end = broken or not chunk
                if long:
                    end = chunk.find(b"\n") + 1
                    long += end or len(chunk)
                    if not end and not at_end:
                        continue
                    yield self._seen(Block(rest, line, offset, 1, long=long), long)
                    line, offset = line + 1, offset + long
                    rest, chunk, long = b"", chunk[end:] if end else b"", 0
                parts, rest = _stretches(rest + chunk, at_end=at_end)
                for part, too_long in parts:
                    torn = not part.endswith(b"\n")
                    block = Block(part, line, offset, part.count(b"\n") + torn, cut=torn)
                    if too_long:
                        block = Block(part[:KEPT], line, offset, 1, long=len(part))
                    yield self._seen(block, len(part))
                    line, offset = line + block.lines, offset + len(part)
                if len(rest) > LONGEST:
                    long, rest = len(rest), rest[:KEPT]
        self.sha256, self.size, self.lines = digest.hexdigest(), offset, line - 1

    def _seen(self, block: Block, size: int) -> Block:
        self.read.append((block.line, block.lines, block.offset, size))
        return block

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


def _stretches(data: bytes, *, at_end: bool) -> tuple[list[tuple[bytes, bool]], bytes]:
    """Return runs of whole lines, and what no line end follows yet.

    A line beyond LONGEST stands alone and is marked. At the end of a file nothing is left over.
    """
    parts: list[tuple[bytes, bool]] = []
    begin = here = 0
    stop = data.rfind(b"\n") + 1
    while here < stop:
        end = data.rfind(b"\n", here, here + LONGEST + 1) + 1
        if not end:
            end = data.index(b"\n", here) + 1
            parts += [(data[begin:here], False), (data[here:end], True)]
            begin = end
        here = end
    parts.append((data[begin:stop], False))
    rest = data[stop:]
    if at_end:
        parts.append((rest, len(rest) > LONGEST))
        rest = b""
    return [part for part in parts if part[0]], rest


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
