"""Logs with columns: CSV with a heading, and the extended format of W3C (IIS)."""

import csv
import io
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.csv as pc

from sekisho.trace.refusals import BadLine, Reason
from sekisho_links.trace.files import LogFile
from sekisho_links.trace.readers.part import Lines, Part, decoded

_WORD = pa.dictionary(pa.int32(), pa.string())  # few different values: stored once
_MOMENT = ("date", "time")  # the two fields in which W3C writes it


def csv_lines(file: LogFile) -> Iterator[tuple[pa.Table, list[BadLine]]]:
    """Yield the rows and the bad lines of a CSV file whose first line is its heading."""
    wanted = tuple(dict.fromkeys(file.source.columns.values()))
    names: list[str] = []
    refused = ""
    for block in file.blocks():
        part = Part(file, block.data, block.line, block.offset)
        if block.line == 1 and block.long:
            refused = "1行目が長すぎます"
        elif block.line == 1:
            head, part = part.cut(part.data.find(b"\n") + 1 or len(part.data))
            file.headings = 1
            names, refused = _heading(head, wanted)
        part, torn = part.whole(block)
        if refused:
            yield empty(wanted), part.all_bad(Reason.HEADER, refused) + torn
            continue
        rows, bad = _rows(part, names=names, wanted=wanted, comma=",")
        yield rows, bad + torn


def w3c_lines(file: LogFile) -> Iterator[tuple[pa.Table, list[BadLine]]]:
    """Yield the rows and the bad lines of a W3C file; `#Fields:` may change on the way."""
    fields = (name.partition(":")[0] for name in file.source.columns.values())
    wanted = tuple(dict.fromkeys((*_MOMENT, *fields)))
    names: list[str] = []
    for block in file.blocks():
        part, torn = Part(file, block.data, block.line, block.offset).whole(block)
        if block.long and block.data.startswith(b"#Fields:"):
            names = []  # the columns from here on are not known
        while part.data:
            if part.data.startswith(b"#"):
                directive, part = part.cut(part.data.find(b"\n") + 1)
                file.headings += 1
                if directive.data.startswith(b"#Fields:"):
                    names = directive.data.decode("ascii", "replace").split()[1:]
                continue
            stretch, part = part.cut(part.data.find(b"\n#") + 1 or len(part.data))
            if missing := [name for name in wanted if name not in names]:
                refused = f"「{missing[0]}」がありません" if names else "#Fields: がありません"
                yield empty(wanted), stretch.all_bad(Reason.HEADER, refused)
            else:
                yield _rows(stretch, names=names, wanted=wanted, comma=" ")
        yield empty(wanted), torn


def empty(wanted: tuple[str, ...]) -> pa.Table:
    """Return no rows, of the shape that good lines have."""
    return pa.table(
        {"line": pa.array([], pa.int32()), **{name: pa.array([], _WORD) for name in wanted}}
    )


def _heading(head: Part, wanted: tuple[str, ...]) -> tuple[list[str], str]:
    """Return the names in the heading, and why it cannot be used, or an empty string."""
    encoding = head.file.source.encoding
    try:
        text = head.data.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError:
        return [], f"文字コードが{encoding.upper()}ではありません"
    names = next(csv.reader([text.removeprefix("\ufeff")]), [])
    if missing := [name for name in wanted if name not in names]:
        return names, f"「{missing[0]}」の列がありません"
    if len(set(names)) < len(names):
        return names, "同じ名の列が二つあります"
    return names, ""


def _rows(
    part: Part, *, names: list[str], wanted: tuple[str, ...], comma: str
) -> tuple[pa.Table, list[BadLine]]:
    lines, bad = decoded(part)
    # as many commas as even lines have: most often they are even, else it is not worth a try
    plain = lines.data.count(comma.encode()) == (len(names) - 1) * len(lines.numbers)
    rows = _parsed(lines, names=names, wanted=wanted, comma=comma) if plain else None
    if rows is None:
        lines, uneven = _even(lines, width=len(names), comma=comma)
        bad = bad + part.bad({line: (Reason.COLUMNS, words) for line, words in uneven.items()})
        rows = _parsed(lines, names=names, wanted=wanted, comma=comma)
    if rows is None:
        raise AssertionError(f"{part.file.name}: even lines from {part.line} do not parse evenly")
    return rows, bad


def _parsed(
    lines: Lines, *, names: list[str], wanted: tuple[str, ...], comma: str
) -> pa.Table | None:
    """Return the columns `wanted` of all lines, or None where one line is not as the heading."""
    if not lines.data:
        return empty(wanted)
    if b"\r" in lines.data and lines.data.count(b"\r") != lines.data.count(b"\r\n"):
        return None  # a lone CR would be taken for a line end
    uneven: list[object] = []

    def keep(row: object) -> str:
        uneven.append(row)
        return "skip"

    table = pc.read_csv(
        io.BytesIO(lines.data),
        read_options=pc.ReadOptions(column_names=names, block_size=1 << 21),
        parse_options=pc.ParseOptions(
            delimiter=comma,
            quote_char='"' if comma == "," else False,
            invalid_row_handler=keep,
        ),
        convert_options=pc.ConvertOptions(
            include_columns=list(wanted),
            column_types=dict.fromkeys(wanted, _WORD),
            strings_can_be_null=False,
            check_utf8=False,  # it has just been decoded
        ),
    )
    if uneven or table.num_rows != len(lines.numbers):
        return None
    return table.add_column(0, "line", pa.array(lines.numbers, pa.int32()))


def _even(lines: Lines, *, width: int, comma: str) -> tuple[Lines, dict[int, str]]:
    """Return the lines that have `width` columns, and why the others have not."""
    raws = lines.data.split(b"\n")
    raws.pop()
    sign, gaps = comma.encode(), width - 1
    quoted = comma == "," and b'"' in lines.data
    torn = lines.data.count(b"\r") != lines.data.count(b"\r\n")
    doubtful: Sequence[int]
    uneven: list[int] = []
    words: dict[int, str] = {}
    doubtful = range(len(raws))
    if not quoted and not torn:
        doubtful = [place for place, raw in enumerate(raws) if raw.count(sign) != gaps]
    for place in doubtful:
        raw = raws[place]
        count = 0 if b"\r" in raw.removesuffix(b"\r") or not raw else _columns(raw, comma)
        if count != width:
            uneven.append(place)
            said = f"{count} 列" if count else "数えられません"
            words[lines.numbers[place]] = f"見出しは {width} 列、この行は {said}"
    return lines.without(uneven), words


def _columns(raw: bytes, comma: str) -> int:
    """Return how many columns a line has, 0 where its quotes do not close."""
    if comma != "," or b'"' not in raw:
        return raw.count(comma.encode()) + 1
    try:
        return len(next(csv.reader([raw.decode()], strict=True)))
    except csv.Error:
        return 0
