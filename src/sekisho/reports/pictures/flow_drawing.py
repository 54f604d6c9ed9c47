"""The gate flow as SVG: where each bar and band stands, and what it is called."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias, TypeVar

from sekisho.reports.pictures import svg
from sekisho.reports.pictures.flow import Band, Bar, Flow, Kind, Mode, in_words

_WIDTH, _BAR = 1072.0, 18.0
_LEFT, _GATE, _RIGHT = 200.0, 527.0, 854.0  # where the bars of the three columns begin
_TALL = 300.0  # all accesses together, in each column
_THIN = 0.75  # a band is never thinner: one access among a million is still seen
_FINE = 2.0  # below it a band has no room for an edge, and is drawn in the colour of its edge
_TOP = 40.0  # below the headings
_LABEL, _GAP, _GATE_GAP = 38.0, 14.0, 44.0

Block: TypeAlias = tuple[str, Kind]  # of a gate
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Half:
    """The bands between two columns: how many accesses, how thick, where their ends lie."""

    count: Mapping[Band, int]
    thick: Mapping[Band, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Where the bars of one column begin, and how tall they are."""

    top: Mapping[str, float]
    size: Mapping[str, float]


def drawn(flow: Flow, *, mode: Mode = Mode.ACTUAL, name: str = "flow") -> str:
    """Return the picture of `flow` as SVG. The bars stand in the same place in both modes.

    name: unique on its page.
    """
    first, second = _halves(flow)
    blocks = _blocks(flow, first, second)
    sizes = (
        _tall(flow.viewers, first.thick, end=0),
        {bar.name: sum(blocks[bar.name, kind] for kind in Kind) for bar in flow.gates},
        _tall(flow.owners, second.thick, end=1),
    )
    tall = max(
        sum(max(size, _LABEL) + _GAP for size in sizes[0].values()),
        sum(size + _GATE_GAP for size in sizes[1].values()),
        sum(max(size, _LABEL) + _GAP for size in sizes[2].values()),
    )
    viewers, owners = (_around(size, tall=tall) for size in (sizes[0], sizes[2]))
    gates = _below_labels(sizes[1], tall=tall)
    ends = _ends(flow, first, second, blocks, columns=(viewers, gates, owners))
    return svg.picture(
        svg.element("defs", _hatch(name)),
        *_headings(mode),
        *_bands(first, ends[0], x=(_LEFT + _BAR, _GATE), mode=Mode.ACTUAL, name=name),
        *_bands(second, ends[1], x=(_GATE + _BAR, _RIGHT), mode=mode, name=name),
        *(part for bar in flow.viewers for part in _viewer(bar, viewers)),
        *(part for bar in flow.gates for part in _gate(bar, gates, blocks, mode=mode)),
        *(part for bar in flow.owners for part in _owner(bar, owners, second, mode=mode)),
        name=name,
        words=f"誰が、誰のお客さまを見たか（{mode.word}）",
        described=in_words(flow, mode=mode),
        width=_WIDTH,
        height=_TOP + tall + 10,
        class_="flow",
    )


def _tall(bars: Iterable[Bar], thick: Mapping[Band, float], *, end: int) -> dict[str, float]:
    size = {bar.name: 0.0 for bar in bars}
    for key, one in thick.items():
        size[str(key[end])] += one
    return size


def _halves(flow: Flow) -> tuple[_Half, _Half]:
    scale = _TALL / max(flow.total, 1)
    first, second = (
        _Half(count=count, thick={key: max(n * scale, _THIN) for key, n in count.items()})
        for count in flow.halves
    )
    return first, second


def _blocks(flow: Flow, first: _Half, second: _Half) -> dict[Block, float]:
    """Return how tall each kind stands at each gate, so that a colour goes straight through."""
    into: dict[Block, float] = defaultdict(float)
    out: dict[Block, float] = defaultdict(float)
    for (_, gate, kind), size in first.thick.items():
        into[gate, kind] += size
    for (gate, _, kind), size in second.thick.items():
        out[gate, kind] += size
    return {
        (bar.name, kind): max(into[bar.name, kind], out[bar.name, kind])
        for bar in flow.gates
        for kind in Kind
    }


