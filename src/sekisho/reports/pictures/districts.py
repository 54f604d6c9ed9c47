"""Districts as a chart of equal tiles: which of them are declared (発動), by word and by colour."""

from collections.abc import Collection, Sequence

from sekisho.reports.pictures import svg

_TILE, _GAP, _ACROSS = 92.0, 8.0, 10


def drawn(
    *, districts: Sequence[str], declared: Collection[str], words: str, name: str = "districts"
) -> str:
    """Return the tiles of `districts` as SVG, ten in a row; no true map, and to no scale.

    declared: of which the emergency is; one that is not among `districts` gets a tile as well.
    words:    the title.
    """
    every = sorted({*districts, *declared})
    parts = [
        part
        for at, code in enumerate(every)
        for part in _tile(
            code,
            x=(at % _ACROSS) * (_TILE + _GAP),
            y=(at // _ACROSS) * (_TILE / 2 + _GAP),
            is_declared=code in declared,
        )
    ]
    rows = -(-len(every) // _ACROSS)
    return svg.picture(
        *parts,
        name=name,
        words=words,
        described=in_words(districts=every, declared=declared),
        width=max(1, min(len(every), _ACROSS)) * (_TILE + _GAP),
        height=max(1, rows) * (_TILE / 2 + _GAP),
        class_="districts",
    )


def in_words(*, districts: Sequence[str], declared: Collection[str]) -> str:
    """Return what the picture shows as a sentence."""
    inside = [code for code in districts if code in declared]
    named = "、".join(inside) or "なし"
    return f"地区 {len(districts)} のうち、発動の区域は {len(inside)}（{named}）。"


def _tile(code: str, *, x: float, y: float, is_declared: bool) -> list[str]:
    word = "発動" if is_declared else "平常"
    return [
        svg.element(
            "rect", svg.title(f"{code} {word}"),
            x=x + 1, y=y + 1, width=_TILE, height=_TILE / 2, rx=4,
            class_="district is-declared" if is_declared else "district",
        ),
        svg.text(code, x=x + 8, y=y + 19, class_="time-words"),
        svg.text(word, x=x + 8, y=y + 37, class_="time-words"),
    ]  # fmt: skip
