"""The screens of one system and the ways between them (画面遷移図): by steps from the entrance.

Left to right: 入口, then the screens one step away, two steps, … Ways that go on are solid and
arrive on the left; ways back are dashed and arrive on the right. What a way carries stands
where it arrives, once for all ways that carry the same to the same screen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sekisho.reports.pictures import svg

ENTRANCE = "入口"
_WIDE, _TALL, _ROW, _ABOVE = 140.0, 58.0, 76.0, 18.0
_CURVE, _LABEL, _HEAD = 46.0, 62.0, 30.0
_SWEEPS = 8
_UNREACHED = "届かない"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One screen. depth: steps from outside; None: nothing leads there.

    arrivals: from where else one comes upon it (直接URL, another system), and what is carried.
    """

    id: str
    name: str
    depth: int | None
    foreign: bool = False  # a screen of another system
    shows: bool = False  # it shows the field that is asked for
    on_path: bool = False
    arrivals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One transition between two places of the picture; its source may be the entrance."""

    source: str
    target: str
    carries: str
    action: str
    on_path: bool = False


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a place stands: its left upper corner."""

    x: float
    y: float


def drawn(
    places: Sequence[Place],
    ways: Sequence[Way],
    *,
    words: str,
    field: str = "",
    name: str = "transitions",
) -> str:
    """Return the picture as SVG, as large as it needs to be read: wide ones scroll.

    words: the title.
    field: the name of the field whose paths are emphasised; empty: none.
    """
    columns = _ordered(_columns(places, ways), ways)
    back = {way.target for way in ways if _is_back(way, columns)}
    spots, width, height = _spots(columns, places, back=back)
    by_id = {place.id: place for place in places}
    parts: list[str] = list(_heads(columns, spots, by_id))
    # what is emphasised is drawn over the rest
    parts += [
        _line(way, ways, spots, columns, faint=bool(field) and not way.on_path)
        for way in sorted(ways, key=lambda way: way.on_path)
        if way.source in spots and way.target in spots
    ]
    parts += _ports(ways, spots, columns)
    for column in columns:
        for one in column:
            place = by_id.get(one)
            parts += _entrance(spots[one]) if place is None else _box(place, spots[one])
    return svg.picture(
        *parts,
        name=name,
        words=words,
        described=in_words(places, ways, field=field),
        width=width,
        height=height,
        class_="ways",
        size=True,
    )


def in_words(places: Sequence[Place], ways: Sequence[Way], *, field: str = "") -> str:
    """Return the numbers of the picture as sentences."""
    own = [place for place in places if not place.foreign]
    depths = Counter(place.depth for place in own if place.depth is not None)
    carried = Counter(way.carries for way in ways)
    carried.update(carries for place in places for _, carries in place.arrivals)
    said = [
        f"画面 {len(own)}、遷移 {carried.total()}",
        "、".join(f"{depth} 歩の画面が {count}" for depth, count in sorted(depths.items())),
        "引き継ぐものは、"
        + "、".join(f"{word} {count}" for word, count in sorted(carried.items())),
    ]
    if lost := [place.name for place in own if place.depth is None]:
        said.append(f"どこからも届かない画面は、{'、'.join(lost)}")
    if others := [place.name for place in places if place.foreign]:
        said.append(f"別システムの行き先は、{'、'.join(others)}")
    if field:
        shows = [place.name for place in own if place.shows]
        said.append(f"{field}が出る画面は {len(shows)}（{'、'.join(shows) or 'なし'}）")
    return "".join(f"{part}。" for part in said if part)


def _columns(places: Sequence[Place], ways: Sequence[Way]) -> list[list[str]]:
    """Return the places by depth, each column in the order of their ids; the unreached last."""
    deepest = max((place.depth for place in places if place.depth is not None), default=0)
    columns: list[list[str]] = [[] for _ in range(deepest + 1)]
    if any(way.source == ENTRANCE for way in ways):
        columns[0].append(ENTRANCE)
    lost: list[str] = []
    for place in sorted(places, key=lambda place: (place.foreign, place.id)):
        (columns[place.depth] if place.depth is not None else lost).append(place.id)
    return [column for column in (*columns, lost) if column]


def _ordered(columns: list[list[str]], ways: Sequence[Way]) -> list[list[str]]:
    """Return the columns in an order of few crossings: every place near those it is tied to.

    The same picture every time: sweeps to and fro, ties in the order that stood before.
    """
    at = {one: n for n, column in enumerate(columns) for one in column}
    beside: dict[str, set[str]] = {}
    for way in ways:
        if way.source in at and way.target in at and abs(at[way.source] - at[way.target]) == 1:
            beside.setdefault(way.source, set()).add(way.target)
            beside.setdefault(way.target, set()).add(way.source)
    best, fewest = columns, _crossings(columns, beside)
    now = [list(column) for column in columns]
    for sweep in range(_SWEEPS):
        onward = sweep % 2 == 0
        pairs = list(pairwise(range(len(now))))
        for left, right in pairs if onward else reversed(pairs):
            fixed, moved = (left, right) if onward else (right, left)
            place = {one: _middle(n, now[fixed]) for n, one in enumerate(now[fixed])}
            now[moved] = _by_neighbours(now[moved], place, beside)
        if (found := _crossings(now, beside)) < fewest:
            best, fewest = [list(column) for column in now], found
    return best