def _around(size: Mapping[str, float], *, tall: float) -> _Column:
    """Return a column whose labels stand beside its bars; it lies in the middle of `tall`."""
    slots = [max(one, _LABEL) + _GAP for one in size.values()]
    begins = _begins(slots, tall=tall)
    top = {
        name: begin + (slot - one) / 2
        for (name, one), slot, begin in zip(size.items(), slots, begins, strict=False)
    }
    return _Column(top=top, size=size)


def _below_labels(size: Mapping[str, float], *, tall: float) -> _Column:
    slots = [one + _GATE_GAP for one in size.values()]
    begins = _begins(slots, tall=tall)
    top = {name: begin + _GATE_GAP for name, begin in zip(size, begins, strict=False)}
    return _Column(top=top, size=size)


def _begins(slots: list[float], *, tall: float) -> list[float]:
    y = _TOP + (tall - sum(slots)) / 2
    return [y, *(y + done for done in accumulate(slots))]


def _ends(
    flow: Flow,
    first: _Half,
    second: _Half,
    blocks: Mapping[Block, float],
    *,
    columns: tuple[_Column, _Column, _Column],
) -> tuple[dict[Band, tuple[float, float]], dict[Band, tuple[float, float]]]:
    """Return the upper edge of each band at its two ends, for the two halves.

    At a gate the kinds lie in one order on both sides; at an owner what is stopped lies last.
    """
    viewer, gate, owner = (
        {bar.name: at for at, bar in enumerate(bars)}
        for bars in (flow.viewers, flow.gates, flow.owners)
    )
    at_gate = {
        (bar.name, kind): columns[1].top[bar.name]
        + sum(blocks[bar.name, before] for before in Kind if before < kind)
        for bar in flow.gates
        for kind in Kind
    }  # fmt: skip
    out = _stacked(
        sorted(first.thick, key=lambda key: (viewer[key[0]], gate[key[1]], key[2])),
        first, from_=columns[0].top, of=lambda key: key[0],
    )  # fmt: skip
    into = _stacked(
        sorted(first.thick, key=lambda key: (gate[key[1]], key[2], viewer[key[0]])),
        first, from_=at_gate, of=lambda key: (key[1], key[2]),
    )  # fmt: skip
    leaving = _stacked(
        sorted(second.thick, key=lambda key: (gate[key[0]], key[2], owner[key[1]])),
        second, from_=at_gate, of=lambda key: (key[0], key[2]),
    )  # fmt: skip
    arriving = _stacked(
        sorted(second.thick, key=lambda key: (owner[key[1]], key[2], gate[key[0]])),
        second, from_=columns[2].top, of=lambda key: key[1],
    )  # fmt: skip
    return (
        {key: (out[key], into[key]) for key in first.thick},
        {key: (leaving[key], arriving[key]) for key in second.thick},
    )


def _stacked(
    keys: Iterable[Band], half: _Half, *, from_: Mapping[Place, float], of: Callable[[Band], Place]
) -> dict[Band, float]:
    y, edges = dict(from_), {}
    for key in keys:
        edges[key] = y[of(key)]
        y[of(key)] += half.thick[key]
    return edges


def _hatch(name: str) -> str:
    return svg.element(
        "pattern",
        svg.element("rect", width=8, height=8, class_="hatch-ground"),
        svg.element("line", x1=0, y1=0, x2=0, y2=8, class_="hatch-line"),
        id=f"{name}-hatch", width=8, height=8,
        patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
    )  # fmt: skip


def _headings(mode: Mode) -> list[str]:
    owner = "誰のお客さまか" if mode is Mode.ACTUAL else "誰のお客さまか（止めた件数）"
    return [
        svg.text("見た人", x=_LEFT + _BAR, y=18, class_="flow-head is-end"),
        svg.text("関所（システム）", x=_GATE + _BAR / 2, y=18, class_="flow-head is-middle"),
        svg.text(owner, x=_RIGHT, y=18, class_="flow-head"),
    ]


