"""A stretch of time of one person: posts and grants as boxes, accesses as ticks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.reports.pictures import svg
from sekisho.terms.days import JST

_WIDTH, _NAME = 1072.0, 172.0
_LANE, _SPAN, _TOP = 46.0, 28.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period that stands behind the ticks: a post (発令), a hold (停止), an emergency (非常災害).

    lane: the system whose line it covers; None where it holds for all of them.
    """

    words: str
    starts: datetime
    ends: datetime
    lane: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One access. outside: it lies outside of what was granted (許可の外)."""

    lane: str
    at: datetime
    words: str
    outside: bool = False


def drawn(
    *,
    starts: datetime,
    ends: datetime,
    lanes: Sequence[str],
    spans: Sequence[Span],
    ticks: Sequence[Tick],
    words: str,
    name: str = "timeline",
) -> str:
    """Return the picture of `starts` to `ends` (half-open) as SVG; what lies outside is left out.

    words: the title, with the person's name.
    """
    length = (ends - starts).total_seconds()

    def x(at: datetime) -> float:
        share = (min(max(at, starts), ends) - starts).total_seconds() / length
        return _NAME + share * (_WIDTH - _NAME - 20)

    behind = [span for span in spans if span.lane is None and _meets(span, starts, ends)]
    top = _TOP + _SPAN * len(behind)
    seen = [tick for tick in ticks if starts <= tick.at < ends and tick.lane in lanes]
    base = {lane: top + _LANE * (at + 1) for at, lane in enumerate(lanes)}
    bottom = top + _LANE * len(lanes)
    parts = [*_axis(starts, ends, x=x, top=top, bottom=bottom)]
    for at, span in enumerate(behind):
        parts += _box(span, x=x, y=_TOP + _SPAN * at, tall=_SPAN - 4, class_="time-span")
    for lane, y in base.items():
        parts += [
            svg.text(
                svg.shortened(lane, width=10), x=_NAME - 10, y=y - 12, class_="time-name is-end"
            ),
            svg.element("line", x1=_NAME, y1=y, x2=_WIDTH - 20, y2=y, class_="time-line"),
        ]  # fmt: skip
    for span in spans:
        if span.lane in base and _meets(span, starts, ends):
            parts += _box(span, x=x, y=base[span.lane] - 32, tall=30, class_="time-grant")
    for tick in sorted(seen, key=lambda tick: (tick.outside, tick.at)):
        parts += _tick(tick, x=x(tick.at), y=base[tick.lane])
    return svg.picture(
        *parts,
        name=name,
        words=words,
        described=in_words(spans=spans, ticks=seen),
        width=_WIDTH,
        height=bottom + 30,
        class_="timeline",
    )


def in_words(*, spans: Sequence[Span], ticks: Sequence[Tick]) -> str:
    """Return what the picture shows as sentences."""
    outside = sum(tick.outside for tick in ticks)
    periods = "、".join(
        f"{span.words} {_clock(span.starts)}から{_clock(span.ends)}まで" for span in spans
    )
    looks = "、".join(
        f"{_clock(tick.at)} {tick.lane} {tick.words}" + ("（許可の外）" if tick.outside else "")
        for tick in ticks
    )
    return f"閲覧 {len(ticks):,}件、うち許可の外 {outside:,}件。" + "".join(
        f"{part}。" for part in (periods, looks) if part
    )


def _meets(span: Span, starts: datetime, ends: datetime) -> bool:
    return span.starts < ends and span.ends > starts


def _clock(at: datetime) -> str:
    return f"{at.astimezone(JST):%m月%d日 %H:%M}"


def _step(length: timedelta) -> timedelta:
    """Return the distance of the marks on the axis: six to ten of them."""
    for step in (1, 2, 3, 4, 6, 12, 24, 48, 24 * 7, 24 * 14, 24 * 30):
        if length / timedelta(hours=step) <= 10:
            return timedelta(hours=step)
    return timedelta(days=61)


def _axis(
    starts: datetime, ends: datetime, *, x: Callable[[datetime], float], top: float, bottom: float
) -> Iterator[str]:
    step = _step(ends - starts)
    at = starts
    while at <= ends:
        local = at.astimezone(JST)
        words = f"{local.hour}:{local:%M}" if step < timedelta(days=1) else f"{local:%m/%d}"
        yield svg.element("line", x1=x(at), y1=top, x2=x(at), y2=bottom + 6, class_="time-mark")
        yield svg.text(words, x=x(at), y=bottom + 24, class_="time-hour is-middle")
        at += step


def _box(
    span: Span, *, x: Callable[[datetime], float], y: float, tall: float, class_: str
) -> list[str]:
    left, right = x(span.starts), x(span.ends)
    words = f"{span.words} {_clock(span.starts)}から{_clock(span.ends)}まで"
    box = svg.element(
        "rect", svg.title(words),
        x=left, y=y, width=max(right - left, 2.0), height=tall, rx=4, class_=class_,
    )  # fmt: skip
    if span.lane is not None:
        return [box]
    return [box, svg.text(span.words, x=left + 8, y=y + tall - 7, class_="time-words")]


def _tick(tick: Tick, *, x: float, y: float) -> list[str]:
    words = f"{_clock(tick.at)} {tick.lane} {tick.words}"
    above, below, class_ = (36, 3, "time-outside") if tick.outside else (32, 0, "time-tick")
    mark = svg.element(
        "line", svg.title(words), x1=x, y1=y - above, x2=x, y2=y + below, class_=class_
    )
    label = svg.text("許可の外", x=x + 6, y=y - 24, class_="time-note") if tick.outside else ""
    return [mark, label]
