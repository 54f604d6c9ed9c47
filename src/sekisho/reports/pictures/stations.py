"""The way of one thing, station by station: what has happened, what is open, where it ended.

The distance between stations says nothing; what lies between two moments is written there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sekisho.reports.pictures import svg
from sekisho.terms.days import JST

_WIDTH, _SIDE, _LINE = 1072.0, 76.0, 62.0
_TALL = 150.0
_LONGEST = 9.0  # full-width characters of one line under a station


class Mark(StrEnum):
    """How a station stands. Each has its own shape, so that no colour has to be seen."""

    DONE = "done"  # 済
    OPEN = "open"  # 待ち
    AHEAD = "ahead"  # これから
    STOPPED = "stopped"  # 却下、失効、取消し


SIGNS = {Mark.DONE: "済", Mark.OPEN: "待", Mark.AHEAD: "－", Mark.STOPPED: "×"}
SAID = {Mark.DONE: "済", Mark.OPEN: "待ち", Mark.AHEAD: "これから", Mark.STOPPED: "ここで終わり"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One station. at: None while it has not come, and no moment is known for it."""

    words: str
    mark: Mark
    at: datetime | None = None
    note: str = ""


def drawn(stations: Sequence[Station], *, words: str, name: str = "stations") -> str:
    """Return the picture as SVG, the stations in their order from left to right.

    words: the title.
    """
    step = (_WIDTH - 2 * _SIDE) / max(len(stations) - 1, 1)
    places = [_SIDE + at * step for at in range(len(stations))]
    parts: list[str] = []
    for (left, before), (right, after) in pairwise(zip(places, stations, strict=True)):
        parts += _between(before, after, left=left, right=right)
    for x, station in zip(places, stations, strict=True):
        parts += _station(station, x=x, room=min(step / 15, _LONGEST))
    return svg.picture(
        *parts,
        name=name,
        words=words,
        described=in_words(stations),
        width=_WIDTH,
        height=_TALL,
        class_="stations",
    )


def in_words(stations: Sequence[Station]) -> str:
    """Return what the picture shows as sentences: every station, its moment and how it stands."""
    if not stations:
        return "まだ何も起きていません。"
    return "".join(
        f"{one.words}、{SAID[one.mark]}"
        + (f"、{_moment(one.at)}" if one.at else "")
        + (f"、{one.note}" if one.note else "")
        + "。"
        for one in stations
    )


def lasting(length: timedelta) -> str:
    """Return a length in its two largest units: 3日2時間, 4分, 9秒. Never below 0秒."""
    seconds = max(int(length.total_seconds()), 0)
    units = ((86_400, "日"), (3_600, "時間"), (60, "分"), (1, "秒"))
    for at, (size, word) in enumerate(units):
        if seconds >= size or size == 1:
            whole, rest = divmod(seconds, size)
            below = rest // units[at + 1][0] if size > 1 else 0
            small = size == 60 and whole >= 10  # seconds say nothing beside them
            return f"{whole}{word}" + (f"{below}{units[at + 1][1]}" if below and not small else "")
    return "0秒"


def _between(before: Station, after: Station, *, left: float, right: float) -> Iterator[str]:
    walked = after.mark in (Mark.DONE, Mark.STOPPED)
    yield svg.element(
        "line", x1=left + 17, y1=_LINE, x2=right - 17, y2=_LINE,
        class_="station-way" if walked else "station-way is-ahead",
    )  # fmt: skip
    if before.at and after.at and walked:
        took = lasting(after.at - before.at)
        yield svg.text(took, x=(left + right) / 2, y=_LINE - 10, class_="station-took is-middle")


def _station(station: Station, *, x: float, room: float) -> Iterator[str]:
    said = in_words([station])
    shape = {"x": x - 15, "y": _LINE - 15, "width": 30.0, "height": 30.0}
    yield svg.element(
        "rect", svg.title(said), rx=15.0 if station.mark is Mark.DONE else 4.0,
        class_=f"station-{station.mark.value}", **shape,
    )  # fmt: skip
    yield svg.text(
        SIGNS[station.mark], x=x, y=_LINE + 5, class_=f"station-sign is-middle is-{station.mark}"
    )
    below = (
        (svg.shortened(station.words, width=room), "station-name"),
        (f"{station.at.astimezone(JST):%m/%d %H:%M}" if station.at else "", "station-note"),
        (svg.shortened(station.note, width=room + 1), "station-note"),
    )
    for line, (words, class_) in enumerate((words, of) for words, of in below if words):
        yield svg.text(words, x=x, y=_LINE + 38 + 20 * line, class_=f"{class_} is-middle")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y年%m月%d日 %H:%M}"
