"""From files to the store: read, normalise, write; every line is accepted or in quarantine."""

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from queue import Queue
from threading import Event

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.trace.refusals import BadLine
from sekisho.trace.sources import Source
from sekisho_links.trace.files import LogFile
from sekisho_links.trace.normalise import EXPECTED, Refused, normalise
from sekisho_links.trace.readers import lines_of
from sekisho_links.trace.store import Store

ROWS = 300_000  # of one source, normalised at once
AHEAD = 2  # batches that may wait while the engine works
READERS = 1  # threads that read; the lock of Python leaves nothing for a second one

Report = Callable[[int, int | None], None]

QUARANTINE = pa.schema(
    [
        ("file", pa.string()),
        ("line", pa.int32()),
        ("offset", pa.int64()),
        ("raw", pa.binary()),
        ("reason", pa.string()),
        ("sentence", pa.string()),
    ]
)


class LostLines(AssertionError):
    """Lines that were read are neither accepted nor quarantined: a fault of ours."""


@dataclass(slots=True)
class FileCount:
    """What became of one file: read = accepted + quarantined; headings are not read."""

    file: str
    system: str
    sha256: str = ""
    size: int = 0
    lines: int = 0
    headings: int = 0
    accepted: int = 0
    quarantined: int = 0
    repaired: int = 0

    @property
    def read(self) -> int:
        """The lines that say, or should say, an access."""
        return self.lines - self.headings


@dataclass(slots=True)
class Ingested:
    """What became of a folder of logs. again: files delivered twice, byte for byte, read once."""

    files: list[FileCount] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)

    def quarantine(self) -> pa.Table:
        """Return every bad line with its message, by file and line."""
        lines = sorted(self.bad, key=lambda bad: (bad.file, bad.line))
        return pa.Table.from_pylist(
            [
                {
                    "file": bad.file,
                    "line": bad.line,
                    "offset": bad.offset,
                    "raw": bad.raw,
                    "reason": str(bad.reason),
                    "sentence": bad.sentence,
                }
                for bad in lines
            ],
            schema=QUARANTINE,
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one source, as text, with the numbers of their files."""

    source: Source
    rows: pa.Table
    size: int  # bytes of log, for the person who waits


def ingest(
    engine: duckdb.DuckDBPyConnection,
    files: list[LogFile],
    folder: Path,
    *,
    screens: Mapping[str, Mapping[str, str]],
    report: Report,
) -> Ingested:
    """Write the accesses of `files` into `folder`; return what became of every line.

    screens: system -> (screen id or path -> screen id).

    Raises LostLines unless read = accepted + quarantined for every file.
    """
    done = Ingested()
    files = _once(files, done)
    counts = [FileCount(file.name, file.source.system) for file in files]
    total = sum(file.path.stat().st_size for file in files)
    size = 0
    names = [file.name for file in files]
    with closing(_ahead(files, done.bad)) as batches, Store(engine, folder, names) as store:
        for n, batch in enumerate(batches):
            table, system = f"batch_{n}", batch.source.system
            known = screens.get(system, {})
            found, refused = normalise(engine, batch.rows, batch.source, known, table=table)
            for number, accepted, repaired in found:
                counts[number].accepted += accepted
                counts[number].repaired += repaired
            done.bad += _named(files, refused, EXPECTED[batch.source.time_form])
            store.add(system, table)
            size += batch.size
            report(size, total)
    done.files = counts
    _account(files, done)
    return done


def write_quarantine(done: Ingested, path: Path) -> None:
    """Keep every bad line, with its bytes."""
    pq.write_table(done.quarantine(), path)


def _once(files: list[LogFile], done: Ingested) -> list[LogFile]:
    """Return the files without those whose bytes stand in an earlier one of the same size."""
    kept: list[LogFile] = []
    by_size = sorted(files, key=lambda file: (file.path.stat().st_size, file.name))
    for _, alike in groupby(by_size, key=lambda file: file.path.stat().st_size):
        same = list(alike)
        seen: set[bytes] = set()
        for file in same:
            hashed = _digest(file) if len(same) > 1 else b""
            if hashed in seen:
                done.again.append(file.name)
            else:
                seen.add(hashed)
                kept.append(file)
    order = {id(file): n for n, file in enumerate(files)}
    return sorted(kept, key=lambda file: order[id(file)])


def _digest(file: LogFile) -> bytes:
    with file.path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _batches(
    numbered: list[tuple[int, LogFile]], bad: list[BadLine], rows_at_once: int
) -> Iterator[Batch]:
    """Yield the rows of the files of one source, a batch as soon as it is large enough."""
    tables: list[pa.Table] = []
    rows = size = 0
    for number, file in numbered:
        for read in lines_of(file):
            bad += read.bad
            mark = pa.repeat(pa.scalar(number, pa.int32()), read.rows.num_rows)
            tables.append(read.rows.append_column("file", mark))
            rows += read.rows.num_rows
            if rows >= rows_at_once:
                yield Batch(file.source, pa.concat_tables(tables), size)
                tables, rows, size = [], 0, 0
        size += file.path.stat().st_size
    if tables:
        yield Batch(numbered[0][1].source, pa.concat_tables(tables), size)


def _ahead(files: list[LogFile], bad: list[BadLine]) -> Generator[Batch, None, None]:
    """Yield the batches of all sources, read in a thread of their own while the engine works.

    A source is read by one thread from beginning to end, so that its batches keep their order.
    """
    sources: list[list[tuple[int, LogFile]]] = [
        list(of_source)
        for _, of_source in groupby(enumerate(files), key=lambda one: one[1].source.system)
    ]
    sources.sort(key=lambda of: -sum(file.path.stat().st_size for _, file in of))  # large first
    queue: Queue[Batch | None] = Queue(AHEAD)
    stop = Event()

    def read(numbered: list[tuple[int, LogFile]]) -> None:
        try:
            for batch in _batches(numbered, bad, ROWS) if not stop.is_set() else ():
                queue.put(batch)
                if stop.is_set():
                    break
        finally:
            queue.put(None)

    with ThreadPoolExecutor(READERS) as pool:
        reading = [pool.submit(read, numbered) for numbered in sources]
        left = len(reading)
        try:
            while left:
                batch = queue.get()
                if batch is None:
                    left -= 1
                else:
                    yield batch
        finally:
            stop.set()
            while left:
                left -= queue.get() is None
        for one in reading:
            one.result()


def _named(files: list[LogFile], refused: list[Refused], expected: str) -> list[BadLine]:
    """Return the refused lines with their bytes, which are looked up in the file again."""
    bad: list[BadLine] = []
    for number, lines in groupby(refused, key=lambda one: one.file):
        file = files[number]
        of_file = list(lines)
        raws = file.raw_lines([one.line for one in of_file])
        bad += [
            BadLine(
                file=file.name,
                line=one.line,
                offset=raws[one.line][0],
                raw=raws[one.line][1],
                reason=one.reason,
                detail=one.detail,
                expected=expected,
            )
            for one in of_file
        ]
    return bad


def _account(files: list[LogFile], done: Ingested) -> None:
    by_name = {count.file: count for count in done.files}
    for bad in done.bad:
        by_name[bad.file].quarantined += 1
    for file, count in zip(files, done.files, strict=True):
        count.sha256, count.size = file.sha256, file.size
        count.lines, count.headings = file.lines, file.headings
        if count.read != count.accepted + count.quarantined:
            raise LostLines(
                f"{file.name}: 読んだ {count.read} 行 ≠ 受け入れた {count.accepted} 行"
                f" + 隔離した {count.quarantined} 行"
            )