def _middle(n: int, column: Sequence[str]) -> float:
    """Return the place of the n-th of a column, from the middle."""
    return n - (len(column) - 1) / 2


def _by_neighbours(
    column: Sequence[str], place: Mapping[str, float], beside: Mapping[str, set[str]]
) -> list[str]:
    def wish(n: int) -> float:
        near = [place[one] for one in beside.get(column[n], ()) if one in place]
        return sum(near) / len(near) if near else _middle(n, column)

    return [column[n] for n in sorted(range(len(column)), key=lambda n: (wish(n), n))]


def _crossings(columns: Sequence[Sequence[str]], beside: Mapping[str, set[str]]) -> int:
    """Return how many ties between neighbouring columns cross one another."""
    total = 0
    for left, right in pairwise(columns):
        at = {one: n for n, one in enumerate(right)}
        ends = [sorted(at[other] for other in beside.get(one, ()) if other in at) for one in left]
        flat = [end for group in ends for end in group]
        total += sum(
            flat[later] < flat[earlier] for later in range(len(flat)) for earlier in range(later)
        )
    return total


def _is_back(way: Way, columns: Sequence[Sequence[str]]) -> bool:
    at = {one: n for n, column in enumerate(columns) for one in column}
    return at.get(way.target, 0) <= at.get(way.source, -1)


def _spots(
    columns: Sequence[Sequence[str]], places: Sequence[Place], *, back: set[str]
) -> tuple[dict[str, _Spot], float, float]:
    """Return where each place stands, and how large the picture is."""
    arrived = {place.id for place in places if place.arrivals}
    pitch = [_ROW + (_ABOVE if set(column) & arrived else 0) for column in columns]
    height = max((len(column) * row for column, row in zip(columns, pitch, strict=True)), default=0)
    spots, x = {}, 1.0
    for column, row in zip(columns, pitch, strict=True):
        top = _HEAD + (height - len(column) * row) / 2 + (row - _TALL)
        for n, one in enumerate(column):
            spots[one] = _Spot(x, top + n * row)
        x += _WIDE + _CURVE + _LABEL + (_LABEL if set(column) & back else 0)
    beyond = 0 if columns and set(columns[-1]) & back else _CURVE  # room for a way back
    return spots, x - _LABEL - beyond + 1, _HEAD + height + 12


def _heads(
    columns: Sequence[Sequence[str]], spots: Mapping[str, _Spot], by_id: Mapping[str, Place]
) -> Iterator[str]:
    for column in columns:
        place = by_id.get(column[-1])
        depth = place.depth if place else 0
        words = _UNREACHED if depth is None else f"{depth} 歩" if depth else ""
        if words:
            x = spots[column[0]].x + _WIDE / 2
            yield svg.text(words, x=x, y=18, class_="ways-head is-middle")


def _line(
    way: Way,
    ways: Sequence[Way],
    spots: Mapping[str, _Spot],
    columns: Sequence[Sequence[str]],
    *,
    faint: bool,
) -> str:
    source, end = spots[way.source], _port(way, ways, spots, columns)
    back = _is_back(way, columns)
    look = "is-path" if way.on_path else "is-away" if faint else ""
    class_ = " ".join(part for part in ("ways-line", "is-back" if back else "", look) if part)
    title = svg.title(f"{way.source} → {way.target} {way.action}（引継ぎ {way.carries}）")
    if not back:
        x, y, turn = source.x + _WIDE, source.y + _TALL * 0.35, end.x - _LABEL
        half = max((turn - x) / 2, 8.0)
        route = (
            f"M{_n(x)} {_n(y)}C{_n(x + half)} {_n(y)} {_n(turn - half)} {_n(end.y)} "
            f"{_n(turn)} {_n(end.y)}H{_n(end.x - 5)}"
        )
    else:  # it leaves on the left, or beside another of the same column on the right
        same = abs(source.x - spots[way.target].x) < 1
        x = source.x + (_WIDE if same else 0)
        y, turn = source.y + _TALL * 0.8, end.x + _LABEL
        half = _CURVE / 2 if same else max((x - turn) / 2, 8.0)
        rows = abs(source.y - spots[way.target].y) / _ROW  # the further, the wider the turn
        bend = x + _LABEL + min(half + 6 * rows, 2 * half) if same else x - half
        route = (
            f"M{_n(x)} {_n(y)}C{_n(bend)} {_n(y)} {_n(turn + half)} {_n(end.y)} "
            f"{_n(turn)} {_n(end.y)}H{_n(end.x + 5)}"
        )
    return svg.element("path", title, d=route, class_=class_)


