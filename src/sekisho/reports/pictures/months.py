"""Numbers by month, one line of bars for each incident class (案件の種類)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sekisho.reports.pictures import svg

_WIDTH, _NAME = 1072.0, 232.0
_LINE, _TALL, _TOP = 76.0, 40.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One class: its name and how many in each month. A month without a number had none."""

    name: str
    counts: Mapping[str, int]


def drawn(lines: Sequence[Line], *, months: Sequence[str], of: str, name: str = "months") -> str:
    """Return the picture as SVG.

    months: 2025-04, 2025-05 … in the order of the axis.
    of:     what is counted, in a word (閲覧, 契約). Every bar carries its number, since each line
            has a scale of its own: the tallest bar of a line is that line's largest month.
    """
    step = (_WIDTH - _NAME) / max(len(months), 1)
    parts: list[str] = []
    for at, month in enumerate(months):
        x, words = _NAME + step * (at + 0.5), _month(month)
        if at and not month.endswith("-01"):
            words = words.partition("年")[2]
        parts.append(svg.text(words, x=x, y=16, class_="months-head is-middle"))
    for row, line in enumerate(lines):
        base = _TOP + _LINE * (row + 1) - 6
        parts += _row(line, months=months, base=base, step=step)
    return svg.picture(
        *parts,
        name=name,
        words=f"月ごとの{of}の数",
        described=in_words(lines, months=months, of=of),
        width=_WIDTH,
        height=_TOP + _LINE * len(lines) + 8,
        class_="months",
    )


def in_words(lines: Sequence[Line], *, months: Sequence[str], of: str) -> str:
    """Return every number of the picture as sentences."""
    if not lines:
        return "記録がありません。"
    said = []
    for line in lines:
        counts = "、".join(
            f"{_month(month)} {line.counts[month]:,}" for month in months if line.counts.get(month)
        )
        said.append(f"{line.name}は、{counts or 'どの月もありません'}")
    return f"月ごとの{of}の数。" + "。".join(said) + "。"


def _month(month: str) -> str:
    """Return 2025-04 as it is said: 2025年4月."""
    year, _, number = month.partition("-")
    return f"{year}年{int(number)}月" if number.isdigit() else month


def _row(line: Line, *, months: Sequence[str], base: float, step: float) -> list[str]:
    most = max((line.counts.get(month, 0) for month in months), default=0)
    parts = [
        svg.text(svg.shortened(line.name, width=14), x=0, y=base - 20, class_="months-name"),
        svg.text(
            f"合計 {sum(line.counts.get(month, 0) for month in months):,}",
            x=0, y=base - 2, class_="months-count",
        ),
        svg.element("line", x1=_NAME, y1=base, x2=_WIDTH, y2=base, class_="months-axis"),
    ]  # fmt: skip
    for at, month in enumerate(months):
        count = line.counts.get(month, 0)
        if not count:
            continue
        tall, x = max(_TALL * count / most, 1.0), _NAME + step * at
        parts += [
            svg.element(
                "rect", svg.title(f"{line.name} {_month(month)} {count:,}"),
                x=x + step * 0.2, y=base - tall, width=step * 0.6, height=tall, class_="months-bar",
            ),
            svg.text(
                f"{count:,}", x=x + step / 2, y=base - tall - 5, class_="months-number is-middle"
            ),
        ]  # fmt: skip
    return parts