def _bands(
    half: _Half,
    ends: Mapping[Band, tuple[float, float]],
    *,
    x: tuple[float, float],
    mode: Mode,
    name: str,
) -> list[str]:
    """Return the bands of one half, the broad ones behind; none that the checkpoint stopped."""
    bands = []
    for key in sorted(half.thick, key=lambda key: (key[2], -half.thick[key], key)):
        kind, thick = key[2], half.thick[key]
        if mode is Mode.CHECKED and kind is Kind.STOP:
            continue
        fine = thick < _FINE
        words = f"{key[0]} → {key[1]} {kind.word} {half.count[key]:,}件"
        bands.append(
            svg.element(
                "path", svg.title(words), d=_band(x, ends[key], thick),
                class_=f"flow-band {kind.css}" + (" is-thin" if fine else ""),
                fill=f"url(#{name}-hatch)" if kind is Kind.STOP and not fine else None,
            )
        )  # fmt: skip
    return bands


def _band(x: tuple[float, float], y: tuple[float, float], size: float) -> str:
    n, middle = svg.number, sum(x) / 2
    return (
        f"M{n(x[0])} {n(y[0])}C{n(middle)} {n(y[0])} {n(middle)} {n(y[1])} {n(x[1])} {n(y[1])}"
        f"v{n(size)}C{n(middle)} {n(y[1] + size)} {n(middle)} {n(y[0] + size)} "
        f"{n(x[0])} {n(y[0] + size)}Z"
    )


def _bar(words: str, *, x: float, y: float, size: float, class_: str) -> str:
    return svg.element("rect", svg.title(words), x=x, y=y, width=_BAR, height=size, class_=class_)


def _viewer(bar: Bar, column: _Column) -> list[str]:
    y, size = column.top[bar.name], column.size[bar.name]
    x, middle = _LEFT - 8, y + size / 2
    short = svg.shortened(bar.name, width=12)
    return [
        _bar(f"{bar.name} {bar.total:,}件", x=_LEFT, y=y, size=size, class_="flow-bar"),
        svg.text(short, x=x, y=middle - 2, class_="flow-name is-end"),
        svg.text(f"{bar.total:,}件", x=x, y=middle + 16, class_="flow-count is-end"),
    ]


def _gate(bar: Bar, column: _Column, blocks: Mapping[Block, float], *, mode: Mode) -> list[str]:
    y, size = column.top[bar.name], column.size[bar.name]
    words = f"{bar.name} {bar.total:,}件、うち非表示・拒否 {bar.stopped:,}件"
    parts = [
        _bar(words, x=_GATE, y=y, size=size, class_="flow-gate"),
        svg.text(bar.name, x=_GATE + _BAR / 2, y=y - 9, class_="flow-name is-middle"),
    ]
    if mode is Mode.CHECKED and bar.stopped:
        tall = blocks[bar.name, Kind.STOP]
        words = f"{bar.name}で止めた {bar.stopped:,}件"
        parts.append(_bar(words, x=_GATE, y=y + size - tall, size=tall, class_="flow-cap"))
    return parts


def _owner(bar: Bar, column: _Column, half: _Half, *, mode: Mode) -> list[str]:
    y, size = column.top[bar.name], column.size[bar.name]
    x, middle = _RIGHT + _BAR + 8, y + size / 2
    words, count = f"{bar.name} {bar.total:,}件", f"{bar.total:,}件"
    parts = []
    if mode is Mode.CHECKED and bar.stopped:
        words = f"{bar.name} {bar.passed:,}件、止めた {bar.stopped:,}件"
        count = f"{bar.passed:,}件（−{bar.stopped:,}）"
        parts.append(_bar(words, x=_RIGHT, y=y, size=size, class_="flow-was"))
        size = sum(
            one for key, one in half.thick.items() if key[1] == bar.name and key[2] < Kind.STOP
        )
    return [
        *parts,
        _bar(words, x=_RIGHT, y=y, size=size, class_="flow-bar"),
        svg.text(svg.shortened(bar.name, width=12), x=x, y=middle - 2, class_="flow-name"),
        svg.text(count, x=x, y=middle + 16, class_="flow-count"),
    ]
