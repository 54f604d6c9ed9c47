"""Gate flow (誰が、誰のお客さまを見たか): viewer, checkpoint (system), whose customer.

The width of a band is a number of accesses, its colour and hatching what the decision table says
about them. In the mode 関所があったら the hatched bands end at the gate.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TypeAlias

MOST_BARS = 12  # a column shows so many; the smallest are drawn together as ほか n


class Kind(IntEnum):
    """What the table says about a band, in the three kinds that a picture can tell apart."""

    SHOW = 0  # 表示
    PART = 1  # 一部・符号化
    STOP = 2  # 非表示・拒否

    @property
    def word(self) -> str:
        return ("表示", "一部・符号化", "非表示・拒否")[self]

    @property
    def css(self) -> str:
        return ("flow-show", "flow-part", "flow-stop")[self]


def kind_of(treatment: int) -> Kind:
    """Return the kind of a treatment (表示 0, 一部 1, 符号化 2, 非表示 3, 拒否 4)."""
    if treatment <= 0:
        return Kind.SHOW
    return Kind.PART if treatment <= 2 else Kind.STOP


class Mode(StrEnum):
    ACTUAL = "actual"  # 実際の記録
    CHECKED = "checked"  # 関所があったら

    @property
    def word(self) -> str:
        return "実際の記録" if self is Mode.ACTUAL else "関所があったら"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Counted accesses of one viewer through one system to one owner's customers."""

    viewer: str
    gate: str
    owner: str
    kind: Kind
    count: int


Band: TypeAlias = tuple[str, str, Kind]  # of the picture: from, to, what the table says


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One name of a column: how many accesses it had, and how many of them the table stops."""

    name: str
    total: int
    stopped: int

    @property
    def passed(self) -> int:
        return self.total - self.stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What the picture and the table beneath it (数値で見る) both show."""

    viewers: tuple[Bar, ...]
    gates: tuple[Bar, ...]
    owners: tuple[Bar, ...]
    links: tuple[Link, ...]

    @property
    def total(self) -> int:
        return sum(link.count for link in self.links)

    @property
    def halves(self) -> tuple[dict[Band, int], dict[Band, int]]:
        """The bands before and behind the gates: where each begins and ends, its kind, how many."""
        first: dict[Band, int] = defaultdict(int)
        second: dict[Band, int] = defaultdict(int)
        for link in self.links:
            first[link.viewer, link.gate, link.kind] += link.count
            second[link.gate, link.owner, link.kind] += link.count
        return first, second

    def of_kind(self, kind: Kind) -> int:
        return sum(link.count for link in self.links if link.kind is kind)


def flow_of(links: Iterable[Link], *, most: int = MOST_BARS) -> Flow:
    """Return the flow of `links`: merged, largest bars first, the rest of a column as ほか n.

    No access is lost: each column and the links sum to the same total.
    """
    counted = [link for link in links if link.count > 0]
    viewer, gate, owner = (
        _with_the_rest(_sums(counted, side), most=most) for side in ("viewer", "gate", "owner")
    )
    merged: dict[tuple[str, str, str, Kind], int] = defaultdict(int)
    for link in counted:
        names = viewer[link.viewer], gate[link.gate], owner[link.owner]
        merged[(*names, link.kind)] += link.count
    whole = [
        Link(viewer=viewer, gate=gate, owner=owner, kind=kind, count=count)
        for (viewer, gate, owner, kind), count in merged.items()
    ]
    viewers, gates, owners = (_bars(whole, side) for side in ("viewer", "gate", "owner"))
    order = [{bar.name: at for at, bar in enumerate(bars)} for bars in (viewers, gates, owners)]
    whole.sort(
        key=lambda link: (
            order[0][link.viewer], order[1][link.gate], order[2][link.owner], link.kind,
        )
    )  # fmt: skip
    return Flow(viewers=viewers, gates=gates, owners=owners, links=tuple(whole))


def in_words(flow: Flow, *, mode: Mode = Mode.ACTUAL) -> str:
    """Return every number of the picture as sentences."""
    if not flow.links:
        return "記録がありません。"
    kinds = "、".join(f"{kind.word} {flow.of_kind(kind):,}件" for kind in Kind)
    viewers = "、".join(f"{bar.name} {bar.total:,}件" for bar in flow.viewers)
    gates = "、".join(
        f"{bar.name} {bar.total:,}件（うち非表示・拒否 {bar.stopped:,}件）" for bar in flow.gates
    )
    if mode is Mode.CHECKED:
        owners = "、".join(
            f"{bar.name} {bar.passed:,}件（止めた {bar.stopped:,}件）" for bar in flow.owners
        )
    else:
        owners = "、".join(f"{bar.name} {bar.total:,}件" for bar in flow.owners)
    bands = "、".join(
        f"{start}から{end}へ {kind.word} {count:,}件"
        for half in flow.halves
        for (start, end, kind), count in half.items()
    )
    return (
        f"全部で {flow.total:,}件。扱いごとに、{kinds}。見た人ごとに、{viewers}。"
        f"システムごとに、{gates}。お客さまの契約先ごとに、{owners}。内訳は、{bands}。"
    )


def _sums(links: Iterable[Link], side: str) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for link in links:
        sums[getattr(link, side)] += link.count
    return sums


def _with_the_rest(sums: Mapping[str, int], *, most: int) -> dict[str, str]:
    """Return the name under which each is drawn: its own, or ほか n."""
    order = sorted(sums, key=lambda name: (-sums[name], name))
    if len(order) <= most:
        return {name: name for name in order}
    rest = f"ほか {len(order) - most + 1}"
    return {name: name if at < most - 1 else rest for at, name in enumerate(order)}


def _bars(links: Sequence[Link], side: str) -> tuple[Bar, ...]:
    sums = _sums(links, side)
    stopped = _sums((link for link in links if link.kind is Kind.STOP), side)
    order = sorted(sums, key=lambda name: (name.startswith("ほか "), -sums[name], name))
    return tuple(Bar(name=name, total=sums[name], stopped=stopped.get(name, 0)) for name in order)
