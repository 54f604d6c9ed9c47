"""Logs with one JSON object on each line."""

import io
import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.json as pj

from sekisho.trace.refusals import BadLine, Reason
from sekisho_links.trace.files import LogFile
from sekisho_links.trace.readers.part import Lines, Part, decoded, joined

_FEW = 32  # lines below which one by one is as quick as halving again


def json_lines(file: LogFile) -> Iterator[tuple[pa.Table, list[BadLine]]]:
    """Yield the rows and the bad lines of a file of JSON lines; a key that is absent is empty."""
    columns = file.source.columns
    schema = pa.schema(
        [("line", pa.int32()), *((name, pa.string()) for name in dict.fromkeys(columns.values()))]
    )
    typed = schema.remove(0)
    if "n" in columns:
        typed = typed.set(typed.get_field_index(columns["n"]), pa.field(columns["n"], pa.int64()))
    options = pj.ParseOptions(explicit_schema=typed, unexpected_field_behavior="ignore")
    for block in file.blocks():
        part, torn = Part(file, block.data, block.line, block.offset).whole(block)
        lines, bad = decoded(part)
        tables, broken = _rows(lines, schema, options)
        bad = bad + part.bad(dict.fromkeys(broken, (Reason.JSON, "")))
        yield pa.concat_tables([schema.empty_table(), *tables]), bad + torn


def _rows(
    lines: Lines, schema: pa.Schema, options: pj.ParseOptions
) -> tuple[list[pa.Table], list[int]]:
    """Return the rows of the good lines and the numbers of the others.

    Those that are plainly no object are taken out before any are parsed together.
    """
    if not lines.data:
        return [], []
    data, number = lines.data, len(lines.numbers)
    if data.count(b"}\n") == number and data.count(b"\n{") == number - data.startswith(b"{"):
        return _halved(lines, schema, options)
    raws = lines.data.split(b"\n")[:-1]
    plainly = [
        place for place, raw in enumerate(raws) if raw[:1] != b"{" or raw.rstrip()[-1:] != b"}"
    ]
    broken = [lines.numbers[place] for place in plainly]
    tables, more = _halved(lines.without(plainly), schema, options)
    return tables, broken + more


def _halved(
    lines: Lines, schema: pa.Schema, options: pj.ParseOptions
) -> tuple[list[pa.Table], list[int]]:
    """Return the rows of the good lines and the numbers of the others, halving where one fails."""
    if not lines.data:
        return [], []
    table = _parsed(lines, schema, options)
    if table is not None:
        return [table], []
    pairs = lines.pairs()
    if len(pairs) <= _FEW:
        return _one_by_one(pairs, schema)
    middle = len(pairs) // 2
    left, lost = _halved(joined(pairs[:middle]), schema, options)
    right, more = _halved(joined(pairs[middle:]), schema, options)
    return left + right, lost + more


def _parsed(lines: Lines, schema: pa.Schema, options: pj.ParseOptions) -> pa.Table | None:
    """Return the rows, or None where a line is no object or a value is not as expected."""
    try:
        table = pj.read_json(
            io.BytesIO(lines.data),
            read_options=pj.ReadOptions(block_size=1 << 22),
            parse_options=options,
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(lines.numbers):
        return None
    columns = [pa.array(lines.numbers, pa.int32())]
    columns += [table.column(name).cast(pa.string()).fill_null("") for name in schema.names[1:]]
    return pa.table(columns, schema=schema)


def _one_by_one(
    pairs: list[tuple[int, bytes]], schema: pa.Schema
) -> tuple[list[pa.Table], list[int]]:
    rows: list[dict[str, object]] = []
    bad: list[int] = []
    for number, raw in pairs:
        try:
            said = json.loads(raw)
        except ValueError:
            said = None
        if isinstance(said, dict):
            rows.append(
                {"line": number, **{name: _text(said.get(name)) for name in schema.names[1:]}}
            )
        else:
            bad.append(number)
    return [pa.Table.from_pylist(rows, schema=schema)], bad


def _text(value: object) -> str:
    """Return what a JSON value says, as a cell would."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
