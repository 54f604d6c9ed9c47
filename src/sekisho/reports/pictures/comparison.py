"""What a version would show otherwise, a bar for each cell: looser to the right, stricter left."""

from collections.abc import Sequence
from dataclasses import dataclass

from sekisho.reports.pictures import svg

_WIDTH, _MIDDLE = 1072.0, 736.0
_LEFT, _RIGHT = 424.0, 1048.0  # how far the bars reach
_NUMBER = 96.0  # room for the number at the end of a bar
_LINE, _TALL, _TOP = 46.0, 16.0, 34.0
_THIN = 1.5
MOST = 12  # bars; what is left out is said below


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One cell that changes.

    name:  whom and what it is about, and what changes. where: the system and the kind of screen.
    count: looks that were shown then; words: how that number is said.
    """

    name: str
    where: str
    looser: bool
    count: int
    words: str


def drawn(bars: Sequence[Bar], *, name: str = "comparison") -> str:
    """Return the picture as SVG, of the first bars; all of one scale.

    A bar carries its sign, its word and its number: no colour stands alone.
    """
    shown = bars[:MOST]
    most = max((bar.count for bar in shown), default=1) or 1
    left = len(bars) - len(shown)
    bottom = _TOP + _LINE * len(shown)
    parts = [
        svg.text("－ 狭まる", x=_MIDDLE - 12, y=18, class_="comparison-head is-end"),
        svg.text("＋ 広がる", x=_MIDDLE + 12, y=18, class_="comparison-head"),
        *(part for row, bar in enumerate(shown) for part in _row(bar, row=row, most=most)),
        svg.element(
            "line", x1=_MIDDLE, y1=_TOP - 8, x2=_MIDDLE, y2=bottom, class_="comparison-axis"
        ),
    ]
    if left:
        words = f"ほかに {left} 場面。下の表にすべてあります"
        parts.append(svg.text(words, x=0, y=bottom + 22, class_="comparison-where"))
    return svg.picture(
        *parts,
        name=name,
        words="場面ごとに、広がる閲覧と狭まる閲覧",
        described=in_words(bars),
        width=_WIDTH,
        height=bottom + (32 if left else 8),
        class_="comparison",
    )


def in_words(bars: Sequence[Bar]) -> str:
    """Return every number of the picture as sentences."""
    if not bars:
        return "変わる場面はありません。"
    said = [
        f"{bar.where}、{bar.name}、{'広がる' if bar.looser else '狭まる'} {bar.words} 件"
        for bar in bars[:MOST]
    ]
    return "。".join(said) + "。"


def _row(bar: Bar, *, row: int, most: int) -> list[str]:
    y = _TOP + _LINE * row + 6
    room = (_RIGHT - _MIDDLE if bar.looser else _MIDDLE - _LEFT) - _NUMBER
    long = max(room * bar.count / most, _THIN) if bar.count else 0.0
    sign = "＋" if bar.looser else "－"
    end = _MIDDLE + long + 8 if bar.looser else _MIDDLE - long - 8
    return [
        svg.text(svg.shortened(bar.name, width=28), x=0, y=y + 10, class_="comparison-name"),
        svg.text(svg.shortened(bar.where, width=28), x=0, y=y + 29, class_="comparison-where"),
        svg.element(
            "rect", svg.title(f"{bar.name} {bar.where} {sign}{bar.words}"),
            x=_MIDDLE if bar.looser else _MIDDLE - long, y=y, width=long, height=_TALL,
            class_=f"comparison-bar {'is-looser' if bar.looser else 'is-stricter'}",
        ),
        svg.text(
            f"{sign}{bar.words}", x=end, y=y + 13,
            class_="comparison-number" + ("" if bar.looser else " is-end"),
        ),
    ]  # fmt: skip
