"""What a book lists, and what its sheets share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sekisho_links.workbooks.grid import Shared
from sekisho_links.workbooks.parts import Parts
from sekisho_links.workbooks.streams import Attributes, parse, relation
from sekisho_links.workbooks.strings import styles_in, texts_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A sheet as the book lists it."""

    title: str
    part: str
    kind: str  # worksheet, chartsheet …
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """sheets: in their order."""

    sheets: Sequence[Listed]
    shared: Shared


def book_in(
    parts: Parts,
    *,
    numbers: Collection[str] = frozenset(),
    days: Collection[str] = frozenset(),
    moments: Collection[str] = frozenset(),
) -> Book:
    """Return what the book in `parts` lists.

    numbers, days, moments: the columns in which a whole number, a day, or a day with a time (or
    a time alone) is what was meant.

    Raises what a broken part raises.
    """
    book = next(one.target for one in parts.relations("") if one.kind == "officeDocument")
    sheets, from_1904 = _listed(parts, book)
    related = {one.kind: one.target for one in parts.relations(book)}
    texts = parts.read(related["sharedStrings"]) if "sharedStrings" in related else None
    styles = parts.read(related["styles"]) if "styles" in related else None
    return Book(
        sheets=sheets,
        shared=Shared(
            texts=texts_in(texts) if texts else (),
            styles=styles_in(styles) if styles else (),
            from_1904=from_1904,
            numbers=frozenset(numbers),
            days=frozenset(days),
            moments=frozenset(moments),
        ),
    )


def _listed(parts: Parts, book: str) -> tuple[list[Listed], bool]:
    """Return the sheets in their order, and whether days are counted from 1904."""
    related = {one.id: one for one in parts.relations(book)}
    sheets: list[Listed] = []
    from_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal from_1904
        if name == "workbookPr":
            from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            part = related[relation(attributes)]
            sheets.append(
                Listed(
                    title=attributes["name"],
                    part=part.target,
                    kind=part.kind,
                    hidden=attributes.get("state", "visible") != "visible",
                )
            )

    parse(parts.read(book), start=start)
    return sheets, from_1904
