"""XML from outside, read as a stream: no entity, no DTD, nothing fetched, namespaces told apart.

Entities are how a small file becomes a large one, or another file; no spreadsheet writes them.
"""

from collections.abc import Callable, Mapping
from xml.parsers.expat import ParserCreate

MAIN = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    }
)
_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships ",
    "http://purl.oclc.org/ooxml/officeDocument/relationships ",
)

Attributes = Mapping[str, str]


# A million empty rows, which some programs write below a table, are two million elements.
MOST_ELEMENTS = 3_000_000


class Forbidden(Exception):
    """The XML declares a type of document or an entity."""


class Endless(Exception):
    """The XML has more elements than any table."""


def parse(
    data: bytes,
    *,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] | None = None,
    main_only: bool = True,
) -> None:
    """Walk through `data`, and tell each element by its name without its namespace.

    main_only: elements of other namespaces than that of spreadsheets (extensions of one maker,
    which repeat names with another meaning) are not told.

    Raises Forbidden, Endless, or ExpatError where it is no XML. What the handlers raise comes
    through.
    """
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names: dict[str, str] = {}  # of an element, with its namespace -> without, or empty

    def name_of(name: str) -> str:
        space, _, local = name.rpartition(" ")
        names[name] = local if not main_only or space in MAIN else ""
        return names[name]

    count = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS:
            raise Endless
        if local := names.get(name) or name_of(name):
            start(local, attributes)

    def closed(name: str) -> None:
        if local := names[name]:
            end(local)

    def refused(*_: object) -> None:
        raise Forbidden

    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    if text is not None:
        parser.CharacterDataHandler = text
    parser.Parse(data, True)  # noqa: FBT003 -- as the library has it


def relation(attributes: Attributes) -> str:
    """Return the relationship that an element points to."""
    return next(
        (attributes[f"{space}id"] for space in _RELATIONS if f"{space}id" in attributes), ""
    )


def draws(data: bytes) -> bool:
    """Return whether a part of drawings holds one."""
    found = False

    def start(name: str, _: Attributes) -> None:
        nonlocal found
        found = found or name.endswith("Anchor")

    parse(data, start=start, main_only=False)
    return found
