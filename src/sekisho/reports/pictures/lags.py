"""How late orders came true, a line for each system: seconds to months on one scale of tens."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import log10

from sekisho.accounts.lag import ON_TIME, words
from sekisho.reports.pictures import svg

_WIDTH, _NAME, _RIGHT = 1072.0, 250.0, 1040.0
_LINE, _TOP = 58.0, 44.0
_SECONDS = (1.0, 90 * 86_400.0)  # the ends of the scale: what is quicker stands at the first
_BINS = 96  # places on the scale; many lags at one place are one larger spot
_SMALL, _LARGE = 3.5, 11.0
TICKS = (
    (timedelta(seconds=1), "1 秒"),
    (timedelta(seconds=10), "10 秒"),
    (timedelta(minutes=1), "1 分"),
    (ON_TIME, "5 分"),
    (timedelta(hours=1), "1 時間"),
    (timedelta(hours=6), "6 時間"),
    (timedelta(days=1), "1 日"),
    (timedelta(days=7), "1 週"),
    (timedelta(days=30), "30 日"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One system: its name, the lags of what is verified, and so far of what is not."""

    name: str
    done: Sequence[timedelta]
    waiting: Sequence[timedelta]
    median: timedelta
    worst: timedelta


def drawn(lines: Sequence[Line], *, name: str = "lags") -> str:
    """Return the picture as SVG. A full spot is verified, a ring with a cross bar is not yet."""
    bottom = _TOP + _LINE * len(lines)
    parts = []
    for late, said in TICKS:
        x, css = place(late), "lags-limit" if late == ON_TIME else "lags-tick"
        parts.append(svg.text(said, x=x, y=18, class_="lags-head is-middle"))
        parts.append(svg.element("line", x1=x, y1=26, x2=x, y2=bottom - 8, class_=css))
    for row, line in enumerate(lines):
        parts += _row(line, y=_TOP + _LINE * row + 18)
    return svg.picture(
        *parts,
        name=name,
        words="対象システムごとの、発令から確認までの遅れ",
        described=in_words(lines),
        width=_WIDTH,
        height=bottom,
        class_="lags",
    )


def in_words(lines: Iterable[Line]) -> str:
    """Return every number of the picture as sentences."""
    said = [
        f"{line.name}、確認済 {len(line.done):,} 件、まだ {len(line.waiting):,} 件、"
        f"中央の値 {words(line.median)}、もっとも遅い {words(line.worst)}"
        for line in lines
    ]
    return "。".join(said) + "。" if said else "異動はありません。"


def place(late: timedelta) -> float:
    """Return where a lag stands; none, and what is quicker than a second, at the beginning."""
    first, last = (log10(seconds) for seconds in _SECONDS)
    at = log10(min(max(late.total_seconds(), _SECONDS[0]), _SECONDS[1]))
    return _NAME + (_RIGHT - _NAME) * (at - first) / (last - first)


def _row(line: Line, *, y: float) -> list[str]:
    middle = place(line.median)
    return [
        svg.text(svg.shortened(line.name, width=15), x=0, y=y + 1, class_="lags-name"),
        svg.text(
            f"中央 {words(line.median)}・最長 {words(line.worst)}",
            x=0, y=y + 20, class_="lags-note",
        ),
        svg.element("line", x1=_NAME, y1=y, x2=_RIGHT, y2=y, class_="lags-axis"),
        *_spots(line.done, y=y, css="lags-done", said="確認済"),
        *_spots(line.waiting, y=y, css="lags-waiting", said="まだ"),
        svg.element(
            "line", svg.title(f"中央の値 {words(line.median)}"),
            x1=middle, y1=y - 15, x2=middle, y2=y + 15, class_="lags-median",
        ),
    ]  # fmt: skip


def _spots(lags: Iterable[timedelta], *, y: float, css: str, said: str) -> list[str]:
    step = (_RIGHT - _NAME) / _BINS
    bins = Counter(round((place(late) - _NAME) / step) for late in lags)
    parts = []
    for at, count in sorted(bins.items()):
        x, size = _NAME + at * step, min(_SMALL + 1.6 * log10(count) * 2, _LARGE)
        parts.append(
            svg.element("circle", svg.title(f"{said} {count:,} 件"), cx=x, cy=y, r=size, class_=css)
        )
        if css == "lags-waiting":  # told apart without its colour
            parts.append(
                svg.element("line", x1=x - size, y1=y, x2=x + size, y2=y, class_="lags-cross")
            )
    return parts
