"""One person's years on one axis: posts, IDs, keys, terminals, stops, grants and looks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sekisho.reports.pictures import svg
from sekisho.terms.days import JST, jst_day, months_on

_WIDTH, _NAME, _RIGHT = 1072.0, 300.0, 20.0
_LINE, _HEAD, _TOP, _BAR = 26.0, 28.0, 12.0, 16.0
_LOUD = ("停止",)  # groups whose bars stand out, by colour and by hatching


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One period of one thing. ends None: it still runs."""

    group: str
    words: str
    starts: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """The uses of one day."""

    words: str
    at: datetime
    count: int


def drawn(
    *,
    starts: datetime,
    ends: datetime,
    groups: Sequence[str],
    bars: Sequence[Bar],
    ticks: Sequence[Tick] = (),
    marks: Sequence[tuple[datetime, str]] = (),
    words: str,
    name: str = "person",
) -> str:
    """Return the picture of `starts` to `ends` (half-open) as SVG; what lies outside is left out.

    groups: their order from above; a group without bars is left out.
    marks:  instants that are asked about, with their words.
    """
    length = (ends - starts).total_seconds()

    def x(at: datetime) -> float:
        share = (min(max(at, starts), ends) - starts).total_seconds() / length
        return _NAME + share * (_WIDTH - _NAME - _RIGHT)

    inside = [bar for bar in bars if bar.starts < ends and (bar.ends is None or bar.ends > starts)]
    seen = [tick for tick in ticks if starts <= tick.at < ends]
    parts: list[str] = []
    y = _TOP
    for group in groups:
        mine = [bar for bar in inside if bar.group == group]
        if not mine:
            continue
        parts.append(svg.text(group, x=0, y=y + 18, class_="life-group"))
        y += _HEAD
        for bar in mine:
            parts += _row(bar, left=x(bar.starts), right=x(bar.ends or ends), y=y)
            y += _LINE
    if seen:
        parts.append(svg.text("閲覧", x=0, y=y + 18, class_="life-group"))
        y += _HEAD
        parts += [_tick(tick, x=x(tick.at), y=y) for tick in seen]
        y += _LINE
    axis = [*_axis(starts, ends, x=x, top=_TOP, bottom=y)]
    asked = [part for at, said in marks for part in _mark(said, x=x(at), top=_TOP, bottom=y)]
    return svg.picture(
        *axis,
        *parts,
        *asked,
        name=name,
        words=words,
        described=in_words(bars=inside, ticks=seen),
        width=_WIDTH,
        height=y + 30,
        class_="life",
    )


def in_words(*, bars: Sequence[Bar], ticks: Sequence[Tick]) -> str:
    """Return what the picture shows as sentences."""
    said = [
        f"{bar.group} {bar.words} {_day(bar.starts)}から"
        + (f"{_day(bar.ends)}の前まで" if bar.ends else "")
        for bar in bars
    ]
    total = sum(tick.count for tick in ticks)
    return "。".join([*said, f"閲覧 {total:,}件"]) + "。"


def _row(bar: Bar, *, left: float, right: float, y: float) -> list[str]:
    is_loud = bar.group in _LOUD
    until = _day(bar.ends) if bar.ends else "続いています"
    box = svg.element(
        "rect",
        svg.title(f"{bar.words} {_day(bar.starts)} 〜 {until}"),
        x=left, y=y, width=max(right - left, 3.0), height=_BAR, rx=3,
        class_="life-bar is-loud" if is_loud else "life-bar",
    )  # fmt: skip
    label = svg.text(
        svg.shortened(bar.words, width=20), x=_NAME - 10, y=y + 13, class_="life-name is-end"
    )
    return [label, box]


def _tick(tick: Tick, *, x: float, y: float) -> str:
    return svg.element(
        "line", svg.title(f"{_day(tick.at)} {tick.words} {tick.count:,}件"),
        x1=x, y1=y, x2=x, y2=y + _BAR, class_="life-tick",
    )  # fmt: skip


def _mark(said: str, *, x: float, top: float, bottom: float) -> list[str]:
    return [
        svg.element("line", x1=x, y1=top, x2=x, y2=bottom, class_="life-mark"),
        svg.text(said, x=x + 4, y=bottom + 12, class_="life-asked"),
    ]


def _axis(
    starts: datetime,
    ends: datetime,
    *,
    x: Callable[[datetime], float],
    top: float,
    bottom: float,
) -> Iterator[str]:
    months = max(1, round((ends - starts) / timedelta(days=30) / 8))
    first = starts.astimezone(JST).date().replace(day=1)
    day = date(first.year, first.month, 1)
    while jst_day(day) < ends:
        if jst_day(day) >= starts:
            at = x(jst_day(day))
            yield svg.element("line", x1=at, y1=top, x2=at, y2=bottom, class_="life-line")
            yield svg.text(
                f"{day.year}/{day.month}", x=at, y=bottom + 26, class_="life-month is-middle"
            )
        day = months_on(day, months)


def _day(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d}"