def _n(value: float) -> str:
    return svg.number(value)


def _port(
    way: Way, ways: Sequence[Way], spots: Mapping[str, _Spot], columns: Sequence[Sequence[str]]
) -> _Spot:
    """Return where a way arrives: one place on the edge for each word that is carried there."""
    back = _is_back(way, columns)
    words = sorted(
        {
            one.carries
            for one in ways
            if one.target == way.target and one.source in spots and _is_back(one, columns) == back
        }
    )
    at, target = words.index(way.carries), spots[way.target]
    if back:
        return _Spot(target.x + _WIDE, target.y + _TALL * (0.98 - 0.32 * (len(words) - 1 - at)) - 8)
    return _Spot(target.x, target.y + _TALL * (at + 1) / (len(words) + 1))


def _ports(
    ways: Sequence[Way], spots: Mapping[str, _Spot], columns: Sequence[Sequence[str]]
) -> Iterator[str]:
    """Yield the head of the arrow and the word at every place where ways arrive."""
    done = set()
    for way in ways:
        if way.source not in spots or way.target not in spots:
            continue
        port, back = _port(way, ways, spots, columns), _is_back(way, columns)
        if (key := (way.target, way.carries, back)) in done:
            continue
        done.add(key)
        emphasised = any(
            one.on_path for one in ways if (one.target, one.carries, _is_back(one, columns)) == key
        )
        to = 1 if back else -1
        yield svg.element(
            "path",
            d=f"M{_n(port.x)} {_n(port.y)}l{_n(to * 9)} -4.5v9z",
            class_="ways-arrow is-path" if emphasised else "ways-arrow",
        )
        yield svg.text(
            way.carries, x=port.x + to * 11, y=port.y - 4,
            class_=f"ways-carries{'' if back else ' is-end'}",
        )  # fmt: skip


def _entrance(spot: _Spot) -> Iterator[str]:
    yield svg.element(
        "rect", svg.title(ENTRANCE),
        x=spot.x, y=spot.y, width=_WIDE, height=_TALL, rx=29, class_="ways-entrance",
    )  # fmt: skip
    yield svg.text(
        ENTRANCE, x=spot.x + _WIDE / 2, y=spot.y + _TALL / 2 + 5, class_="ways-name is-middle"
    )


def _box(place: Place, spot: _Spot) -> Iterator[str]:
    states = {"is-foreign": place.foreign, "is-shown": place.shows, "is-path": place.on_path}
    class_ = " ".join(("ways-place", *(name for name, holds in states.items() if holds)))
    arrivals = "、".join(f"{source}（{carries}）" for source, carries in place.arrivals)
    words = f"{place.id} {place.name}" + (f"。{arrivals}からも来る" if arrivals else "")
    yield svg.element(
        "rect", svg.title(words),
        x=spot.x, y=spot.y, width=_WIDE, height=_TALL, rx=6, class_=class_,
    )  # fmt: skip
    lines = list(_lines(place.name))
    for n, line in enumerate(lines):
        yield svg.text(
            line, x=spot.x + 8, y=spot.y + (19 if len(lines) > 1 else 24) + n * 16,
            class_="ways-name",
        )  # fmt: skip
    mark = "別システム" if place.foreign else "項目が出る" if place.shows else ""
    yield svg.text(place.id, x=spot.x + 8, y=spot.y + 51, class_="ways-id")
    if mark:
        yield svg.text(mark, x=spot.x + _WIDE - 8, y=spot.y + 51, class_="ways-mark is-end")
    if place.arrivals:
        sources = "・".join(dict.fromkeys(source for source, _ in place.arrivals))
        shown = svg.shortened(f"↓ {sources}", width=(_WIDE + _LABEL) / 12)
        yield svg.text(shown, x=spot.x + 2, y=spot.y - 5, class_="ways-carries")


def _lines(name: str) -> Iterator[str]:
    """Yield a name in one or two lines; it is broken before a bracket where there is one."""
    fits = (_WIDE - 16) / 13
    if svg.shortened(name, width=fits) == name:
        yield name
        return
    head, bracket, rest = name.partition("（")
    if not bracket or svg.shortened(head, width=fits) != head:
        cut = len(svg.shortened(name, width=fits).removesuffix("…")) + 1
        head, bracket, rest = name[:cut], "", name[cut:]
    yield head
    yield svg.shortened(bracket + rest, width=fits)
