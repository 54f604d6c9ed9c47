"""A report as PDF/A with its data attached: tagged, searchable, the same bytes each time."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sekisho.errors import SekishoError
from sekisho.reports.shapes import Report, canonical, digest
from sekisho_links import shipped
from sekisho_links.reports.extra import part

TEMPLATE = Path(__file__).with_name("report.typ")
STYLE = Path(__file__).with_name("pictures.css")

# archival (the data goes along) and tagged for screen readers
STANDARDS = ["a-3a", "ua-1"]

_TALLEST = 0.5  # the height of a picture over the width of the line, A4 landscape
_SIZE = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_DESCRIBED = re.compile("<desc[^>]*>(.*?)</desc>", re.DOTALL)


class NotPrinted(SekishoError):
    """The report could not be set."""


def pdf_of(
    report: Report,
    *,
    pictures: Mapping[str, str] | None = None,
    attached: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return `report` as PDF (PDF/A-3a and PDF/UA-1) with its canonical data as report.json.

    pictures: SVG text by the name that a section asks for.
    attached: further files of JSON that go along, by their names.
    """
    typst = part("typst", makes="PDF")
    drawn = dict(pictures or {})
    with TemporaryDirectory(prefix="sekisho-report-") as folder:
        root = Path(folder)
        for name, svg in drawn.items():
            (root / f"{name}.svg").write_text(styled(svg), encoding="utf-8")
        (root / "report.json").write_bytes(canonical(report))
        for name, content in (attached or {}).items():
            (root / name).write_bytes(content)
        data = _data(report, drawn) | {"files": sorted(attached or {})}
        (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (root / "main.typ").write_bytes(TEMPLATE.read_bytes())
        try:
            made = typst.compile(
                str(root / "main.typ"),
                root=str(root),
                font_paths=_fonts(),
                format="pdf",
                pdf_standards=STANDARDS,
                timestamp=_moment(report),
            )
        except typst.TypstError as error:
            raise NotPrinted(
                f"報告を PDF にできませんでした（{error.message}）",
                place=report.title,
                remedy="Excel で受け取り、運転の担当に知らせてください",
            ) from error
    if not isinstance(made, bytes):
        raise NotPrinted("PDF が空です", place=report.title, remedy="もう一度作ってください")
    return made


def styled(svg: str) -> str:
    """Return `svg` with the style that a page has in its style sheet, since a file has none."""
    style = STYLE.read_text(encoding="utf-8")
    opening, close, rest = svg.partition(">")
    return f"{opening}{close}<style>{style}</style>{rest}"


def _data(report: Report, pictures: Mapping[str, str]) -> dict[str, Any]:
    made = _moment(report)
    position = f"台帳の位置 {report.position}　" if report.position else ""
    return {
        "report": asdict(report),
        "date": {
            part: getattr(made, part)
            for part in ("year", "month", "day", "hour", "minute", "second")
        },
        "foot": f"{report.made_on}　{position}データ sha256:{digest(report)}",
        "attached": f"この報告の数値（正準形の JSON、sha256:{digest(report)}）",
        "pictures": {
            name: {"file": f"{name}.svg", "words": _described(svg), "width": _share(svg)}
            for name, svg in pictures.items()
        },
    }


def _share(svg: str) -> int:
    """Return the share of the line, in percent, at which a picture is no taller than its page."""
    found = _SIZE.search(svg)
    width, height = (float(found[1]), float(found[2])) if found else (1.0, 1.0)
    return min(100, int(100 * _TALLEST * width / height))


def _described(svg: str) -> str:
    found = _DESCRIBED.search(svg)
    return found[1] if found else ""


def _moment(report: Report) -> datetime:
    return datetime.fromisoformat(report.made_at)


@cache
def _fonts() -> Any:  # noqa: ANN401 - typst's own
    """Return the vendored fonts and no others, so that two machines print the same bytes."""
    return part("typst", makes="PDF").Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(shipped("vendor", "fonts"))],
    )
