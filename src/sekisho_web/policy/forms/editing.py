"""What is typed into the editor: any text is a draft, so only its shape is looked at here."""

from collections.abc import Iterable, Mapping

from django.http import QueryDict

from sekisho.errors import SekishoError
from sekisho.policy.merge import Side, Where
from sekisho_web.policy.queries.editing import Head

LONGEST = 4_000  # signs of a cell: a paragraph of 備考, not a book


class TooLong(SekishoError):
    """A cell that nobody could read in a table."""


def head_in(typed: QueryDict) -> int | None:
    """Return the revision that the writer had before their eyes; None: none yet."""
    text = typed.get("head", "")
    return int(text) if text.isdecimal() and len(text) < 12 else None


def place_in(typed: QueryDict) -> int:
    """Return the number of a column, from 0; -1 where none is named."""
    text = typed.get("at", "")
    return int(text) if text.isdecimal() and len(text) < 4 else -1


def cells_in(typed: QueryDict, heads: tuple[Head, ...]) -> Mapping[str, str]:
    """Return what was typed into the form of a row, by column."""
    return {
        head.name: text_in(typed.get(f"c{n}", ""))
        for n, head in enumerate(heads)
        if f"c{n}" in typed
    }


def text_in(text: str) -> str:
    """Return one cell as it is kept: line ends as files have them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def refuse_long(texts: Iterable[str]) -> None:
    """Raise TooLong where a cell is longer than a paragraph; nothing is cut in silence."""
    if (longest := max(map(len, texts), default=0)) > LONGEST:
        raise TooLong(
            f"一つの枠に {longest:,} 字あります（{LONGEST:,} 字まで）",
            place="書いた枠",
            remedy="短くするか、別の文書に書いて、その名を書いてください",
        )


def settled_in(typed: QueryDict) -> Mapping[Where, Side]:
    """Return whose text stands where both wrote, as the writer chose."""
    settled: dict[Where, Side] = {}
    for n, place in enumerate(typed.getlist("where")):
        parts = place.split("\t")
        side = typed.get(f"side-{n}", "")
        if len(parts) == len(("file", "row", "column")) and side in set(Side):
            settled[parts[0], parts[1], parts[2]] = Side(side)
    return settled
