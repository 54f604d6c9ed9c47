"""Exports: a file in memory, every chunk of it recorded before it stands there (export_chunk)."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.http import HttpRequest, HttpResponse

from sekisho.gate.views import key_field
from sekisho.ledger.leaves import Act, Kind
from sekisho_links.gate.rows import Row
from sekisho_links.ledger.writing import number_at
from sekisho_web.gate.cells import Line, lines_of
from sekisho_web.gate.pages import FEED
from sekisho_web.gate.visits import Visit
from sekisho_web.ledger import recording
from sekisho_web.ledger.look import Look

CHUNK = 500  # rows; at most a thousand a record
ABSENT = object()  # a field that is 拒否: nothing of it leaves
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def exported(request: HttpRequest, look: Look, visit: Visit, rows: Sequence[Row]) -> HttpResponse:
    """Return the file. Raises NotRecorded where a chunk of it cannot be recorded.

    The record of the request itself names the chunks; each chunk is a record that names its rows.
    """
    chunks = [rows[n : n + CHUNK] for n in range(0, len(rows), CHUNK)]
    lines = [line for chunk in chunks for line in _recorded(request, look, visit, chunk)]
    look.details["chunks"], look.details["rows"] = len(chunks), len(rows)
    is_feed = visit.page.kind == FEED
    body = _as_json(visit, lines) if is_feed else _as_csv(look, visit, lines)
    name = f"{visit.page.screen.id}-{look.number}.{'jsonl' if is_feed else 'csv'}"
    response = HttpResponse(
        body, content_type=f"{'application/jsonl' if is_feed else 'text/csv'}; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _recorded(
    request: HttpRequest, look: Look, visit: Visit, chunk: Sequence[Row]
) -> list[list[object]]:
    """Return the delivered values of a chunk, once its own record is durable."""
    part = Look(number=number_at(look.at), at=look.at, told=dict(look.told or {}))
    delivered = [
        _values(line)
        for line in lines_of(
            part,
            visit.page.system,
            chunk,
            fields=visit.page.fields,
            context=visit.context,
            key=key_field(visit.page.system),
        )
    ]
    happening = part.happening(person=str(request.user.pk), company=recording.company())
    recording.recorder().record(
        replace(happening, kind=Kind.EXPORT_CHUNK, act=Act.EXPORT, previous=look.number),
        still=recording.still_of(request.user),
        unchanged=recording.unchanged_of(look),
    )
    return delivered


def _values(line: Line) -> list[object]:
    """Return what leaves: the value, the mask, the code; nothing of what is 非表示 or 拒否."""
    return [ABSENT if cell.is_absent else cell.governed.deliver() for cell in line.cells]


def _as_csv(look: Look, visit: Visit, lines: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([field.name for field in visit.page.fields])
    for line in lines:
        writer.writerow([_plain(value) for value in line])
    writer.writerow([])
    for told in _foot(look, visit):
        writer.writerow(told)
    return text.getvalue().encode("utf-8-sig")


def _as_json(visit: Visit, lines: Sequence[Sequence[object]]) -> bytes:
    names = [field.id for field in visit.page.fields]
    return "".join(
        json.dumps(
            {
                name: value
                for name, value in zip(names, line, strict=True)
                if value is not ABSENT  # 拒否: the key is not there either
            },
            ensure_ascii=False,
        )
        + "\n"
        for line in lines
    ).encode()


def _foot(look: Look, visit: Visit) -> Iterator[tuple[str, str]]:
    yield "記録番号", str(look.number)
    yield "出力した日時", f"{look.at:%Y-%m-%d %H:%M:%S %Z}"
    yield "出力した人", visit.person
    yield "利用目的", visit.use.hat.purpose
    yield "取扱い", "社外秘。目的を終えたら消去してください"


def _plain(value: object) -> str:
    """Return a cell that a spreadsheet shows and never runs."""
    text = "" if value is None or value is ABSENT else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
