"""One reader per format: blocks of bytes in, columns of text out, and every line accounted for."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from sekisho.trace.refusals import BadLine
from sekisho.trace.sources import Format
from sekisho_links.trace.files import LogFile
from sekisho_links.trace.readers.delimited import csv_lines, w3c_lines
from sekisho_links.trace.readers.objects import json_lines

_READERS = {Format.CSV: csv_lines, Format.W3C: w3c_lines, Format.JSONL: json_lines}


@dataclass(frozen=True, slots=True)
class Read:
    """What one block of a file gave: rows as text under the names of the log, and bad lines."""

    rows: pa.Table
    bad: list[BadLine]


def lines_of(file: LogFile) -> Iterator[Read]:
    """Yield what the reader of the file's format makes of each of its blocks.

    The rows have a column `line` and one text column for each heading that the source names.
    """
    for rows, bad in _READERS[file.source.format](file):
        yield Read(rows, bad)
